/* The clock in the header: the city's time by the server's clock. */
(function (gridwall) {
  'use strict';

  /** @param {Element} root @param {number} now server milliseconds */
  function show(root, now) {
    const zone = gridwall.words.zone(), lang = gridwall.words.language();
    for (const element of root.querySelectorAll('[data-clock]')) {
      gridwall.truth.write(element, element.getAttribute('data-clock') === 'date'
        ? gridwall.format.date(now, zone, lang) : gridwall.format.clock(now, zone));
    }
  }

  gridwall.clock = {show};
})(window.gridwall = window.gridwall || {});
