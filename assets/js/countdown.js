/* Countdown cells: remaining working time, second by second, never beyond what the server said. */
(function (gridwall) {
  'use strict';

  /** @param {Element} cell @param {string} name @returns {?number} */
  function number(cell, name) {
    const text = cell.getAttribute(name);
    return text === null || text === '' || !Number.isFinite(Number(text)) ? null : Number(text);
  }

  /** @param {Element} cell @param {number} now server milliseconds @param {number} asOf @param {number} staleMs */
  function show(cell, now, asOf, staleMs) {
    const left = number(cell, 'data-left');
    if (left === null) return;
    const at = number(cell, 'data-at') || asOf || now;
    const running = ['1', 'true', 'True'].indexOf(cell.getAttribute('data-running')) >= 0;
    const until = staleMs > 0 && asOf ? asOf + staleMs : now;
    const seconds = gridwall.judge.remaining({left, at, running, flips: number(cell, 'data-flips')}, now, until);
    gridwall.truth.write(cell, gridwall.format.hoursMinutes(seconds));
  }

  /**
   * @param {Element} root @param {number} now server milliseconds @param {Object<string, {as_of: ?number, stale_ms: number}>} heads
   */
  function showAll(root, now, heads) {
    for (const cell of root.querySelectorAll('.count[data-left]')) {
      const frame = cell.closest('[data-panel]');
      const head = (frame && heads[frame.getAttribute('data-panel')]) || {as_of: null, stale_ms: 0};
      show(cell, now, head.as_of || 0, head.stale_ms);
    }
  }

  gridwall.countdown = {showAll};
})(window.gridwall = window.gridwall || {});
