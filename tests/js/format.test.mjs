import assert from 'node:assert/strict';
import test from 'node:test';
import {load} from './load.mjs';

const {format} = load(['format']);
const at = Date.UTC(2026, 10, 21, 6, 2, 19);

test('working time is hours and minutes, rounded towards zero, with a plus when overdue', () => {
  assert.equal(format.hoursMinutes(3780), '1:03');
  assert.equal(format.hoursMinutes(3839), '1:03');
  assert.equal(format.hoursMinutes(59), '0:00');
  assert.equal(format.hoursMinutes(0), '0:00');
  assert.equal(format.hoursMinutes(-9120), '+2:32');
  assert.equal(format.hoursMinutes(-1), '+0:00');
  assert.equal(format.hoursMinutes(30 * 3600), '30:00');
});

test('placeholders are filled, unknown ones stay, and a value is never read as a placeholder', () => {
  assert.equal(format.fill('{a} of {b}', {a: 1, b: '{a}'}), '1 of {a}');
  assert.equal(format.fill('{a} {c}', {a: 0}), '0 {c}');
  assert.equal(format.fill('{toString}', {}), '{toString}');
});

test('the clock runs in the city, not where the browser thinks it is', () => {
  assert.equal(format.clock(at, 'Asia/Shanghai'), '14:02:19');
  assert.equal(format.clock(at, 'America/New_York'), '01:02:19');
  assert.equal(format.clock(Date.UTC(2026, 10, 21, 16, 0, 5), 'Asia/Shanghai'), '00:00:05');
});

test('the date is written in both languages', () => {
  assert.equal(format.date(at, 'Asia/Shanghai', 'zh'), '2026-11-21 周六');
  assert.equal(format.date(at, 'Asia/Shanghai', 'en'), 'Sat 21 Nov 2026');
});

test('an as-of older than a day carries its date', () => {
  const hour = 3600000;
  assert.equal(format.asOf(at, at + 23 * hour, 'Asia/Shanghai', 'zh'), '14:02:19');
  assert.equal(format.asOf(at, at + 24 * hour, 'Asia/Shanghai', 'zh'), '11-21 14:02:19');
  assert.equal(format.asOf(at, at + 24 * hour, 'Asia/Shanghai', 'en'), '21 Nov 14:02:19');
});

test('thousands are set apart by thin spaces', () => {
  assert.equal(format.count(1234567), '1\u2009234\u2009567');
  assert.equal(format.count(999), '999');
});
