"""A publisher and a web application on the demo town, turned by hand: no waiting between beats, no network."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from flask import Flask
from sqlalchemy import Engine, event

from dashboard import compose
from dashboard.app import create_app
from dashboard.clock import city_time
from dashboard.keys import Focus, LiveKey
from dashboard.lanes import InlineLane, Reading
from dashboard.publisher import Publisher, reader_of
from dashboard.services import Services
from dashboard.settings import Settings, load
from dashboard.stores import Broadcast, open_broadcast
from data_access.reference import Reference
from data_access.scope import Audience, Scope
from demo.build import build
from layouts.panel import Props, Showing
from tests.fixtures.beats import HandClock

END: Final = datetime(2026, 3, 11, 15, 0)
BEAT_S: Final = 2.0


class FirstEpoch:
    """Always holds the lease."""

    def epoch(self) -> int | None:
        """The first."""
        return 1

    def lost(self, larger: int) -> None:
        """Nobody else is there."""
        raise AssertionError(f"an epoch {larger} out of nowhere")

    def problem(self) -> str:
        """None."""
        return ""


class Statements:
    """Counts statements and the time drivers spend in them, over all engines of this process."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.count = 0
        self._began = 0.0
        event.listen(Engine, "before_cursor_execute", self._before)
        event.listen(Engine, "after_cursor_execute", self._after)

    def clear(self) -> None:
        """Begin anew."""
        self.seconds, self.count = 0.0, 0

    def _before(self, *_: object) -> None:
        self._began = time.perf_counter()

    def _after(self, *_: object) -> None:
        self.seconds += time.perf_counter() - self._began
        self.count += 1


@dataclass
class Stage:
    """The parts; ``beat()`` publishes once, ``get()`` asks as a browser does."""

    settings: Settings
    clock: HandClock
    broadcast: Broadcast
    publisher: Publisher
    services: Services
    server: Flask

    def beat(self) -> None:
        """Two seconds later: one step of the publisher."""
        self.clock.turn(BEAT_S)
        assert self.publisher.step()

    def get(self, path: str, query: str = "", coding: str = "br") -> tuple[str, bytes]:
        """Status and bytes of one request, through the whole application."""
        return ask(self.server, path, query, coding)

    def asked_again(self) -> list[tuple[str, Props]]:
        """The two-second panels of the overview with what they show, read from the database now.

        What a framework without a broadcast does for each viewer at each tick.
        """
        now, plan = city_time(self.clock.now(), self.clock.zone), self.publisher.plan
        shown: list[tuple[str, Props]] = []
        with self.services.database.reader(Scope.of(Audience.WALL)) as db:
            showing = Showing("zh", db.reference, now, self.clock.zone)
            values: dict[str, object] = {}
            for panel in plan.panels_of("overview"):
                if panel.every > BEAT_S or plan.slow(panel.reading):
                    continue
                if panel.reading not in values:
                    values[panel.reading] = plan.readings[panel.reading].read(db, self.services.at())
                shown.append((panel.id, panel.show(values[panel.reading], showing)))
        return shown

    @property
    def reference(self) -> Reference:
        """The areas of the town."""
        found = self.services.directory.reference
        assert found is not None
        return found


def ask(server: Any, path: str, query: str = "", coding: str = "br") -> tuple[str, bytes]:
    """One GET of a WSGI application, with nothing in between."""
    status: list[str] = []
    environ = {
        "REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": query, "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8050", "HTTP_HOST": "127.0.0.1:8050", "SERVER_PROTOCOL": "HTTP/1.1", "SCRIPT_NAME": "",
        "HTTP_ACCEPT_ENCODING": coding, "REMOTE_ADDR": "127.0.0.1", "wsgi.url_scheme": "http", "wsgi.input": BytesIO(),
        "wsgi.errors": BytesIO(), "wsgi.version": (1, 0), "wsgi.multithread": True, "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }  # fmt: skip
    answer = server(environ, lambda said, _headers, *_rest: status.append(said))
    try:
        return status[0], b"".join(answer)
    finally:
        if hasattr(answer, "close"):
            answer.close()


def town(folder: Path) -> Path:
    """The demo town, made once and kept."""
    path = folder / "town.sqlite"
    if not path.exists():
        build(path, "town", END, seed=7)
    return path


@contextmanager
def stage(folder: Path, keys: tuple[LiveKey, ...] = ()) -> Iterator[Stage]:
    """Everything on the demo town; these bodies are always made."""
    settings = load(None, database_url=f"sqlite:///{town(folder)}", data_dir=folder / "data", schematic=True)
    clock, broadcast = HandClock(END), open_broadcast("memory")
    geometry = compose.geometry_of(settings, broadcast)
    plan, calendar, policy = compose.product(), compose.calendar_of(settings), compose.policy_of(settings)
    lanes = [
        InlineLane(Reading(database, reader_of(plan, calendar, policy, clock, geometry.shapes)))
        for database in (compose.open_database(settings), compose.open_database(settings))
    ]
    publisher = Publisher(
        plan=plan, broadcast=broadcast, fast=lanes[0], slow=lanes[1], clock=clock, mandate=FirstEpoch(), build="bench",
        pinned=lambda _reference: keys, calendar=calendar,
    )  # fmt: skip
    real = compose.services_of(settings, broadcast, geometry, compose.clock_of(settings), None)
    services = Services(**{**vars(real), "clock": clock})
    assert services.directory.refresh()
    try:
        yield Stage(settings, clock, broadcast, publisher, services, create_app(services).server)
    finally:
        publisher.close()
        services.database.close()


def wall(area: str, lang: str = "zh", scene: str = "overview") -> LiveKey:
    """The key of a wall's body."""
    return LiveKey(Audience.WALL, scene, Focus(area), lang)
