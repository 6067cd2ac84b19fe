import assert from 'node:assert/strict';
import test from 'node:test';
import {load} from './load.mjs';

const {judge} = load(['judge']);
const well = {now: 100000, startedAt: 0, answeredAt: 99000, failures: 0, refusal: null, preparing: false, beatAt: 98500, beatSeenAt: 98900, beatMs: 2000};
const state = (change) => judge.connection({...well, ...change});

test('all is well while beats come and answers come', () => {
  assert.equal(state({}), 'ok');
});

test('a publisher without a beat is silent before three beats have passed, however often the last body is served', () => {
  assert.equal(state({beatAt: 100000 - 5000, beatSeenAt: 95500}), 'ok');
  assert.equal(state({beatAt: 100000 - 5900, beatSeenAt: 99900}), 'silent');
  assert.equal(state({beatAt: 99900, beatSeenAt: 100000 - 5900}), 'silent');
});

test('a web process that does not answer is offline before three beats have passed; a second failure is enough', () => {
  assert.equal(state({answeredAt: 100000 - 5900}), 'offline');
  assert.equal(state({failures: 1}), 'ok');
  assert.equal(state({failures: 2}), 'offline');
});

test('loss of the connection is said before silence of the publisher, which nobody can know then', () => {
  assert.equal(state({answeredAt: 60000, beatAt: 60000, beatSeenAt: 60000}), 'offline');
});

test('before the first body it waits, and a first failure is said at once', () => {
  const start = {answeredAt: null, beatSeenAt: null, beatAt: 0, startedAt: 99000};
  assert.equal(state(start), 'waiting');
  assert.equal(state({...start, failures: 1}), 'offline');
  assert.equal(state({...start, startedAt: 90000}), 'offline');
});

test('answers that are no bodies have their own names', () => {
  assert.equal(state({refusal: 'refused'}), 'refused');
  assert.equal(state({refusal: 'missing'}), 'missing');
  assert.equal(state({preparing: true}), 'preparing');
});

test('the length of a beat comes from the body, within reason', () => {
  assert.equal(judge.beatLength({beatAt: 1000, nextMs: 2000}), 1000);
  assert.equal(judge.beatLength({beatAt: 1000, nextMs: 1000}), 2000);
  assert.equal(judge.beatLength({beatAt: 0, nextMs: 3600000}), 2000);
});

test('a panel is stale when its as-of passes the limit, and says worse things itself', () => {
  const head = {state: 'live', as_of: 50000, stale_ms: 10000};
  assert.equal(judge.panel(head, 60000), 'live');
  assert.equal(judge.panel(head, 60001), 'stale');
  assert.equal(judge.panel({...head, state: 'quiet'}, 60001), 'stale');
  assert.equal(judge.panel({...head, state: 'broken'}, 90000), 'broken');
  assert.equal(judge.panel({...head, state: 'not_recorded', as_of: null}, 90000), 'not_recorded');
  assert.equal(judge.panel({...head, as_of: null, state: 'waiting'}, 90000), 'waiting');
  assert.equal(judge.panel(null, 1), 'waiting');
});

test('a screen whose every reading comes from a silent source says so; one that speaks is enough', () => {
  const head = (state) => ({state, as_of: 50000, stale_ms: 10000});
  assert.equal(judge.mute({a: head('silent'), b: head('silent'), c: {...head('not_recorded'), as_of: null}}, 55000), true);
  assert.equal(judge.mute({a: head('silent'), b: head('quiet')}, 55000), false);
  assert.equal(judge.mute({a: head('silent')}, 60001), false, 'what is old is stale, whatever its source did');
  assert.equal(judge.mute({}, 55000), false);
});

test('remaining time falls while the clock runs, stands otherwise, and never passes the next change or belief', () => {
  const cell = {left: 3600, at: 0, running: true, flips: null};
  assert.equal(judge.remaining(cell, 60000, Infinity), 3540);
  assert.equal(judge.remaining(cell, 7200000, Infinity), -3600);
  assert.equal(judge.remaining({...cell, flips: 30000}, 60000, Infinity), 3570);
  assert.equal(judge.remaining(cell, 60000, 20000), 3580);
  assert.equal(judge.remaining({...cell, running: false, flips: 30000}, 60000, Infinity), 3600);
  assert.equal(judge.remaining({...cell, at: 90000}, 60000, Infinity), 3600);
});
