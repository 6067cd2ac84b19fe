/* The subjects of the performance scene: one is shown; they take turns while nobody is at the screen. */
(function (gridwall) {
  'use strict';

  const DWELL_MS = 60000;
  const TICK_MS = 1000;
  let since = 0;

  /** @returns {?HTMLElement} the scene, when it is on the page */
  function scene() {
    return document.querySelector('[data-subject]');
  }

  /** @param {Element} root @returns {string[]} subjects in the order of their tabs */
  function names(root) {
    return Array.prototype.map.call(root.querySelectorAll('[data-subject-tab]'), (tab) => tab.getAttribute('data-subject-tab'));
  }

  /** @param {Element} root @returns {string} the subject that the address asks for, empty when it asks for none */
  function ofAddress(root) {
    const asked = new URLSearchParams(window.location.search).get('subject') || '';
    return names(root).indexOf(asked) >= 0 ? asked : '';
  }

  /** @param {string} subject kept in the address, so that loading anew shows the same; empty: they take turns */
  function fix(subject) {
    const address = new URL(window.location.href);
    if (subject) address.searchParams.set('subject', subject);
    else address.searchParams.delete('subject');
    window.history.replaceState(window.history.state, '', address);
  }

  /** @param {Element} root @param {string} subject @param {number} now */
  function show(root, subject, now) {
    since = now;
    const fixed = ofAddress(root);
    if (subject && root.getAttribute('data-subject') !== subject) root.setAttribute('data-subject', subject);
    for (const tab of root.querySelectorAll('[data-subject-tab]')) {
      const name = tab.getAttribute('data-subject-tab');
      gridwall.truth.mark(tab, 'aria-selected', String(name === root.getAttribute('data-subject')));
      gridwall.truth.mark(tab, 'aria-pressed', String(name === fixed));
    }
  }

  /** @param {Element} root @param {string} subject @returns {boolean} whether there are units of this kind here */
  function inhabited(root, subject) {
    const line = root.querySelector('[data-panel="scheme-' + subject + '"] [data-units]');
    return line !== null && line.getAttribute('data-units') !== '0';
  }

  /**
   * The subject after this one that has units; the same one when there is no other.
   * @param {string[]} all @param {string} shown @param {function(string): boolean} has @returns {string}
   */
  function after(all, shown, has) {
    const at = all.indexOf(shown);
    for (let step = 1; step < all.length; step += 1) {
      const next = all[(at + step) % all.length];
      if (has(next)) return next;
    }
    return shown;
  }

  function tick() {
    const root = scene();
    if (!root) return;
    const now = performance.now();
    const shown = root.getAttribute('data-subject');
    const fixed = ofAddress(root);
    if (fixed && fixed !== shown) show(root, fixed, now);
    else if (!root.querySelector('[aria-selected="true"]')) show(root, shown, now);
    if (fixed || gridwall.attention.present() || gridwall.attention.paused()) since = now;
    if (now - since >= DWELL_MS) show(root, after(names(root), shown, (name) => inhabited(root, name)), now);
  }

  /** @param {Event} event a click on a tab fixes its subject, a second one lets them take turns again */
  function clicked(event) {
    const tab = event.target instanceof Element ? event.target.closest('[data-subject-tab]') : null;
    const root = tab && scene();
    if (!root) return;
    const name = tab.getAttribute('data-subject-tab');
    fix(ofAddress(root) === name ? '' : name);
    show(root, name, performance.now());
  }

  function start() {
    document.addEventListener('click', clicked);
    window.setInterval(tick, TICK_MS);
    tick();
  }

  if (typeof document !== 'undefined') {
    if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', start);
    else start();
  }

  gridwall.subjects = {after};
})(window.gridwall = window.gridwall || {});
