import assert from 'node:assert/strict';
import test from 'node:test';
import {load} from './load.mjs';

const {subjects} = load(['subjects'], {document: {readyState: 'loading', addEventListener: () => undefined}});
const ALL = ['departments', 'counties', 'streets'];

test('subjects take turns in the order of their tabs and begin again', () => {
  assert.equal(subjects.after(ALL, 'departments', () => true), 'counties');
  assert.equal(subjects.after(ALL, 'streets', () => true), 'departments');
});

test('a subject without units here is passed over', () => {
  assert.equal(subjects.after(ALL, 'departments', (name) => name !== 'counties'), 'streets');
  assert.equal(subjects.after(ALL, 'streets', (name) => name === 'counties'), 'counties');
});

test('where there is no other, the shown one stays', () => {
  assert.equal(subjects.after(ALL, 'counties', () => false), 'counties');
  assert.equal(subjects.after(ALL, 'counties', (name) => name === 'counties'), 'counties');
});
