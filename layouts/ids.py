"""Every id of the interface, once. Ids of live parts are dictionaries, so that a panel may stand twice on a screen."""

from typing import Final

MAIN: Final = "main"
"""The instance of a panel that stands once."""

PAGE_URL: Final = "page-url"
PAGE_BODY: Final = "page-body"
PAGE_TOAST: Final = "page-toast"

WALL_ROOT: Final = "wall-root"
"""Carries ``data-live``, ``data-lang``, ``data-zone``, ``data-now`` and ``data-words`` for our scripts."""

MAP_LEAFLET: Final = "map-leaflet"
MAP_CELLS: Final = "map-cells"
MAP_OUTLINES: Final = "map-outlines"
MAP_BORDERS: Final = "map-borders"
MAP_WATER: Final = "map-water"
MAP_PICKED: Final = "map-picked"
"""A store: the code of the area that was clicked; the browser writes it, the drawer's callback reads it."""

DRAWER: Final = "drawer"
DRAWER_BODY: Final = "drawer-body"
DRAWER_CLOSE: Final = "drawer-close"
DRAWER_BACK: Final = "drawer-back"
DRAWER_ASKED: Final = "drawer-asked"
"""A store: what was touched and shall open; the browser writes it."""
DRAWER_TRAIL: Final = "drawer-trail"
"""A store: what was open before, the present last; "back" asks for it again."""

CONTROL_STATE: Final = "control-state"
CONTROL_AREA: Final = "control-area"
CONTROL_WALL: Final = "control-wall"
"""A store: the name of the wall that a phone decides for."""
CONTROL_ASKED: Final = "control-asked"
"""A store: what was touched on the phone; the browser writes it."""
CONTROL_BEAT: Final = "control-beat"

VIEWER_FORM: Final = "viewer-form"
VIEWER_ROLE: Final = "viewer-role"
VIEWER_PLACE: Final = "viewer-place"


def part(panel: str, name: str, instance: str = MAIN) -> dict[str, str]:
    """The id of one live part of a panel: the publisher names ``name``, the browser fills in the instance."""
    return {"panel": panel, "part": name, "instance": instance}
