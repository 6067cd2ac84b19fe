/* Bodies of the broadcast: merging a full body or a difference into what this screen knows. Pure. */
(function (gridwall) {
  'use strict';

  /**
   * @typedef {{state: string, as_of: ?number, source_at: ?number, rev: number, stale_ms: number, why: ?{key: string}}} Head
   * @typedef {{epoch: number, seq: number, beatAt: number, nextMs: number, build: string,
   *            heads: Object<string, Head>, props: Object<string, Object>}} Memory
   */

  /** @returns {Memory} nothing known yet */
  function empty() {
    return {epoch: -1, seq: -1, beatAt: 0, nextMs: 0, build: '', heads: {}, props: {}};
  }

  /** @param {*} body @returns {boolean} whether this is a body of ours, and not some proxy's page */
  function acceptable(body) {
    return Boolean(body) && typeof body === 'object' && Number.isFinite(body.epoch) && Number.isFinite(body.seq)
      && Number.isFinite(body.beat_at) && Boolean(body.panels) && typeof body.panels === 'object';
  }

  /** @param {Memory} memory @param {*} body @returns {boolean} whether the body is older than what is known */
  function outdated(memory, body) {
    if (body.beat_at > memory.beatAt) return false;
    return body.epoch < memory.epoch || (body.epoch === memory.epoch && body.seq < memory.seq);
  }

  /** @param {Memory} memory @param {*} body @returns {boolean} whether a difference starts from something we have */
  function fits(memory, body) {
    if (body.base === null || body.base === undefined) return true;
    return body.epoch === memory.epoch && body.base <= memory.seq;
  }

  /**
   * Take a body in.
   * @param {Memory} memory changed in place @param {*} body
   * @returns {{verdict: 'taken'|'same'|'old'|'needs-full'|'foreign', changed: string[]}} changed: panels with new props
   */
  function merge(memory, body) {
    if (!acceptable(body)) return {verdict: 'foreign', changed: []};
    if (outdated(memory, body)) return {verdict: 'old', changed: []};
    if (!fits(memory, body)) return {verdict: 'needs-full', changed: []};
    const sameEpoch = body.epoch === memory.epoch;
    const same = sameEpoch && body.seq === memory.seq;
    const changed = [];
    for (const id of Object.keys(body.panels)) {
      const panel = body.panels[id];
      const before = memory.heads[id];
      const {props, ...head} = panel;
      memory.heads[id] = head;
      if (!props) continue;
      if (sameEpoch && before && before.rev === head.rev && memory.props[id]) continue;
      memory.props[id] = props;
      changed.push(id);
    }
    memory.epoch = body.epoch;
    memory.seq = body.seq;
    memory.beatAt = body.beat_at;
    memory.nextMs = Number.isFinite(body.next_ms) ? body.next_ms : body.beat_at;
    memory.build = body.build || memory.build;
    return {verdict: same ? 'same' : 'taken', changed};
  }

  /** @param {Memory} memory @returns {string} the question's "since", empty when a full body is wanted */
  function since(memory) {
    return memory.seq < 0 ? '' : memory.epoch + '.' + memory.seq;
  }

  gridwall.bodies = {empty, merge, since};
})(window.gridwall = window.gridwall || {});
