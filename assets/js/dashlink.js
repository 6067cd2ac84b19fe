/* The one door to Dash: setting properties of components from outside a callback. The renderer is loaded after us. */
(function (gridwall) {
  'use strict';

  /** @returns {boolean} whether the renderer has drawn the page's first layout */
  function ready() {
    return Boolean(window.dash_clientside && window.dash_clientside.set_props
      && window.dash_component_api && window.dash_component_api.getLayout && window.dash_component_api.stringifyId);
  }

  /**
   * Whether a component stands on the page. The renderer throws when told to change one that does not, and its own lookup
   * answers an unknown id with the whole layout: compare the ids.
   * @param {string|Object<string, string>} id @returns {boolean}
   */
  function has(id) {
    if (!ready()) return false;
    const api = window.dash_component_api;
    const found = api.getLayout(id);
    return Boolean(found && found.props && found.props.id && api.stringifyId(found.props.id) === api.stringifyId(id));
  }

  /** @param {string|Object<string, string>} id @param {Object} props @returns {boolean} false when it is not on the page */
  function set(id, props) {
    if (!has(id)) return false;
    window.dash_clientside.set_props(id, props);
    return true;
  }

  gridwall.dashlink = {ready, has, set};
})(window.gridwall = window.gridwall || {});
