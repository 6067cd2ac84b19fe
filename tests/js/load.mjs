/* Loads the browser's scripts into a bare context: their pure parts need no page. */
import {readFileSync} from 'node:fs';
import vm from 'node:vm';

/** @param {string[]} names of scripts in assets/js @param {Object} [globals] @returns {Object} the namespace */
export function load(names, globals = {}) {
  const window = {};
  const context = vm.createContext({window, Intl, Map, Set, WeakMap, WeakSet, console, ...globals});
  for (const name of names) {
    const file = new URL(`../../assets/js/${name}.js`, import.meta.url);
    vm.runInContext(readFileSync(file, 'utf8'), context, {filename: `${name}.js`});
  }
  return window.gridwall;
}

/** A value without the other context's prototypes, so that deepEqual compares contents. */
export const plain = (value) => JSON.parse(JSON.stringify(value));
