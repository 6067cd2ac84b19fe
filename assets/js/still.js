/* A still of the screen: it lies over the page while the next scene is drawn under it, so that nobody sees it half made. */
(function (gridwall) {
  'use strict';

  const LONGEST_MS = 6000;
  const POINTING = ['clip-path', 'mask', 'filter', 'fill', 'stroke'];
  const MARKS = ['data-live', 'data-panel', 'data-map', 'data-opens', 'data-pager', 'tabindex'];
  /** @type {?{element: HTMLElement, until: number}} */
  let lying = null;

  /** What was painted is not cloned with its canvas. @param {Element} from @param {Element} to */
  function copyCanvases(from, to) {
    const painted = from.querySelectorAll('canvas'), empty = to.querySelectorAll('canvas');
    painted.forEach((canvas, i) => {
      if (empty[i] && canvas.width && canvas.height) empty[i].getContext('2d').drawImage(canvas, 0, 0);
    });
  }

  /** Parts of a drawing name each other by id: in the picture by ids of its own. @param {SVGElement} part */
  function rename(part) {
    if (part.id) part.id = 'still-' + part.id;
    for (const name of POINTING) {
      const value = part.getAttribute(name);
      if (value && value.indexOf('url(') >= 0) part.setAttribute(name, value.replace(/#([^'")]+)/, '#still-$1'));
    }
  }

  /** No script shall take the picture for the page. @param {HTMLElement} copy */
  function strip(copy) {
    for (const element of [copy, ...copy.querySelectorAll('*')]) {
      for (const name of MARKS) element.removeAttribute(name);
      if (element instanceof SVGElement) rename(element);
      else element.removeAttribute('id');
    }
    for (const element of copy.querySelectorAll('.drawer, .alarm')) element.remove();
    copy.setAttribute('aria-hidden', 'true');
    copy.inert = true;
  }

  /**
   * Lay a picture of the page as it is over it.
   * @param {HTMLElement} root @param {number} now monotonic milliseconds @param {number} [longest] milliseconds it may lie
   */
  function lay(root, now, longest) {
    lift();
    const copy = root.cloneNode(true);
    copyCanvases(root, copy);
    strip(copy);
    copy.classList.add('still');
    document.body.append(copy);
    lying = {element: copy, until: now + (longest || LONGEST_MS)};
  }

  /** Take the picture away. */
  function lift() {
    if (lying) lying.element.remove();
    lying = null;
  }

  /** @param {Element} root @returns {boolean} whether everything of the scene is drawn that can be drawn */
  function drawn(root) {
    const frames = gridwall.panels.frames(root);
    const named = frames.every((frame) => ['', 'waiting'].indexOf(frame.getAttribute('data-state') || '') < 0);
    const graphs = Array.prototype.every.call(root.querySelectorAll('.graph'), (graph) => graph.querySelector('.main-svg'));
    return frames.length > 0 && named && graphs && (!root.querySelector('[data-map]') || gridwall.map.drawn());
  }

  /**
   * Take the picture away as soon as the page under it is whole, or has had its time.
   * @param {Element} root @param {boolean} arrived whether the next scene stands on the page @param {number} now
   */
  function tick(root, arrived, now) {
    if (lying && (now > lying.until || (arrived && drawn(root)))) lift();
  }

  gridwall.still = {lay, lift, tick, lies: () => lying !== null};
})(window.gridwall = window.gridwall || {});
