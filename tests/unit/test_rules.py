"""The order rules, one order at a time: each as an expression that SQLite answers for a single row."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import ColumnElement, Connection, create_engine, select

from data_access.contract import Stage, work_orders
from indicators.policy import load_policy
from indicators.rules import orders
from indicators.values import At
from indicators.windows import Between
from indicators.workcalendar import WorkCalendar

NOW = datetime(2026, 3, 11, 10, 30)
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
O = work_orders.c  # noqa: E741
BASE: dict[str, Any] = {
    "id": "a",
    "case_no": "x",
    "stage": "handling",
    "reported_at": NOW - 9 * HOUR,
    "updated_at": NOW,
}


@pytest.fixture(scope="module")
def memory() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        work_orders.create(connection)
        yield connection
    engine.dispose()


def holds(connection: Connection, rule: ColumnElement[bool], **order: Any) -> bool:
    """Whether the rule picks a row like this."""
    connection.execute(work_orders.delete())
    connection.execute(work_orders.insert(), [BASE | order])
    return connection.execute(select(O.id).where(rule)).first() is not None


@pytest.mark.parametrize("stage", Stage)
def test_every_stage_is_open_or_not(memory: Connection, stage: Stage) -> None:
    over = stage in {Stage.CLOSED, Stage.VOID, Stage.CANCELLED}
    assert holds(memory, orders.is_open(O), stage=stage.value) is not over
    assert holds(memory, orders.is_closed(O), stage=stage.value) is (stage is Stage.CLOSED)
    assert holds(memory, orders.is_judged(O), stage=stage.value) is (stage not in {Stage.VOID, Stage.CANCELLED})


def test_the_stages_of_the_flow_are_all_open_ones_in_order() -> None:
    assert [stage.value for stage in orders.OPEN_STAGES] == [
        "reported", "verifying", "filed", "dispatched", "handling", "checking",
    ]  # fmt: skip
    assert set(orders.ENTERED_BY) == set(orders.OPEN_STAGES)


@pytest.mark.parametrize(
    ("close", "handle", "overdue"),
    [
        (NOW, None, False),
        (NOW - SECOND, None, True),
        (None, NOW, False),
        (None, NOW - SECOND, True),
        (NOW + HOUR, NOW - HOUR, False),
        (NOW - HOUR, NOW + HOUR, True),
        (None, None, False),
    ],
)
def test_overdue_by_the_closing_deadline_else_the_handling_one(
    memory: Connection, close: datetime | None, handle: datetime | None, overdue: bool
) -> None:
    times = {"close_due_at": close, "handle_due_at": handle}
    assert holds(memory, orders.is_overdue(O, NOW), **times) is overdue
    assert holds(memory, orders.is_overdue(O, NOW), stage="closed", **times) is False


@pytest.mark.parametrize(
    ("order", "good"),
    [
        ({"stage": "closed", "closed_at": NOW, "close_due_at": NOW}, True),
        ({"stage": "closed", "closed_at": NOW + SECOND, "close_due_at": NOW}, False),
        ({"stage": "closed", "closed_at": NOW + SECOND, "close_due_at": NOW, "exempt": 1}, True),
        ({"stage": "closed", "closed_at": NOW + SECOND, "close_due_at": NOW, "exempt": 0}, False),
        ({"stage": "handling", "close_due_at": NOW, "exempt": 1}, False),
        ({"stage": "handling", "close_due_at": NOW + HOUR}, False),
        ({"stage": "closed", "closed_at": NOW, "handle_due_at": NOW}, True),
        ({"stage": "closed", "closed_at": NOW, "handle_due_at": NOW - SECOND}, False),
        ({"stage": "closed", "closed_at": NOW, "handle_due_at": NOW - SECOND, "close_due_at": NOW}, True),
        ({"stage": "closed", "closed_at": NOW}, False),
        ({"stage": "closed", "closed_at": None, "close_due_at": NOW}, False),
        ({"stage": "closed", "closed_at": NOW, "close_due_at": NOW, "outcome": "forced"}, True),
    ],
)
def test_on_time(memory: Connection, order: dict[str, Any], good: bool) -> None:
    assert holds(memory, orders.on_time(O), **order) is good


@pytest.mark.parametrize(("spot", "counts"), [(None, True), (0, True), (1, False)])
def test_cases_solved_on_the_spot_are_kept_out(memory: Connection, spot: int | None, counts: bool) -> None:
    assert holds(memory, orders.counts_as_filed(O), handled_on_spot=spot) is counts
    assert holds(memory, orders.is_judged(O), handled_on_spot=spot, stage="closed") is counts
    assert holds(memory, orders.counted_as_filed(O, NOW), handled_on_spot=spot) is counts


def test_void_cases_were_filed_until_they_were_found_void(memory: Connection) -> None:
    void = {"stage": "void", "ended_at": NOW}
    assert holds(memory, orders.counts_as_filed(O), **void) is False
    assert holds(memory, orders.counts_as_filed(O), stage="cancelled", ended_at=NOW) is True
    assert holds(memory, orders.counted_as_filed(O, NOW), **void) is False
    assert holds(memory, orders.counted_as_filed(O, NOW - SECOND), **void) is True
    assert holds(memory, orders.counted_as_filed(O, NOW - SECOND), stage="void") is False, "nobody knows when"


@pytest.mark.parametrize(
    ("order", "then", "was"),
    [
        ({"stage": "handling"}, NOW, True),
        ({"stage": "handling"}, NOW - 9 * HOUR, True),
        ({"stage": "handling"}, NOW - 9 * HOUR - SECOND, False),
        ({"stage": "closed", "ended_at": NOW, "closed_at": NOW}, NOW - SECOND, True),
        ({"stage": "closed", "ended_at": NOW, "closed_at": NOW}, NOW, False),
        ({"stage": "closed", "ended_at": None, "closed_at": NOW}, NOW - SECOND, True),
        ({"stage": "closed", "ended_at": NOW - HOUR, "closed_at": NOW}, NOW - SECOND, False),
        ({"stage": "void", "ended_at": NOW}, NOW - SECOND, True),
        ({"stage": "void"}, NOW - SECOND, False),
    ],
)
def test_what_was_open_then(memory: Connection, order: dict[str, Any], then: datetime, was: bool) -> None:
    assert holds(memory, orders.was_open(O, then), **order) is was
    found = [holds(memory, one, **order) for one in orders.may_have_been_open(O, then)]
    assert sum(found) <= 1, "no row lies in two ranges"
    assert not was or any(found), "and no row that was open is missed"


@pytest.mark.parametrize(
    ("stage", "due", "lacks"),
    [("reported", None, False), ("filed", None, False), ("dispatched", None, True), ("closed", None, True),
     ("closed", NOW, False), ("void", None, False)],
)  # fmt: skip
def test_a_deadline_lacks_only_where_it_should_be_by_now(
    memory: Connection, stage: str, due: datetime | None, lacks: bool
) -> None:
    assert holds(memory, orders.lacks_deadline(O), stage=stage, close_due_at=due) is lacks


def test_verification_is_entered_by_those_who_are_verified(memory: Connection) -> None:
    start, when = NOW - HOUR, At(NOW, WorkCalendar.named("continuous", "Asia/Shanghai"), load_policy())
    within = Between(start, NOW + HOUR)

    def entered(**order: Any) -> bool:
        return holds(memory, within.holds(O.accepted_at, when) & orders.entered(O, Stage.VERIFYING), **order)

    assert entered(stage="verifying", accepted_at=NOW)
    assert entered(stage="filed", accepted_at=start, verified_at=NOW)
    assert not entered(stage="filed", accepted_at=NOW)
    assert not entered(stage="verifying", accepted_at=start - SECOND)


@pytest.mark.parametrize(
    ("order", "start"),
    [({"clock_started_at": NOW, "filed_at": NOW - HOUR}, NOW), ({"filed_at": NOW}, NOW), ({}, NOW - 9 * HOUR)],
)
def test_the_clock_starts_as_the_source_says(memory: Connection, order: dict[str, Any], start: datetime) -> None:
    assert holds(memory, orders.clock_start(O) == start, **order)


TIMES = st.none() | st.integers(-3, 3).map(lambda hours: NOW + hours * HOUR)


@given(TIMES, TIMES, st.integers(-3, 3), st.integers(0, 4))
def test_the_ranges_of_deadlines_are_the_deadline_and_do_not_meet(
    memory: Connection, close: datetime | None, handle: datetime | None, begin: int, length: int
) -> None:
    start = NOW + begin * HOUR
    end = start + length * HOUR
    order = {"close_due_at": close, "handle_due_at": handle}
    due = close or handle
    within = due is not None and start <= due < end
    assert holds(memory, orders.due_in(O, start, end), **order) is within
    assert sum(holds(memory, one, **order) for one in orders.due_ranges(O, start, end)) == within
    assert holds(memory, orders.is_due_between(O, start, end), **order) is within
