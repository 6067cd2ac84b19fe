/*
 * Parts made of plain elements, drawn without the renderer: there each new component notifies every other one, so that
 * a screen of a thousand elements takes a second to appear. What stays the same is left alone, with focus and pages.
 */
(function (gridwall) {
  'use strict';

  const NAMESPACE = 'dash_html_components';
  const TAGS = new Set(('Article Aside B Br Caption Code Col Colgroup Dd Del Div Dl Dt Em Figcaption Figure Footer H2 H3 H4 '
    + 'H5 H6 Header Hr I Ins Li Mark Meter Ol P Progress S Section Small Span Strong Sub Sup Table Tbody Td Tfoot Th Thead '
    + 'Time Tr U Ul').split(' '));
  const ATTRIBUTES = {
    className: 'class', title: 'title', role: 'role', tabIndex: 'tabindex', lang: 'lang', dir: 'dir', hidden: 'hidden',
    colSpan: 'colspan', rowSpan: 'rowspan', dateTime: 'datetime', value: 'value', max: 'max', min: 'min',
  };
  const PREFIXED = /^(data|aria)-[a-z-]+$/;

  /** What an element was drawn from. @type {WeakMap<Element, {children: *, attributes: Object<string, string>}>} */
  const drawn = new WeakMap();
  /** What a part held before it was first drawn. @type {Map<Element, {text: string, attributes: Object<string, ?string>}>} */
  const before = new Map();

  /** @param {string} name of a property @returns {?string} the attribute it becomes; null for what only the renderer can do */
  function attributeOf(name) {
    return ATTRIBUTES[name] || (name === 'style' || PREFIXED.test(name) ? name : null);
  }

  /** @param {*} value children of a component @returns {boolean} whether they are texts and plain elements only */
  function plain(value) {
    if (Array.isArray(value)) return value.every(plain);
    if (value === null || typeof value !== 'object') return true;
    return value.namespace === NAMESPACE && TAGS.has(value.type) && able(value.props || {});
  }

  /** @param {Object} props of a component @returns {boolean} whether they can be drawn here */
  function able(props) {
    return Object.keys(props).every((name) => (name === 'children' ? plain(props.children) : attributeOf(name) !== null));
  }

  /** @param {*} a @param {*} b both JSON @returns {boolean} */
  function same(a, b) {
    if (a === b) return true;
    if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
    if (Array.isArray(a) !== Array.isArray(b)) return false;
    const names = Object.keys(a);
    return names.length === Object.keys(b).length && names.every((name) => name in b && same(a[name], b[name]));
  }

  /** @param {*} value children @param {Array<string|Object>} into @returns {Array<string|Object>} texts and components, one level */
  function flat(value, into) {
    if (Array.isArray(value)) for (const one of value) flat(one, into);
    else if (value !== null && value !== undefined && typeof value !== 'boolean' && value !== '') {
      into.push(typeof value === 'object' ? value : String(value));
    }
    return into;
  }

  /** @param {Object<string, string|number>} style camel-cased names @returns {string} */
  function css(style) {
    return Object.keys(style).filter((name) => style[name] !== null)
      .map((name) => (name.startsWith('--') ? name : name.replace(/[A-Z]/g, (letter) => '-' + letter.toLowerCase())) + ':' + style[name])
      .join(';');
  }

  /** @param {Object} props @returns {Object<string, string>} attributes by name */
  function attributesOf(props) {
    const found = {};
    for (const name of Object.keys(props)) {
      const value = props[name];
      if (name === 'children' || value === null || value === undefined || value === false) continue;
      found[attributeOf(name)] = name === 'style' ? css(value) : value === true ? '' : String(value);
    }
    return found;
  }

  /** Only attributes that came from us are taken away again. @param {Element} element @param {Object<string, string>} now @param {Object<string, string>} was */
  function dress(element, now, was) {
    for (const name of Object.keys(was)) if (!(name in now)) element.removeAttribute(name);
    for (const name of Object.keys(now)) {
      if (element.getAttribute(name) === now[name]) continue;
      if (name === 'style') element.style.cssText = now.style;
      else element.setAttribute(name, now[name]);
    }
  }

  /** @param {Element} element @param {Object} props */
  function apply(element, props) {
    const was = drawn.get(element) || {children: undefined, attributes: {}};
    const attributes = attributesOf(props);
    dress(element, attributes, was.attributes);
    if ('children' in props || was.children !== undefined) {
      if (!same(was.children, props.children)) fill(element, flat(props.children, []));
    }
    drawn.set(element, {children: props.children, attributes});
  }

  /** @param {Element} element @param {Array<string|Object>} wanted its children from now on */
  function fill(element, wanted) {
    wanted.forEach((one, i) => {
      const there = element.childNodes[i] || null;
      if (typeof one === 'string') write(element, there, one);
      else place(element, there, one);
    });
    while (element.childNodes.length > wanted.length) element.lastChild.remove();
  }

  /** @param {Element} parent @param {?Node} there @param {string} text */
  function write(parent, there, text) {
    if (there && there.nodeType === 3) {
      if (there.data !== text) there.data = text;
    } else put(parent, there, document.createTextNode(text));
  }

  /** @param {Element} parent @param {?Node} there @param {Object} component */
  function place(parent, there, component) {
    const tag = component.type.toLowerCase();
    if (there && there.nodeType === 1 && there.localName === tag && drawn.has(there)) {
      apply(there, component.props || {});
      return;
    }
    const made = document.createElement(tag);
    apply(made, component.props || {});
    put(parent, there, made);
  }

  /** @param {Element} parent @param {?Node} there @param {Node} made */
  function put(parent, there, made) {
    if (there) there.replaceWith(made);
    else parent.append(made);
  }

  /** Draw a part. @param {Element} element @param {Object} props for which ``able`` holds */
  function part(element, props) {
    if (!before.has(element)) {
      const attributes = {};
      for (const name of Object.keys(attributesOf(props))) attributes[name] = element.getAttribute(name);
      before.set(element, {text: element.textContent, attributes});
    }
    if (!drawn.has(element)) element.textContent = '';
    apply(element, props);
  }

  /** Every part as the page brought it: another scene or place may stand in the same elements. */
  function forget() {
    for (const [element, first] of before) {
      drawn.delete(element);
      if (!element.isConnected) continue;
      element.textContent = first.text;
      for (const name of Object.keys(first.attributes)) {
        if (first.attributes[name] === null) element.removeAttribute(name);
        else element.setAttribute(name, first.attributes[name]);
      }
    }
    before.clear();
  }

  gridwall.draw = {able, part, forget};
})(window.gridwall = window.gridwall || {});
