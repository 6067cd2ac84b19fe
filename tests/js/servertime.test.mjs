import assert from 'node:assert/strict';
import test from 'node:test';
import {load} from './load.mjs';

const {serverTime} = load(['servertime'], {Math, Number});

function scripted(wallAhead = 0) {
  const t = {monotonic: 0, wall: 1000000 + wallAhead};
  const clock = serverTime.create(() => t.monotonic, () => t.wall);
  const pass = (ms) => { t.monotonic += ms; t.wall += ms; };
  return {t, clock, pass};
}

test('the server says what time it is, whatever this machine believes', () => {
  const {clock, pass} = scripted(86400000);
  clock.heard(5000000);
  pass(1500);
  assert.equal(clock.now(), 5001500);
});

test('an answer kept by a proxy does not turn the clock back', () => {
  const {clock, pass} = scripted();
  clock.heard(5000000);
  pass(2000);
  clock.heard(5001000);
  assert.equal(clock.now(), 5002000);
});

test('a server whose clock was put back is believed in the end', () => {
  const {clock, pass} = scripted();
  clock.heard(5000000);
  for (let i = 1; i <= 20; i += 1) {
    pass(2000);
    clock.heard(4000000 + i * 2000);
  }
  assert.equal(clock.now(), 4040000);
});

test('time slept through counts as passed until the next answer', () => {
  const {t, clock, pass} = scripted();
  clock.heard(5000000);
  pass(250);
  assert.equal(clock.checkSleep(), false);
  t.wall += 600000;
  assert.equal(clock.checkSleep(), true);
  assert.equal(clock.now(), 5600250);
  clock.heard(5600300);
  assert.equal(clock.now(), 5600300);
  assert.equal(clock.checkSleep(), false);
});

test('nonsense in the header is not a time', () => {
  const {clock} = scripted();
  clock.heard(5000000);
  clock.heard(NaN);
  clock.heard(0);
  assert.equal(clock.now(), 5000000);
});

test('the page gives a first idea of the time, never later than what was heard', () => {
  const {clock} = scripted(-500000);
  clock.seed(5000000);
  assert.equal(clock.now(), 5000000);
  clock.heard(4000000);
  clock.seed(9000000);
  assert.equal(clock.now(), 4000000);
});
