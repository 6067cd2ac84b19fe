"""The open book: kept in step it equals one read anew, for every scope; the horizon is what will be overdue."""

import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_access import contract
from data_access.engine import Database, ScopedReader
from data_access.scope import Audience, Scope
from indicators.book import Book
from indicators.readings.book import OpenBook, read_book
from indicators.readings.counts import pulse
from indicators.readings.deadlines import lights, sla
from indicators.readings.horizon import Horizon, horizon
from indicators.readings.moved import judged_at
from indicators.registry import next_cuts
from indicators.values import At, NotRecorded
from tests.contracts.test_readings_scope import SCOPES
from tests.fixtures import small
from tests.fixtures.contract import ContractDatabase, ContractServers
from tests.fixtures.edges import NOW, Edges, due_between, when
from tests.fixtures.small import area

WALL = Scope.of(Audience.WALL)
OPEN = "stage IN ('reported', 'verifying', 'filed', 'dispatched', 'handling', 'checking')"
PLACES = [WALL, *(scope for _, scope, _, _ in SCOPES)]


def ahead(db: ScopedReader, at: At) -> Horizon:
    found = horizon(db, at)
    assert isinstance(found, Horizon)
    return found


# -- the horizon -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("hour", [6, 9, 12, 17, 20])
def test_the_horizon_is_what_is_overdue_when_the_clock_has_run_on(edges: Edges, hour: int) -> None:
    now = NOW.replace(hour=hour, minute=0)
    with edges.database.reader(WALL) as db:
        found = ahead(db, when(now))
        assert found.overdue == pulse(db, when(now)).overdue
        for cut, more in zip(found.cuts, found.totals, strict=True):
            assert found.overdue + more == pulse(db, when(cut)).overdue, cut
        later = ahead(db, when(found.cuts[1]))
        now_late = {row.key: row.overdue + row.by_cut[1] for row in found.departments if row.overdue + row.by_cut[1]}
        assert now_late == {row.key: row.overdue for row in later.departments if row.overdue}


def test_the_horizon_equals_a_recount_by_hand(edges: Edges) -> None:
    now = "2026-03-11 10:30:00"
    with edges.database.reader(WALL) as db:
        found = ahead(db, when())
    assert found.cuts == (datetime(2026, 3, 11, 12), datetime(2026, 3, 11, 18), datetime(2026, 3, 12, 12))

    def by(column: str, start: str, end: object) -> Counter[Any]:
        within = due_between(start, str(end))
        return Counter(
            dict(edges.hand.rows(f"SELECT {column}, count(*) FROM work_orders WHERE {OPEN} AND {within} GROUP BY 1"))
        )

    late = by("department_code", "1900-01-01 00:00:00", now)
    assert Counter({row.key: row.overdue for row in found.departments}) == late
    for place, cut in enumerate(found.cuts):
        due = by("department_code", now, cut)
        assert Counter({row.key: row.by_cut[place] for row in found.departments}) == due
        assert found.totals[place] == due.total() == sum(row.by_cut[place] for row in found.areas)
        counties = Counter[Any]()
        for code, n in by("area_code", now, cut).items():
            known = code is not None and any(row["code"] == code for row in small.AREAS) and code != small.CITY
            counties[code[:6] if known else None] += n
        assert Counter({row.key: row.by_cut[place] for row in found.areas}) == counties
    assert (found.computed, found.parked) == (1, 2), "p08; p10 and x10"
    most = [row.overdue + row.by_cut[2] for row in found.departments]
    assert most == sorted(most, reverse=True)


@pytest.mark.parametrize(("scope", "mine", "place"), [case[1:] for case in SCOPES], ids=[case[0] for case in SCOPES])
def test_the_horizon_of_a_scope_is_its_own(edges: Edges, scope: Scope, mine: str, place: str | None) -> None:
    """Also from the book of the whole city, which the publisher keeps."""
    with edges.database.reader(WALL) as whole:
        kept = read_book(whole, when())
    with edges.database.reader(scope) as db:
        at = when(place=place)
        found, own = ahead(db, replace(at, book=kept)), ahead(db, at)
        assert found == own
        assert lights(db, replace(at, book=kept)) == lights(db, at)
        assert found.overdue == pulse(db, at).overdue == pulse(db, replace(at, book=kept)).overdue
        assert sla(db, at) == sla(db, replace(at, book=kept))
    for number, cut in enumerate(found.cuts):
        within = due_between("2026-03-11 10:30:00", str(cut))
        assert found.totals[number] == edges.hand.one(
            f"SELECT count(*) FROM work_orders o WHERE {mine} AND {OPEN} AND {within}"
        )


