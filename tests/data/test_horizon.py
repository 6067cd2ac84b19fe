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
NINE, SIX = datetime(2026, 11, 19, 9), datetime(2026, 11, 19, 18)
OPEN = "stage IN ('reported', 'verifying', 'filed', 'dispatched', 'handling', 'checking')"
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


def test_what_the_horizon_says_is_there_at_six_but_for_what_was_done(short_town: Path, database: Database) -> None:
    with closing(Simulator(short_town)) as town:
        town.advance_to(NINE)
        with database.reader(LEADER) as db:
            at = At(NINE, CALENDAR, POLICY)
            found = horizon(db, at)
            assert isinstance(found, Horizon)
            assert found.cuts[1] == SIX
            expected = late_at(db, at, SIX)
            now_late = late_at(db, at, NINE)
            assert len(expected) == found.overdue + found.totals[1]
            assert len(now_late) == found.overdue
            # the only county of the town is passed over: the rows are its streets, or what lies in none of them
            by_code = db.reference.tree.by_code
            assert {by_code[row.key].level for row in found.areas if row.key} == {"street"}
            assert sum(row.overdue for row in found.areas) == found.overdue
            # nothing handled: the clock alone runs on
            assert pulse(db, At(SIX, CALENDAR, POLICY)).overdue == len(expected)
            assert late_at(db, At(SIX, CALENDAR, POLICY), SIX) == expected
            had_one = {order for order, entry in book_of(db, at).entries.items() if entry.facts.source is not None}
        town.advance_to(SIX)
    with database.reader(LEADER) as db:
        at = At(SIX, CALENDAR, POLICY)
        after = late_at(db, at, SIX)
        head = pulse(db, at)
    assert len(after) == head.overdue
    with closing(sqlite3.connect(short_town)) as connection:

        def ask(sql: str, **bound: object) -> list[tuple[Any, ...]]:
            return connection.execute(sql, bound).fetchall()

        moved = judged_by_hand(ask)
        orders = {
            order: (stage, reported, due, updated)
            for order, stage, reported, due, updated in ask(
                "SELECT id, stage, reported_at, coalesce(close_due_at, handle_due_at), updated_at FROM work_orders"
            )
        }
        changed = {order for (order,) in ask("SELECT order_id FROM work_order_events WHERE at > :nine", nine=str(NINE))}
    gone, new = expected - after, after - expected
    assert len(gone) > 10
    for order in gone:
        stage, _, due, _ = orders[order]
        over = stage in ("closed", "void", "cancelled")
        longer = (moved[order] or SIX) >= SIX if order in moved else due is None or due >= str(SIX)
        assert over or (longer and order in changed), f"{order} was handled, sent back, extended or suspended"
    for order in new:
        _, reported, due, _ = orders[order]
        assert reported > str(NINE) or order not in had_one, f"{order} was not reported or had no deadline at nine"
        assert due is not None
        assert due < str(SIX)
