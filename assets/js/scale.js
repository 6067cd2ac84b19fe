/* Sizes: figures are written for 1920 x 1080, one factor makes them fit this screen. */
(function (gridwall) {
  'use strict';

  const REM_AT_1080P = 100;
  const SIZED = new Set([
    'size', 'width', 'l', 'r', 't', 'b', 'pad', 'thickness', 'ticklen', 'tickwidth', 'standoff', 'linewidth', 'gridwidth',
    'zerolinewidth', 'outlinewidth', 'borderwidth', 'borderpad', 'arrowwidth', 'ax', 'ay', 'xshift', 'yshift',
    'tracegroupgap', 'itemwidth', 'cornerradius', 'sizemin',
  ]);
  /* Keys whose numbers are not pixels although they are named like some. */
  const LEAVE = new Set(['x', 'y', 'z', 'text', 'customdata', 'domain', 'range', 'tickvals', 'ticktext', 'base', 'ids', 'labels', 'values']);

  /**
   * The factor of this screen: the root's font size is 100 px at 1080p on every profile (the style sheet decides it from
   * the window's width and height), so it holds on walls and on laptops alike.
   * @returns {number}
   */
  function factor() {
    const root = parseFloat(getComputedStyle(document.documentElement).fontSize);
    return root > 0 ? root / REM_AT_1080P : 1;
  }

  /** @param {number} value @param {number} k @returns {number} rounded to hundredths of a pixel */
  function times(value, k) {
    return Math.round(value * k * 100) / 100;
  }

  /**
   * Whether `width` here is a share of a bar's slot and not pixels: bars and boxes carry a trace width in axis units.
   * @param {Object} node @returns {boolean}
   */
  function isTrace(node) {
    return typeof node.type === 'string' && ('x' in node || 'y' in node || 'values' in node);
  }

  /**
   * A copy of a figure with every pixel size multiplied; data arrays are shared with the original.
   * @param {*} node @param {number} k @returns {*}
   */
  function figure(node, k) {
    if (Array.isArray(node)) return node.some((v) => v && typeof v === 'object') ? node.map((item) => figure(item, k)) : node;
    if (!node || typeof node !== 'object') return node;
    const copy = {};
    for (const key of Object.keys(node)) {
      const value = node[key];
      if (LEAVE.has(key)) copy[key] = value;
      else if (SIZED.has(key) && !(key === 'width' && isTrace(node))) copy[key] = sized(value, k);
      else copy[key] = figure(value, k);
    }
    return copy;
  }

  /** @param {*} value a number, numbers (marker sizes) or something deeper @param {number} k */
  function sized(value, k) {
    if (typeof value === 'number') return times(value, k);
    if (Array.isArray(value) && value.every((v) => typeof v === 'number')) return value.map((v) => times(v, k));
    return figure(value, k);
  }

  gridwall.scale = {factor, figure};
})(window.gridwall = window.gridwall || {});
