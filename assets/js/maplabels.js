/* Names on the map: as many as there is room for, the higher levels first. Texts are only ever texts. */
(function (gridwall) {
  'use strict';

  const RANKS = {city: 0, county: 1, street: 2, community: 3, grid: 4};
  const MOST = 60;
  const FONT_REM = {1: 0.15, 2: 0.14};
  const SMALL_REM = 0.13;
  const GAP = 0.35;

  /** @param {string} text @returns {number} width in ems: Chinese characters are square, Latin ones about half */
  function ems(text) {
    let width = 0;
    for (const sign of text) width += sign.charCodeAt(0) > 0x2e7f ? 1 : 0.58;
    return width;
  }

  /** @param {{x: number, y: number, w: number, h: number}} a @param {{x: number, y: number, w: number, h: number}} b */
  function overlap(a, b) {
    return Math.abs(a.x - b.x) * 2 < a.w + b.w && Math.abs(a.y - b.y) * 2 < a.h + b.h;
  }

  /**
   * Choose the labels that fit: none covers another, none is much wider than its own area but for the first rank.
   * @param {Array<{text: string, rank: number, x: number, y: number, room: number, font: number}>} wanted sizes in pixels
   * @returns {Array<Object>} the chosen ones
   */
  function choose(wanted) {
    const boxes = [];
    const chosen = [];
    const first = wanted.reduce((least, label) => Math.min(least, label.rank), 9);
    const sorted = wanted.slice().sort((a, b) => a.rank - b.rank || b.room - a.room);
    for (const label of sorted) {
      if (chosen.length >= MOST) break;
      const box = {x: label.x, y: label.y, w: (ems(label.text) + GAP * 2) * label.font, h: label.font * (1 + GAP * 2)};
      if (label.rank !== first && box.w > label.room * 1.1) continue;
      if (boxes.some((other) => overlap(box, other))) continue;
      boxes.push(box);
      chosen.push(label);
    }
    return chosen;
  }

  /** @param {Object} map @param {Object} item of the file's labels @param {string} lang @param {number} rem */
  function placed(map, item, lang, rem) {
    const at = map.latLngToLayerPoint([item.lat, item.lon]);
    const rank = RANKS[item.level] === undefined ? 5 : RANKS[item.level];
    const east = map.latLngToLayerPoint([item.lat, item.lon + item.width]);
    return {
      text: (lang === 'en' && item.en) || item.name, rank, level: item.level, x: at.x, y: at.y,
      room: Math.abs(east.x - at.x), font: (FONT_REM[rank] || SMALL_REM) * rem,
    };
  }

  /** @param {Object} map Leaflet map @param {Array<Object>} items @param {HTMLElement} pane emptied and filled */
  function draw(map, items, pane) {
    const lang = gridwall.words.language();
    const rem = gridwall.scale.factor() * 100;
    const view = map.getBounds();
    const visible = items.filter((item) => view.contains([item.lat, item.lon]));
    const drawn = choose(visible.map((item) => placed(map, item, lang, rem))).map((label) => {
      const element = document.createElement('span');
      element.className = 'map-label map-label-' + label.level;
      element.textContent = label.text;
      element.style.left = Math.round(label.x) + 'px';
      element.style.top = Math.round(label.y) + 'px';
      return element;
    });
    pane.replaceChildren(...drawn);
  }

  gridwall.maplabels = {ems, choose, draw};
})(window.gridwall = window.gridwall || {});
