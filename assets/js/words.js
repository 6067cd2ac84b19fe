/* The words this screen writes itself; they travel with the page (data-words on its root). */
(function (gridwall) {
  'use strict';

  /** @type {{source: ?string, texts: Object<string, string>}} */
  let kept = {source: null, texts: {}};

  /** @returns {?HTMLElement} the root of the wall, when the page has been drawn */
  function root() {
    return document.querySelector('[data-live]');
  }

  /** @returns {Object<string, string>} */
  function texts() {
    const element = root();
    const source = element && element.getAttribute('data-words');
    if (source && kept.source !== source) {
      try {
        kept = {source, texts: JSON.parse(source)};
      } catch (error) {
        kept = {source, texts: {}};
      }
    }
    return kept.texts;
  }

  /** @param {string} key @returns {boolean} */
  function has(key) {
    return Object.prototype.hasOwnProperty.call(texts(), key);
  }

  /** @param {string} key @param {Object<string, *>} [params] @returns {string} the text, empty when there is none */
  function say(key, params) {
    return has(key) ? gridwall.format.fill(texts()[key], params) : '';
  }

  /** @returns {string} zh or en */
  function language() {
    const element = root();
    return (element && element.getAttribute('data-lang')) || 'zh';
  }

  /** @returns {string} the city's time zone */
  function zone() {
    const element = root();
    return (element && element.getAttribute('data-zone')) || 'Asia/Shanghai';
  }

  /** @returns {string} what this page looks at, as addresses have it: area or area@department; empty when not known */
  function place() {
    const element = root();
    const parts = ((element && element.getAttribute('data-live')) || '').split('/');
    return parts.length === 6 ? parts[4] : '';
  }

  gridwall.words = {root, has, say, language, zone, place};
})(window.gridwall = window.gridwall || {});
