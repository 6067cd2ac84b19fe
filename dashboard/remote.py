"""What a phone chose for a wall, through the store: the last command of each wall, and what the walls said they show.

A command is a state, not an event: a wall that comes back follows what stands. Rights are checked twice: when the
command is given, and when a screen asks for it, because any screen may call itself by any name.
"""

import hashlib
import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import orjson

from dashboard.clock import Clock
from dashboard.keys import Focus
from dashboard.stores import Broadcast
from dashboard.viewer import Viewer
from data_access.reference import Reference
from data_access.scope import Audience

_log = logging.getLogger(__name__)
_COMMAND: Final = "remote:"
_SHOWN: Final = "hall:"
_NAMES: Final = "halls"
COMMAND_S: Final = 12 * 3600
"""A command is forgotten after half a day: nobody remembers giving it."""
FREEZE_S: Final = 600
"""The longest time a picture is held: a wall that stands still must not be forgotten."""
SEEN_S: Final = 60
KNOWN_S: Final = 86_400
_MOST_NAMES: Final = 50
_MOST_SCREENS: Final = 20


@dataclass(frozen=True, slots=True)
class Command:
    """What a wall shall show; None and "" leave it as it is. Times are real seconds since 1970.

    ``rev`` numbers the command, ``by`` is who gave it, ``freeze_until`` the moment to which the picture is held.
    """

    rev: int
    at: float
    by: Viewer
    scene: str | None = None
    place: str | None = None
    layer: str = ""
    pause: bool = False
    freeze_until: float = 0.0


@dataclass(frozen=True, slots=True)
class Shown:
    """What one screen of a name said last: when (real seconds), with whose rights, and what it shows."""

    at: float
    viewer: Viewer
    scene: str
    place: str
    lang: str
    layer: str
    pause: bool
    freeze: bool
    rev: str


def covers(giver: Viewer, screen: Viewer, reference: Reference) -> bool:
    """Whether somebody may decide what a screen shows.

    Leaders may, officials where all its rights are theirs too, and phones with a token for the walls it names.
    """
    if giver.steers:
        return screen.audience is Audience.WALL and not screen.steers and screen.name in giver.steers
    if giver.audience is Audience.LEADER:
        return True
    if giver.audience is not Audience.OFFICIAL or screen.everywhere:
        return False
    areas = all(giver.may(Audience.WALL, Focus(area), reference) for area in screen.areas or ())
    return areas and (screen.departments or frozenset()) <= (giver.departments or frozenset())


@dataclass(frozen=True, slots=True)
class Remote:
    """Commands and reports in the store. Every method may raise StoreError."""

    broadcast: Broadcast
    clock: Clock

    def command(self, name: str) -> Command | None:
        """The command that stands for a wall."""
        found = _read(self.broadcast.fetch(_COMMAND + name))
        if found is None:
            return None
        command = Command(**{**found, "by": _viewer(found["by"])})
        return command if self.clock.real() - command.at < COMMAND_S else None

    def give(self, name: str, by: Viewer, **changes: Any) -> Command:
        """Change the command that stands for a wall; what is not changed stays."""
        now = self.clock.real()
        before = self.command(name) or Command(0, now, by)
        given = replace(before, rev=max(int(now * 1000), before.rev + 1), at=now, by=by, **changes)
        self.broadcast.put({_COMMAND + name: _written(given)})
        return given

    def report(self, name: str, shown: Shown) -> None:
        """Keep what a screen of this name shows; a name that is new is noted."""
        key = hashlib.sha256(repr(_plain(shown.viewer)).encode()).hexdigest()[:12]
        others = {
            mark: entry
            for mark, entry in (_read(self.broadcast.fetch(_SHOWN + name)) or {}).items()
            if shown.at - entry["at"] < KNOWN_S and mark != key
        }
        kept = dict(sorted(others.items(), key=lambda item: -item[1]["at"])[: _MOST_SCREENS - 1])
        entry = {**asdict(replace(shown)), "viewer": _plain(shown.viewer)}
        self.broadcast.put({_SHOWN + name: orjson.dumps({**kept, key: entry})})
        names = _read(self.broadcast.fetch(_NAMES)) or {}
        if shown.at - names.get(name, 0.0) > KNOWN_S / 4:
            recent = {other: at for other, at in names.items() if shown.at - at < KNOWN_S}
            latest = dict(sorted({**recent, name: shown.at}.items(), key=lambda item: -item[1])[:_MOST_NAMES])
            self.broadcast.put({_NAMES: orjson.dumps(latest)})

    def shown(self, name: str) -> tuple[Shown, ...]:
        """What the screens of this name said within a day, the latest first."""
        found = _read(self.broadcast.fetch(_SHOWN + name)) or {}
        screens = [Shown(**{**entry, "viewer": _viewer(entry["viewer"])}) for entry in found.values()]
        return tuple(sorted(screens, key=lambda screen: -screen.at))

    def names(self) -> tuple[str, ...]:
        """Walls that said something within a day."""
        now, found = self.clock.real(), _read(self.broadcast.fetch(_NAMES)) or {}
        return tuple(sorted(name for name, at in found.items() if now - at < KNOWN_S))


def _read(raw: bytes | None) -> dict[str, Any] | None:
    """Our own JSON; what is not is as if it were not there."""
    try:
        found = orjson.loads(raw) if raw else None
    except orjson.JSONDecodeError:
        _log.warning("the store holds something that is not ours")
        return None
    return found if isinstance(found, dict) else None


def _written(command: Command) -> bytes:
    return orjson.dumps({**asdict(replace(command)), "by": _plain(command.by)})


def _plain(viewer: Viewer) -> dict[str, Any]:
    return {
        "audience": viewer.audience.value,
        "areas": None if viewer.areas is None else sorted(viewer.areas),
        "departments": None if viewer.departments is None else sorted(viewer.departments),
        "name": viewer.name,
        "steers": sorted(viewer.steers),
    }


def _viewer(found: Mapping[str, Any]) -> Viewer:
    areas, departments = found["areas"], found["departments"]
    return Viewer(
        Audience(found["audience"]),
        None if areas is None else frozenset(areas),
        None if departments is None else frozenset(departments),
        found["name"],
        frozenset(found.get("steers", ())),
    )
