/* The server's time, as this screen knows it: a wall's own clock is not trusted. */
(function (gridwall) {
  'use strict';

  const KEPT = 20;
  const JUMP_MS = 2000;

  /**
   * An estimate of the server's clock. Each answer says "it was at least this late when I was sent": the offset is the
   * largest of the last answers, so an answer out of a proxy's cache cannot turn the clock back.
   * @param {function(): number} monotonic milliseconds that never go back (performance.now)
   * @param {function(): number} wall this machine's own clock (Date.now), used to notice that the machine slept
   */
  function create(monotonic, wall) {
    /** @type {number[]} */
    const offsets = [];
    let offset = wall() - monotonic();
    let known = false;
    let slept = 0;
    let last = {monotonic: monotonic(), wall: wall()};

    return {
      /** An answer was stamped `serverMs` and has just arrived. */
      heard(serverMs) {
        if (!Number.isFinite(serverMs) || serverMs <= 0) return;
        offsets.push(serverMs - monotonic());
        if (offsets.length > KEPT) offsets.shift();
        offset = Math.max.apply(null, offsets);
        slept = 0;
        known = true;
      },
      /** The server's time at the rendering of the page, good until the first answer. */
      seed(serverMs) {
        if (!known && Number.isFinite(serverMs) && serverMs > 0) offset = Math.max(offset, serverMs - monotonic());
      },
      /** Milliseconds since 1970 by the server's clock. */
      now() {
        return monotonic() + offset + slept;
      },
      /**
       * To be called often. True when the machine slept or its clock jumped ahead since the last call: until the next
       * answer the time that may have passed counts as passed.
       */
      checkSleep() {
        const seen = {monotonic: monotonic(), wall: wall()};
        const jump = (seen.wall - last.wall) - (seen.monotonic - last.monotonic);
        last = seen;
        if (jump < JUMP_MS) return false;
        slept += jump;
        offsets.length = 0;
        return true;
      },
    };
  }

  gridwall.serverTime = {create};
})(window.gridwall = window.gridwall || {});
