/* A new build on the server: load the page anew once, when the server is ready, not all walls at the same moment. */
(function (gridwall) {
  'use strict';

  const KEY = 'gridwall-reloaded-for';
  const SPREAD_MS = 15000;
  const ASK_AGAIN_MS = 5000;

  /** @type {?{build: string, at: number, asking: boolean}} */
  let planned = null;
  let mine = '';

  /** @returns {string} the build this tab was last reloaded for */
  function remembered() {
    try {
      return window.sessionStorage.getItem(KEY) || '';
    } catch (error) {
      return '';
    }
  }

  /** @param {string} build */
  function remember(build) {
    try {
      window.sessionStorage.setItem(KEY, build);
    } catch (error) {
      /* without storage the page is loaded anew once more at worst: the new page starts from the new build */
    }
  }

  /**
   * @param {string} build of the last body @param {string} page build the page was made by, empty when it does not say
   * @param {number} now monotonic milliseconds @param {number} random 0 to 1
   */
  function seen(build, page, now, random) {
    if (!build) return;
    if (!mine) mine = page || build;
    if (build === mine || (planned && planned.build === build) || remembered() === build) return;
    planned = {build, at: now + SPREAD_MS * random, asking: false};
  }

  /** @param {number} now monotonic milliseconds @param {function(): Promise<boolean>} serverReady @param {function()} load */
  function tick(now, serverReady, load) {
    if (!planned || planned.asking || now < planned.at) return;
    const plan = planned;
    plan.asking = true;
    serverReady().then((good) => {
      plan.asking = false;
      if (!good) {
        plan.at = performance.now() + ASK_AGAIN_MS;
        return;
      }
      remember(plan.build);
      planned = null;
      mine = plan.build;
      load();
    });
  }

  /** @param {string} url @returns {Promise<boolean>} whether it answers well */
  function well(url) {
    return fetch(url, {cache: 'no-store', credentials: 'same-origin'}).then((response) => response.ok, () => false);
  }

  /** @returns {Promise<boolean>} whether the server says it is ready, and this very page can be had: nobody is at a wall */
  function serverReady() {
    return well('/readyz').then((good) => good && well(window.location.href));
  }

  gridwall.reload = {seen, tick, serverReady};
})(window.gridwall = window.gridwall || {});
