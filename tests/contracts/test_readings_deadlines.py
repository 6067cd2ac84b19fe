"""The list of what presses, and the lights: order, totals, clocks and pauses against SQL and paper, on each engine."""

from collections import Counter
from dataclasses import asdict, replace
from datetime import datetime, timedelta

import pytest

from data_access.scope import Audience, Scope
from indicators.readings import deadlines
from indicators.readings.book import OpenBook
from indicators.readings.counts import pulse
from indicators.readings.deadlines import PAGE, Lights, Sla, SlaRow, light_at, lights, remaining_at, sla
from indicators.readings.moved import facts_of_orders
from indicators.readings.rates import OnTime, ontime
from indicators.values import Light, NotRecorded
from indicators.workcalendar import Clock
from tests.fixtures.contract import ContractServers
from tests.fixtures.edges import CALENDAR, DUE, LATE, NOW, POLICY, Edges, when

WALL, LEADER = Scope.of(Audience.WALL), Scope.of(Audience.LEADER)
OPEN = "stage IN ('reported', 'verifying', 'filed', 'dispatched', 'handling', 'checking')"
BEFORE_NOW = "< '2026-03-11 10:30:00'"
SOON = f"({DUE} >= '2026-03-11 10:30:00' AND id <> 'x10' OR id = 'p09')"
ON_PAPER = {"p08": datetime(2026, 3, 10, 15, 5), "p09": datetime(2026, 3, 16, 9, 5)}
"""Effective deadlines that are not the source's, and not parked."""
NOT_SENSITIVE = "(category_code IS NULL OR category_code <> 'X0101')"


def taken(edges: Edges, scope: Scope = WALL, now: datetime = NOW) -> Sla:
    with edges.database.reader(scope) as db:
        found = sla(db, when(now))
    assert isinstance(found, Sla)
    return found


