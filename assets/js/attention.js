/* Whether somebody is at the screen: pages and layers stand still while a hand is near. */
(function (gridwall) {
  'use strict';

  const HOLD_MS = 60000;
  let touchedAt = -Infinity;
  let hovered = null;

  function touched(event) {
    touchedAt = performance.now();
    hovered = event.target instanceof Element ? event.target : null;
  }

  function left() {
    hovered = null;
  }

  /** @returns {boolean} whether anybody touched, clicked or turned the wheel within the last minute */
  function present() {
    return performance.now() - touchedAt < HOLD_MS;
  }

  /** @returns {number} milliseconds since anybody did */
  function idle() {
    return performance.now() - touchedAt;
  }

  /** @param {Element} element @returns {boolean} whether the pointer was last seen upon it, within the last minute */
  function near(element) {
    return present() && hovered !== null && element.contains(hovered);
  }

  /** @returns {boolean} whether the address of the page wants everything to stand still (?pause=1) */
  function paused() {
    const asked = new URLSearchParams(window.location.search).get('pause');
    return asked !== null && asked !== '' && asked !== '0';
  }

  for (const name of ['pointerdown', 'pointermove', 'wheel', 'keydown', 'touchstart']) {
    document.addEventListener(name, touched, {passive: true, capture: true});
  }
  document.documentElement.addEventListener('pointerleave', left, {passive: true});

  gridwall.attention = {present, idle, near, paused};
})(window.gridwall = window.gridwall || {});
