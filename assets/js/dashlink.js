/* The one door to Dash: setting properties of components from outside a callback. The renderer is loaded after us. */
(function (gridwall) {
  'use strict';

  /** @returns {boolean} whether the renderer has drawn the page's first layout */
  function ready() {
    return Boolean(window.dash_clientside && window.dash_clientside.set_props
      && window.dash_component_api && window.dash_component_api.getLayout && window.dash_component_api.stringifyId);
  }

  /**
   * The component of this id. The renderer's own lookup throws for some unknown ids and answers others with the whole
   * layout.
   * @param {string|Object<string, string>} id @returns {?Object}
   */
  function find(id) {
    try {
      return window.dash_component_api.getLayout(id) || null;
    } catch (error) {
      return null;
    }
  }

  /**
   * Whether a component stands on the page: the renderer throws when told to change one that does not.
   * @param {string|Object<string, string>} id @returns {boolean}
   */
  function has(id) {
    if (!ready()) return false;
    const found = find(id);
    const name = window.dash_component_api.stringifyId;
    return Boolean(found && found.props && found.props.id && name(found.props.id) === name(id));
  }

  /** @param {string|Object<string, string>} id @param {Object} props @returns {boolean} false when it is not on the page */
  function set(id, props) {
    if (!has(id)) return false;
    window.dash_clientside.set_props(id, props);
    return true;
  }

  /** @param {string|Object<string, string>} id @returns {?Element} the element of this component, when it stands on the page */
  function element(id) {
    return ready() ? document.getElementById(window.dash_component_api.stringifyId(id)) : null;
  }

  gridwall.dashlink = {ready, has, set, element};
})(window.gridwall = window.gridwall || {});