def row(edges: Edges, order: str, now: datetime = NOW) -> SlaRow:
    """An order's row in a list that is not cut."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(deadlines, "PAGE", 1000)
        return next(row for row in taken(edges, LEADER, now).rows if row.order_id == order)


@pytest.mark.parametrize(("scope", "seen"), [(WALL, NOT_SENSITIVE), (LEADER, "1 = 1")], ids=["wall", "leader"])
def test_the_rows_are_those_of_a_list_made_by_hand(edges: Edges, scope: Scope, seen: str) -> None:
    late, soon = (
        edges.hand.rows(f"SELECT id, {DUE} FROM work_orders WHERE {OPEN} AND {seen} AND {which}")
        for which in (LATE, SOON)
    )

    def in_order(rows: list[tuple[str, object]]) -> list[str]:
        return sorted((id_ for id_, _ in rows), key=lambda id_: (str(ON_PAPER.get(id_, dict(rows)[id_])), id_))

    found = taken(edges, scope)
    assert [row.order_id for row in found.rows] == [*in_order(late)[:PAGE], *in_order(soon)[:PAGE]]
    assert len(late) > 10
    assert len(soon) > PAGE
    assert found.truncated
    assert {row.order_id for row in found.rows if row.computed} == {"p08"}


def test_the_totals_count_what_the_list_may_not_show(edges: Edges) -> None:
    for scope in (WALL, LEADER):
        found = taken(edges, scope)
        assert found.overdue == edges.hand.one(f"SELECT count(*) FROM work_orders WHERE {OPEN} AND {LATE}")
        assert found.due_by_cut == edges.hand.one(
            f"SELECT count(*) FROM work_orders WHERE {OPEN}"
            f" AND {DUE} >= '2026-03-11 10:30:00' AND {DUE} < '2026-03-11 12:00:00'"
        )
        assert (found.overdue, found.due_by_cut, found.cut) == (14, 5, NOW.replace(hour=12, minute=0))


def test_an_order_without_a_class_is_listed_and_a_sensitive_one_is_not(edges: Edges) -> None:
    on_the_wall = {row.order_id: row for row in taken(edges).rows}
    assert "x17" not in on_the_wall
    assert on_the_wall["x16"].category == ""
    assert "x17" in {row.order_id for row in taken(edges, LEADER).rows}


@pytest.mark.parametrize(
    ("now", "cut"),
    [
        ("2026-03-11 11:59:59", "2026-03-11 12:00:00"),
        ("2026-03-11 12:00:00", "2026-03-11 18:00:00"),
        ("2026-03-11 18:00:00", "2026-03-12 12:00:00"),
    ],
)
def test_what_will_be_overdue_at_the_cut_is_what_is_overdue_there(edges: Edges, now: str, cut: str) -> None:
    found = taken(edges, now=datetime.fromisoformat(now))
    assert found.cut == datetime.fromisoformat(cut)
    with edges.database.reader(WALL) as db:
        then = pulse(db, when(found.cut))
    assert found.overdue + found.due_by_cut == then.overdue


def test_time_left_stands_over_lunch(edges: Edges) -> None:
    """x43 is due at 12:00 by a continuous clock, x44 by the working one (its own word is none)."""
    continuous, working = row(edges, "x43"), row(edges, "x44")
    assert (continuous.remaining_s, continuous.running, continuous.flips_at) == (5400, True, None)
    assert (working.remaining_s, working.running, working.flips_at) == (5400, True, NOW.replace(hour=12, minute=0))
    lunch = NOW.replace(hour=11, minute=59)
    late = row(edges, "x44", lunch + timedelta(hours=2))
    assert late.light is Light.OVERDUE
    assert (late.remaining_s, late.running, late.flips_at) == (0, False, NOW.replace(hour=14, minute=0))


def test_lights_by_use_of_time_on_paper(edges: Edges) -> None:
    """x42 used 59 of 120 continuous minutes; x43 16.5 of 18 hours; x44 2.5 of 4 working hours."""
    assert row(edges, "x42").light is Light.CALM
    assert row(edges, "x42", NOW + timedelta(minutes=1)).light is Light.WATCH
    assert row(edges, "x43").light is Light.NEAR
    assert row(edges, "x44").light is Light.WATCH
    assert row(edges, "x01").light is Light.NEAR, "due this very second: all its time is used, it is not late"
    assert row(edges, "x01", NOW + timedelta(seconds=1)).light is Light.OVERDUE
    assert row(edges, "x12").light is Light.LONG, "8 of its 8 hours were used on the 3rd, and 6 days since"
    assert row(edges, "x11").light is Light.OVERDUE, "suspended within the hour after its deadline"
    assert row(edges, "x13").light is Light.OVERDUE


def test_a_suspended_order_that_was_not_late_is_paused(edges: Edges) -> None:
    """x10 and p10 without an end, p09 until Friday: in no list of the late; what is left stands."""
    with edges.database.reader(WALL) as db:
        for now in (NOW, NOW + timedelta(hours=5)):
            at = when(now)
            facts = facts_of_orders(db, at, ["x10", "p10", "p09", "x11"])
            assert [light_at(at, facts[one], None) for one in ("x10", "p10", "p09")] == [Light.PAUSED] * 3
            assert remaining_at(at, facts["x10"]) == 22 * 3600 + 600, "at 11:00 of the 10th: 5 h, 8, 8 and 70 minutes"
            assert remaining_at(at, facts["p10"]) == 7 * 3600 + 300, "at 11:00 of the 9th: 1 + 4 h, and 125 minutes"
            assert light_at(at, facts["x11"], None) is Light.OVERDUE, "late before it was suspended"
    assert {"x10", "p10"}.isdisjoint(row.order_id for row in taken(edges, LEADER).rows)
    paused = row(edges, "p09")
    assert (paused.light, paused.running, paused.flips_at) == (Light.PAUSED, False, datetime(2026, 3, 13, 10))
    assert (paused.due, paused.remaining_s) == (ON_PAPER["p09"], 7 * 3600 + 300), "7 h 5 at 10:00 of the 9th"


def test_what_stands_still_or_was_given_its_time_back_is_said_beside_the_late(edges: Edges) -> None:
    ids = {id_ for (id_,) in edges.hand.rows(f"SELECT id FROM work_orders WHERE {OPEN} AND {DUE} {BEFORE_NOW}")}
    late = {id_ for (id_,) in edges.hand.rows(f"SELECT id FROM work_orders WHERE {OPEN} AND {LATE}")}
    found = taken(edges)
    assert ids - late == {"p09", "p10"}
    assert found.suspended == 2


def test_lights_of_all_open_orders_are_those_of_each(edges: Edges) -> None:
    """Each order by the working calendar alone, from rows fetched by hand."""
    levels = POLICY.lights
    expected: Counter[Light] = Counter()
    for order, said, start, clock, category in edges.hand.rows(
        f"SELECT id, {DUE}, coalesce(clock_started_at, filed_at, reported_at), limit_clock, category_code"
        f" FROM work_orders WHERE {OPEN}"
    ):
        due = ON_PAPER.get(order, said)
        if order in {"x10", "p09", "p10"}:
            expected[Light.PAUSED] += 1
        elif due is None:
            expected[Light.NONE] += 1
        elif order == "x11":
            expected[Light.OVERDUE] += 1
        else:
            end, begin = (datetime.fromisoformat(str(moment)) for moment in (due, start))
            runs = Clock.CONTINUOUS if clock == "continuous" or (not clock and category == "E0501") else Clock.WORK
            use = CALENDAR.use(begin, end, NOW, runs)
            late = Light.LONG if use > levels.long else Light.OVERDUE
            waits = Light.NEAR if use >= levels.near else Light.WATCH if use >= levels.watch else Light.CALM
            expected[late if end < NOW else waits] += 1
    with edges.database.reader(WALL) as db:
        found, head = lights(db, when()), pulse(db, when())
    assert isinstance(found, Lights)
    assert asdict(found) == {light.value: expected[light] for light in Light}
    assert found.overdue + found.long == head.overdue
    assert sum(asdict(found).values()) == head.open
    assert found.long >= 2


def test_without_deadlines_nothing_presses_and_nothing_is_said(own_edges: Edges) -> None:
    own_edges.drop("work_orders", "close_due_at", "handle_due_at")
    with own_edges.database.reader(WALL) as db:
        assert sla(db, when()) == lights(db, when()) == NotRecorded(("work_orders.close_due_at|handle_due_at",))


def test_the_handling_deadline_alone_is_enough(own_edges: Edges) -> None:
    own_edges.drop("work_orders", "close_due_at")
    with own_edges.database.reader(WALL) as db:
        with_limits = sla(db, when())
    assert isinstance(with_limits, Sla)
    assert {row.order_id for row in with_limits.rows if not row.computed} == {"x13", "x15", "o08"}
    own_edges.made.write("UPDATE categories SET limit_value = NULL")
    own_edges.database.forget()
    with own_edges.database.reader(WALL) as db:
        found = sla(db, when())
    assert isinstance(found, Sla)
    assert {row.order_id for row in found.rows} == {"x13", "x15", "o08"}
    assert (found.overdue, found.due_by_cut, found.truncated) == (2, 0, False)


def test_without_measures_nothing_is_paused(own_edges: Edges) -> None:
    own_edges.made.write("DROP TABLE work_order_measures")
    own_edges.database.forget()
    assert row(own_edges, "x10").light is Light.CALM
    assert taken(own_edges).suspended == 0


@pytest.mark.parametrize("engine", ["sqlite", "mariadb"])
def test_a_zero_date_is_no_deadline(contract_servers: ContractServers, engine: str) -> None:
    """MariaDB keeps 0000-00-00 where a platform wrote it and hands it over as nothing: in SQL it is before all."""
    made = contract_servers.make(engine)
    loose = ["SET SESSION sql_mode = ''"] if engine == "mariadb" else []
    zero = "close_due_at = '0000-00-00 00:00:00'"
    database = made.database()
    with database.reader(WALL) as db:
        before = pulse(db, when()).overdue, sla(db, when()), lights(db, when()), ontime(db, when())
    made.write(
        *loose, f"UPDATE work_orders SET {zero}, limit_value = NULL, category_code = NULL WHERE id IN ('p02', 't03')"
    )
    with database.reader(WALL) as db:
        after = pulse(db, when()).overdue, sla(db, when()), lights(db, when()), ontime(db, when())
        assert lights(db, replace(when(), book=OpenBook().follow(db, when()))) == after[2]
    database.close()
    contract_servers.drop(made)
    assert before[0] is not None
    assert after[0] == before[0] - 1, "p02 was late"
    assert isinstance(before[1], Sla)
    assert isinstance(after[1], Sla)
    assert {row.order_id for row in before[1].rows} - {row.order_id for row in after[1].rows} == {"p02"}
    assert isinstance(before[2], Lights)
    assert isinstance(after[2], Lights)
    assert after[2].none == before[2].none + 1
    assert isinstance(before[3], OnTime)
    assert isinstance(after[3], OnTime)
    assert (after[3].rate.of, after[3].rate.good) == (before[3].rate.of - 2, before[3].rate.good - 1)
    assert after[3].no_deadline == before[3].no_deadline + 1, "t03 is closed and was reported today; p02 a week ago"
