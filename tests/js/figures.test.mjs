import assert from 'node:assert/strict';
import test from 'node:test';
import {load, plain} from './load.mjs';

const {scale, tokens} = load(['scale', 'tokens']);
const look = (name) => ({accent: '#37c2e8', dim: '#8aa4ba'})[name] || '';

test('tokens are resolved where a colour stands, alone, in lists, in scales and with transparency', () => {
  const figure = {
    data: [{marker: {color: ['@accent', '@dim'], line: {color: '@accent/0.5'}}, fillcolor: '@accent'}],
    layout: {paper_bgcolor: 'rgba(0,0,0,0)', colorway: ['@accent'], coloraxis: {colorscale: [[0, '@dim'], [1, '@accent']]}},
  };
  assert.deepEqual(plain(tokens.resolve(figure, look)), {
    data: [{marker: {color: ['#37c2e8', '#8aa4ba'], line: {color: 'rgba(55,194,232,0.5)'}}, fillcolor: '#37c2e8'}],
    layout: {paper_bgcolor: 'rgba(0,0,0,0)', colorway: ['#37c2e8'], coloraxis: {colorscale: [[0, '#8aa4ba'], [1, '#37c2e8']]}},
  });
});

test('a text that looks like a token stays a text', () => {
  const figure = {data: [{x: ['@accent'], text: '@accent', name: '@dim'}]};
  assert.deepEqual(plain(tokens.resolve(figure, look)), figure);
});

test('an unknown token stays, so that the fault is seen', () => {
  assert.deepEqual(plain(tokens.resolve({color: '@nothing'}, look)), {color: '@nothing'});
});

test('colours are mixed without transparency', () => {
  assert.equal(tokens.mix('#000000', '#ffffff', 0.5), '#808080');
  assert.equal(tokens.mix('#07131f', '#fff', 0), '#07131f');
});

test('pixels are multiplied, data and ranges are not', () => {
  const figure = {
    data: [{type: 'bar', x: [1, 2], y: [3, 4], width: 0.8, marker: {size: [6, 8], line: {width: 2}}, error_y: {thickness: 1, width: 3}}],
    layout: {
      font: {size: 14}, margin: {l: 30, r: 0, t: 4, b: 20, pad: 2}, bargap: 0.2,
      xaxis: {range: [0, 24], tickvals: [0, 12], ticklen: 4, domain: [0, 1], tickfont: {size: 13}}, annotations: [{x: 3, y: 4, ax: 10, text: 'size 5'}],
    },
  };
  assert.deepEqual(plain(scale.figure(figure, 2)), {
    data: [{type: 'bar', x: [1, 2], y: [3, 4], width: 0.8, marker: {size: [12, 16], line: {width: 4}}, error_y: {thickness: 2, width: 6}}],
    layout: {
      font: {size: 28}, margin: {l: 60, r: 0, t: 8, b: 40, pad: 4}, bargap: 0.2,
      xaxis: {range: [0, 24], tickvals: [0, 12], ticklen: 8, domain: [0, 1], tickfont: {size: 26}}, annotations: [{x: 3, y: 4, ax: 20, text: 'size 5'}],
    },
  });
  assert.equal(figure.layout.font.size, 14, 'the original is untouched, so that another size can be made from it');
});
