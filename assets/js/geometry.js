/* Geometry files: fetched by us and not by the map component, because one failed fetch there leaves the map empty for good. */
(function (gridwall) {
  'use strict';

  const TIMEOUT_MS = 20000;
  const WAITS_MS = [500, 1000, 2000, 4000];

  /** @param {number} tries failed so far, at least 1 @param {number} random 0 to 1 @returns {number} milliseconds to wait */
  function wait(tries, random) {
    return WAITS_MS[Math.min(tries, WAITS_MS.length) - 1] * (0.75 + 0.5 * random);
  }

  /** @param {string} url @returns {Promise<*>} the file; addresses carry the hash of the content, so caches may keep them */
  function once(url) {
    const abort = new AbortController();
    const timer = window.setTimeout(() => abort.abort(), TIMEOUT_MS);
    return fetch(url, {credentials: 'same-origin', signal: abort.signal})
      .then((response) => (response.ok ? response.json() : Promise.reject(new Error('answered ' + response.status))))
      .finally(() => window.clearTimeout(timer));
  }

  /**
   * Load a file, again and again until it is there or nobody wants it any more.
   * @param {string} url @param {function(): boolean} wanted @param {function(*)} arrived @param {function(number)} failed
   *   called with the number of failures so far
   */
  function load(url, wanted, arrived, failed, tries) {
    const missed = tries || 0;
    once(url).then((file) => {
      if (wanted()) arrived(file);
    }).catch(() => {
      if (!wanted()) return;
      failed(missed + 1);
      window.setTimeout(() => { if (wanted()) load(url, wanted, arrived, failed, missed + 1); }, wait(missed + 1, Math.random()));
    });
  }

  gridwall.geometry = {load, wait};
})(window.gridwall = window.gridwall || {});
