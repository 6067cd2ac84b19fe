/* An alarm takes the screen, for a minute at most: what happened in the last minute and was not shown here before. */
(function (gridwall) {
  'use strict';

  const LONGEST_MS = 60000;
  const REST_MS = 30000;
  const KEPT = 200;
  const SHOWN = 4;

  /** Ids that were shown, oldest first. @type {string[]} */
  const known = [];
  /** @type {Array<{id: string, at: number, kind: string, title: string, time: string, lines: string[]}>} */
  let latest = [];
  /** @type {?{since: number, rows: Object[]}} */
  let taking = null;
  let restUntil = -Infinity;

  /** @param {string} _panel @param {string} _instance @param {{data: Object[]}} props */
  function came(_panel, _instance, props) {
    latest = Array.isArray(props.data) ? props.data : [];
  }

  /**
   * Those that are new here and not older than a minute. Pure.
   * @param {Object[]} rows @param {string[]} seen @param {number} now server milliseconds @returns {Object[]}
   */
  function fresh(rows, seen, now) {
    return rows.filter((row) => now - row.at < LONGEST_MS && seen.indexOf(row.id) < 0);
  }

  /** @param {Object[]} rows */
  function remember(rows) {
    for (const row of rows) if (known.indexOf(row.id) < 0) known.push(row.id);
    known.splice(0, Math.max(0, known.length - KEPT));
  }

  /** @param {string} tag @param {string} name @param {string} text @returns {HTMLElement} */
  function make(tag, name, text) {
    const element = document.createElement(tag);
    element.className = name;
    element.textContent = text;
    return element;
  }

  /** @param {Object} row @returns {HTMLElement} texts only: names come from a database */
  function card(row) {
    const box = make('section', 'alarm-card alarm-' + row.kind.replace(/[^a-z_]/g, ''), '');
    const lines = make('p', 'alarm-lines', '');
    lines.append(...row.lines.map((line) => make('span', 'alarm-line', line)));
    box.append(make('h2', 'alarm-title', row.title), make('span', 'alarm-time', row.time), lines);
    return box;
  }

  /** @param {HTMLElement} root @returns {?HTMLElement} */
  function place(root) {
    return root.querySelector('.alarm');
  }

  /** Draw what is shown. @param {HTMLElement} root */
  function draw(root) {
    const box = place(root);
    if (!box || !taking) return;
    const cards = taking.rows.slice(0, SHOWN).map(card);
    const more = taking.rows.length - cards.length;
    if (more > 0) cards.push(make('p', 'alarm-more', gridwall.words.say('live-alarm-more', {n: more})));
    box.querySelector('.alarm-body').replaceChildren(...cards);
    box.hidden = false;
  }

  /** Give the screen back. @param {HTMLElement} root @param {number} now monotonic milliseconds */
  function end(root, now) {
    taking = null;
    restUntil = now + REST_MS;
    const box = place(root);
    if (!box) return;
    box.hidden = true;
    box.querySelector('.alarm-body').replaceChildren();
  }

  /**
   * Called once a second.
   * @param {HTMLElement} root @param {number} now monotonic milliseconds @param {number} serverNow
   */
  function tick(root, now, serverNow) {
    if (taking && now - taking.since >= LONGEST_MS) end(root, now);
    if (!taking && now < restUntil) return;
    const rows = fresh(latest, known, serverNow);
    const box = place(root);
    if (rows.length && box) {
      remember(rows);
      taking = {since: taking ? taking.since : now, rows: rows.concat(taking ? taking.rows : [])};
      draw(root);
    } else if (taking && box && box.hidden) {
      draw(root);
    }
  }

  /** Whoever touches an alarm has seen it. @param {Event} event */
  function touched(event) {
    const root = gridwall.words.root();
    if (taking && root && event.target instanceof Element && event.target.closest('.alarm')) end(root, performance.now());
  }

  document.addEventListener('click', touched);
  document.addEventListener('keydown', (event) => {
    const root = gridwall.words.root();
    if (event.key === 'Escape' && taking && root) end(root, performance.now());
  });

  gridwall.alarm = {came, fresh, tick, showing: () => taking !== null};
})(window.gridwall = window.gridwall || {});
