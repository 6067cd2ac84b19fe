"""Scopes: every reading sees the rows of the scope and no personal column, whatever the reading asks."""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from sqlalchemy import Select
from sqlalchemy.dialects import sqlite

from data_access.engine import ScopedReader
from data_access.queries.unseen import Again, Given
from data_access.reader import ScopedReader as Reader
from data_access.scope import Audience, Scope
from indicators.periods import Periods
from indicators.readings import READINGS
from indicators.readings.counts import flow, pulse
from indicators.readings.deadlines import Sla, lights, sla
from indicators.readings.events import ticker
from indicators.readings.facts import area_facts
from indicators.readings.history import last_week, sparks, trend, types
from indicators.readings.map_cells import map_overdue, map_workload
from indicators.readings.rates import CellRates, Departments, OnTime, departments, map_ontime, ontime
from indicators.readings.scores import live
from indicators.scores.load import SUBJECTS
from indicators.scores.values import Scores
from indicators.values import NO_CASES, NotRecorded, Rate
from tests.fixtures.edges import LATE, NOW, Edges, due_between, when
from tests.fixtures.kept import Kept
from tests.fixtures.small import area

PERSONAL = {
    "work_orders": (
        "title", "description", "result", "address", "lon", "lat", "case_no", "query_code", "reporter_worker_id",
        "handler_worker_id",
    ),
    "work_order_events": ("note", "worker_id"),
    "work_order_measures": ("reason",),
    "workers": ("name", "phone"),
    "duty_roster": ("name", "phone"),
}  # fmt: skip
UNSEEN = "data_access.queries.unseen"
"""The one module that judges by personal columns; ids, moments and numbers leave it."""
NEVER_SHOWN = {"title", "description", "address", "lon", "lat", "phone", "note", "reason", "worker_id"}
OPEN = "o.stage IN ('reported', 'verifying', 'filed', 'dispatched', 'handling', 'checking')"
DUE = "coalesce(o.close_due_at, o.handle_due_at)"
JUDGED = "o.stage NOT IN ('void', 'cancelled') AND (o.handled_on_spot IS NULL OR o.handled_on_spot = 0)"
GOOD = f"o.stage = 'closed' AND (o.closed_at <= {DUE} OR o.exempt = 1)"
STREET = area(1, 1)

SCOPES = [
    ("street", Scope.of(Audience.OFFICIAL, areas=[STREET]), f"o.area_code LIKE '{STREET}%'", STREET),
    ("bureau", Scope.of(Audience.OFFICIAL, departments=["D1"]), "o.department_code = 'D1'", None),
    (
        "street and bureau",
        Scope.of(Audience.OFFICIAL, areas=[STREET]).within(department="D1"),
        f"o.area_code LIKE '{STREET}%' AND o.department_code = 'D1'",
        STREET,
    ),
    ("a wall of a county", Scope.of(Audience.WALL).within(area(2)), f"o.area_code LIKE '{area(2)}%'", area(2)),
    ("nobody's", Scope.of(Audience.OFFICIAL, areas=[]), "1 = 0", None),
]


@contextmanager
def listening(monkeypatch: pytest.MonkeyPatch, *, judged: bool = True) -> Iterator[list[Select[Any]]]:
    """Every statement that goes to the database through a reader; without ``judged`` those of UNSEEN are left out."""
    heard: list[Select[Any]] = []
    rows = Reader.rows

    def listen(self: Reader, statement: Any) -> Any:
        if judged or sys._getframe(1).f_globals["__name__"] != UNSEEN:
            heard.append(statement)
        return rows(self, statement)

    with monkeypatch.context() as patch:
        patch.setattr(Reader, "rows", listen)
        yield heard


def frozen_february(edges: Edges) -> Kept:
    """A ledger in which the month before the running one was set down, for every subject."""
    ledger = Kept()
    with edges.database.reader(Scope.of(Audience.WALL)) as db:
        for subject in SUBJECTS:
            found = live(db, when(), subject, Periods().month("2026-02"), sure=False)
            assert isinstance(found, Scores)
            ledger.freeze(found)
    return ledger


