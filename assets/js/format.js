/* Texts made of numbers and moments. Pure functions; every word comes from the page's catalogue. */
(function (gridwall) {
  'use strict';

  const THIN = '\u2009';
  const DAY_MS = 86400000;
  const LOCALES = {zh: 'zh-Hans-CN', en: 'en-GB'};
  /** @type {Map<string, Intl.DateTimeFormat>} */
  const formatters = new Map();

  /**
   * A text of the catalogue with its {placeholders} filled; an unknown placeholder stays as it is.
   * @param {string} template @param {Object<string, *>} [params] @returns {string}
   */
  function fill(template, params) {
    return template.replace(/\{(\w+)\}/g, (whole, name) =>
      (params && Object.prototype.hasOwnProperty.call(params, name) ? String(params[name]) : whole));
  }

  /** @param {number} value @returns {string} two digits */
  function two(value) {
    return value < 10 ? '0' + value : String(value);
  }

  /**
   * Working seconds as h:mm, rounded towards zero; overdue ones carry a plus: 3780 -> "1:03", -9120 -> "+2:32".
   * @param {number} seconds @returns {string}
   */
  function hoursMinutes(seconds) {
    const minutes = Math.floor(Math.abs(seconds) / 60);
    return (seconds < 0 ? '+' : '') + Math.floor(minutes / 60) + ':' + two(minutes % 60);
  }

  /** @param {number} value @returns {string} a whole number with thin spaces in its thousands */
  function count(value) {
    return String(Math.round(value)).replace(/\B(?=(\d{3})+(?!\d))/g, THIN);
  }

  /** @param {string} zone @param {string} lang @returns {Intl.DateTimeFormat} kept: making one costs a millisecond */
  function formatter(zone, lang) {
    const key = zone + '|' + lang;
    let found = formatters.get(key);
    if (!found) {
      found = new Intl.DateTimeFormat(LOCALES[lang] || lang, {
        timeZone: zone, hourCycle: 'h23', weekday: 'short', year: 'numeric', month: lang === 'en' ? 'short' : '2-digit',
        day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit',
      });
      formatters.set(key, found);
    }
    return found;
  }

  /** @param {number} ms @param {string} zone @param {string} lang @returns {Object<string, string>} parts by name */
  function parts(ms, zone, lang) {
    const found = {};
    for (const part of formatter(zone, lang).formatToParts(ms)) found[part.type] = part.value;
    return found;
  }

  /** @param {number} ms @param {string} zone @returns {string} 14:02:19 in the city's zone */
  function clock(ms, zone) {
    const p = parts(ms, zone, 'zh');
    return p.hour + ':' + p.minute + ':' + p.second;
  }

  /** @param {number} ms @param {string} zone @param {string} lang @returns {string} 2026-11-21 周六, or Sat 21 Nov 2026 */
  function date(ms, zone, lang) {
    const p = parts(ms, zone, lang);
    return lang === 'en'
      ? p.weekday + ' ' + p.day + ' ' + p.month + ' ' + p.year
      : p.year + '-' + p.month + '-' + p.day + ' ' + p.weekday;
  }

  /**
   * A moment beside a panel: the time, with its date when it is a day old or more.
   * @param {number} ms @param {number} now @param {string} zone @param {string} lang @returns {string}
   */
  function asOf(ms, now, zone, lang) {
    const time = clock(ms, zone);
    if (now - ms < DAY_MS) return time;
    const p = parts(ms, zone, lang);
    return (lang === 'en' ? p.day + ' ' + p.month : p.month + '-' + p.day) + ' ' + time;
  }

  gridwall.format = {fill, hoursMinutes, count, clock, date, asOf};
})(window.gridwall = window.gridwall || {});