def test_the_cuts_of_the_day() -> None:
    for now, first in (("08:59:59", 12), ("12:00:00", 18), ("18:00:00", 36)):
        cuts = next_cuts(when(datetime.fromisoformat(f"2026-03-11 {now}")))
        assert cuts[0] == datetime(2026, 3, 11) + timedelta(hours=first)
        assert list(cuts) == sorted(set(cuts))


def test_without_deadlines_there_is_no_horizon_and_no_book(own_edges: Edges) -> None:
    own_edges.drop("work_orders", "close_due_at", "handle_due_at")
    with own_edges.database.reader(WALL) as db:
        assert horizon(db, when()) == NotRecorded(("work_orders.close_due_at|handle_due_at",))
        assert OpenBook().follow(db, when()) is None
        assert judged_at(db, when()).moved.by_id == {}


def test_an_empty_city_has_an_empty_horizon(own_edges: Edges) -> None:
    own_edges.made.write("DELETE FROM work_orders")
    with own_edges.database.reader(WALL) as db:
        found = ahead(db, when())
    assert (found.overdue, found.totals, found.departments, found.areas) == (0, (0, 0, 0), (), ())


# -- kept in step ----------------------------------------------------------------------------------------------------

Row = dict[str, Any]
MINUTES = st.integers(-6000, 6000).map(lambda minutes: NOW + timedelta(minutes=minutes))
DUES = st.none() | MINUTES


@st.composite
def changes(draw: st.DrawFn) -> tuple[str, Row, Row | None]:
    """An order as it is now (written over what it was), and maybe a measure of it."""
    number = draw(st.integers(0, 11))
    row: Row = {
        "id": f"k{number:02d}", "case_no": "x", "reported_at": NOW - timedelta(days=6),
        "stage": draw(st.sampled_from(["reported", "filed", "dispatched", "handling", "checking", "closed", "void"])),
        "category_code": draw(st.sampled_from([None, "E0110", "E0501", "S01"])),
        "area_code": draw(st.sampled_from([None, small.CITY, area(1, 1, 1, 1), area(1, 2), area(2), "BOS-0115"])),
        "department_code": draw(st.sampled_from([None, "D1", "D2"])),
        "close_due_at": draw(DUES), "handle_due_at": draw(DUES), "dispatched_at": draw(DUES),
        "limit_clock": draw(st.sampled_from([None, "work", "continuous"])),
    }  # fmt: skip
    if row["stage"] in ("closed", "void"):
        row["ended_at"] = NOW
        row["closed_at"] = NOW if row["stage"] == "closed" else None
    measure: Row | None = None
    kind = draw(st.sampled_from([None, None, "suspension", "extension"]))
    if kind == "suspension":
        measure = {"kind": kind, "result": "approved", "from_at": draw(MINUTES), "until_at": draw(DUES)}
    elif kind == "extension" and row["close_due_at"] is not None:
        measure = {
            "kind": kind, "result": "approved", "decided_at": draw(MINUTES), "old_due_at": draw(MINUTES),
            "new_due_at": row["close_due_at"],
        }  # fmt: skip
    return row["id"], row, measure


@pytest.fixture(scope="module")
def town(contract_servers: ContractServers) -> Iterator["Town"]:
    made = contract_servers.make("sqlite")
    town = Town(made)
    yield town
    town.database.close()


class Town:
    """A SQLite city that changes."""

    def __init__(self, made: ContractDatabase) -> None:
        self.made = made
        self.database: Database = made.database()

    def clear(self) -> None:
        with self.made.admin.begin() as connection:
            connection.execute(contract.work_orders.delete().where(contract.work_orders.c.id.like("k%")))
            connection.execute(contract.work_order_measures.delete().where(contract.work_order_measures.c.id > 5000))

    def write(self, number: int, moment: datetime, order: str, row: Row, measure: Row | None) -> None:
        table, taken = contract.work_orders, contract.work_order_measures
        with self.made.admin.begin() as connection:
            connection.execute(table.delete().where(table.c.id == order))
            connection.execute(table.insert(), [row | {"updated_at": moment}])
            if measure is not None:
                mine = {"id": 5001 + number, "order_id": order, "asked_at": NOW - timedelta(days=5)}
                connection.execute(taken.insert(), [measure | mine])

    @contextmanager
    def at(self) -> Iterator[ScopedReader]:
        with self.database.reader(WALL) as db:
            yield db


