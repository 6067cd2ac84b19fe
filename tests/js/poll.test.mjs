import assert from 'node:assert/strict';
import test from 'node:test';
import {load} from './load.mjs';

const {poll} = load(['poll'], {AbortController, Error, Promise, Number, Infinity});

test('failures are answered with patience that ends at five seconds, so that a wall heals within ten', () => {
  assert.equal(poll.backOff(1, 0.5), 500);
  assert.equal(poll.backOff(2, 0.5), 1000);
  for (const failures of [4, 10, 1000]) {
    assert.ok(poll.backOff(failures, 1) <= 5000);
    assert.ok(poll.backOff(failures, 0) >= 3000);
  }
});

test('the next question comes 0.1 to 0.6 s after the next beat', () => {
  for (const random of [0, 0.5, 1]) {
    const wait = poll.pause(12000, 10500, 2000, random);
    assert.ok(wait >= 1600 && wait <= 2100 - 250, String(wait));
  }
});

test('a beat that is long past or far ahead is not waited for', () => {
  assert.ok(poll.pause(5000, 10000, 2000, 0) <= 1500);
  assert.ok(poll.pause(5000, 10000, 2000, 0) > 500);
  assert.ok(poll.pause(1e12, 10000, 2000, 0) <= 4200);
});

test('the address carries what is known', () => {
  assert.equal(poll.address('/live/a', ''), '/live/a');
  assert.equal(poll.address('/live/a', '3.17'), '/live/a?since=3.17');
  assert.equal(poll.address('/live/a?x=1', '3.17'), '/live/a?x=1&since=3.17');
});

/** A poller with a clock of its own and requests that the test settles. */
function scripted() {
  const seen = {answers: [], failures: [], requests: [], now: 0};
  const poller = poll.create({
    url: '/live', since: () => '', now: () => seen.now,
    fetch: (url, options) => new Promise((resolve, reject) => {
      seen.requests.push({url, resolve, reject});
      options.signal.addEventListener('abort', () => reject(new Error('aborted')));
    }),
    answer: (answer) => seen.answers.push(answer), fail: (n) => seen.failures.push(n),
  });
  const reply = (status, body) => ({status, headers: {get: () => '123'}, json: () => Promise.resolve(body)});
  return {seen, poller, reply, settle: () => new Promise((done) => setImmediate(done))};
}

test('there is one request at a time', async () => {
  const {seen, poller, reply, settle} = scripted();
  poller.tick();
  poller.tick();
  assert.equal(seen.requests.length, 1);
  seen.requests[0].resolve(reply(200, {a: 1}));
  await settle();
  assert.equal(seen.answers[0].kind, 'body');
  assert.equal(seen.answers[0].serverMs, 123);
  seen.now = 1999;
  poller.tick();
  assert.equal(seen.requests.length, 1, 'no further question before the answer said when, for two seconds');
  seen.now = 0;
  poller.next(100);
  seen.now = 99;
  poller.tick();
  assert.equal(seen.requests.length, 1);
  seen.now = 100;
  poller.tick();
  assert.equal(seen.requests.length, 2);
});

test('a request that hangs is given up and counts as a failure', async () => {
  const {seen, poller, settle} = scripted();
  poller.tick();
  seen.now = 4999;
  poller.tick();
  await settle();
  assert.deepEqual(seen.failures, []);
  seen.now = 5001;
  poller.tick();
  await settle();
  assert.deepEqual(seen.failures, [1]);
});

test('failures are counted until an answer comes', async () => {
  const {seen, poller, reply, settle} = scripted();
  for (const status of [500, 502, 200, 503]) {
    poller.soon();
    poller.tick();
    seen.requests[seen.requests.length - 1].resolve(reply(status, {}));
    await settle();
  }
  assert.deepEqual(seen.failures, [1, 2, 1]);
});

test('refusals, unknown places and preparation are answers, not failures', async () => {
  const {seen, poller, reply, settle} = scripted();
  for (const status of [401, 403, 404, 202]) {
    poller.soon();
    poller.tick();
    seen.requests[seen.requests.length - 1].resolve(reply(status, {}));
    await settle();
  }
  assert.deepEqual(seen.answers.map((answer) => answer.kind), ['refused', 'refused', 'missing', 'preparing']);
  assert.deepEqual(seen.failures, []);
});

test('an ended poller says nothing any more', async () => {
  const {seen, poller, settle} = scripted();
  poller.tick();
  poller.end();
  await settle();
  poller.tick();
  assert.equal(seen.requests.length, 1);
  assert.deepEqual([seen.answers.length, seen.failures.length], [0, 0]);
});
