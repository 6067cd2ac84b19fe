/* Colour tokens: a body names "@accent" or "@accent/0.4"; this page's own theme says what that is. */
(function (gridwall) {
  'use strict';

  const TOKEN = /^@([a-z][a-z0-9-]*)(?:\/(0?\.\d+|0|1))?$/;
  const COLOUR_KEY = /colou?rs?$|colorscale$|colorway$/i;

  /** @param {string} hex #rgb or #rrggbb @returns {number[]} red, green, blue */
  function channels(hex) {
    const full = hex.length === 4 ? '#' + hex[1] + hex[1] + hex[2] + hex[2] + hex[3] + hex[3] : hex;
    return [1, 3, 5].map((at) => parseInt(full.slice(at, at + 2), 16));
  }

  /** @param {string} one @param {string} other @param {number} share of the other @returns {string} #rrggbb, opaque */
  function mix(one, other, share) {
    const a = channels(one), b = channels(other);
    return '#' + a.map((v, i) => Math.round(v + (b[i] - v) * share).toString(16).padStart(2, '0')).join('');
  }

  /** @param {string} name @returns {string} the colour of a token in the page's theme, empty when there is none */
  function colour(name) {
    return getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim();
  }

  /** @param {*} value @param {function(string): string} look @returns {*} the value with a token resolved */
  function resolveOne(value, look) {
    const found = typeof value === 'string' ? TOKEN.exec(value) : null;
    if (!found) return value;
    const hex = look(found[1]);
    if (!hex || found[2] === undefined || hex[0] !== '#') return hex || value;
    return 'rgba(' + channels(hex).join(',') + ',' + found[2] + ')';
  }

  /**
   * A copy of a figure with tokens resolved, only where a colour stands: a text that looks like a token stays a text.
   * @param {*} node @param {function(string): string} look @param {boolean} [coloured] @returns {*}
   */
  function resolve(node, look, coloured) {
    if (Array.isArray(node)) return coloured || node.some((v) => v && typeof v === 'object')
      ? node.map((item) => resolve(item, look, coloured)) : node;
    if (!node || typeof node !== 'object') return coloured ? resolveOne(node, look) : node;
    const copy = {};
    for (const key of Object.keys(node)) copy[key] = resolve(node[key], look, coloured || COLOUR_KEY.test(key));
    return copy;
  }

  gridwall.tokens = {mix, colour, resolve};
})(window.gridwall = window.gridwall || {});
