/* Scenes in turn: the next one's body is there before it is shown, and whatever was chosen stays in the address. */
(function (gridwall) {
  'use strict';

  const LEAD_MS = 10000;
  const ASK_AGAIN_MS = 1000;
  const PATIENCE_MS = 20000;
  const FRESH_MS = 8000;
  const DEFAULT_DWELL_S = 60;

  /** @type {{url: string, since: number}} the scene on the screen and since when it has its time */
  let place = {url: '', since: 0};
  /** @type {?{url: string, scene: string|undefined, since: number, asking: boolean, askAt: number, body: ?Object, serverMs: number, at: number, gone: boolean}} */
  let next = null;
  /** Scenes that could not be had, so that the one after is tried. */
  let skipped = 0;
  let turns = 0;

  /** @param {HTMLElement} root @returns {string[]} the scenes in turn */
  function scenes(root) {
    return (root.getAttribute('data-rotate') || '').split(' ').filter(Boolean);
  }

  /**
   * The scene after this one, `further` more ones on; null when there is no other.
   * @param {string[]} order @param {string} current @param {number} further @returns {?string}
   */
  function after(order, current, further) {
    const others = order.filter((scene) => scene !== current);
    if (!others.length) return null;
    const at = order.indexOf(current);
    const row = at < 0 ? order : order.slice(at + 1).concat(order.slice(0, at));
    return row[further % row.length];
  }

  /** @param {string} live address of a body @param {string} scene @param {string} [area] @returns {string} another's */
  function bodyOf(live, scene, area) {
    const parts = live.split('/');
    parts[3] = scene;
    if (area) parts[4] = area;
    return parts.join('/');
  }

  /** @param {Object} body @returns {boolean} whether every panel has been read */
  function whole(body) {
    return Object.keys(body.panels).every((id) => body.panels[id].state !== 'waiting');
  }

  /** Fetch the body that will be shown, until it is there and whole. @param {Object} wanted @param {number} now */
  function fetchBody(wanted, now) {
    if (wanted.asking || now < wanted.askAt || wanted.gone) return;
    wanted.asking = true;
    wanted.askAt = now + ASK_AGAIN_MS;
    const options = {cache: 'no-store', credentials: 'same-origin', headers: {Accept: 'application/json'}};
    window.fetch(wanted.url, options).then((answer) => {
      wanted.gone = answer.status === 404 || answer.status === 401 || answer.status === 403;
      const serverMs = Number(answer.headers.get('X-Gridwall-Now'));
      return answer.status === 200 ? answer.json().then((body) => took(wanted, body, serverMs)) : null;
    }).catch(() => null).then(() => { wanted.asking = false; });
  }

  /** @param {Object} wanted @param {*} body @param {number} serverMs */
  function took(wanted, body, serverMs) {
    const merged = gridwall.bodies.merge(gridwall.bodies.empty(), body);
    if (merged.verdict === 'taken') Object.assign(wanted, {body, serverMs, at: performance.now()});
  }

  /** @param {string} url @param {number} now @returns {Object} the fetching of a body, to be driven by `fetching` */
  function fetcher(url, now) {
    return {url, since: now, asking: false, askAt: now, body: null, serverMs: 0, at: 0, gone: false};
  }

  /**
   * Drive the fetching of what somebody asked for: it is shown as soon as there is a body at all.
   * @param {Object} wanted @param {number} now @returns {'ready'|'waiting'|'gone'}
   */
  function fetching(wanted, now) {
    fetchBody(wanted, now);
    if (wanted.body) {
      next = wanted;
      return 'ready';
    }
    return wanted.gone || now - wanted.since > PATIENCE_MS ? 'gone' : 'waiting';
  }

  /** @param {Object} wanted @param {number} now @returns {boolean} whether it may be shown: whole, or nothing better comes */
  function ready(wanted, now) {
    if (!wanted.body || now - wanted.at > FRESH_MS) return false;
    return whole(wanted.body) || now - wanted.since > PATIENCE_MS;
  }

  /**
   * The body that was fetched for this address, for the page that begins now; null when there is none that is fresh.
   * @param {string} url @param {number} now @returns {?{body: Object, serverMs: number}}
   */
  function take(url, now) {
    const found = next && next.url === url && next.body && now - next.at < FRESH_MS ? next : null;
    next = null;
    return found;
  }

  /**
   * Show another page of the wall without a new entry in the history. Dash's router listens to this event.
   * @param {HTMLElement} root @param {Object<string, ?string>} choices for the address; null takes one out @param {number} now
   * @param {number} [longest] milliseconds for which the scene before may be seen on
   */
  function go(root, choices, now, longest) {
    const address = new URL(window.location.href);
    address.pathname = '/wall';
    address.searchParams.set('scene', root.getAttribute('data-scene') || '');
    for (const name of Object.keys(choices)) {
      if (choices[name] === null) address.searchParams.delete(name);
      else address.searchParams.set(name, choices[name]);
    }
    gridwall.still.lay(root, now, longest);
    window.history.replaceState({}, '', address.href);
    window.dispatchEvent(new CustomEvent('_dashprivate_pushstate'));
    turns += 1;
  }

  /** @returns {boolean} whether somebody or something wants this scene to stay */
  function held() {
    return gridwall.attention.present() || gridwall.attention.paused() || gridwall.alarm.showing()
      || gridwall.cases.isOpen() || gridwall.control.frozen() || document.visibilityState !== 'visible';
  }

  /** Begin to fetch the next scene. @param {HTMLElement} root @param {string} scene @param {number} now */
  function prepare(root, scene, now) {
    const url = bodyOf(root.getAttribute('data-live'), scene);
    next = Object.assign(fetcher(url, now), {scene});
  }

  /** Called several times a second. @param {HTMLElement} root @param {number} now monotonic milliseconds */
  function tick(root, now) {
    const live = root.getAttribute('data-live');
    if (place.url !== live) {
      place = {url: live, since: now};
      skipped = 0;
    }
    gridwall.still.tick(root, gridwall.live.current() === live, now);
    const order = scenes(root), current = root.getAttribute('data-scene') || '';
    const dwell = (Number(root.getAttribute('data-dwell-s')) || DEFAULT_DWELL_S) * 1000;
    const lead = Math.min(LEAD_MS, dwell / 2);
    const scene = after(order, current, skipped);
    if (scene === null || gridwall.still.lies()) return;
    if (held()) {
      next = null;
      place.since = Math.max(place.since, now - dwell + lead);
      return;
    }
    if (now - place.since < dwell - lead) return;
    if (!next) prepare(root, scene, now);
    fetchBody(next, now);
    if (now - place.since >= dwell && ready(next, now)) go(root, {scene: next.scene}, now);
    else if (next.gone || now - next.since > 2 * PATIENCE_MS) giveUp();
  }

  /** The next scene cannot be had: what is shown stays, and the one after is tried. */
  function giveUp() {
    next = null;
    skipped += 1;
  }

  gridwall.rotate = {after, bodyOf, whole, fetcher, fetching, take, go, tick, turns: () => turns};
})(window.gridwall = window.gridwall || {});
