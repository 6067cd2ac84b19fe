"""Every number of the wall equals SQL by hand in the same snapshot, while the simulator writes the town's life."""

import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from dashboard import compose, wire
from dashboard.bodies import Body, Stamp, Surroundings
from dashboard.geometry import GeometryStore
from dashboard.jobs import Outcome, Spot
from dashboard.keys import LiveKey
from dashboard.latest import Values
from dashboard.plan import SHAPES
from dashboard.publisher import reader_of
from dashboard.stores import MemoryBroadcast
from data_access.engine import Database, ScopedReader
from data_access.scope import Audience, Scope
from demo.simulator import Simulator
from indicators.policy import load_policy
from indicators.readings import READINGS
from indicators.readings.book import OpenBook
from indicators.values import At
from indicators.workcalendar import WorkCalendar
from tests.data.body_by_hand import assert_body_says, said_by_hand
from tests.data.by_hand import Ask, by_hand, by_readings
from tests.fixtures.beats import ZONE, HandClock
from tests.fixtures.city import SHORT_END, read_only
from tests.fixtures.servers import wait_until
from tests.fixtures.wall import wall_on

MOMENTS = (
    SHORT_END,  # Wednesday afternoon
    datetime(2026, 11, 18, 23, 59, 40),  # over midnight
    datetime(2026, 11, 19, 9, 15),  # Thursday morning
    datetime(2026, 11, 19, 11, 59, 30),  # over the cut of noon
    datetime(2026, 11, 20, 17, 45),
)
CALENDAR, POLICY = WorkCalendar.named("cn", "Asia/Shanghai"), load_policy()
CLOCK = "SELECT max(last_received_at) FROM source_feeds"


class Life(threading.Thread):
    """Plays the town to the moment it is asked for, then on in small steps until asked for the next."""

    def __init__(self, path: Path) -> None:
        super().__init__(daemon=True)
        self.path = path
        self.target: datetime | None = None
        self.steps = 0
        self.error: BaseException | None = None
        self._wake = threading.Event()
        self._end = False

    def go(self, target: datetime) -> None:
        """Be at the moment, and go on from there."""
        self.target, before = target, self.steps
        self._wake.set()
        wait_until(lambda: self.error or (self.target is None and self.steps > before), f"{target}", 120)
        assert self.error is None

    def rest(self) -> None:
        """Write nothing more."""
        self._end = True
        self._wake.set()
        self.join(60)
        assert not self.is_alive()

    def run(self) -> None:
        """The thread of the other systems."""
        try:
            with closing(Simulator(self.path)) as town:
                self._wake.wait()
                while not self._end:
                    if self.target is not None:
                        town.advance_to(max(self.target, town.now))
                        self.target = None
                    town.advance_to(town.now + timedelta(seconds=3))
                    self.steps += 1
        except BaseException as error:  # noqa: BLE001 - told by the test
            self.error = error


@pytest.fixture
def life(short_town: Path) -> Iterator[Life]:
    thread = Life(short_town)
    thread.start()
    yield thread
    thread.rest()


class Composed:
    """The body of the overview from beat to beat, made as the publisher makes it, each time from a snapshot given."""

    def __init__(self, path: Path) -> None:
        with closing(read_only(path)) as connection:
            root = connection.execute("SELECT code FROM areas WHERE parent_code IS NULL").fetchone()[0]
        key = LiveKey.parse(f"wall/overview/{root}/zh")
        assert key is not None
        self.key, self.spot, self.plan = key, Spot(key.audience, key.focus), compose.product()
        self.body = Body(key, self.plan.panels_of(key.scene))
        self.read = reader_of(self.plan, CALENDAR, POLICY, HandClock(), GeometryStore(MemoryBroadcast()).shapes)
        self.values, self.seq = Values(), 0

    def compose(self, db: ScopedReader, now: datetime) -> tuple[tuple[str, ...], dict[str, Any]]:
        """The map's cells, and the panels of the full body: every reading anew, drawn where it changed."""
        at, self.seq = now.replace(tzinfo=ZONE).timestamp(), self.seq + 1
        fast, slow = self.plan.wanted([self.key])
        for job in (*fast, *slow):
            self.values.take(Outcome(job, self.read(db, job, at), None, at, 0.0))
        shapes = self.values.of(self.spot, SHAPES).value
        stamp = Stamp(1, self.seq, "test", int(at * 1000), int(at * 1000) + 2000)
        around = Surroundings(db.reference, shapes, now, ZONE, CALENDAR.is_provisional(now.date()), POLICY)
        entry = self.body.compose(stamp, self.values, around)
        return shapes.cells, orjson.loads(wire.plain(entry.parts[wire.FULL]))["panels"]


