/* Names on the map: as many as there is room for, the higher levels first. Texts are only ever texts. */
(function (gridwall) {
  'use strict';

  const RANKS = {city: 0, county: 1, street: 2, community: 3, grid: 4};
  const MOST = 60;
  const FONT_REM = {1: 0.15, 2: 0.14};
  const SMALL_REM = 0.13;
  const GAP = 0.35;
  const ROOMY = 2.2;
  const CORNERS = '.map-tabs, [data-map-legend], [data-map-notes]';
  const WITHIN = 0.4;
  const NUDGES = [0, -1.2, 1.2, -2.2, 2.2];

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
   * How far a label may move, in lines: counties, which everybody knows, a line or two; others of the first rank
   * as far as their own area is likely to reach, because in a neighbour they would be wrong.
   * @param {{rank: number, room: number, font: number}} label @param {number} first rank @returns {number[]}
   */
  function nudges(label, first) {
    if (label.rank !== first) return [0];
    return NUDGES.filter((lines) => label.rank <= RANKS.county || Math.abs(lines) * label.font <= label.room * WITHIN);
  }

  /**
   * Choose the labels that fit: none covers another; those of the first rank may move a little, the others only
   * stand where their own area has plenty of room.
   * @param {Array<{text: string, rank: number, x: number, y: number, room: number, font: number}>} wanted sizes in pixels
   * @param {Array<{x: number, y: number, w: number, h: number}>} [taken] where something stands already, by its middle
   * @returns {Array<Object>} the chosen ones, where they stand
   */
  function choose(wanted, taken) {
    const boxes = (taken || []).slice();
    const chosen = [];
    const first = wanted.reduce((least, label) => Math.min(least, label.rank), 9);
    const sorted = wanted.slice().sort((a, b) => a.rank - b.rank || b.room - a.room);
    for (const label of sorted) {
      if (chosen.length >= MOST) break;
      const w = (ems(label.text) + GAP * 2) * label.font, h = label.font * (1 + GAP * 2);
      if (label.rank !== first && label.room < w * ROOMY) continue;
      const places = nudges(label, first).map((lines) => ({x: label.x, y: label.y + lines * label.font, w, h}));
      const box = places.find((place) => !boxes.some((other) => overlap(place, other)));
      if (!box) continue;
      boxes.push(box);
      chosen.push(Object.assign({}, label, {y: box.y}));
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

  /** @param {Object} map Leaflet map @returns {Array<Object>} the tabs, the legend and the notes over its corners */
  function corners(map) {
    const container = map.getContainer();
    const frame = container.getBoundingClientRect();
    const over = container.closest('[data-map]');
    return Array.from(over ? over.querySelectorAll(CORNERS) : [], (element) => {
      const box = element.getBoundingClientRect();
      const middle = [(box.left + box.right) / 2 - frame.left, (box.top + box.bottom) / 2 - frame.top];
      const at = map.containerPointToLayerPoint(middle);
      return {x: at.x, y: at.y, w: box.width, h: box.height};
    });
  }

  /** @param {Object} map Leaflet map @param {Array<Object>} items @param {HTMLElement} pane emptied and filled */
  function draw(map, items, pane) {
    const lang = gridwall.words.language();
    const rem = gridwall.scale.factor() * 100;
    const view = map.getBounds();
    const visible = items.filter((item) => view.contains([item.lat, item.lon]));
    const drawn = choose(visible.map((item) => placed(map, item, lang, rem)), corners(map)).map((label) => {
      const element = document.createElement('span');
      element.className = 'map-label map-label-' + label.level;
      element.textContent = label.text;
      element.style.left = Math.round(label.x) + 'px';
      element.style.top = Math.round(label.y) + 'px';
      element.style.width = (ems(label.text) + 2 * GAP) + 'em';
      element.style.marginLeft = -(ems(label.text) / 2 + GAP) + 'em';
      return element;
    });
    pane.replaceChildren(...drawn);
  }

  gridwall.maplabels = {ems, choose, draw};
})(window.gridwall = window.gridwall || {});
