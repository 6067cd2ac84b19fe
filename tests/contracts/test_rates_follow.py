"""Days do not close: what is changed of weeks ago shows in the rates within a minute, and they equal a recount."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dashboard.clock import city_time
from dashboard.jobs import Spot
from dashboard.keys import LiveKey
from indicators.readings.rates import CellRates, Departments, OnTime
from indicators.values import Rate
from tests.fixtures import small
from tests.fixtures.contract import ContractServers
from tests.fixtures.edges import Hand, due_between
from tests.fixtures.wall import Wall, wall_on

MINUTE = 30
"""Beats."""
ADDRESS = f"wall/overview/{small.CITY}/zh"
JUDGED = "stage NOT IN ('void', 'cancelled') AND (handled_on_spot IS NULL OR handled_on_spot = 0)"
GOOD = "stage = 'closed' AND (closed_at <= coalesce(close_due_at, handle_due_at) OR exempt = 1)"


def shown(wall: Wall, reading: str) -> Any:
    """What the publisher last read for the wall."""
    key = LiveKey.parse(ADDRESS)
    assert key is not None
    return wall.publisher._values.of(Spot(key.audience, key.focus), reading).value


def recount(hand: Hand, start: str, end: str) -> Rate:
    base = f"FROM work_orders WHERE {due_between(start, end)} AND {JUDGED}"
    return Rate(hand.one(f"SELECT count(*) {base} AND {GOOD}"), hand.one(f"SELECT count(*) {base}"))


def rates(wall: Wall) -> tuple[Rate, Rate, int]:
    week, month, cells = (shown(wall, name) for name in ("ontime", "departments", "map_ontime"))
    assert isinstance(week, OnTime)
    assert isinstance(month, Departments)
    assert isinstance(cells, CellRates)
    parts = [row.rate for row in (*month.rows, *month.too_few)]
    return week.rate, sum(parts, month.nobody + month.others), cells.total


@pytest.mark.parametrize(
    "change",
    [
        "stage = 'void', closed_at = NULL",
        "close_due_at = '2026-02-18 09:00:00'",
        "close_due_at = '2026-03-06 09:00:00'",
        "close_due_at = '2026-02-18 09:00:00', department_code = 'D2', area_code = '329902'",
    ],
    ids=["void", "deadline moved back", "deadline moved into the week", "moved to another unit"],
)
def test_what_changes_of_twenty_days_ago_shows_within_a_minute(
    contract_servers: ContractServers, tmp_path: Path, change: str
) -> None:
    made = contract_servers.make("sqlite")
    made.write(
        "INSERT INTO work_orders (id, case_no, category_code, area_code, department_code, stage, reported_at, filed_at,"
        " closed_at, ended_at, close_due_at, updated_at) VALUES ('old', 'old', 'E0110', '329901001001001', 'D1',"
        " 'closed', '2026-02-18 08:00:00', '2026-02-18 08:10:00', '2026-02-19 10:00:00', '2026-02-19 10:00:00',"
        " '2026-02-19 12:00:00', '2026-02-19 10:00:00')"
    )
    hand = Hand(made)
    with wall_on(made.url, tmp_path, pinned=(ADDRESS,)) as wall:
        wall.beat(3)
        before = rates(wall)
        made.write(f"UPDATE work_orders SET {change}, updated_at = '2026-03-11 10:30:00' WHERE id = 'old'")
        wall.beat(MINUTE + 1)
        week, month, cells = rates(wall)
        read_at = shown_at(wall)
    assert week == recount(hand, back(read_at["ontime"], 7), read_at["ontime"])
    assert month == recount(hand, back(read_at["departments"], 30), read_at["departments"])
    assert cells == month.of
    assert (week, month, cells) != before


def shown_at(wall: Wall) -> dict[str, str]:
    """The city time as of which each was read."""
    key = LiveKey.parse(ADDRESS)
    assert key is not None
    found = {}
    for name in ("ontime", "departments"):
        latest = wall.publisher._values.of(Spot(key.audience, key.focus), name)
        assert latest.as_of is not None
        found[name] = f"{city_time(latest.as_of, wall.clock.zone):%Y-%m-%d %H:%M:%S}"
    return found


def back(moment: str, days: int) -> str:
    return f"{datetime.fromisoformat(moment) - timedelta(days=days):%Y-%m-%d %H:%M:%S}"
