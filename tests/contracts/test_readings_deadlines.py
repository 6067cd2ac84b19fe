"""The list of what presses, and the lights: order, totals, clocks and pauses against SQL and paper, on each engine."""

from collections import Counter
from dataclasses import asdict
from datetime import datetime, timedelta

import pytest

from data_access.scope import Audience, Scope
from indicators.readings import deadlines
from indicators.readings.counts import pulse
from indicators.readings.deadlines import PAGE, Lights, Sla, SlaRow, light_of, lights, sla
from indicators.values import Light, NotRecorded
from indicators.workcalendar import Clock, Pause
from tests.fixtures.edges import CALENDAR, NOW, POLICY, Edges, when

WALL, LEADER = Scope.of(Audience.WALL), Scope.of(Audience.LEADER)
OPEN = "stage IN ('reported', 'verifying', 'filed', 'dispatched', 'handling', 'checking')"
DUE = "coalesce(close_due_at, handle_due_at)"
STANDS_STILL = (
    "EXISTS (SELECT 1 FROM work_order_measures m WHERE m.order_id = work_orders.id AND m.kind = 'suspension'"
    " AND m.result = 'approved' AND m.from_at <= '2026-03-11 10:30:00'"
    " AND m.from_at <= coalesce(work_orders.close_due_at, work_orders.handle_due_at)"
    " AND (m.until_at IS NULL OR m.until_at > '2026-03-11 10:30:00'))"
)
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
    late = edges.hand.rows(
        f"SELECT id FROM work_orders WHERE {OPEN} AND {seen} AND {DUE} < '2026-03-11 10:30:00' AND NOT {STANDS_STILL}"
        f" ORDER BY {DUE}, id"
    )
    soon = edges.hand.rows(
        f"SELECT id FROM work_orders WHERE {OPEN} AND {seen} AND {DUE} >= '2026-03-11 10:30:00' ORDER BY {DUE}, id"
    )
    found = taken(edges, scope)
    assert [row.order_id for row in found.rows] == [row[0] for row in (*late[:PAGE], *soon[:PAGE])]
    assert len(late) > 10
    assert len(soon) > PAGE
    assert found.truncated


def test_the_totals_count_what_the_list_may_not_show(edges: Edges) -> None:
    for scope in (WALL, LEADER):
        found = taken(edges, scope)
        assert found.overdue == edges.hand.one(
            f"SELECT count(*) FROM work_orders WHERE {OPEN} AND {DUE} < '2026-03-11 10:30:00'"
        )
        assert found.due_by_cut == edges.hand.one(
            f"SELECT count(*) FROM work_orders WHERE {OPEN}"
            f" AND {DUE} >= '2026-03-11 10:30:00' AND {DUE} < '2026-03-11 12:00:00'"
        )
        assert (found.overdue, found.due_by_cut, found.cut) == (15, 5, NOW.replace(hour=12, minute=0))


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
    found = row(edges, "x10")
    assert found.light is Light.PAUSED
    assert found.running is False
    assert found.flips_at is None
    assert found.remaining_s == 22 * 3600 + 600, "what it had at 11:00 of the 10th: 5 h, 8, 8 and 70 minutes"
    later = row(edges, "x10", NOW + timedelta(hours=5))
    assert (later.remaining_s, later.running) == (found.remaining_s, False)


def test_a_suspension_that_began_before_the_deadline_is_not_late_when_that_passes(edges: Edges) -> None:
    late = f"{OPEN} AND {DUE} < '2026-03-11 10:30:00' AND {STANDS_STILL}"
    ids = {str(found[0]) for found in edges.hand.rows(f"SELECT id FROM work_orders WHERE {late}")}
    assert ids == {"p09", "p10"}, "x11 was late before it was suspended"
    found = taken(edges)
    assert found.suspended == len(ids)
    assert not ids & {row.order_id for row in found.rows}


def test_a_suspension_that_is_over_has_moved_the_deadline() -> None:
    """From 15:00 of the 10th to 10:00 of the 11th stand 3 + 2 working hours: due at 09:00 becomes due at 16:00."""
    pauses = [Pause(datetime(2026, 3, 10, 15), datetime(2026, 3, 11, 10))]
    due, start = datetime(2026, 3, 11, 9), datetime(2026, 3, 10, 9)
    assert deadlines.effective_due(when(), due, Clock.WORK, pauses) == datetime(2026, 3, 11, 16)
    assert deadlines.remaining(when(), due, Clock.WORK, pauses) == 3.5 * 3600, "at 10:30"
    assert deadlines.light_now(when(), due, start, Clock.WORK, pauses) is Light.WATCH, "5.5 of 9 hours are used"
    assert deadlines.effective_due(when(), datetime(2026, 3, 10, 14), Clock.WORK, pauses) == datetime(2026, 3, 10, 14)


def test_lights_of_all_open_orders_are_those_of_each(edges: Edges) -> None:
    """Each order by the working calendar alone, from rows and suspensions fetched by hand."""
    pauses = {"x10", "x11", "p09", "p10"}
    expected: Counter[Light] = Counter()
    for order, due, start, clock, category in edges.hand.rows(
        f"SELECT id, {DUE}, coalesce(clock_started_at, filed_at, reported_at), limit_clock, category_code"
        f" FROM work_orders WHERE {OPEN}"
    ):
        if due is None:
            expected[Light.NONE] += 1
        elif order in pauses:
            expected[Light.OVERDUE if order == "x11" else Light.PAUSED] += 1
        else:
            end, begin = (datetime.fromisoformat(str(moment)) for moment in (due, start))
            runs = Clock.CONTINUOUS if clock == "continuous" or (not clock and category == "E0501") else Clock.WORK
            use = CALENDAR.use(begin, end, NOW, runs)
            expected[light_of(use, POLICY.lights, overdue=end < NOW)] += 1
    with edges.database.reader(WALL) as db:
        found, head = lights(db, when()), pulse(db, when())
    assert isinstance(found, Lights)
    assert asdict(found) == {light.value: expected[light] for light in Light}
    assert found.overdue + found.long + taken(edges).suspended == head.overdue
    assert sum(asdict(found).values()) == head.open
    assert found.long >= 2


def test_without_deadlines_nothing_presses_and_nothing_is_said(own_edges: Edges) -> None:
    own_edges.drop("work_orders", "close_due_at", "handle_due_at")
    with own_edges.database.reader(WALL) as db:
        assert sla(db, when()) == lights(db, when()) == NotRecorded(("work_orders.close_due_at|handle_due_at",))


def test_the_handling_deadline_alone_is_enough(own_edges: Edges) -> None:
    own_edges.drop("work_orders", "close_due_at")
    with own_edges.database.reader(WALL) as db:
        found = sla(db, when())
    assert isinstance(found, Sla)
    assert {row.order_id for row in found.rows} == {"x13", "x15", "o08"}
    assert (found.overdue, found.due_by_cut, found.truncated) == (2, 0, False)


def test_without_measures_nothing_is_paused(own_edges: Edges) -> None:
    own_edges.made.write("DROP TABLE work_order_measures")
    own_edges.database.forget()
    assert row(own_edges, "x10").light is Light.CALM
