/* The truth bar of each panel and of the whole screen: as of when, in which state, and why. */
(function (gridwall) {
  'use strict';

  /** @param {?Element} element @param {string} text written only when it differs */
  function write(element, text) {
    if (element && element.textContent !== text) element.textContent = text;
  }

  /** @param {Element} element @param {string} name @param {string} value written only when it differs */
  function mark(element, name, value) {
    if (element.getAttribute(name) !== value) element.setAttribute(name, value);
  }

  /**
   * The first such element of a frame that is its own: a frame may hold frames (the map holds its layers).
   * @param {Element} frame @param {string} selector @returns {?Element}
   */
  function own(frame, selector) {
    for (const element of frame.querySelectorAll(selector)) if (element.closest('[data-panel]') === frame) return element;
    return null;
  }

  /** @param {?{key: string}} why @returns {string} the cause in words, empty without one or without words for it */
  function cause(why) {
    if (!why || !why.key) return '';
    const key = 'live-why-' + why.key;
    return gridwall.words.say(gridwall.words.has(key) ? key : 'live-why-unknown', why.params || why);
  }

  /**
   * @param {string} state @param {?Object} head @param {number} now @returns {string} the words of a state and its cause
   */
  function reason(state, head, now) {
    const moment = head && head.source_at
      ? gridwall.format.asOf(head.source_at, now, gridwall.words.zone(), gridwall.words.language()) : '';
    const known = moment && gridwall.words.has('live-state-' + state + '-since');
    const text = known
      ? gridwall.words.say('live-state-' + state + '-since', {time: moment}) : gridwall.words.say('live-state-' + state);
    const because = state === 'live' ? '' : cause(head && head.why);
    return because ? gridwall.words.say('live-because', {state: text, cause: because}) || text : text;
  }

  /** @param {HTMLElement} frame @param {?Object} head @param {number} now server milliseconds */
  function frame(frame, head, now) {
    const state = gridwall.judge.panel(head, now);
    const zone = gridwall.words.zone(), lang = gridwall.words.language();
    const at = head && head.as_of ? head.as_of : 0;
    mark(frame, 'data-state', state);
    mark(frame, 'data-as-of', String(at || ''));
    write(own(frame, '.truth-asof'), at ? gridwall.format.asOf(at, now, zone, lang) : '');
    write(own(frame, '.truth-why'), reason(state, head, now));
    const source = own(frame, '.truth-source');
    if (source) {
      write(source, head && head.source_at
        ? gridwall.words.say('live-source-at', {time: gridwall.format.asOf(head.source_at, now, zone, lang)}) : '');
    }
  }

  /**
   * @param {Element} root @param {string} state of the connection @param {number} now @param {number} beatAt last beat
   */
  function screen(root, state, now, beatAt) {
    mark(root, 'data-connection', state);
    const zone = gridwall.words.zone(), lang = gridwall.words.language();
    const params = {
      seconds: Math.max(0, Math.round((now - beatAt) / 1000)),
      time: beatAt ? gridwall.format.asOf(beatAt, now, zone, lang) : '',
    };
    const key = 'live-connection-' + state;
    const text = gridwall.words.say(beatAt || !gridwall.words.has(key + '-never') ? key : key + '-never', params);
    for (const element of root.querySelectorAll('[data-say="connection"]')) write(element, text);
  }

  gridwall.truth = {write, mark, own, frame, screen};
})(window.gridwall = window.gridwall || {});