def same(db: ScopedReader, at: At, kept: Book) -> None:
    """The kept book says what one read anew does, for every scope, now and later."""
    fresh = read_book(db, at)
    assert {one: found.due for one, found in kept.moved.by_id.items()} == {
        one: found.due for one, found in fresh.moved.by_id.items()
    }
    assert kept.by_stage() == fresh.by_stage()
    for scope in PLACES:
        mine, theirs = (book.seen(scope, db.reference) for book in (kept, fresh))
        for later in (timedelta(), timedelta(hours=7), timedelta(days=3)):
            assert kept.lights(mine, at.now + later) == fresh.lights(theirs, at.now + later)
            late, expected = kept.overdue_at(mine, at.now + later), fresh.overdue_at(theirs, at.now + later)
            by_department, by_area = (
                (kept.by(kept.departments, kept.columns.department, late),
                 fresh.by(fresh.departments, fresh.columns.department, expected)),
                (kept.by(kept.areas, kept.columns.area, late), fresh.by(fresh.areas, fresh.columns.area, expected)),
            )  # fmt: skip
            assert by_department[0] == by_department[1]
            assert by_area[0] == by_area[1]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(changes(), min_size=1, max_size=5), min_size=1, max_size=6))
def test_the_kept_book_equals_one_read_anew_after_any_changes(
    town: Town, beats: list[list[tuple[str, Row, Row | None]]]
) -> None:
    town.clear()
    kept, at, number = OpenBook(), when(), 0
    with town.at() as db:
        assert kept.follow(db, at) is not None
    for beat in beats:
        at = replace(at, now=at.now + timedelta(seconds=2))
        for order, row, measure in beat:
            town.write(number, at.now, order, row, measure)
            number += 1
        with town.at() as db:
            book = kept.follow(db, at)
            assert book is not None
            same(db, at, book)
            found = judged_at(db, replace(at, book=book)).moved, judged_at(db, at).moved
            assert found[0].by_id.keys() == found[1].by_id.keys()
    assert kept.reloads == 0


def test_a_change_that_its_time_does_not_tell_is_found_within_a_minute(
    own_edges: Edges, caplog: pytest.LogCaptureFixture
) -> None:
    kept = OpenBook()
    with own_edges.database.reader(WALL) as db:
        kept.follow(db, when())
    own_edges.made.write("UPDATE work_orders SET stage = 'closed', closed_at = '2026-03-11 10:00:00' WHERE id = 'x12'")
    with own_edges.database.reader(WALL) as db:
        soon = kept.follow(db, when(NOW + timedelta(seconds=58)))
        assert soon is not None
        assert "x12" in soon.entries
        assert kept.reloads == 0
    with own_edges.database.reader(WALL) as db, caplog.at_level(logging.WARNING):
        after = kept.follow(db, when(NOW + timedelta(seconds=60)))
        assert after is not None
        same(db, when(), after)
    assert kept.reloads == 1
    assert "x12" not in after.entries
    (said,) = [record for record in caplog.records if "open book" in record.message]
    assert said.__dict__["stages"] == "handling"


def end(order: str, changed: str) -> str:
    """The order is found void; the source says it changed then."""
    return (
        f"UPDATE work_orders SET stage = 'void', ended_at = '2026-03-11 10:28:00', updated_at = '2026-03-11 {changed}'"
        f" WHERE id = '{order}'"
    )


def test_late_commits_of_the_last_two_minutes_are_read(own_edges: Edges) -> None:
    """Rows whose time of change lies before the newest one that was seen; those of the future hide none (x21, x22)."""
    kept = OpenBook()
    own_edges.made.write("UPDATE work_orders SET updated_at = '2026-03-11 10:30:00' WHERE id = 'x01'")
    with own_edges.database.reader(WALL) as db:
        kept.follow(db, when())
    own_edges.made.write(end("x02", "10:28:00"), end("x09", "10:27:59"))
    with own_edges.database.reader(WALL) as db:
        book = kept.follow(db, when(NOW + timedelta(seconds=2)))
    assert book is not None
    assert "x02" not in book.entries
    assert "x09" in book.entries, "too late: the check of the minute finds it"
    assert kept.reloads == 0


class Hanging(OpenBook):
    """While it reads what changed, another thread follows a newer snapshot."""

    meanwhile: Any = None

    def _changed(self, *given: Any) -> Any:
        found = super()._changed(*given)
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            meanwhile()
        return found


def test_what_a_hanging_thread_brings_late_is_dropped(own_edges: Edges) -> None:
    kept, soon = Hanging(), when(NOW + timedelta(seconds=2))
    with own_edges.database.reader(WALL) as db:
        kept.follow(db, when())

    def meanwhile() -> None:
        own_edges.made.write(end("x02", "10:30:01"))
        with own_edges.database.reader(WALL) as newer:
            kept.follow(newer, soon)

    kept.meanwhile = meanwhile
    with own_edges.database.reader(WALL) as db:
        late = kept.follow(db, soon)
    assert late is not None
    assert "x02" in late.entries, "its own snapshot is older"
    with own_edges.database.reader(WALL) as db:
        book = kept.follow(db, soon)
    assert book is not None
    assert "x02" not in book.entries
