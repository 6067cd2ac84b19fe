"""What must hold of numbers whatever the orders are: drawn cities on SQLite, and the past as it stood then."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_access import contract
from data_access.engine import Database, ScopedReader
from data_access.scope import Audience, Scope
from indicators.readings.counts import flow, pulse
from indicators.readings.deadlines import Sla, lights, sla
from indicators.readings.history import last_week, sparks, trend, types
from indicators.readings.map_cells import map_overdue, map_workload
from indicators.readings.rates import CellRates, Departments, OnTime, departments, map_ontime, ontime
from indicators.values import NO_CASES, NotRecorded
from tests.fixtures import small
from tests.fixtures.contract import ContractDatabase
from tests.fixtures.edges import NOW, when
from tests.fixtures.small import area

Row = dict[str, Any]
LEADER = Scope.of(Audience.LEADER)
KNOWN = [row["code"] for row in small.AREAS]
PLACES = [*KNOWN, None, "BOS-0115", area(1, 1, 1, 9)]
DRAWN = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@dataclass(frozen=True)
class Life:
    """One order from report to end; ``None`` never happens."""

    reported: datetime
    filed: datetime | None
    end: datetime | None
    kind: str
    due: datetime | None
    place: str | None
    department: str | None
    category: str | None
    spot: int | None

    def row(self, number: int, moment: datetime) -> Row | None:
        """The order as the source had it at that moment."""
        if self.reported > moment:
            return None
        filed = self.filed if self.filed and self.filed <= moment else None
        over = self.end is not None and self.end <= moment
        stage = self.kind if over else "handling" if filed else "reported"
        changes = [time for time in (self.reported, filed, self.end if over else None) if time]
        return {
            "id": f"h{number:04d}", "case_no": "x", "category_code": self.category, "area_code": self.place,
            "department_code": self.department, "stage": stage, "reported_at": self.reported, "filed_at": filed,
            "closed_at": self.end if over and self.kind == "closed" else None, "ended_at": self.end if over else None,
            "close_due_at": self.due, "handled_on_spot": self.spot, "updated_at": max(changes),
        }  # fmt: skip


MINUTES = st.integers(0, 21 * 24 * 60)


@st.composite
def lives(draw: st.DrawFn) -> Life:
    """Within the three weeks before now; moments often fall on the same minutes, and on midnight."""
    start = NOW - timedelta(days=21)
    reported = draw(
        st.one_of(
            MINUTES.map(lambda m: start + timedelta(minutes=m)),
            st.integers(0, 20).map(lambda d: datetime(2026, 2, 19) + timedelta(days=d)),
        )
    )

    def later(longest: int) -> datetime | None:
        minutes: int | None = draw(st.none() | st.integers(0, longest))
        return None if minutes is None else reported + timedelta(minutes=minutes)

    filed, end, due = later(600), later(14_400), later(14_400)
    if filed and end and end < filed:
        end = filed
    return Life(
        reported,
        filed,
        end,
        draw(st.sampled_from(["closed", "closed", "closed", "void", "cancelled"])),
        due,
        draw(st.sampled_from(PLACES)),
        draw(st.sampled_from([None, "D1", "D2", "D4", "D9"])),
        draw(st.sampled_from([None, "E0110", "E0501", "X0101"])),
        draw(st.sampled_from([None, 0, 0, 1])),
    )


CITIES = st.lists(lives(), max_size=40)
OLD = Life(datetime(2026, 1, 5, 9), None, datetime(2026, 1, 5, 10), "cancelled", None, None, None, None, None)
"""Long ago: there is a history to compare with."""


@pytest.fixture(scope="module")
def town(contract_servers: Any) -> Iterator["Town"]:
    made: ContractDatabase = contract_servers.make("sqlite")
    town = Town(made)
    yield town
    town.database.close()


class Town:
    """A SQLite city whose orders are written anew for each example."""

    def __init__(self, made: ContractDatabase) -> None:
        self.made = made
        self.database: Database = made.database()

    @contextmanager
    def at(self, city: list[Life], moment: datetime = NOW, scope: Scope = LEADER) -> Iterator[ScopedReader]:
        """The city as it stood at the moment."""
        rows = [row for number, life in enumerate([*city, OLD]) if (row := life.row(number, moment))]
        table = contract.work_orders
        with self.made.admin.begin() as connection:
            connection.execute(table.delete())
            connection.execute(table.insert(), rows)
        with self.database.reader(scope) as db:
            yield db


@DRAWN
@given(CITIES)
def test_last_week_is_the_headline_taken_then(town: Town, city: list[Life]) -> None:
    then = NOW - timedelta(days=7)
    with town.at(city, then) as db:
        expected = pulse(db, when(then))
    with town.at(city) as db:
        found = last_week(db, when())
    assert found.comparable
    assert (found.filed, found.reported, found.open, found.closed, found.overdue) == (
        expected.filed_today,
        expected.reported_today,
        expected.open,
        expected.closed_today,
        expected.overdue,
    )


@DRAWN
@given(CITIES, st.integers(0, 12))
def test_a_day_of_the_sparks_is_the_headline_taken_at_its_end(town: Town, city: list[Life], back: int) -> None:
    midnight = datetime(2026, 3, 11) - timedelta(days=back)
    with town.at(city, midnight - timedelta(seconds=1)) as db:
        expected = pulse(db, when(midnight))
    with town.at(city) as db:
        found, today = sparks(db, when()), pulse(db, when())
    place = found.days.index((midnight - timedelta(days=1)).date())
    assert (found.open[place], found.overdue[place]) == (expected.open, expected.overdue)
    assert (found.open[-1], found.overdue[-1]) == (today.open, today.overdue)
    assert (found.inflow[-1], found.closed[-1]) == (today.filed_today, today.closed_today)


@DRAWN
@given(CITIES)
def test_numbers_of_one_moment_agree(town: Town, city: list[Life]) -> None:
    with town.at(city) as db:
        head, stages, lamps, pressing = pulse(db, when()), flow(db, when()), lights(db, when()), sla(db, when())
        hours, week = trend(db, when()), types(db, when())
    assert sum(stage.waiting for stage in stages.stages) == head.open
    assert sum(stage.overdue or 0 for stage in stages.stages) == head.overdue
    assert not isinstance(lamps, NotRecorded)
    assert lamps.overdue + lamps.long == head.overdue
    assert lamps.calm + lamps.watch + lamps.near + lamps.overdue + lamps.long + lamps.none == head.open
    assert isinstance(pressing, Sla)
    assert pressing.overdue == head.overdue
    assert sum(filter(None, hours.today)) == head.filed_today
    assert sum(row.count for row in week.rows) == week.total
    dues = [row.due for row in pressing.rows]
    assert dues == sorted(dues)


@DRAWN
@given(CITIES, st.sampled_from([None, area(1), area(1, 1), area(1, 1, 1), area(1, 1, 1, 1)]))
def test_cells_and_the_not_located_are_the_whole_at_every_level(
    town: Town, city: list[Life], place: str | None
) -> None:
    with town.at(city) as whole:
        db, at = (whole if place is None else whole.narrowed(place)), when(place=place)
        head = pulse(db, at)
        layers = [(map_workload(db, at), head.open), (map_overdue(db, at), head.overdue)]
        month, rates = departments(db, at), map_ontime(db, at)
    for layer, expected in layers:
        assert not isinstance(layer, NotRecorded)
        assert sum(layer.counts.values()) + layer.not_located == layer.total == expected
    assert isinstance(rates, CellRates)
    assert isinstance(month, Departments)
    assert sum((rate.of for rate in rates.rates.values()), rates.not_located) == rates.total
    pooled = sum((row.rate for row in (*month.rows, *month.too_few)), month.nobody + month.others)
    assert pooled.of == rates.total
    if not rates.not_located:
        assert sum(rates.rates.values(), NO_CASES) == pooled


@DRAWN
@given(CITIES, st.sampled_from([small.CITY, area(1), area(1, 1), area(1, 1, 1)]))
def test_narrower_places_add_up(town: Town, city: list[Life], parent: str) -> None:
    """The parts of a place, and what is coded to the place itself (for the city: to no known place either)."""

    def below(code: str) -> Callable[[Life], bool]:
        return lambda life: life.place is not None and life.place.startswith(code)

    children = [row["code"] for row in small.AREAS if row["parent_code"] == parent]
    mine = city if parent == small.CITY else [life for life in city if below(parent)(life)]
    with town.at(city) as db:
        parts = [_numbers(db.narrowed(code), code) for code in children]
        whole = _numbers(db, None) if parent == small.CITY else _numbers(db.narrowed(parent), parent)
    with town.at([life for life in mine if not any(below(code)(life) for code in children)]) as db:
        rest = _numbers(db, None)
    assert tuple(map(sum, zip(*parts, rest, strict=True))) == whole


def _numbers(db: ScopedReader, place: str | None) -> tuple[int, ...]:
    at = when(place=place)
    head, week = pulse(db, at), ontime(db, at)
    assert isinstance(week, OnTime)
    return (head.open, head.overdue or 0, head.reported_today, head.filed_today or 0, head.closed_today,
            week.rate.good, week.rate.of, week.void, week.no_deadline)  # fmt: skip


@DRAWN
@given(st.lists(lives(), min_size=1, max_size=40), st.data())
def test_closing_one_more_in_time_never_lowers_a_rate(town: Town, city: list[Life], data: st.DataObject) -> None:
    chosen = data.draw(st.integers(0, len(city) - 1))
    life = city[chosen]
    better = list(city)
    if life.due is not None and life.kind == "closed":
        better[chosen] = replace(life, end=life.due)
    with town.at(city) as db:
        before = ontime(db, when())
    with town.at(better) as db:
        after = ontime(db, when())
    assert isinstance(before, OnTime)
    assert isinstance(after, OnTime)
    assert after.rate.of == before.rate.of
    assert after.rate.good >= before.rate.good