@pytest.mark.parametrize("audience", [Audience.WALL, Audience.PUBLIC])
@pytest.mark.parametrize("place", [None, STREET])
@pytest.mark.parametrize("name", [*READINGS, "facts"])
def test_no_reading_of_a_hall_names_a_personal_column(
    sqlite_edges: Edges, name: str, place: str | None, audience: Audience, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = area_facts if name == "facts" else READINGS[name].read
    at = replace(when(place=place), ledger=frozen_february(sqlite_edges))
    with sqlite_edges.database.reader(Scope.of(audience)) as whole, listening(monkeypatch, judged=False) as heard:
        db = whole if place is None else whole.narrowed(place)
        read(db, at)
    assert heard or (name.startswith("settled_") and place is not None), "of a part no month is frozen"
    personal = {f"{table}.{column}" for table, columns in PERSONAL.items() for column in columns}
    for statement in heard:
        words = str(statement.compile(dialect=sqlite.dialect())).replace('"', "").replace("`", "")
        named = set(re.findall(r"[a-z_]+\.[a-z_]+", words))
        shown = {column.key for column in statement.selected_columns}
        assert not named & personal, words
        assert not shown & NEVER_SHOWN, words
        assert "name" not in shown or "source_feeds" in words, words


def test_only_one_module_judges_by_personal_columns() -> None:
    root = Path(__file__).resolve().parents[2]
    folders = ("data_access", "indicators", "layouts", "callbacks", "dashboard")
    users = {
        str(path.relative_to(root))
        for folder in folders
        for path in (root / folder).rglob("*.py")
        if ".judging(" in path.read_text("utf-8")
    }
    assert users == {"data_access/queries/unseen.py"}
    left = {kind for told in (Again, Given) for kind in get_type_hints(told).values()}
    assert left == {str, int, bool, datetime, float | None}, "ids, numbers and moments, nothing that names a place"
    assert [field.name for field in fields(Again) if field.type is str] == ["order_id"]


def hand(edges: Edges, condition: str) -> int:
    return int(edges.hand.one(f"SELECT count(*) FROM work_orders o WHERE {condition}"))


@pytest.mark.parametrize(("scope", "mine", "place"), [case[1:] for case in SCOPES], ids=[case[0] for case in SCOPES])
def test_a_scope_counts_its_own_rows(edges: Edges, scope: Scope, mine: str, place: str | None) -> None:
    now = "'2026-03-11 10:30:00'"
    today = "{0} >= '2026-03-11 00:00:00' AND {0} <= " + now
    with edges.database.reader(scope) as db:
        at = when(place=place)
        head, stages, load, late = pulse(db, at), flow(db, at), map_workload(db, at), map_overdue(db, at)
        pressing, light, week, month = sla(db, at), lights(db, at), ontime(db, at), departments(db, at)
        cells, days, hours, classes, before = (
            map_ontime(db, at), sparks(db, at), trend(db, at), types(db, at), last_week(db, at)
        )  # fmt: skip
    assert head.open == hand(edges, f"{mine} AND {OPEN}")
    assert head.overdue == hand(edges, f"{mine} AND {OPEN} AND {LATE}")
    assert head.reported_today == hand(edges, f"{mine} AND {today.format('o.reported_at')}")
    assert head.filed_today == hand(
        edges,
        f"{mine} AND {today.format('o.filed_at')} AND o.stage <> 'void'"
        " AND (o.handled_on_spot IS NULL OR o.handled_on_spot = 0)",
    )
    assert head.closed_today == hand(edges, f"{mine} AND o.stage = 'closed' AND {today.format('o.closed_at')}")
    for stage in stages.stages:
        assert stage.waiting == hand(edges, f"{mine} AND o.stage = '{stage.stage}'")
    assert not isinstance(late, NotRecorded)
    assert (load.total, late.total) == (head.open, head.overdue)
    assert isinstance(pressing, Sla)
    listed = hand(edges, f"{mine} AND {OPEN} AND {LATE}" + _unseen(scope))
    assert sum(row.due < NOW for row in pressing.rows) == min(listed, 14)
    assert not isinstance(light, NotRecorded)
    assert light.overdue + light.long == head.overdue
    for found, window in ((week, "2026-03-04"), (month, "2026-02-09")):
        base = f"{mine} AND {due_between(f'{window} 10:30:00', '2026-03-11 10:30:00')} AND {JUDGED}"
        expected = Rate(hand(edges, f"{base} AND {GOOD}"), hand(edges, base))
        if isinstance(found, OnTime):
            assert found.rate == expected
        else:
            assert isinstance(found, Departments)
            rates = [row.rate for row in (*found.rows, *found.too_few)]
            assert sum(rates, found.nobody + found.others) == expected
            assert isinstance(cells, CellRates)
            assert cells.total == expected.of
            assert sum((rate.of for rate in cells.rates.values()), cells.not_located) == expected.of
    assert days.open[-1] == head.open
    assert sum(filter(None, hours.today)) == head.filed_today
    assert classes.total == hand(
        edges,
        f"{mine} AND o.filed_at > '2026-03-04 10:30:00' AND o.filed_at <= {now} AND o.stage <> 'void'"
        " AND (o.handled_on_spot IS NULL OR o.handled_on_spot = 0)",
    )
    if before.comparable:
        then = "'2026-03-04 10:30:00'"
        assert before.open == hand(
            edges, f"{mine} AND o.reported_at <= {then} AND ({OPEN} OR coalesce(o.ended_at, o.closed_at) > {then})"
        )


def _unseen(scope: Scope) -> str:
    return "" if scope.persons else " AND (o.category_code IS NULL OR o.category_code <> 'X0101')"


@pytest.mark.parametrize(("scope", "mine", "place"), [case[1:] for case in SCOPES], ids=[case[0] for case in SCOPES])
def test_the_ticker_of_a_scope_tells_of_its_own_orders(
    edges: Edges, scope: Scope, mine: str, place: str | None
) -> None:
    with edges.database.reader(scope) as db:
        found = ticker(db, when(place=place))
    told = edges.hand.rows(
        f"SELECT e.id FROM work_order_events e JOIN work_orders o ON o.id = e.order_id WHERE {mine}{_unseen(scope)}"
        " AND e.at <= '2026-03-11 10:30:00' AND e.at > '2026-03-10 10:30:00' AND e.action NOT IN"
        " ('verify', 'accept', 'take', 'transfer', 'check', 'cancel', 'reopen') ORDER BY e.at DESC, e.id DESC"
    )
    assert [int(event.id) for event in found.events] == [row[0] for row in told[:20]]


def test_the_parts_of_a_city_and_the_rest_are_the_city(edges: Edges) -> None:
    """Counties, and what is coded to none of them, by hand."""
    with edges.database.reader(Scope.of(Audience.LEADER)) as db:
        parts = [pulse(db.narrowed(area(county)), when(place=area(county))) for county in (1, 2, 3)]
        week = [ontime(db.narrowed(area(county)), when(place=area(county))) for county in (1, 2, 3)]
        city, city_week = pulse(db, when()), ontime(db, when())
    rest = "(o.area_code IS NULL OR NOT (" + " OR ".join(f"o.area_code LIKE '{area(n)}%'" for n in (1, 2, 3)) + "))"
    assert sum(part.open for part in parts) + hand(edges, f"{rest} AND {OPEN}") == city.open
    due = due_between("2026-03-04 10:30:00", "2026-03-11 10:30:00")
    left = Rate(hand(edges, f"{rest} AND {due} AND {JUDGED} AND {GOOD}"), hand(edges, f"{rest} AND {due} AND {JUDGED}"))
    assert isinstance(city_week, OnTime)
    assert sum((one.rate for one in week if isinstance(one, OnTime)), NO_CASES) + left == city_week.rate


def test_readings_of_one_snapshot_share_what_they_ask_alike(edges: Edges, monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(*names: str, place: str | None = None) -> int:
        with edges.database.reader(Scope.of(Audience.WALL)) as whole, listening(monkeypatch) as heard:
            for name in names:
                db: ScopedReader = whole if place is None else whole.narrowed(place)
                READINGS[name].read(db, when(place=place))
        return len(heard)

    for place in (None, STREET):
        assert asked("pulse", "flow", place=place) < asked("pulse", place=place) + asked("flow", place=place)
        assert asked("map_workload", "map_overdue", place=place) == asked("map_overdue", place=place)
        assert asked("duty", "map_duty", place=place) == 1
