"""How a screen behaves while nobody is at it: by the settings on walls with a token, by the address on any screen."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from dashboard.settings import Settings
from dashboard.viewer import Viewer
from data_access.scope import Audience
from layouts.pages.wall import Hall

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")
_NEITHER: Final = ("", "0")
_SHORTEST_S: Final = 5
_LONGEST_S: Final = 3600


def hall_of(
    viewer: Viewer, settings: Settings, asked: Mapping[str, Any], scenes: Sequence[str], taken: Callable[[str], bool]
) -> tuple[Hall | None, str]:
    """What the address and the settings say, or None and the name of the parameter that cannot be used.

    ``rotate`` is ``1`` (all scenes), ``0`` (none) or ids by comma, ``dwell`` seconds, ``wall`` a name. A wall that
    entered with its token has the name of its token, whatever the address says; ``taken`` knows these names. A phone
    that steers walls is none itself.
    """
    is_wall = viewer.audience is Audience.WALL and not viewer.steers
    name = viewer.name if is_wall else asked.get("wall") or ""
    if is_wall and not named(name):
        name = ""
    if name and not is_wall and (not named(name) or taken(name)):
        return None, "wall"
    rotate = _rotation(asked.get("rotate"), settings.rotate if is_wall else (), scenes)
    if rotate is None:
        return None, "rotate"
    dwell = asked.get("dwell") or str(settings.dwell)
    if not (dwell.isascii() and dwell.isdecimal() and _SHORTEST_S <= int(dwell[:9]) <= _LONGEST_S):
        return None, "dwell"
    left_alone = is_wall or bool(name) or len(rotate) > 1
    return Hall(name, rotate, int(dwell), settings.drawer_seconds if left_alone else 0), ""


def named(name: str) -> bool:
    """Whether a wall may be called so: it stands in addresses and in the access log."""
    return _NAME.fullmatch(name) is not None


def _rotation(asked: str | None, usual: tuple[str, ...], scenes: Sequence[str]) -> tuple[str, ...] | None:
    """The scenes in turn; None where one is named that there is not."""
    if asked in _NEITHER:
        return ()
    if asked == "1":
        return tuple(scenes)
    chosen = usual if asked is None else tuple(part.strip() for part in asked.split(",") if part.strip())
    return tuple(dict.fromkeys(chosen)) if all(scene in scenes for scene in chosen) else None
