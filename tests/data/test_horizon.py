"""The horizon of nine o'clock against what six o'clock brings: by the clock alone, and with the life of the town."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data_access.engine import Database, ScopedReader
from data_access.scope import Audience, Scope
from demo.simulator import Simulator
from indicators.policy import load_policy
from indicators.readings.book import book_of
from indicators.readings.counts import pulse
from indicators.readings.horizon import Horizon, horizon
from indicators.values import At
from indicators.workcalendar import WorkCalendar
from tests.data.clock_by_hand import judged_by_hand

CALENDAR, POLICY = WorkCalendar.named("cn", "Asia/Shanghai"), load_policy()
OPEN = "stage IN ('reported', 'verifying', 'filed', 'dispatched', 'handling', 'checking')"
DUE = "coalesce(close_due_at, handle_due_at)"
LEADER = Scope.of(Audience.LEADER)


@pytest.fixture
def database(short_town: Path) -> Iterator[Database]:
    found = Database(f"sqlite:///{short_town}")
    yield found
    found.close()


def late_at(db: ScopedReader, at: At, moment: datetime) -> set[str]:
    """The ids of the orders that will be overdue at a moment, from the book behind the horizon."""
    book = book_of(db, at)
    flags = book.overdue_at(book.seen(db.scope, db.reference), moment)
    slots = set(np.flatnonzero(flags).tolist())
    return {order for order, slot in book.slots.items() if slot in slots}


@pytest.mark.parametrize(("day", "of_the_morning"), [(19, 0), (20, 2)])
def test_what_the_horizon_says_is_there_at_six_but_for_what_was_done(
    short_town: Path, database: Database, day: int, of_the_morning: int
) -> None:
    """What is late at six and not in the horizon of nine had no deadline at nine, because no department had it yet.

    It was reported since. A few (``of_the_morning``) had been reported before nine and not yet dispatched: their first
    dispatch, after nine, set their deadline and their clock, as the log says. Nothing else is new.
    """
    nine, six = datetime(2026, 11, day, 9), datetime(2026, 11, day, 18)
    with closing(Simulator(short_town)) as town:
        town.advance_to(nine)
        with database.reader(LEADER) as db:
            at = At(nine, CALENDAR, POLICY)
            found = horizon(db, at)
            assert isinstance(found, Horizon)
            assert found.cuts[1] == six
            expected = late_at(db, at, six)
            now_late = late_at(db, at, nine)
            assert len(expected) == found.overdue + found.totals[1]
            assert len(now_late) == found.overdue
            # the only county of the town is passed over: the rows are its streets, or what lies in none of them
            by_code = db.reference.tree.by_code
            assert {by_code[row.key].level for row in found.areas if row.key} == {"street"}
            assert sum(row.overdue for row in found.areas) == found.overdue
            # nothing handled: the clock alone runs on
            assert pulse(db, At(six, CALENDAR, POLICY)).overdue == len(expected)
            assert late_at(db, At(six, CALENDAR, POLICY), six) == expected
        with closing(sqlite3.connect(short_town)) as connection:
            at_nine = {
                order: due is not None for order, due in connection.execute(f"SELECT id, {DUE} FROM work_orders")
            }
        town.advance_to(six)
    with database.reader(LEADER) as db:
        at = At(six, CALENDAR, POLICY)
        after = late_at(db, at, six)
        head = pulse(db, at)
    assert len(after) == head.overdue
    with closing(sqlite3.connect(short_town)) as connection:

        def ask(sql: str, **bound: object) -> list[tuple[Any, ...]]:
            return connection.execute(sql, bound).fetchall()

        moved = judged_by_hand(ask)
        orders = {
            order: (stage, reported, due, updated)
            for order, stage, reported, due, updated in ask(
                f"SELECT id, stage, reported_at, {DUE}, updated_at FROM work_orders"
            )
        }
        dispatched = {
            row[0]: row[1]
            for row in ask(
                "SELECT order_id, min(at) FROM work_order_events WHERE action = 'dispatch' GROUP BY order_id"
            )
        }
        changed = {order for (order,) in ask("SELECT order_id FROM work_order_events WHERE at > :nine", nine=str(nine))}
    gone, new = expected - after, after - expected
    assert len(gone) > 10
    for order in gone:
        stage, _, due, _ = orders[order]
        over = stage in ("closed", "void", "cancelled")
        longer = (moved[order] or six) >= six if order in moved else due is None or due >= str(six)
        assert over or (longer and order in changed), f"{order} was handled, sent back, extended or suspended"
    since = {order for order in new if orders[order][1] > str(nine)}
    assert since
    assert {order for order in since if order in at_nine} == set(), "reported after nine"
    excused = new - since
    for order in excused:
        assert at_nine[order] is False, f"{order} had a deadline at nine"
        assert dispatched[order] > str(nine), f"{order} had been dispatched by nine"
    assert len(excused) == of_the_morning
    for order in new:
        _, _, due, _ = orders[order]
        assert due is not None
        assert due < str(six)
    # the other way round, by the log alone: all that got its first deadline since and could not keep it is there
    begun = {order for order, first in dispatched.items() if first > str(nine)}
    late = {
        order
        for order in begun
        if orders[order][0] not in ("closed", "void", "cancelled")
        and order not in moved
        and (orders[order][2] or str(six)) < str(six)
    }
    assert late <= new
    assert excused <= late
