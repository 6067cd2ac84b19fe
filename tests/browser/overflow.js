/* What does not fit: run in the page, gives a list of sentences; empty when all is whole.
   Cut on purpose are only elements of class "cut" (their whole text is in the title) and children of lists that show
   what fits whole (.events, .feeds, .foot, .fits): of these a child must be wholly inside or wholly outside. */
(() => {
  const found = [];
  const scale = Math.max(1, parseFloat(getComputedStyle(document.documentElement).fontSize) / 100);
  const slack = 1.5 * scale;
  const screen = {left: 0, top: 0, right: window.innerWidth, bottom: window.innerHeight};
  const scrolls = document.documentElement.scrollHeight > window.innerHeight + slack;
  const wall = document.querySelector('.wall');
  if (!wall) return ['no wall on the page'];
  const stacked = getComputedStyle(wall).overflowY !== 'hidden';
  const text = (element) => (element.textContent || '').trim().slice(0, 40);
  const name = (element) => {
    const frame = element.closest('[data-panel]');
    return (frame ? frame.getAttribute('data-panel') + ' ' : '') + element.tagName.toLowerCase()
      + (typeof element.className === 'string' && element.className ? '.' + element.className.split(' ').join('.') : '') + ' "' + text(element) + '"';
  };
  const visible = (element) => {
    const style = getComputedStyle(element);
    const box = element.getBoundingClientRect();
    return style.visibility !== 'hidden' && style.display !== 'none' && box.width > 0 && box.height > 0;
  };
  const outside = (box, of) => box.left < of.left - slack || box.top < of.top - slack || box.right > of.right + slack || box.bottom > of.bottom + slack;
  const apart = (box, of) => box.right <= of.left + slack || box.left >= of.right - slack || box.bottom <= of.top + slack || box.top >= of.bottom - slack;

  if (!stacked && (scrolls || document.documentElement.scrollWidth > window.innerWidth + slack)) found.push('the page scrolls');
  if (document.documentElement.scrollWidth > window.innerWidth + slack) found.push('the page is wider than the screen');

  for (const panel of document.querySelectorAll('[data-panel]')) {
    if (!visible(panel) || panel.closest('[hidden]')) continue;
    const box = panel.getBoundingClientRect();
    if (!stacked && outside(box, screen)) found.push('off the screen: ' + name(panel));
  }

  const fitting = '.events, .feeds, .foot, .fits';
  for (const list of document.querySelectorAll(fitting)) {
    const box = list.getBoundingClientRect();
    for (const child of list.children) {
      const part = child.getBoundingClientRect();
      if (part.width && outside(part, box) && !apart(part, box)) found.push('cut in its list: ' + name(child));
    }
    if (list.children.length && visible(list) && apart(list.children[0].getBoundingClientRect(), box)) found.push('nothing fits: ' + name(list));
  }

  const walker = document.createTreeWalker(wall, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (!node.textContent.trim()) continue;
    const element = node.parentElement;
    if (!visible(element) || element.closest('.drawer, script, style, .js-plotly-plot, .map-leaflet')) continue;
    if (element.closest('.cut')) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const box = range.getBoundingClientRect();
    if (!box.width) continue;
    const fit = element.closest(fitting);
    if (fit && apart(box, fit.getBoundingClientRect())) continue;
    if (parseFloat(getComputedStyle(element).fontSize) < 11.99) found.push('text under 12 px: ' + name(element));
    if (!stacked && outside(box, screen)) found.push('text off the screen: ' + name(element));
    for (let up = element; up && up !== wall.parentElement; up = up.parentElement) {
      const style = getComputedStyle(up);
      if (style.overflowX === 'visible' && style.overflowY === 'visible' && !up.matches('[data-panel], .kpi-body, .panel-body, .row, .cell')) continue;
      const frame = up.getBoundingClientRect();
      const wide = box.left < frame.left - slack || box.right > frame.right + slack;
      const air = 0.3 * parseFloat(getComputedStyle(element).fontSize);
      const tall = box.top < frame.top - air || box.bottom > frame.bottom + air;
      if (wide || tall) {
        found.push('text beyond ' + (up.className || up.tagName) + ': ' + name(element));
        break;
      }
    }
  }

  for (const element of wall.querySelectorAll('.sub, h1, h2, .kpi-number, .kpi-foot, .panel-head, .row, .cell, .nav, .clock-facts, .rows, .rule > .name, .panel-body')) {
    if (!visible(element) || element.closest('.drawer, .leaflet-container')) continue;
    if (element.scrollWidth > element.clientWidth + 2 * scale) found.push('wider than its place: ' + name(element));
    if (element.scrollHeight > element.clientHeight + 4 * scale && element.matches('.rows, .panel-head, .panel-body')) found.push('higher than its place: ' + name(element));
  }

  const words = [];
  for (const element of wall.querySelectorAll('h1, h2, .sub, .kpi-value, .kpi-unit, .kpi-note, .kpi-change, .truth-asof, .truth-why, .row > *, .way > *, .way .kpi-number > *, .cell > *, .nav > *, .clock-facts > *, .axis > *, .map-tabs, .map-legend, .map-notes, .map-bar, .map-label')) {
    if (!visible(element) || !text(element) || element.closest('.drawer')) continue;
    words.push({element, box: element.getBoundingClientRect(), frame: element.closest('[data-panel], .wall-head')});
  }
  for (let i = 0; i < words.length; i += 1) {
    for (let j = i + 1; j < words.length; j += 1) {
      const a = words[i], b = words[j];
      if (a.frame !== b.frame && !(a.frame && b.frame && (a.frame.contains(b.frame) || b.frame.contains(a.frame)))) continue;
      if (a.element.contains(b.element) || b.element.contains(a.element)) continue;
      const over = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
      const deep = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
      if (over > 2 * scale && deep > 0.35 * Math.min(a.box.height, b.box.height)) found.push('one over another: ' + name(a.element) + ' and ' + name(b.element));
    }
  }
  return [...new Set(found)];
})()
