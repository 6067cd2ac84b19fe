/* The legend and the notes under the map, drawn from what came with the layer: classes, breaks, unit, what is not shown. */
(function (gridwall) {
  'use strict';

  let drawnFor = null;

  /** @param {string} tag @param {string} name @param {string} [text] @returns {HTMLElement} */
  function make(tag, name, text) {
    const element = document.createElement(tag);
    element.className = name;
    if (text) element.textContent = text;
    return element;
  }

  /** @param {number} value @returns {string} */
  function figure(value) {
    return Number.isInteger(value) ? gridwall.format.count(value) : String(value);
  }

  /**
   * The range of a class in words: "4 - 8", the last one "16+".
   * @param {{breaks: number[], labels: string[]|undefined, top: ?number}} legend @param {number} i @returns {string}
   */
  function range(legend, i) {
    if (legend.labels && legend.labels[i] !== undefined) return String(legend.labels[i]);
    const from = legend.breaks[i];
    const to = i + 1 < legend.breaks.length ? legend.breaks[i + 1] : legend.top;
    return to === undefined || to === null ? figure(from) + '+' : figure(from) + '\u2013' + figure(to);
  }

  /** @param {Object} legend @param {string} kind @returns {string} what the class of a cell means */
  function meaning(legend, kind) {
    if (kind === gridwall.mapcells.FEW) return legend.few || gridwall.words.say('map-too-few');
    const i = Number(kind);
    if (kind === gridwall.mapcells.HOLLOW || !Number.isInteger(i) || i >= legend.breaks.length) return gridwall.words.say('map-not-recorded');
    return range(legend, i) + (legend.unit ? ' ' + legend.unit : '');
  }

  /** @param {string} kind @param {string} text @returns {HTMLElement} */
  function swatch(kind, text) {
    const item = make('span', 'map-swatch map-swatch-' + (kind === gridwall.mapcells.FEW ? 'few' : 'ramp'));
    const colour = make('i', 'map-colour');
    if (kind !== gridwall.mapcells.FEW) colour.style.backgroundColor = gridwall.mapcells.fill(kind);
    item.append(colour, make('span', 'map-swatch-text', text));
    return item;
  }

  /** @param {HTMLElement} place @param {Object} layer */
  function legend(place, layer) {
    const l = layer.legend;
    const row = make('span', 'map-swatches');
    l.breaks.forEach((_from, i) => row.append(swatch(String(i), range(l, i))));
    if (layer.classes.indexOf(gridwall.mapcells.FEW) >= 0) row.append(swatch(gridwall.mapcells.FEW, l.few || gridwall.words.say('map-too-few')));
    place.replaceChildren(make('span', 'map-legend-title', l.title + (l.unit ? ' \u00b7 ' + l.unit : '')), row);
    if (l.note) place.append(make('span', 'map-legend-note', l.note));
  }

  /** @param {HTMLElement} place @param {?Object} layer @param {?Object} frame what the map-frame said */
  function notes(place, layer, frame) {
    const say = gridwall.words.say;
    const texts = [];
    const elsewhere = layer && layer.not_located
      ? make('span', 'map-note', say('map-not-located', {n: gridwall.format.count(layer.not_located)})) : null;
    if (elsewhere && layer.opens) {
      for (const [name, value] of [['data-opens', layer.opens], ['role', 'button'], ['tabindex', '0']]) elsewhere.setAttribute(name, value);
    }
    if (layer && layer.note) texts.push(layer.note);
    if (frame && frame.schematic) texts.push(say('map-schematic'));
    if (frame && frame.missing) texts.push(say('map-without-boundary', {n: gridwall.format.count(frame.missing)}));
    if (frame && frame.credit) texts.push(frame.credit);
    place.replaceChildren(...(elsewhere ? [elsewhere] : []), ...texts.map((text) => make('span', 'map-note', text)));
  }

  /** @param {Element} root @param {?Object} layer @param {?Object} frame @returns {boolean} whether it had changed */
  function draw(root, layer, frame) {
    const key = JSON.stringify([layer && layer.legend, layer && layer.not_located, layer && layer.opens, layer && layer.note,
      layer && layer.classes.indexOf(gridwall.mapcells.FEW) >= 0, frame, gridwall.words.language()]);
    const places = [root.querySelector('[data-map-legend]'), root.querySelector('[data-map-notes]')];
    if (drawnFor && drawnFor.key === key && drawnFor.place === places[0]) return false;
    drawnFor = {key, place: places[0]};
    if (places[0] && layer) legend(places[0], layer);
    else if (places[0]) places[0].replaceChildren();
    if (places[1]) notes(places[1], layer, frame);
    return true;
  }

  /** Draw again at the next call: colours have changed. */
  function refresh() {
    drawnFor = null;
  }

  gridwall.maplegend = {range, meaning, draw, refresh};
})(window.gridwall = window.gridwall || {});
