"""Every number of the wall equals SQL by hand in the same snapshot, while the simulator writes the town's life."""

import re
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from data_access.engine import Database
from data_access.scope import Audience, Scope
from demo.simulator import Simulator
from indicators.policy import load_policy
from indicators.readings import READINGS
from indicators.readings.book import OpenBook
from indicators.values import At
from indicators.workcalendar import WorkCalendar
from tests.data.by_hand import by_hand, by_readings
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


def asking(connection: Any) -> Callable[..., Any]:
    """Statements on the very connection of a reader: the same snapshot."""
    driver = connection.connection.driver_connection
    return lambda sql, **parameters: driver.execute(sql, parameters).fetchall()


def test_every_number_equals_sql_by_hand_while_others_write(short_town: Path, life: Life) -> None:
    database = Database(f"sqlite:///{short_town}")
    seen: list[datetime] = []
    kept = OpenBook()
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


def digits(node: Any) -> int:
    """A number on screen, thin spaces and all."""
    return int(re.sub(r"\D", "", "".join(words(node))))


def words(node: Any) -> list[str]:
    """All texts of a component, in order."""
    if isinstance(node, str):
        return [node]
    if isinstance(node, list):
        return [text for part in node for text in words(part)]
    return words(node.get("props", {}).get("children")) if isinstance(node, dict) else []


@pytest.mark.parametrize("moment", [SHORT_END, datetime(2026, 11, 19, 9, 15)], ids=str)
def test_the_body_on_the_wire_says_the_same_numbers(short_town_path: Path, tmp_path: Path, moment: datetime) -> None:
    path = Path(shutil.copy(short_town_path, tmp_path / "town.sqlite"))
    with closing(Simulator(path)) as town:
        town.advance_to(moment)
    with closing(read_only(path)) as connection:
        root = connection.execute("SELECT code FROM areas WHERE parent_code IS NULL").fetchone()[0]
        now = datetime.fromisoformat(connection.execute(CLOCK).fetchone()[0])
        theirs = by_hand(lambda sql, **bound: connection.execute(sql, bound).fetchall(), now)
    address = f"wall/overview/{root}/zh"
    with wall_on(f"sqlite:///{path}", tmp_path, pinned=(address,)) as wall:
        wall.clock.turn((now - datetime(2026, 3, 11, 10, 30)).total_seconds())
        for _ in range(3):
            wall.publisher.step()  # three beats of the same second
        panels = wall.body(wall.client(), f"/live/{address}")["panels"]
    assert {name for name, panel in panels.items() if panel["state"] != "live"} == set()
    props = {name: panel["props"] for name, panel in panels.items()}
    for panel, number in (("filed", "filed"), ("open", "open"), ("closed", "closed"), ("overdue", "overdue")):
        assert digits(props[panel]["value"]["children"]) == theirs[number], panel
    good, of = theirs["rate of the week"]
    assert float("".join(words(props["ontime"]["value"]["children"]))) == round(100 * good / of, 1)
    assert digits(props["on-duty"]["value"]["children"]) == theirs["people"][0]
    for row, stage in zip(props["flow"]["rows"]["children"], ("reported", "verifying", "filed"), strict=False):
        _, waiting, _, entered = words(row)
        assert (digits(waiting), digits(entered)) == (theirs[f"stage {stage}"][0], theirs[f"stage {stage}"][2])
    for layer, number in (("map-workload", "open"), ("map-overdue", "overdue")):
        data = props[layer]["values"]["data"]
        assert data["total"] == theirs[number]
        assert data["not_located"] == theirs[number] - sum(theirs[f"map of {number}"].values())
    assert props["map-duty"]["values"]["data"]["total"] == theirs["people"][0]
    assert sum(props["trend"]["figure"]["figure"]["data"][0]["y"]) == theirs["filed"]
    shown = [digits(words(row)[1]) for row in props["types"]["rows"]["children"]]
    assert shown == sorted((count for count, _ in theirs["types"].values()), reverse=True)[: len(shown)]


def test_the_town_is_not_empty(short_town: Path) -> None:
    with closing(sqlite3.connect(short_town)) as connection:
        ask = lambda sql, **bound: connection.execute(sql, bound).fetchall()  # noqa: E731
        found = by_hand(ask, SHORT_END)
    assert min(found["filed"], found["open"], found["overdue"], found["closed"], found["people"][0]) > 5
    assert found["rate of the week"][1] > 100
    assert len(found["types"]) > 10
