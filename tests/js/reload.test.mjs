import assert from 'node:assert/strict';
import test from 'node:test';
import {load} from './load.mjs';

function scripted(kept = {}) {
  const storage = {getItem: (key) => kept[key] || null, setItem: (key, value) => { kept[key] = value; }};
  const t = {now: 0};
  const globals = {performance: {now: () => t.now}, fetch: () => Promise.resolve({ok: true}), Promise};
  const namespace = load(['reload'], globals);
  return {kept, t, reload: namespace.reload, storage, namespace};
}

const settle = () => new Promise((done) => setImmediate(done));

test('the page is loaded anew once for a new build, when the server is ready, and not at once', async () => {
  const {reload, t} = scripted();
  const loaded = [];
  let ready = false;
  const tick = async () => { reload.tick(t.now, () => Promise.resolve(ready), () => loaded.push(t.now)); await settle(); };
  reload.seen('one', 'one', t.now, 0.5);
  await tick();
  assert.deepEqual(loaded, []);
  reload.seen('two', 'one', t.now, 0.5);
  t.now = 7000;
  await tick();
  assert.deepEqual(loaded, [], 'spread over a quarter of a minute');
  t.now = 7600;
  await tick();
  assert.deepEqual(loaded, [], 'the server is not ready');
  ready = true;
  t.now = 13000;
  await tick();
  assert.deepEqual(loaded, [13000]);
  reload.seen('two', 'one', t.now, 0);
  t.now = 60000;
  await tick();
  assert.deepEqual(loaded, [13000], 'not again for the same build');
});

test('two servers with two builds do not make a page load for ever', async () => {
  const {reload} = scripted();
  const loaded = [];
  reload.seen('one', 'one', 0, 0);
  reload.seen('two', 'one', 0, 0);
  reload.tick(1, () => Promise.resolve(true), () => loaded.push('two'));
  await settle();
  reload.seen('two', 'one', 2, 0);
  reload.tick(3, () => Promise.resolve(true), () => loaded.push('again'));
  await settle();
  assert.deepEqual(loaded, ['two']);
});
