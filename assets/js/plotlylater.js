/*
 * Plotly takes half a second to start, on the one thread that also draws the map and the numbers. Charts wait for a
 * promise in its place, and the library is fetched when the rest of the screen is there, or soon after anyway.
 */
(function (gridwall) {
  'use strict';

  const LATEST_MS = 2500;
  const LOOK_MS = 100;
  const RETRY_MS = 2000;

  /** @returns {boolean} whether the numbers are there, and the map if the page has one */
  function restIsThere() {
    const root = gridwall.words && gridwall.words.root();
    if (!root || !gridwall.live || !gridwall.live.peek() || !gridwall.live.peek().memory.seq) return false;
    return !root.querySelector('[data-map]') || gridwall.mapcells.drawn();
  }

  /** Load the library, again and again until it is there: a chart that failed once would stay empty. @param {function()} done */
  function load(done) {
    const script = document.createElement('script');
    script.src = window._dashPlotlyJSURL;
    script.async = true;
    script.onload = done;
    script.onerror = () => {
      script.remove();
      window.setTimeout(load, RETRY_MS, done);
    };
    document.body.appendChild(script);
  }

  /** @returns {Promise<void>} kept when the library is there; the library then stands where the promise stood */
  function later() {
    let since = null;
    return new Promise((kept) => {
      const look = window.setInterval(() => {
        if (!window._dashPlotlyJSURL) return;
        if (since === null) since = performance.now();
        if (!restIsThere() && performance.now() - since < LATEST_MS) return;
        window.clearInterval(look);
        load(kept);
      }, LOOK_MS);
    });
  }

  if (!window.Plotly) window.Plotly = later();
})(window.gridwall = window.gridwall || {});
