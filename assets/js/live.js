/* The broadcast on this screen: asks, applies, judges. One timer drives everything, so that nothing piles up in days. */
(function (gridwall) {
  'use strict';

  const TICK_MS = 250;
  const RESIZE_MS = 150;
  const monotonic = () => performance.now();

  /** @type {?Object} what this page shows: address, memory of bodies, poller, how it goes */
  let session = null;
  let second = -1;
  let resizedAt = 0;
  /** @type {?Object} */
  let clockOf = null;

  /** @returns {Object} the server's clock, made at first use: scripts are loaded in any order */
  function serverClock() {
    if (!clockOf) clockOf = gridwall.serverTime.create(monotonic, () => Date.now());
    return clockOf;
  }

  /** @param {HTMLElement} root @returns {Object} */
  function begin(root) {
    const url = root.getAttribute('data-live');
    const clock = serverClock();
    clock.seed(Number(root.getAttribute('data-now')));
    gridwall.panels.forget();
    const started = {
      url, root, memory: gridwall.bodies.empty(), changed: new Set(), startedAt: clock.now(), answeredAt: null,
      beatSeenAt: null, failures: 0, refusal: null, preparing: false, full: true, poller: null,
    };
    const fetched = gridwall.rotate.take(url, monotonic());
    started.poller = gridwall.poll.create({
      fetch: window.fetch.bind(window), now: monotonic, url,
      since: () => (started.full ? '' : gridwall.bodies.since(started.memory)),
      answer: (answer) => answered(started, answer),
      fail: (failures) => failed(started, failures),
    });
    if (fetched) startWith(started, fetched);
    return started;
  }

  /** A page whose body was fetched before it was shown. @param {Object} s session @param {{body: Object, serverMs: number}} fetched */
  function startWith(s, fetched) {
    serverClock().heard(fetched.serverMs);
    s.answeredAt = serverClock().now();
    received(s, fetched.body);
    judge(s);
  }

  /** @param {Object} s session @param {number} failures in a row */
  function failed(s, failures) {
    s.failures = failures;
    s.poller.next(gridwall.poll.backOff(failures, Math.random()));
    judge(s);
  }

  /** @param {Object} s session @param {{kind: string, body: *, serverMs: number}} answer */
  function answered(s, answer) {
    const clock = serverClock();
    clock.heard(answer.serverMs);
    s.failures = 0;
    s.answeredAt = clock.now();
    s.refusal = answer.kind === 'refused' || answer.kind === 'missing' ? answer.kind : null;
    s.preparing = answer.kind === 'preparing';
    if (answer.kind === 'body') received(s, answer.body);
    else s.poller.next(s.refusal ? gridwall.poll.backOff(4, Math.random()) : waitFor(s, answer.body));
    judge(s);
  }

  /** @param {Object} s session @param {*} body of a 202 @returns {number} milliseconds until the next question */
  function waitFor(s, body) {
    const next = body && Number.isFinite(body.next_ms) ? body.next_ms : 0;
    return gridwall.poll.pause(next, serverClock().now(), gridwall.judge.beatLength(s.memory), Math.random());
  }

  /** @param {Object} s session @param {*} body */
  function received(s, body) {
    const {verdict, changed} = gridwall.bodies.merge(s.memory, body);
    if (verdict === 'foreign') {
      failed(s, s.failures + 1);
      return;
    }
    s.full = verdict === 'needs-full';
    if (s.full) {
      s.poller.soon();
      return;
    }
    if (verdict === 'taken') s.beatSeenAt = serverClock().now();
    for (const panel of changed) s.changed.add(panel);
    const now = serverClock().now();
    s.poller.next(gridwall.poll.pause(s.memory.nextMs, now, gridwall.judge.beatLength(s.memory), Math.random()));
    gridwall.reload.seen(s.memory.build, s.root.getAttribute('data-build') || '', monotonic(), Math.random());
    if (!gridwall.control.frozen()) gridwall.panels.update(s.root, s.memory.props, s.changed);
    window.requestAnimationFrame(() => { if (s === session) lists(s); });
  }

  /** What is written into rows: soon after they were drawn, and once a second. @param {Object} s session */
  function lists(s) {
    if (gridwall.control.frozen()) return;
    gridwall.countdown.showAll(s.root, serverClock().now(), s.memory.heads);
    gridwall.pager.turnAll(s.root, monotonic());
  }

  /** Say on the screen what may be claimed now. @param {Object} s session */
  function judge(s) {
    const now = serverClock().now();
    if (gridwall.control.frozen()) {
      gridwall.truth.screen(s.root, 'frozen', now, gridwall.control.frozenAt());
      return;
    }
    const state = gridwall.judge.connection({
      now, startedAt: s.startedAt, answeredAt: s.answeredAt, failures: s.failures, refusal: s.refusal,
      preparing: s.preparing, beatAt: s.memory.beatAt, beatSeenAt: s.beatSeenAt, beatMs: gridwall.judge.beatLength(s.memory),
    });
    const unread = state === 'ok' ? gridwall.judge.unreadSince(s.memory.heads, now) : null;
    const said = state === 'ok' && gridwall.judge.mute(s.memory.heads, now) ? 'mute' : state;
    gridwall.truth.screen(s.root, unread ? 'stale' : said, now, unread || s.memory.beatAt);
    for (const frame of gridwall.panels.frames(s.root)) {
      gridwall.truth.frame(frame, s.memory.heads[frame.getAttribute('data-panel')], now);
    }
  }

  /** What is due once a second. @param {Object} s session @param {number} now server milliseconds */
  function everySecond(s, now) {
    gridwall.clock.show(s.root, now);
    if (!gridwall.control.frozen()) gridwall.panels.update(s.root, s.memory.props, s.changed);
    judge(s);
    lists(s);
    if (!gridwall.control.frozen()) gridwall.map.turnLayers(s.root, monotonic());
    gridwall.cases.tidy(s.root, monotonic());
    gridwall.alarm.tick(s.root, monotonic(), now);
    gridwall.reload.tick(monotonic(), gridwall.reload.serverReady, () => window.location.reload());
  }

  /** The session of the page as it is now: another address, or a root drawn anew, begins another. @returns {?Object} */
  function current() {
    const root = gridwall.words.root();
    if (session && (!root || root !== session.root || root.getAttribute('data-live') !== session.url)) {
      session.poller.end();
      session = null;
      gridwall.map.forget();
    }
    if (!session && root && root.getAttribute('data-live')) session = begin(root);
    return session;
  }

  function tick() {
    const slept = serverClock().checkSleep();
    const s = current();
    if (!s) return;
    if (slept) s.poller.soon();
    s.poller.tick();
    gridwall.rotate.tick(s.root, monotonic());
    gridwall.control.tick(s.root, monotonic());
    const now = serverClock().now();
    if (Math.floor(now / 1000) !== second) {
      second = Math.floor(now / 1000);
      everySecond(s, now);
    }
    if (resizedAt && monotonic() - resizedAt > RESIZE_MS) {
      resizedAt = 0;
      gridwall.panels.redrawFigures(s.root, s.memory.props);
      gridwall.map.resized();
    }
  }

  function askSoon() {
    if (session && document.visibilityState === 'visible') session.poller.soon();
    tick();
  }

  function start() {
    gridwall.panels.take('geometry', gridwall.map.geometryCame);
    gridwall.panels.take('values', gridwall.map.valuesCame);
    gridwall.panels.take('alarms', gridwall.alarm.came);
    window.setInterval(tick, TICK_MS);
    window.addEventListener('resize', () => { resizedAt = monotonic(); });
    window.addEventListener('online', askSoon);
    document.addEventListener('visibilitychange', askSoon);
    tick();
  }

  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', start);
  else start();

  gridwall.live = {
    /** The address whose body is on the screen, as far as there is one. */
    current: () => (session && session.beatSeenAt !== null ? session.url : ''),
    /** For people at the console and for tests: what this screen knows. */
    peek: () => session && {
      memory: session.memory, failures: session.failures, now: serverClock().now(), laidOut: resizedAt === 0,
    },
  };
})(window.gridwall = window.gridwall || {});
