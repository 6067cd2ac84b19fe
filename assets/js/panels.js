/* Panels on the page: which stand where, and handing their parts the props that arrived. */
(function (gridwall) {
  'use strict';

  /** @type {Object<string, function(string, string, Object)>} part name -> who takes its props instead of a component */
  const takers = {};
  /** Frames that have their props; a frame drawn anew is filled again. @type {WeakSet<Element>} */
  let filled = new WeakSet();

  /** @param {string} part @param {function(string, string, Object)} taker called with panel, instance and props */
  function take(part, taker) {
    takers[part] = taker;
  }

  /** @param {Element} root @returns {HTMLElement[]} the frames of all panels */
  function frames(root) {
    return Array.prototype.slice.call(root.querySelectorAll('[data-panel]'));
  }

  /** @param {Object} props @param {number} k @returns {Object} props as this screen needs them */
  function fitted(props, k) {
    if (!props.figure) return props;
    const figure = gridwall.scale.figure(gridwall.tokens.resolve(props.figure, lookup()), k);
    return Object.assign({}, props, {figure});
  }

  /** @returns {function(string): string} token to colour, each looked up once */
  function lookup() {
    const found = {};
    return (name) => (name in found ? found[name] : (found[name] = gridwall.tokens.colour(name)));
  }

  /**
   * Plain elements are drawn by us, what needs the renderer (a figure) is handed to it.
   * @param {{panel: string, part: string, instance: string}} id @param {Object} props @param {number} k
   */
  function give(id, props, k) {
    if (!gridwall.draw.able(props)) {
      gridwall.dashlink.set(id, fitted(props, k));
      return;
    }
    const element = gridwall.dashlink.element(id);
    if (element) gridwall.draw.part(element, props);
  }

  /**
   * Give one frame the props of its panel. A part that cannot be drawn leaves the others alone.
   * @param {HTMLElement} frame @param {Object<string, Object>} parts props by part @param {function(Object): boolean} [only]
   */
  function fill(frame, parts, only) {
    const panel = frame.getAttribute('data-panel');
    const instance = frame.getAttribute('data-instance') || 'main';
    const k = gridwall.scale.factor();
    for (const part of Object.keys(parts)) {
      if (only && !only(parts[part])) continue;
      try {
        if (takers[part]) takers[part](panel, instance, parts[part]);
        else give({panel, part, instance}, parts[part], k);
      } catch (fault) {
        window.console.warn('gridwall: part ' + panel + '.' + part + ' was not drawn', fault);
      }
    }
  }

  /**
   * Fill the frames of changed panels and those that stand on the page for the first time.
   * @param {Element} root @param {Object<string, Object>} props last props by panel @param {Set<string>} changed emptied
   */
  function update(root, props, changed) {
    if (!gridwall.dashlink.ready()) return;
    for (const frame of frames(root)) {
      const panel = frame.getAttribute('data-panel');
      const fresh = !filled.has(frame);
      if (!props[panel] || !(fresh || changed.has(panel))) continue;
      filled.add(frame);
      fill(frame, props[panel]);
    }
    changed.clear();
  }

  /** Draw all figures again, after the size of the screen changed. @param {Element} root @param {Object} props */
  function redrawFigures(root, props) {
    if (!gridwall.dashlink.ready()) return;
    for (const frame of frames(root)) {
      const parts = props[frame.getAttribute('data-panel')];
      if (parts && filled.has(frame)) fill(frame, parts, (given) => Boolean(given.figure));
    }
  }

  /** Forget what is filled: another scene, another place. */
  function forget() {
    filled = new WeakSet();
    gridwall.draw.forget();
  }

  gridwall.panels = {take, frames, update, redrawFigures, forget};
})(window.gridwall = window.gridwall || {});
