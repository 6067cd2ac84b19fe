import assert from 'node:assert/strict';
import test from 'node:test';
import {load, plain} from './load.mjs';

const {bodies} = load(['bodies']);
const panel = (rev, children, more = {}) => ({state: 'live', as_of: 1, rev, stale_ms: 1, ...(children === undefined ? {} : {props: {value: {children}}}), ...more});
const body = (epoch, seq, base, panels, more = {}) => ({epoch, seq, base, beat_at: seq * 2000, next_ms: seq * 2000 + 2000, build: 'b', panels, ...more});

function after(...given) {
  const memory = bodies.empty();
  const verdicts = given.map((one) => plain(bodies.merge(memory, one)));
  return {memory: plain(memory), verdicts};
}

test('the first question asks for everything, later ones for the difference', () => {
  assert.equal(bodies.since(bodies.empty()), '');
  assert.equal(bodies.since(after(body(3, 17, null, {})).memory), '3.17');
});

test('a difference changes what it names and leaves the rest', () => {
  const {memory, verdicts} = after(
    body(1, 5, null, {open: panel(1, 'a'), flow: panel(1, 'b')}),
    body(1, 6, 5, {open: panel(2, 'c'), flow: panel(1, undefined, {as_of: 9})})
  );
  assert.deepEqual(verdicts[1], {verdict: 'taken', changed: ['open']});
  assert.equal(memory.props.open.value.children, 'c');
  assert.equal(memory.props.flow.value.children, 'b');
  assert.equal(memory.heads.flow.as_of, 9);
});

test('a difference from an older beat than ours is as good, one from a newer beat is not', () => {
  const first = body(1, 6, null, {open: panel(1, 'a')});
  assert.equal(after(first, body(1, 7, 4, {open: panel(2, 'b')})).verdicts[1].verdict, 'taken');
  assert.equal(after(first, body(1, 9, 8, {open: panel(3, 'c')})).verdicts[1].verdict, 'needs-full');
});

test('a difference of another epoch asks for everything', () => {
  const {memory, verdicts} = after(body(1, 6, null, {open: panel(1, 'a')}), body(2, 7, 6, {open: panel(2, 'b')}));
  assert.equal(verdicts[1].verdict, 'needs-full');
  assert.equal(memory.props.open.value.children, 'a');
});

test('a full body with revisions we have draws nothing again', () => {
  const {verdicts} = after(body(1, 6, null, {open: panel(4, 'a')}), body(1, 7, null, {open: panel(4, 'a')}));
  assert.deepEqual(verdicts[1], {verdict: 'taken', changed: []});
});

test('in a new epoch equal revision numbers mean nothing', () => {
  const {memory, verdicts} = after(body(1, 6, null, {open: panel(1, 'a')}), body(2, 1, null, {open: panel(1, 'z')}, {beat_at: 99000}));
  assert.deepEqual(verdicts[1].changed, ['open']);
  assert.equal(memory.props.open.value.children, 'z');
});

test('the body of an overtaken publisher is not shown, unless it is newer by its beat', () => {
  const now = body(5, 9, null, {open: panel(1, 'new')});
  assert.equal(after(now, body(4, 8, null, {open: panel(1, 'old')})).verdicts[1].verdict, 'old');
  assert.equal(after(now, body(5, 8, null, {open: panel(1, 'old')})).verdicts[1].verdict, 'old');
  assert.equal(after(now, body(1, 1, null, {open: panel(1, 'reset')}, {beat_at: 60000})).verdicts[1].verdict, 'taken');
});

test('the same beat twice is no new beat', () => {
  const one = body(1, 6, null, {open: panel(1, 'a')});
  assert.equal(after(one, one).verdicts[1].verdict, 'same');
});

test('what is no body changes nothing', () => {
  for (const strange of [null, 'x', {}, {epoch: 1, seq: 2, beat_at: 'x', panels: {}}, {epoch: 1, seq: 2, beat_at: 3}]) {
    const {memory, verdicts} = after(strange);
    assert.equal(verdicts[0].verdict, 'foreign');
    assert.equal(memory.seq, -1);
  }
});
