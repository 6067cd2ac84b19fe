"""Remote control of walls: what a phone's page may do (``Control``), and ``GET /remote/<wall>``, where walls ask.

A screen asks every two seconds and says in the question what it shows. It gets the command that stands for its name, if
whoever gave it may decide for this very screen; nothing when there is none, and then it stays as it is.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson
from flask import Flask, Response, request

from dashboard.halls import named
from dashboard.keys import Focus, LiveKey
from dashboard.remote import FREEZE_S, SEEN_S, Command, Remote, Shown, covers
from dashboard.security import same_origin, viewer_of
from dashboard.services import Services
from dashboard.viewer import Viewer
from data_access.errors import InputError, StoreError, UnknownPlace
from data_access.scope import Audience
from layouts.pages.control import WallState
from layouts.panels.map_frame import LAYERS
from layouts.words import LANGUAGES

_log = logging.getLogger(__name__)
PATH: Final = "/remote/<name>"
_FLAGS: Final = {"1": True, "": False}
_CHANGES: Final = frozenset({"scene", "place", "layer", "pause", "freeze", "release"})


def may_steer(viewer: Viewer) -> bool:
    """Whether this viewer may decide for walls at all: leaders, officials, and phones with a control token."""
    return viewer.audience in (Audience.LEADER, Audience.OFFICIAL) or bool(viewer.steers)


@dataclass(frozen=True, slots=True)
class Control:
    """What the person behind this request may do with walls."""

    services: Services

    @property
    def _remote(self) -> Remote:
        return Remote(self.services.broadcast, self.services.clock)

    def walls(self) -> tuple[str, ...]:
        """The walls this person may decide for, by name. Raises StoreError."""
        names = {*self.services.entrances.devices.names, *self._remote.names()}
        return tuple(sorted(name for name in names if self._may(name)))

    def state(self, name: str) -> WallState:
        """What a wall shows and what it was told. Raises UnknownPlace for one that is not theirs, StoreError."""
        self._require(name)
        command, screens = self._remote.command(name), self._remote.shown(name)
        return self._state(name, command, screens[0] if screens else None)

    def change(self, name: str, changes: Mapping[str, Any]) -> WallState:
        """Tell a wall what to show; every change is looked up, and noted in the ledger.

        Raises UnknownPlace for a wall or a place that is not there or not theirs, InputError, StoreError.
        """
        self._require(name)
        checked = self._checked(name, changes)
        command = self._remote.give(name, viewer_of(), **checked)
        words = " ".join(f"{key}={value}" for key, value in sorted(changes.items()))
        self.services.note("control", f"{name} {words}"[:200])
        _log.info("a wall was told", extra={"wall": name, "told": words[:200], "by": viewer_of().name})
        screens = self._remote.shown(name)
        self._prepare(command, screens)
        return self._state(name, command, screens[0] if screens else None)

    def _prepare(self, command: Command, screens: Sequence[Shown]) -> None:
        """Wish for what the screens will ask for, so that it is there when they do."""
        now = self.services.clock.real()
        for shown in (screen for screen in screens if now - screen.at < SEEN_S):
            focus = Focus.parse(command.place or shown.place)
            scene = command.scene or shown.scene
            if focus is not None and scene:
                key = LiveKey(Audience.WALL, scene, focus, shown.lang)
                self.services.broadcast.wish(str(key), self.services.clock.now())

    def _require(self, name: str) -> None:
        if not named(name) or not self._may(name):
            raise UnknownPlace("no such wall", place=name)

    def _screens(self, name: str) -> tuple[Viewer, ...]:
        """The rights of the screens of this name: of the wall with the token, else of those that said so."""
        device = self.services.entrances.devices.viewer_of(name)
        return (device,) if device is not None else tuple(shown.viewer for shown in self._remote.shown(name))

    def _may(self, name: str) -> bool:
        viewer, screens = viewer_of(), self._screens(name)
        if not may_steer(viewer):
            return False
        return bool(screens) and all(covers(viewer, screen, self.services.reference) for screen in screens)

    def _checked(self, name: str, changes: Mapping[str, Any]) -> dict[str, Any]:
        """The changes of a command. Raises InputError and UnknownPlace."""
        if not changes or changes.keys() - _CHANGES or not all(isinstance(text, str) for text in changes.values()):
            raise InputError("no such change")
        if "release" in changes:
            return self._released(name, changes)
        given: dict[str, Any] = {key: changes[key] for key in ("scene", "place", "layer") if key in changes}
        if "scene" in given and given["scene"] not in self.services.plan.scenes:
            raise InputError("no such scene")
        if given.get("layer", "") not in ("", *LAYERS):
            raise InputError("no such layer")
        if "place" in given:
            self._placed(name, given["place"])
        for key in ("pause", "freeze"):
            if key in changes and changes[key] not in _FLAGS:
                raise InputError("neither on nor off")
        if "pause" in changes:
            given["pause"] = _FLAGS[changes["pause"]]
        if "freeze" in changes:
            given["freeze_until"] = self.services.clock.real() + FREEZE_S if _FLAGS[changes["freeze"]] else 0.0
        return given

    def _released(self, name: str, changes: Mapping[str, Any]) -> dict[str, Any]:
        """The wall on its own again: its own place, scenes in turn as it is set, nothing held. Raises InputError."""
        if changes != {"release": "1"}:
            raise InputError("no such change")
        first = self.services.settings.area or None
        home = next((screen.home(self.services.reference, first) for screen in self._screens(name)), None)
        place = None if home is None else str(home)
        return {"scene": None, "place": place, "layer": "", "pause": False, "freeze_until": 0.0}

    def _placed(self, name: str, key: str) -> None:
        """A place that this person and every screen of the name may show. Raises UnknownPlace."""
        focus, reference = Focus.parse(key), self.services.reference
        for viewer in (viewer_of(), *self._screens(name)):
            if focus is None or not viewer.may(Audience.WALL, focus, reference):
                raise UnknownPlace("no such place", place=key)

    def _state(self, name: str, command: Command | None, shown: Shown | None) -> WallState:
        now = self.services.clock.real()
        ago = None if shown is None else max(now - shown.at, 0.0)
        return WallState(
            name=name,
            answers=ago is not None and ago < SEEN_S,
            ago_s=ago,
            scene="" if shown is None else shown.scene,
            place="" if shown is None else shown.place,
            layer=shown.layer if command is None and shown is not None else "" if command is None else command.layer,
            pause=command.pause if command is not None else shown is not None and shown.pause,
            freeze=command is not None and command.freeze_until > now,
            followed=command is None or (shown is not None and shown.rev == str(command.rev)),
        )


def register(server: Flask, services: Services) -> None:
    """Add the route."""

    def remote(name: str) -> Response:
        viewer = viewer_of()
        if not same_origin(request) or not named(name) or not _is_called(services, viewer, name):
            return Response("no such wall\n", status=404, mimetype="text/plain")
        desk = Remote(services.broadcast, services.clock)
        try:
            desk.report(name, _shown(services, viewer))
            command = desk.command(name)
        except StoreError:
            return Response("the store cannot be used\n", status=503, mimetype="text/plain")
        reference = services.directory.reference
        if command is None or reference is None or not covers(command.by, viewer, reference):
            return Response(status=204)
        if command.by.steers and not services.entrances.devices.still(command.by):
            return Response(status=204)
        held_ms = max(0, round((command.freeze_until - services.clock.real()) * 1000))
        told = {
            "rev": command.rev,
            "scene": command.scene,
            "place": command.place,
            "layer": command.layer,
            "pause": command.pause,
            "freeze_ms": held_ms,
        }
        return Response(orjson.dumps(told), mimetype="application/json")

    server.add_url_rule(PATH, "remote", remote)


def _is_called(services: Services, viewer: Viewer, name: str) -> bool:
    """Whether a screen may go by this name: a wall by that of its token only, and nobody else by a token's."""
    if viewer.audience is Audience.WALL:
        return viewer.name == name and not viewer.steers
    return not services.entrances.devices.taken(name)


def _shown(services: Services, viewer: Viewer) -> Shown:
    """What the question says the screen shows; nothing of it is believed beyond what there is."""
    asked = request.args
    scene, place, layer = asked.get("scene", ""), asked.get("place", ""), asked.get("layer", "")
    rev = asked.get("rev", "")
    return Shown(
        at=services.clock.real(),
        viewer=viewer,
        scene=scene if scene in services.plan.scenes else "",
        place=place if Focus.parse(place) is not None else "",
        lang=asked.get("lang", "") if asked.get("lang") in LANGUAGES else services.settings.language,
        layer=layer if layer in LAYERS else "",
        pause=asked.get("pause") == "1",
        freeze=asked.get("freeze") == "1",
        rev=rev if rev.isascii() and rev.isdecimal() and len(rev) < 20 else "",
    )
