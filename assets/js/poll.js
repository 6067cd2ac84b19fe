/* Asking for the broadcast: one request at a time, soon after each beat, patiently when nobody answers. */
(function (gridwall) {
  'use strict';

  const TIMEOUT_MS = 5000;
  const EARLIEST_MS = 100;
  const SPREAD_MS = 250;
  const FIRST_WAIT_MS = 500;
  const LONGEST_WAIT_MS = 4000;
  const UNSAID_MS = 2000;

  /**
   * How long to wait after this many failures in a row: 0.5, 1, 2, then 4 s, each by up to a quarter more or less.
   * @param {number} failures at least 1 @param {number} random 0 to 1 @returns {number} milliseconds, at most 5,000
   */
  function backOff(failures, random) {
    return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * Math.pow(2, failures - 1)) * (0.75 + 0.5 * random);
  }

  /**
   * When to ask again after an answer: shortly after the next beat, never at once, never later than two beats.
   * @param {number} nextMs server time of the next beat @param {number} now @param {number} beatMs @param {number} random
   * @returns {number} milliseconds from now
   */
  function pause(nextMs, now, beatMs, random) {
    const jitter = EARLIEST_MS + SPREAD_MS * random;
    const wait = nextMs - now;
    return jitter + (wait > 0 ? Math.min(wait, beatMs * 2) : beatMs / 2);
  }

  /** @param {string} url @param {string} since @returns {string} the address with the question's "since" */
  function address(url, since) {
    return since ? url + (url.indexOf('?') < 0 ? '?' : '&') + 'since=' + since : url;
  }

  /** @param {Response} response @returns {Promise<{kind: string, body: *, serverMs: number}>} */
  function read(response) {
    const serverMs = Number(response.headers.get('X-Gridwall-Now'));
    const status = response.status;
    if (status === 401 || status === 403) return Promise.resolve({kind: 'refused', body: null, serverMs});
    if (status === 404) return Promise.resolve({kind: 'missing', body: null, serverMs});
    if (status !== 200 && status !== 202) return Promise.reject(new Error('answered ' + status));
    return response.json().then((body) => ({kind: status === 202 ? 'preparing' : 'body', body, serverMs}));
  }

  /**
   * A poller. It has no timer of its own: `tick` is called several times a second, starts a request when one is due and
   * gives one up that takes too long.
   * @param {{fetch: function, now: function(): number, url: string, since: function(): string,
   *          answer: function({kind: string, body: *, serverMs: number}), fail: function(number)}} with_
   *   now: monotonic milliseconds; answer and fail say by `next` when to ask again (else, or when they fail, in 2 s)
   */
  function create(with_) {
    /** @type {?{abort: AbortController, startedAt: number}} */
    let asking = null;
    let dueAt = with_.now();
    let failures = 0;
    let ended = false;

    function settled(handle) {
      asking = null;
      dueAt = with_.now() + UNSAID_MS;
      if (!ended) handle();
    }

    function ask() {
      const abort = new AbortController();
      asking = {abort, startedAt: with_.now()};
      const options = {cache: 'no-store', credentials: 'same-origin', signal: abort.signal, headers: {Accept: 'application/json'}};
      with_.fetch(address(with_.url, with_.since()), options).then(read).then(
        (answer) => settled(() => { failures = 0; with_.answer(answer); }),
        () => settled(() => { failures += 1; with_.fail(failures); })
      );
    }

    return {
      /** Ask again in so many milliseconds. */
      next(ms) { dueAt = with_.now() + ms; },
      /** Ask as soon as no request is under way. */
      soon() { dueAt = with_.now(); },
      tick() {
        const now = with_.now();
        if (ended) return;
        if (asking) {
          if (now - asking.startedAt > TIMEOUT_MS) asking.abort.abort();
        } else if (now >= dueAt) {
          dueAt = Infinity;
          ask();
        }
      },
      end() {
        ended = true;
        if (asking) asking.abort.abort();
      },
    };
  }

  gridwall.poll = {backOff, pause, address, create};
})(window.gridwall = window.gridwall || {});
