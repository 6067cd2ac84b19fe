/* The map: its geometry, its layers of values, what is clickable, and that the city always fills the panel. */
(function (gridwall) {
  'use strict';

  const DWELL_MS = 20000;
  const SMALLEST_HIT_PX = 4;
  const SMALL_SHARE = 0.25;
  const PAD_REM = 0.12;
  const OVER_TILES = 0.7;
  const IDS = {cells: 'map-cells', outlines: 'map-outlines', borders: 'map-borders', water: 'map-water', picked: 'map-picked'};

  const fresh = () => ({
    map: null, frame: null, files: {}, loading: {}, values: {}, active: '', fixed: '', since: 0, free: false, tip: null,
    labels: [], bbox: null, sizes: [], hovered: null, observer: null, failures: 0, tiles: null,
  });
  let view = fresh();
  let hub = null;

  /** @returns {?HTMLElement} the map's part of the page */
  function place() {
    const root = gridwall.words.root();
    return root && root.querySelector('[data-map]');
  }

  /* ---- geometry ---- */

  /** @param {string} _panel @param {string} _instance @param {{data: Object}} props addresses of the files of this place */
  function geometryCame(_panel, _instance, props) {
    const frame = props.data;
    if (!frame || !frame.cells) return;
    view.frame = frame;
    load('outlines', frame.outlines);
    load('cells', frame.cells);
    if (!frame.tiles) load('water', frame.water);
    lay(frame.tiles);
    drawLegend();
  }

  /** The operator's own map under the areas, which then let it shine through. @param {?string} tiles pattern of addresses */
  function lay(tiles) {
    if (!tiles || !view.map || (view.tiles && view.tiles.map === view.map && view.tiles.pattern === tiles)) return;
    if (view.tiles) view.tiles.layer.remove();
    const layer = window.L.tileLayer(tiles, {updateWhenIdle: true, keepBuffer: 1});
    view.tiles = {map: view.map, pattern: tiles, layer: layer.addTo(view.map)};
    view.map.getPane('overlayPane').style.opacity = String(OVER_TILES);
  }

  /** @param {string} kind @param {?string} url */
  function load(kind, url) {
    if (!url || view.loading[kind] === url) return;
    const mine = view;
    view.loading[kind] = url;
    gridwall.geometry.load(url, () => mine === view && view.loading[kind] === url,
      (file) => { view.failures = 0; arrived(kind, file); }, (tries) => { view.failures = tries; sayWaiting(); });
    sayWaiting();
  }

  /** @param {string} kind @param {Object} file */
  function arrived(kind, file) {
    view.files[kind] = file;
    if (kind === 'cells') {
      gridwall.mapcells.forget();
      view.bbox = file.bbox;
      view.sizes = file.features.map(sizeOf);
      showLayer();
    }
    if (kind === 'outlines') view.labels = file.labels || [];
    give();
    fit();
    sayWaiting();
  }

  /** @param {Object} feature @returns {number} the smaller side of a cell, in degrees of longitude as the map draws them */
  function sizeOf(feature) {
    const ring = feature.geometry.type === 'Polygon' ? feature.geometry.coordinates[0] : feature.geometry.coordinates[0][0];
    let west = 180, east = -180, south = 90, north = -90;
    for (const point of ring) {
      west = Math.min(west, point[0]);
      east = Math.max(east, point[0]);
      south = Math.min(south, point[1]);
      north = Math.max(north, point[1]);
    }
    return Math.min(east - west, (north - south) / Math.cos(south * Math.PI / 180));
  }

  /** Hand the files to the map's components, as soon as these stand on the page. */
  function give() {
    for (const kind of Object.keys(view.files)) {
      const file = view.files[kind];
      if (!file || file.given) continue;
      const parts = kind === 'outlines' ? {outlines: file.outlines, borders: file.borders} : {[kind]: file};
      const done = Object.keys(parts).every((part) => !parts[part] || gridwall.dashlink.set(IDS[part], {data: parts[part]}));
      if (done) file.given = true;
    }
  }

  /** Say that the map's shapes are on their way, or do not come. */
  function sayWaiting() {
    const root = place();
    const waiting = root && view.frame && !view.files.cells;
    const text = waiting ? gridwall.words.say(view.failures > 1 ? 'map-unreachable' : 'map-loading') : '';
    gridwall.truth.write(root && root.querySelector('[data-map-wait]'), text);
  }

  /* ---- layers of values ---- */

  /** @param {string} panel @param {string} _instance @param {{data: Object}} props */
  function valuesCame(panel, _instance, props) {
    if (!props.data || !props.data.legend) return;
    view.values[panel] = props.data;
    if (!view.active || view.active === panel) showLayer();
    else if (view.fixed === panel) activate(panel);
  }

  /** @returns {string[]} panel ids of the layers, in the order of their tabs */
  function layerNames() {
    const root = place();
    return root ? Array.prototype.map.call(root.querySelectorAll('[data-layer-tab]'), (tab) => tab.getAttribute('data-layer-tab')) : [];
  }

  /** @returns {string} the layer the address asks for, as a panel id; empty when it asks for none */
  function layerOfAddress() {
    const asked = new URLSearchParams(window.location.search).get('layer');
    return asked && layerNames().indexOf('map-' + asked) >= 0 ? 'map-' + asked : '';
  }

  /** @param {string} panel kept in the address, so that loading the page anew shows the same; empty: layers take turns */
  function fix(panel) {
    view.fixed = panel;
    const address = new URL(window.location.href);
    if (panel) address.searchParams.set('layer', panel.replace(/^map-/, ''));
    else address.searchParams.delete('layer');
    window.history.replaceState(window.history.state, '', address.href);
  }

  /** The address has another layer, or none: this map too. */
  function follow() {
    view.fixed = layerOfAddress();
    if (view.fixed && view.fixed !== view.active) activate(view.fixed);
    else showLayer();
  }

  /** @param {string} panel */
  function activate(panel) {
    view.active = panel;
    view.since = performance.now();
    showLayer();
  }

  /** The cells' hash in an address: /geometry/ab12.json -> ab12. @param {?string} url @returns {string} */
  function hashOf(url) {
    const found = /([0-9a-f]+)\.json/.exec(url || '');
    return found ? found[1] : '';
  }

  /** @param {?Object} layer @returns {string} its classes, when they are about the cells on the map */
  function classesOf(layer) {
    const cells = view.files.cells;
    const count = cells ? cells.features.length : 0;
    const about = layer && view.loading.cells && layer.cells === hashOf(view.loading.cells) && layer.classes.length === count;
    return about ? layer.classes : gridwall.mapcells.HOLLOW.repeat(count);
  }

  /** Show the active layer as it is now: cells, legend, tabs, its own truth bar. */
  function showLayer() {
    const root = place();
    if (!root) return;
    if (!view.active) view.active = view.fixed || layerOfAddress() || layerNames()[0] || '';
    if (view.files.cells) gridwall.mapcells.show(classesOf(view.values[view.active]));
    for (const tab of root.querySelectorAll('[data-layer-tab]')) {
      const name = tab.getAttribute('data-layer-tab');
      gridwall.truth.mark(tab, 'aria-selected', String(name === view.active));
      gridwall.truth.mark(tab, 'aria-pressed', String(name === view.fixed));
    }
    for (const bar of root.querySelectorAll('[data-layer-bar]')) {
      bar.hidden = bar.getAttribute('data-panel') !== view.active;
    }
    drawLegend();
    if (view.hovered) openTip(view.hovered);
  }

  function drawLegend() {
    const root = place();
    if (root && gridwall.maplegend.draw(root, view.values[view.active] || null, view.frame)) nameAreas();
  }

  /** Layers take turns while nobody is at the map and the address fixes none. @param {Element} _root @param {number} now */
  function turnLayers(_root, now) {
    const root = place();
    if (!root) return;
    give();
    if (!view.fixed) view.fixed = layerOfAddress();
    if (!view.active || (view.fixed && view.active !== view.fixed)) activate(view.fixed || layerNames()[0] || '');
    if (view.free && !gridwall.attention.present()) fit();
    if (now - view.since < DWELL_MS || view.fixed || gridwall.attention.near(root) || gridwall.attention.paused()) return;
    const names = layerNames().filter((name) => view.values[name]);
    if (names.length > 1) activate(names[(names.indexOf(view.active) + 1) % names.length]);
    else view.since = now;
  }

  /** @param {Event} event a click on a tab fixes its layer, a second one lets the layers take turns again */
  function tabClicked(event) {
    const tab = event.target instanceof Element ? event.target.closest('[data-layer-tab]') : null;
    if (!tab) return;
    const name = tab.getAttribute('data-layer-tab');
    fix(view.fixed === name ? '' : name);
    activate(name);
  }

  /* ---- the Leaflet map ---- */

  /** @param {Object} map Leaflet map, as soon as there is one */
  function adopt(map) {
    if (view.map === map) return;
    view.map = map;
    map.on('zoomend moveend', moved);
    map.on('zoomstart', hideLabels);
    map.on('dragend', () => { view.free = true; });
    map.getContainer().addEventListener('wheel', () => { view.free = true; }, {passive: true});
    view.tip = window.L.tooltip({direction: 'top', opacity: 1, className: 'map-tip', offset: [0, -6]});
    if (view.observer) view.observer.disconnect();
    view.observer = new ResizeObserver(fit);
    view.observer.observe(map.getContainer());
    lay(view.frame && view.frame.tiles);
    fit();
  }

  /** @returns {boolean} whether the map is on the page and has a size */
  function drawable() {
    return Boolean(view.map && view.map.getContainer().isConnected && view.map.getContainer().clientWidth > 0);
  }

  /** The whole place fills the panel. */
  function fit() {
    if (!drawable() || !view.bbox) return;
    const [west, south, east, north] = view.bbox;
    const pad = Math.round(PAD_REM * 100 * gridwall.scale.factor());
    view.free = false;
    view.map.invalidateSize({animate: false, pan: false});
    view.map.fitBounds([[south, west], [north, east]], {animate: false, padding: [pad, pad]});
    moved();
  }

  /** While the view is zoomed, names would stand in wrong places. */
  function hideLabels() {
    const labels = view.map.getPane('labels');
    if (labels) labels.style.visibility = 'hidden';
  }

  /** Names where the view has room for them now, clear of the tabs, the legend and the notes. */
  function nameAreas() {
    const labels = drawable() ? view.map.getPane('labels') : null;
    if (!labels) return;
    gridwall.maplabels.draw(view.map, view.labels, labels);
    labels.style.visibility = '';
  }

  /** After each change of the view: names anew, and what can be hit. */
  function moved() {
    if (!drawable()) return;
    nameAreas();
    const outlines = view.map.getPane('outlines');
    if (outlines) outlines.style.pointerEvents = tooSmall() ? 'auto' : 'none';
  }

  /**
   * Whether cells are too small to be hit: Leaflet rounds corners to whole pixels, so from afar streets are clickable.
   * @returns {boolean}
   */
  function tooSmall() {
    if (!view.files.outlines || !view.files.outlines.outlines || !view.sizes.length) return false;
    const pixels = 256 * Math.pow(2, view.map.getZoom()) / 360;
    const small = view.sizes.filter((degrees) => degrees * pixels < SMALLEST_HIT_PX).length;
    return small > view.sizes.length * SMALL_SHARE;
  }

  /* ---- pointing and clicking ---- */

  /** @returns {Object} where the events of all polygons arrive: one handler each instead of thousands */
  function events() {
    if (!hub) {
      hub = new window.L.Evented();
      hub.on('mouseover', (event) => openTip({layer: event.layer, latlng: event.latlng}));
      hub.on('mousemove', (event) => { if (view.tip) view.tip.setLatLng(event.latlng); });
      hub.on('mouseout', closeTip);
      hub.on('click', (event) => pick(event.layer));
    }
    return hub;
  }

  /** @param {Object} layer @returns {Object} properties of its area */
  function about(layer) {
    return layer.feature.properties;
  }

  /** @param {Object} area @returns {HTMLElement} name, where, and what its colour means; texts only */
  function tipOf(area) {
    const en = gridwall.words.language() === 'en';
    const box = document.createElement('div');
    const lines = [['map-tip-name', (en && area.en) || area.name], ['map-tip-up', (en && area.up_en) || area.up || '']];
    const values = view.values[view.active];
    if (values && Number.isInteger(area.i)) {
      lines.push(['map-tip-value', values.legend.title + ' ' + gridwall.maplegend.meaning(values.legend, gridwall.mapcells.kindOf(area.i))]);
    }
    for (const [name, text] of lines) {
      if (!text) continue;
      const line = document.createElement('div');
      line.className = name;
      line.textContent = text;
      box.append(line);
    }
    return box;
  }

  /** @param {{layer: Object, latlng: Object}} at */
  function openTip(at) {
    if (!view.map || !view.tip) return;
    view.hovered = at;
    view.tip.setLatLng(at.latlng).setContent(tipOf(about(at.layer)));
    if (!view.map.hasLayer(view.tip)) view.map.openTooltip(view.tip);
  }

  function closeTip() {
    view.hovered = null;
    if (view.map && view.tip) view.map.closeTooltip(view.tip);
  }

  /** @param {Object} layer the area that was clicked: its facts open in the drawer */
  function pick(layer) {
    gridwall.dashlink.set(IDS.picked, {data: {code: about(layer).code, place: gridwall.words.place(), at: Date.now()}});
  }

  /* ---- functions that the map's components name ---- */

  /** @param {Object} feature @param {Object} layer @param {{map: Object}} context */
  function collectCell(feature, layer, context) {
    adopt(context.map);
    gridwall.mapcells.collect(feature, layer);
    layer.addEventParent(events());
  }

  /** @param {Object} _feature @param {Object} layer @param {{map: Object}} context */
  function collectOutline(_feature, layer, context) {
    adopt(context.map);
    layer.addEventParent(events());
  }

  /** @param {string} token @param {number} pixels at 1080p @returns {Object} */
  function line(token, pixels) {
    return {stroke: true, color: gridwall.tokens.colour(token), weight: pixels * gridwall.scale.factor(), opacity: 1, smoothFactor: 0};
  }

  const outlineStyle = () => Object.assign(line('hairline', 0.7), {fill: true, fillOpacity: 0});
  const borderStyle = () => Object.assign(line('outline', 1), {fill: false});
  const waterStyle = () => ({stroke: false, fill: true, fillColor: gridwall.tokens.colour('water'), fillOpacity: 1, smoothFactor: 0});

  /* ---- life ---- */

  /** The size of the screen changed. */
  function resized() {
    gridwall.mapcells.refresh();
    gridwall.maplegend.refresh();
    fit();
    drawLegend();
  }

  /** Another scene or place. */
  function forget() {
    if (view.observer) view.observer.disconnect();
    view = fresh();
    gridwall.mapcells.forget();
    gridwall.maplegend.refresh();
  }

  document.addEventListener('click', tabClicked);
  if (window.L) window.L.Map.addInitHook(function () { adopt(this); });

  /** @returns {boolean} whether the map is as whole as it will be: its cells are painted, or there are none to paint */
  function drawn() {
    return !view.frame || (Boolean(view.files.cells) && gridwall.mapcells.drawn());
  }

  gridwall.map = {
    drawn, follow,
    turnLayers, resized, forget, collectCell, collectOutline, outlineStyle, borderStyle, waterStyle,
    cellStyle: (feature) => gridwall.mapcells.style(feature), geometryCame, valuesCame,
    /** For tests: what the map shows. */
    peek: () => view,
  };
})(window.gridwall = window.gridwall || {});
