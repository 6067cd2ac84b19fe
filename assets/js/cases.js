/* Whatever opens something in the drawer: a touch, or Enter on it, asks; an unattended drawer closes by itself. */
(function (gridwall) {
  'use strict';

  const STORE = 'drawer-asked';
  const FREE = 'a, input, select, textarea';
  const TOAST = 'page-toast';
  const TOAST_MS = 15000;
  let openedAt = null;
  /** @type {{text: string, since: number}} */
  let said = {text: '', since: 0};

  /** @param {EventTarget} target @returns {?Element} the nearest element around it that opens something */
  function opener(target) {
    if (!(target instanceof Element)) return null;
    const found = target.closest('[data-opens]');
    const free = target.closest(FREE);
    return found && !(free && found.contains(free)) ? found : null;
  }

  /** @param {Element} element @returns {?Object<string, string>} what it opens, null when it does not say so in JSON */
  function question(element) {
    try {
      return JSON.parse(element.getAttribute('data-opens'));
    } catch (error) {
      return null;
    }
  }

  /** Ask for what an element opens, at the place this page shows. @param {Element} element */
  function ask(element) {
    const asked = question(element);
    if (!asked) return;
    const within = element.closest('.drawer') !== null;
    gridwall.dashlink.set(STORE, {data: Object.assign(asked, {place: gridwall.words.place(), within, at: Date.now()})});
  }

  /** @param {Event} event */
  function clicked(event) {
    const found = opener(event.target);
    if (found) ask(found);
  }

  /** A number is no button by nature: Enter and space make it one. @param {KeyboardEvent} event */
  function pressed(event) {
    if (event.key === 'Escape') close();
    if (event.key !== 'Enter' && event.key !== ' ') return;
    const found = opener(event.target);
    if (!found || found !== event.target || found instanceof HTMLButtonElement) return;
    event.preventDefault();
    ask(found);
  }

  /** @returns {?HTMLElement} the drawer, when it is open */
  function drawer() {
    return document.querySelector('.drawer.drawer-open');
  }

  /** Close the drawer as its own button does. */
  function close() {
    const button = drawer() && drawer().querySelector('.drawer-close');
    if (button) button.click();
  }

  /** A sentence that was said goes after a while. @param {number} now monotonic milliseconds */
  function hush(now) {
    const toast = document.getElementById(TOAST);
    const text = toast ? toast.textContent : '';
    if (text !== said.text) said = {text, since: now};
    if (text && now - said.since >= TOAST_MS) gridwall.dashlink.set(TOAST, {children: ''});
  }

  /**
   * Nobody closes a drawer at a wall: after a while without a hand it closes by itself.
   * @param {HTMLElement} root @param {number} now monotonic milliseconds
   */
  function tidy(root, now) {
    hush(now);
    const body = drawer();
    if (!body) {
      openedAt = null;
      return;
    }
    if (openedAt === null) openedAt = now;
    const seconds = Number(root.getAttribute('data-drawer-s')) || 0;
    const idle = Math.min(now - openedAt, gridwall.attention.idle());
    if (seconds > 0 && idle >= seconds * 1000) close();
  }

  document.addEventListener('click', clicked);
  document.addEventListener('keydown', pressed);

  gridwall.cases = {tidy, isOpen: () => drawer() !== null, close};
})(window.gridwall = window.gridwall || {});