def asking(connection: Any) -> Callable[..., Any]:
    """Statements on the very connection of a reader: the same snapshot."""
    driver = connection.connection.driver_connection
    return lambda sql, **parameters: driver.execute(sql, parameters).fetchall()


def test_every_number_equals_sql_by_hand_while_others_write(short_town: Path, life: Life) -> None:
    database = Database(f"sqlite:///{short_town}")
    seen: list[datetime] = []
    kept, body = OpenBook(), Composed(short_town)
    for moment in MOMENTS:
        life.go(moment)
        for _ in range(2):
            steps = life.steps
            with database.reader(Scope.of(Audience.WALL)) as db:
                ask = asking(db._connection)
                now = datetime.fromisoformat(ask(CLOCK)[0][0])
                at = At(now, CALENDAR, POLICY)
                ours = by_readings(db, at)
                followed = replace(at, book=kept.follow(db, at))
                for name in ("lights", "horizon", "pulse", "sla"):
                    assert READINGS[name].read(db, followed) == READINGS[name].read(db, at), name
                wait_until(lambda before=steps: life.error or life.steps > before, "a commit of the simulator", 60)  # type: ignore[misc]
                theirs = by_hand(ask, now)
                cells, panels = body.compose(db, now)
                assert_body_says(panels, cells, said_by_hand(ask, now, theirs), now)
                assert datetime.fromisoformat(ask(CLOCK)[0][0]) == now, "the snapshot stands"
            whole = [rate for code, rate in theirs["by department"].items() if code not in ours["by department"]]
            pooled = tuple(map(sum, zip(ours.pop("others"), ours.pop("nobody"), strict=True)))
            assert pooled == tuple(map(sum, zip((0, 0), *whole, strict=True)))
            theirs["by department"] = {code: theirs["by department"][code] for code in ours["by department"]}
            assert ours.pop("all types") == sum(count for count, _ in theirs["types"].values())
            top = sorted(theirs["types"].items(), key=lambda item: (-item[1][0], item[0]))[:10]
            theirs["types"] = dict(top)
            assert ours == theirs
            assert now >= moment - timedelta(minutes=1)
            assert ours["people"][1] > 0
            seen.append(now)
    database.close()
    assert kept.reloads == 0, "what changed was enough to keep the book in step"
    assert seen == sorted(seen)
    assert len(set(seen)) == len(seen), "the town moved on between any two looks"


@pytest.mark.parametrize("moment", [SHORT_END, datetime(2026, 11, 19, 9, 15)], ids=str)
def test_the_body_on_the_wire_says_the_same_numbers(short_town_path: Path, tmp_path: Path, moment: datetime) -> None:
    path = Path(shutil.copy(short_town_path, tmp_path / "town.sqlite"))
    with closing(Simulator(path)) as town:
        town.advance_to(moment)
    with closing(read_only(path)) as connection:
        ask: Ask = lambda sql, **bound: connection.execute(sql, bound).fetchall()  # noqa: E731
        root = ask("SELECT code FROM areas WHERE parent_code IS NULL")[0][0]
        now = datetime.fromisoformat(ask(CLOCK)[0][0])
        theirs = said_by_hand(ask, now, by_hand(ask, now))
    address = f"wall/overview/{root}/zh"
    with wall_on(f"sqlite:///{path}", tmp_path, pinned=(address,)) as wall:
        wall.clock.turn((now - datetime(2026, 3, 11, 10, 30)).total_seconds())
        for _ in range(3):
            wall.publisher.step()  # three beats of the same second
        panels = wall.body(wall.client(), f"/live/{address}")["panels"]
        with wall.database.reader(Scope.of(Audience.WALL)) as db:
            shapes = wall.services.geometry.shapes(db, root)
    assert shapes is not None
    assert_body_says(panels, shapes.cells, theirs, now)


def test_the_town_is_not_empty(short_town: Path) -> None:
    with closing(sqlite3.connect(short_town)) as connection:
        ask = lambda sql, **bound: connection.execute(sql, bound).fetchall()  # noqa: E731
        found = by_hand(ask, SHORT_END)
    assert min(found["filed"], found["open"], found["overdue"], found["closed"], found["people"][0]) > 5
    assert found["rate of the week"][1] > 100
    assert len(found["types"]) > 10
