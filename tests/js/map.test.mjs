import assert from 'node:assert/strict';
import test from 'node:test';
import {load, plain} from './load.mjs';

const {mapcells, maplabels, maplegend, geometry, pager, words} = load(['format', 'words', 'mapcells', 'maplabels', 'maplegend', 'geometry', 'pager'],
  {document: {querySelector: () => null}});

test('only cells whose class differs are touched', () => {
  assert.deepEqual(plain(mapcells.differing('0123', '0123')), []);
  assert.deepEqual(plain(mapcells.differing('0123', '0h2-')), [1, 3]);
  assert.deepEqual(plain(mapcells.differing('', '01')), [0, 1], 'nothing drawn yet: all');
});

const label = (text, rank, x, y, room) => ({text, rank, x, y, room, font: 10});

test('labels do not cover one another; those of the highest level move aside, the others give way', () => {
  const chosen = maplabels.choose([label('鼓楼区', 1, 0, 0, 1000), label('泉山区', 1, 2, 1, 1000), label('黄楼街道', 2, 1, 0, 9999)]);
  assert.deepEqual(plain(chosen.map((one) => one.text)), ['鼓楼区', '泉山区']);
  assert.equal(chosen[0].y, 0);
  assert.ok(Math.abs(chosen[1].y - chosen[0].y) >= 10, 'moved by a line');
});

test('no name stands where the legend or the tabs are', () => {
  const legend = {x: 0, y: 0, w: 200, h: 20};
  const [moved] = maplabels.choose([label('师寨镇', 2, 0, 0, 1000)], [legend]);
  assert.ok(Math.abs(moved.y) * 2 >= 20 + 10, 'a line or two aside');
  assert.equal(maplabels.choose([label('师寨镇', 2, 0, 0, 1000)], [{x: 0, y: 0, w: 200, h: 200}]).length, 0);
});

test('no name moves into the neighbour of a small area', () => {
  const [large, ...others] = maplabels.choose([label('碾庄镇', 2, 0, 0, 1000), label('邳城农场', 2, 2, 1, 20)]);
  assert.equal(large.text, '碾庄镇');
  assert.deepEqual(others, [], 'rather none than one in the wrong place');
});

test('a lower level is named only where its own area has plenty of room', () => {
  const county = label('丰县', 1, 0, 0, 100);
  assert.equal(maplabels.choose([county, label('师寨镇', 2, 300, 0, 60)]).length, 1);
  assert.equal(maplabels.choose([county, label('师寨镇', 2, 300, 0, 120)]).length, 2);
});

test('Chinese characters are square, Latin ones about half', () => {
  assert.equal(maplabels.ems('沛县'), 2);
  assert.ok(maplabels.ems('Pei') < 2);
});

test('a legend says the range of each class, by its own labels where it has any', () => {
  assert.equal(maplegend.range({breaks: [0, 2, 4]}, 1), '2\u20134');
  assert.equal(maplegend.range({breaks: [0, 2, 4]}, 2), '4+');
  assert.equal(maplegend.range({breaks: [0, 50], top: 100}, 1), '50\u2013100');
  assert.equal(maplegend.range({breaks: [0.9], labels: ['≥90']}, 0), '≥90');
});

test('a geometry file that does not come is asked for again, less and less often', () => {
  assert.equal(geometry.wait(1, 0.5), 500);
  assert.equal(geometry.wait(99, 0.5), 4000);
});

test('pages hold what fits whole, and never less than one row', () => {
  assert.deepEqual(plain(pager.starts([10, 10, 10, 10, 10], 30, 7)), [0, 3]);
  assert.deepEqual(plain(pager.starts([10, 10, 10, 10, 10], 300, 2)), [0, 2, 4]);
  assert.deepEqual(plain(pager.starts([50, 50], 30, 7)), [0, 1]);
  assert.deepEqual(plain(pager.starts([], 30, 7)), [0]);
});

test('without a page there are no words, and nothing breaks', () => {
  assert.equal(words.say('map-loading'), '');
  assert.equal(words.language(), 'zh');
});
