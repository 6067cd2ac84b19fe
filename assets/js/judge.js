/* What may be claimed about the data on this screen, judged by the server's time. Pure. */
(function (gridwall) {
  'use strict';

  const DEFAULT_BEAT_MS = 2000;
  const PATIENCE_BEATS = 2.75;
  const LIVE_STATES = ['live', 'quiet', 'silent'];

  /** @param {{beatAt: number, nextMs: number}} memory @returns {number} length of a beat in milliseconds */
  function beatLength(memory) {
    const length = memory.nextMs - memory.beatAt;
    return length >= 500 && length <= 5000 ? length : DEFAULT_BEAT_MS;
  }

  /**
   * The state of the whole screen. A loss is said before three beats have passed.
   * @param {{now: number, startedAt: number, answeredAt: ?number, failures: number, refusal: ?string,
   *          preparing: boolean, beatAt: number, beatSeenAt: ?number, beatMs: number}} s  all times server milliseconds;
   *   answeredAt: last answer of the web process; beatSeenAt: when a new beat was last taken in
   * @returns {'waiting'|'ok'|'silent'|'offline'|'preparing'|'refused'|'missing'}
   */
  function connection(s) {
    const patience = s.beatMs * PATIENCE_BEATS;
    const answered = s.answeredAt === null ? s.startedAt : s.answeredAt;
    if (s.failures >= 2 || s.now - answered > patience) return 'offline';
    if (s.refusal === 'refused' || s.refusal === 'missing') return s.refusal;
    if (s.preparing) return 'preparing';
    if (s.beatSeenAt === null) return s.failures ? 'offline' : 'waiting';
    if (s.now - s.beatAt > patience || s.now - s.beatSeenAt > patience) return 'silent';
    return 'ok';
  }

  /**
   * The state of one panel: what the publisher said, unless its as-of has passed the limit meanwhile.
   * @param {?{state: string, as_of: ?number, stale_ms: number}} head @param {number} now server milliseconds
   * @returns {string} waiting, live, quiet, silent, stale, broken or not_recorded
   */
  function panel(head, now) {
    if (!head) return 'waiting';
    const old = head.as_of !== null && head.as_of !== undefined && head.stale_ms > 0 && now - head.as_of > head.stale_ms;
    if (old && LIVE_STATES.indexOf(head.state) >= 0) return 'stale';
    return head.state;
  }

  /**
   * Working seconds left at `now`, from what the server said at `at`. While the clock of the order runs it falls second by
   * second; it stands still otherwise, and from the next change on: what comes after is for the server to say.
   * @param {{left: number, at: number, running: boolean, flips: ?number}} cell @param {number} now @param {number} until
   *   the moment up to which the panel may be believed
   * @returns {number}
   */
  function remaining(cell, now, until) {
    if (!cell.running) return cell.left;
    const end = Math.min(now, until, cell.flips === null ? Infinity : cell.flips);
    return cell.left - Math.max(0, end - cell.at) / 1000;
  }

  /**
   * When the database was last read, if what was read last cannot be read any more: a beat that comes on time and brings
   * nothing must not be called fresh. Slow panels may still be within their own patience then.
   * @param {Object<string, Object>} heads @param {number} now server milliseconds
   * @returns {?number} the newest as-of; null while a panel with that as-of is read, and where none ever was
   */
  function unreadSince(heads, now) {
    const all = Object.keys(heads).map((name) => heads[name]);
    const newest = Math.max.apply(null, all.map((head) => head.as_of || 0).concat(0));
    const last = all.filter((head) => head.as_of === newest);
    return newest && last.every((head) => ['stale', 'broken'].indexOf(panel(head, now)) >= 0) ? newest : null;
  }

  /**
   * Whether everything on the screen comes from a source that has fallen silent: it is read, and says nothing new.
   * @param {Object<string, Object>} heads @param {number} now server milliseconds @returns {boolean}
   */
  function mute(heads, now) {
    const said = Object.keys(heads).map((name) => panel(heads[name], now)).filter((state) => LIVE_STATES.indexOf(state) >= 0);
    return said.length > 0 && said.every((state) => state === 'silent');
  }

  gridwall.judge = {beatLength, connection, panel, remaining, unreadSince, mute};
})(window.gridwall = window.gridwall || {});
