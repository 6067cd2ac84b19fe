/* Long lists, page by page: a few rows at once, the next ones after a while, nothing that moves without end. */
(function (gridwall) {
  'use strict';

  const DWELL_S = 10;
  /** @type {WeakMap<Element, {start: number, since: number, key: string, pages: number|undefined}>} */
  const places = new WeakMap();

  /**
   * How many of these sizes fit into a length, at least one.
   * @param {number[]} sizes @param {number} start @param {number} room @param {number} most @returns {number}
   */
  function fitting(sizes, start, room, most) {
    let used = 0, n = 0;
    while (start + n < sizes.length && n < most) {
      used += sizes[start + n];
      if (n > 0 && used > room + 0.5) break;
      n += 1;
    }
    return Math.max(1, n);
  }

  /**
   * The pages of a list as numbers of the first row.
   * @param {number[]} sizes @param {number} room @param {number} most @returns {number[]}
   */
  function starts(sizes, room, most) {
    const found = [0];
    for (let at = fitting(sizes, 0, room, most); at < sizes.length; at += fitting(sizes, at, room, most)) found.push(at);
    return found;
  }

  /** @param {Element} row @param {boolean} sideways @returns {number} its length along the list, gaps included */
  function length(row, sideways) {
    const style = getComputedStyle(row);
    const box = row.getBoundingClientRect();
    return sideways ? box.width + parseFloat(style.marginLeft || '0') + parseFloat(style.marginRight || '0')
      : box.height + parseFloat(style.marginTop || '0') + parseFloat(style.marginBottom || '0');
  }

  /** Show all rows, so that they have sizes. @param {Element[]} rows */
  function uncover(rows) {
    for (const row of rows) row.removeAttribute('data-off');
  }

  /** @param {Element} list @param {Element[]} rows @param {number} from @param {number} to rows shown: from, up to before to */
  function cover(list, rows, from, to) {
    rows.forEach((row, i) => {
      if (i >= from && i < to) row.removeAttribute('data-off');
      else row.setAttribute('data-off', '');
    });
  }

  /** @param {Element} list @param {boolean} sideways @returns {number} room for rows; gaps between them are taken off */
  function roomOf(list, sideways, rows) {
    const style = getComputedStyle(list);
    const gap = parseFloat(sideways ? style.columnGap : style.rowGap) || 0;
    const inner = sideways
      ? list.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight)
      : list.clientHeight - parseFloat(style.paddingTop) - parseFloat(style.paddingBottom);
    return {room: inner + gap, gap, measured: inner > 0 && rows.length > 0};
  }

  /** @param {Element} list @param {number} now monotonic milliseconds */
  function turn(list, now) {
    const rows = Array.prototype.slice.call(list.children);
    const most = Number(list.getAttribute('data-pager')) || Infinity;
    const sideways = list.getAttribute('data-axis') === 'x';
    const dwell = (Number(list.getAttribute('data-dwell')) || DWELL_S) * 1000;
    const place = places.get(list) || {start: 0, since: now, key: ''};
    places.set(list, place);
    const key = rows.length + '|' + list.clientWidth + '|' + list.clientHeight + '|' + list.textContent.length;
    const due = now - place.since >= dwell && !gridwall.attention.near(list) && !gridwall.attention.paused();
    const covered = rows.some((row) => row.hasAttribute('data-off'));
    if (!due && key === place.key && (covered || place.pages < 2)) return;
    uncover(rows);
    const space = roomOf(list, sideways, rows);
    const sizes = rows.map((row) => length(row, sideways) + space.gap);
    const pages = space.measured ? starts(sizes, space.room, most) : [0];
    let page = Math.max(0, pages.filter((start) => start <= place.start).length - 1);
    if ((place.pages || 1) < 2) place.since = now;
    if (due && place.pages > 1) {
      page = (page + 1) % pages.length;
      place.since = now;
    }
    place.start = pages[page];
    place.pages = pages.length;
    place.key = key;
    if (pages.length > 1) cover(list, rows, pages[page], page + 1 < pages.length ? pages[page + 1] : rows.length);
    note(list, page, pages.length);
  }

  /** @param {Element} list @param {number} page @param {number} pages */
  function note(list, page, pages) {
    const frame = list.closest('[data-panel]');
    gridwall.truth.write(frame && gridwall.truth.own(frame, '.pager-mark'), pages > 1 ? (page + 1) + '/' + pages : '');
  }

  /** @param {Element} root @param {number} now monotonic milliseconds */
  function turnAll(root, now) {
    for (const list of root.querySelectorAll('[data-pager]')) turn(list, now);
  }

  gridwall.pager = {starts, turnAll};
})(window.gridwall = window.gridwall || {});
