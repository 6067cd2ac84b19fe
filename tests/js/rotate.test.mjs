import assert from 'node:assert/strict';
import test from 'node:test';
import {load} from './load.mjs';

const {rotate} = load(['rotate']);
const document = {addEventListener: () => {}};
const {alarm} = load(['alarm'], {document});

test('scenes follow in their order, from the last to the first, and a scene outside the row begins it', () => {
  assert.equal(rotate.after(['a', 'b', 'c'], 'a', 0), 'b');
  assert.equal(rotate.after(['a', 'b', 'c'], 'c', 0), 'a');
  assert.equal(rotate.after(['a', 'b', 'c'], 'b', 1), 'a', 'one that cannot be had is passed over');
  assert.equal(rotate.after(['a', 'b'], 'x', 0), 'a');
});

test('alone a scene has no next one', () => {
  assert.equal(rotate.after([], 'a', 0), null);
  assert.equal(rotate.after(['a'], 'a', 3), null);
});

test('the address of another body keeps audience, place and language unless another place is wanted', () => {
  assert.equal(rotate.bodyOf('/live/wall/overview/3203@D1/en', 'orders'), '/live/wall/orders/3203@D1/en');
  assert.equal(rotate.bodyOf('/live/wall/overview/3203/zh', 'orders', '320302'), '/live/wall/orders/320302/zh');
});

test('a body is whole when no panel of it waits', () => {
  assert.equal(rotate.whole({panels: {a: {state: 'live'}, b: {state: 'broken'}}}), true);
  assert.equal(rotate.whole({panels: {a: {state: 'live'}, b: {state: 'waiting'}}}), false);
});

test('an alarm is shown while it is younger than a minute, and once', () => {
  const rows = [{id: 'old', at: 0}, {id: 'new', at: 50000}, {id: 'seen', at: 50000}];
  assert.deepEqual(alarm.fresh(rows, ['seen'], 60000).map((row) => row.id), ['new']);
  assert.deepEqual(alarm.fresh(rows, [], 59999).map((row) => row.id), ['old', 'new', 'seen']);
});
