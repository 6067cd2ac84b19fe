/* The cells of the map: kept canvas layers, painted over where their class changed. One character of a string is one cell. */
(function (gridwall) {
  'use strict';

  const PAINT_OVER_SHARE = 0.15;
  const REDRAW_AFTER_ROUNDS = 5;
  const HOLLOW = '-';
  const FEW = 'h';

  /** @type {Map<string, string|CanvasPattern>} */
  const fills = new Map();
  /** @type {Array<?Object>} Leaflet layers by cell number */
  let layers = [];
  /** Classes as they are drawn. */
  let shown = '';
  let paintedOver = 0;

  /**
   * Numbers of the cells whose class differs.
   * @param {string} before @param {string} after @returns {number[]}
   */
  function differing(before, after) {
    const found = [];
    for (let i = 0; i < after.length; i += 1) if (before.charCodeAt(i) !== after.charCodeAt(i)) found.push(i);
    return found;
  }

  /** @returns {CanvasPattern} oblique lines on opaque ground, for cells with too few cases */
  function hatching() {
    const size = Math.max(4, Math.round(6 * gridwall.scale.factor()));
    const tile = document.createElement('canvas');
    tile.width = size;
    tile.height = size;
    const pen = tile.getContext('2d');
    pen.fillStyle = gridwall.tokens.colour('ramp-0');
    pen.fillRect(0, 0, size, size);
    pen.strokeStyle = gridwall.tokens.mix(gridwall.tokens.colour('ramp-0'), gridwall.tokens.colour('dim'), 0.6);
    pen.lineWidth = size / 5;
    pen.beginPath();
    for (const shift of [-size, 0, size]) {
      pen.moveTo(shift, size);
      pen.lineTo(shift + size, 0);
    }
    pen.stroke();
    return pen.createPattern(tile, 'repeat');
  }

  /** @param {string} kind class of a cell @returns {string|CanvasPattern} opaque, so that painting over leaves nothing behind */
  function fill(kind) {
    let found = fills.get(kind);
    if (!found) {
      if (kind === FEW) found = hatching();
      else if (kind >= '0' && kind <= '9') found = gridwall.tokens.colour('ramp-' + kind);
      found = found || gridwall.tokens.mix(gridwall.tokens.colour('ground') || '#000000', gridwall.tokens.colour('panel') || '#000000', 0.5);
      fills.set(kind, found);
    }
    return found;
  }

  /** @param {number} i number of a cell @returns {string} its class as drawn */
  function kindOf(i) {
    return shown[i] || HOLLOW;
  }

  /** Style of a cell as it is now: a rebuilt map comes out right by itself. @param {Object} feature @returns {Object} */
  function style(feature) {
    return {stroke: false, fill: true, fillOpacity: 1, smoothFactor: 0, fillColor: fill(kindOf(feature.properties.i))};
  }

  /** Called for each polygon when the map component (re)builds its layers. @param {Object} feature @param {Object} layer */
  function collect(feature, layer) {
    layers[feature.properties.i] = layer;
  }

  /** @param {Object} layer @returns {boolean} whether Leaflet's canvas can be painted on directly */
  function paintable(layer) {
    const r = layer && layer._renderer;
    return Boolean(r && r._ctx && typeof r._redraw === 'function' && typeof layer._updatePath === 'function' && '_drawing' in r);
  }

  /** @param {number} i @param {string} kind @returns {?Object} the layer, with its new colour noted */
  function recolour(i, kind) {
    const layer = layers[i];
    if (layer) layer.options.fillColor = fill(kind);
    return layer;
  }

  /** @param {number[]} cells @param {string} kinds */
  function paintOver(cells, kinds) {
    for (const i of cells) {
      const layer = recolour(i, kinds[i]);
      if (!layer || !layer._parts || !layer._parts.length) continue;
      const renderer = layer._renderer;
      renderer._drawing = true;
      layer._updatePath();
      renderer._drawing = false;
    }
    paintedOver += cells.length;
  }

  /** @param {number[]} cells @param {string} kinds */
  function repaint(cells, kinds) {
    for (const i of cells) recolour(i, kinds[i]);
    redraw();
  }

  /** Draw the whole canvas of the cells again. */
  function redraw() {
    paintedOver = 0;
    const one = layers.find(Boolean);
    if (!paintable(one)) {
      layers.forEach((layer) => { if (layer) layer.setStyle({fillColor: layer.options.fillColor}); });
      return;
    }
    one._renderer._redrawBounds = null;
    one._renderer._redraw();
  }

  /**
   * Show these classes. Few changes are painted over; many, or many small ones in the course of time, draw all anew.
   * @param {string} kinds one character for each cell @returns {number} how many cells changed
   */
  function show(kinds) {
    const changed = differing(shown, kinds);
    shown = kinds;
    if (!changed.length || !layers.length) return changed.length;
    const few = changed.length <= layers.length * PAINT_OVER_SHARE && paintedOver + changed.length <= layers.length * REDRAW_AFTER_ROUNDS;
    if (few && paintable(layers.find(Boolean))) paintOver(changed, kinds);
    else repaint(changed, kinds);
    return changed.length;
  }

  /** Other cells are coming. */
  function forget() {
    layers = [];
    shown = '';
    paintedOver = 0;
  }

  /** Colours and hatching anew: another theme or size. */
  function refresh() {
    fills.clear();
    layers.forEach((layer, i) => { if (layer) layer.options.fillColor = fill(kindOf(i)); });
    if (layers.length) redraw();
  }

  /** @returns {boolean} whether cells stand on the map */
  function drawn() {
    return layers.some((layer) => layer && layer._renderer);
  }

  gridwall.mapcells = {
    HOLLOW, FEW, differing, style, collect, show, fill, kindOf, forget, refresh, drawn,
    /** For tests: what is kept. */
    peek: () => ({layers, shown, paintedOver}),
  };
})(window.gridwall = window.gridwall || {});
