/* Remote control: a named wall asks what a phone chose for it and follows; the phone's page sends what is touched. */
(function (gridwall) {
  'use strict';

  const ASK_MS = 2000;
  const LONGEST_WAIT_MS = 10000;
  const TIMEOUT_MS = 4000;
  const STILL_MS = 1500;
  const KEPT = 'gridwall-remote-';
  const STORE = 'control-asked';

  let asking = null;
  let askAt = -Infinity;
  let failures = 0;
  let questions = 0;
  /** @type {{until: number, at: number}} monotonic milliseconds until which the picture stands; server time it shows */
  let frozenState = {until: -Infinity, at: 0};
  /** @type {?{rev: number, url: string, choices: Object, askAt: number, asking: boolean, gone: boolean, body: ?Object}} */
  let going = null;

  /** @returns {boolean} whether the picture stands still because somebody wanted it so */
  function frozen() {
    return performance.now() < frozenState.until;
  }

  /** @param {string} name @returns {string} the number of the last command that was followed here */
  function followed(name) {
    try {
      return window.sessionStorage.getItem(KEPT + name) || '';
    } catch (error) {
      return '';
    }
  }

  /** @param {string} name @param {number} rev */
  function follow(name, rev) {
    try {
      window.sessionStorage.setItem(KEPT + name, String(rev));
    } catch (error) {
      /* without storage the last command is followed once more after the page was loaded anew */
    }
  }

  /** @param {HTMLElement} root @returns {URLSearchParams} what this wall shows, for the phone to see */
  function report(root) {
    const address = new URLSearchParams(window.location.search);
    return new URLSearchParams({
      scene: root.getAttribute('data-scene') || '', place: gridwall.words.place(), lang: gridwall.words.language(), layer: address.get('layer') || '',
      pause: gridwall.attention.paused() ? '1' : '', freeze: frozen() ? '1' : '', rev: followed(root.getAttribute('data-wall')),
    });
  }

  /** @param {HTMLElement} root @param {string} name @param {number} now */
  function ask(root, name, now) {
    const abort = new AbortController();
    const started = {abort, since: now};
    asking = started;
    const options = {cache: 'no-store', credentials: 'same-origin', signal: abort.signal, headers: {Accept: 'application/json'}};
    window.fetch('/remote/' + encodeURIComponent(name) + '?' + report(root), options)
      .then((answer) => (answer.status === 200 ? answer.json() : answer.status === 204 ? null : Promise.reject(new Error('answered ' + answer.status))))
      .then((command) => { failures = 0; obey(name, command); }, () => { failures += 1; })
      .then(() => {
        if (asking === started) asking = null;
        questions += 1;
        askAt = performance.now() + Math.min(LONGEST_WAIT_MS, ASK_MS * (1 + failures));
      });
  }

  /** Do what a command says; one that was followed is left alone. @param {string} name @param {?Object} command */
  function obey(name, command) {
    const root = gridwall.words.root();
    if (!command || !root || root.getAttribute('data-wall') !== name) return;
    freeze(Number(command.freeze_ms) || 0);
    if (!Number.isFinite(command.rev) || String(command.rev) === followed(name)) return;
    if (going && going.rev === command.rev) return;
    const scene = command.scene || root.getAttribute('data-scene'), place = command.place || gridwall.words.place();
    const url = gridwall.rotate.bodyOf(root.getAttribute('data-live'), scene, place);
    const choices = {pause: command.pause ? '1' : null, layer: command.layer || null};
    going = null;  // whoever says something newer does not want to go where the wall is still on its way to
    if (url === root.getAttribute('data-live')) {
      adjust(choices);
      follow(name, command.rev);
      return;
    }
    going = {rev: command.rev, choices: Object.assign(choices, {scene, place}), fetch: gridwall.rotate.fetcher(url, performance.now())};
  }

  /** Choices that need no other page. @param {Object<string, ?string>} choices */
  function adjust(choices) {
    const address = new URL(window.location.href);
    for (const name of Object.keys(choices)) {
      if (choices[name] === null) address.searchParams.delete(name);
      else address.searchParams.set(name, choices[name]);
    }
    window.history.replaceState(window.history.state, '', address.href);
    gridwall.map.follow();
  }

  /** @param {number} ms for which the picture shall stand still from now on, 0: no longer */
  function freeze(ms) {
    const before = frozen(), known = gridwall.live.peek();
    if (ms > 0 && !before) frozenState.at = known ? known.memory.beatAt : 0;
    frozenState.until = ms > 0 ? performance.now() + ms : -Infinity;
  }

  /** Go where a command leads, once its picture is there. @param {HTMLElement} root @param {string} name @param {number} now */
  function travel(root, name, now) {
    if (!going || gridwall.still.lies()) return;
    const state = gridwall.rotate.fetching(going.fetch, now);
    if (state === 'waiting') return;
    const {rev, choices} = going;
    going = null;
    follow(name, rev);
    if (state === 'ready') gridwall.rotate.go(root, choices, now, STILL_MS);
  }

  /** Called several times a second. @param {HTMLElement} root @param {number} now monotonic milliseconds */
  function tick(root, now) {
    const name = root.getAttribute('data-wall');
    if (!name) return;
    if (asking && now - asking.since > TIMEOUT_MS) asking.abort.abort();
    if (!asking && now >= askAt) ask(root, name, now);
    travel(root, name, now);
  }

  /** A touch on the phone's page. @param {Event} event */
  function touched(event) {
    const button = event.target instanceof Element ? event.target.closest('[data-control]') : null;
    if (!button) return;
    const change = JSON.parse(button.getAttribute('data-control'));
    gridwall.dashlink.set(STORE, {data: Object.assign(change, {at: Date.now()})});
  }

  document.addEventListener('click', touched);

  gridwall.control = {
    tick, frozen, frozenAt: () => frozenState.at,
    /** For tests: how many questions were answered, or given up. */
    asked: () => questions,
  };
})(window.gridwall = window.gridwall || {});
