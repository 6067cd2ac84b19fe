"""What stands where now: every number of the headline and of the flow, against SQL by hand, on each engine."""

from dataclasses import asdict

import pytest

from data_access.contract import Stage
from data_access.scope import Audience, Scope
from indicators.readings.counts import Flow, Pulse, flow, pulse
from tests.fixtures.edges import LATE, NOW, Edges, when

WALL = Scope.of(Audience.WALL)
OPEN = "stage IN ('reported', 'verifying', 'filed', 'dispatched', 'handling', 'checking')"
TODAY = ">= '2026-03-11 00:00:00' AND {0} <= '2026-03-11 10:30:00'"


def today(column: str) -> str:
    return f"{column} {TODAY.format(column)}"


@pytest.fixture
def taken(edges: Edges) -> Pulse:
    with edges.database.reader(WALL) as db:
        return pulse(db, when())


def test_the_headline_equals_a_recount_by_hand(edges: Edges, taken: Pulse) -> None:
    hand = edges.hand
    assert asdict(taken) == {
        "filed_today": hand.one(
            f"SELECT count(*) FROM work_orders WHERE {today('filed_at')} AND stage <> 'void'"
            " AND (handled_on_spot IS NULL OR handled_on_spot = 0)"
        ),
        "reported_today": hand.one(f"SELECT count(*) FROM work_orders WHERE {today('reported_at')}"),
        "open": hand.one(f"SELECT count(*) FROM work_orders WHERE {OPEN}"),
        "closed_today": hand.one(f"SELECT count(*) FROM work_orders WHERE {today('closed_at')} AND stage = 'closed'"),
        "overdue": hand.one(f"SELECT count(*) FROM work_orders WHERE {OPEN} AND {LATE}"),
    }


def test_the_headline_in_numbers_counted_on_paper(taken: Pulse) -> None:
    assert taken == Pulse(filed_today=21, reported_today=28, open=51, closed_today=13, overdue=14)


def test_the_flow_equals_a_recount_by_hand(edges: Edges) -> None:
    with edges.database.reader(WALL) as db:
        taken = flow(db, when())
    entered = {
        "reported": f"{today('reported_at')}",
        "verifying": f"{today('accepted_at')} AND (stage = 'verifying' OR verified_at IS NOT NULL)",
        "filed": f"{today('filed_at')}",
        "dispatched": f"{today('dispatched_at')}",
        "handling": f"{today('taken_at')}",
        "checking": f"{today('handled_at')}",
    }
    hand = edges.hand
    assert [stage.stage for stage in taken.stages] == [Stage(name) for name in entered]
    for found in taken.stages:
        here = f"FROM work_orders WHERE stage = '{found.stage}'"
        assert found.waiting == hand.one(f"SELECT count(*) {here}")
        assert found.overdue == hand.one(f"SELECT count(*) {here} AND {LATE}")
        assert found.entered == hand.one(f"SELECT count(*) FROM work_orders WHERE {entered[found.stage]}")
    assert taken.closed_today == hand.one(
        f"SELECT count(*) FROM work_orders WHERE {today('closed_at')} AND stage = 'closed'"
    )


def test_the_flow_in_numbers_counted_on_paper(edges: Edges) -> None:
    with edges.database.reader(WALL) as db:
        taken = flow(db, when())
    assert [(stage.waiting, stage.overdue, stage.entered) for stage in taken.stages] == [
        (4, 0, 28),
        (1, 0, 2),
        (4, 0, 24),
        (3, 1, 10),
        (37, 12, 8),
        (2, 1, 8),
    ]


def test_headline_and_flow_never_contradict_each_other(edges: Edges) -> None:
    with edges.database.reader(WALL) as db:
        head, stages = pulse(db, when()), flow(db, when())
    assert sum(stage.waiting for stage in stages.stages) == head.open
    assert sum(stage.overdue or 0 for stage in stages.stages) == head.overdue
    assert stages.closed_today == head.closed_today


@pytest.mark.parametrize(("second", "overdue"), [("10:29:59", 13), ("10:30:00", 14), ("10:30:01", 15)])
def test_an_order_is_overdue_a_second_after_its_deadline(edges: Edges, second: str, overdue: int) -> None:
    hour, minute, seconds = map(int, second.split(":"))
    with edges.database.reader(WALL) as db:
        assert pulse(db, when(NOW.replace(hour=hour, minute=minute, second=seconds))).overdue == overdue


def test_a_fraction_of_a_second_changes_nothing(edges: Edges) -> None:
    with edges.database.reader(WALL) as db:
        assert pulse(db, when(NOW.replace(microsecond=999_999))) == pulse(db, when())


def test_what_the_source_does_not_record_is_none_and_not_nought(own_edges: Edges) -> None:
    for column in ("filed_at", "close_due_at", "handle_due_at", "verified_at", "taken_at"):
        own_edges.drop("work_orders", column)
    with own_edges.database.reader(WALL) as db:
        head, stages = pulse(db, when()), flow(db, when())
    assert (head.filed_today, head.overdue) == (None, None)
    assert (head.reported_today, head.open, head.closed_today) == (28, 51, 13)
    assert [stage.overdue for stage in stages.stages] == [None] * 6
    assert [stage.entered for stage in stages.stages] == [28, None, None, 10, None, 8]


def test_an_empty_city_has_noughts(own_edges: Edges) -> None:
    own_edges.made.write("DELETE FROM work_orders")
    with own_edges.database.reader(WALL) as db:
        assert pulse(db, when()) == Pulse(0, 0, 0, 0, 0)
        assert flow(db, when()) == Flow(
            tuple(type(stage)(stage.stage, 0, 0, 0) for stage in flow(db, when()).stages), 0
        )
