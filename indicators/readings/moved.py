"""The few orders of a snapshot whose deadline is not simply the source's, and the facts deadlines follow from."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, Final

from sqlalchemy import ColumnElement, Subquery, and_, func, or_, select

from data_access.codes import among
from data_access.contract import Stage, work_order_events, work_order_measures, work_orders
from data_access.engine import ScopedReader
from indicators.effective import Extension, Facts, Suspension, clock_of, effective, limit_of
from indicators.handclock import Handed, hand_clock
from indicators.moved import Moved
from indicators.rules import orders
from indicators.values import At

REACH: Final = timedelta(days=60)
"""How long before a window orders are looked for that are moved into it: longer than any limit lasts."""
_AT_WORK: Final = tuple(stage.value for stage in (Stage.DISPATCHED, Stage.HANDLING, Stage.CHECKING))
"""Open stages in which the clock of a limit runs."""


def judged_at(db: ScopedReader, at: At, since: datetime | None = None) -> At:
    """The same moment, knowing which orders are judged by another deadline than the source's.

    Everything that judges deadlines begins with ``at = judged_at(db, at)``, or with the earliest deadline of its window
    as ``since`` where orders count that are over. Found once a snapshot; for open orders alone the open book knows.
    """
    if since is None and at.book is not None:
        return replace(at, moved=at.book.moved)
    return replace(at, moved=db.once(("moved", since), lambda: _moved(db, at, since)))


def _moved(db: ScopedReader, at: At, since: datetime | None) -> Moved:
    if not has_deadlines(db):
        return Moved(since=since, dialect=db.dialect)
    ids = special_open(db)
    if since is not None:
        ids |= _special_closed(db, since - REACH)
    found = {one: effective(at.calendar, facts) for one, facts in facts_of_orders(db, at, ids).items()}
    return Moved({one: deadline for one, deadline in found.items() if deadline.moved}, since, db.dialect)


def has_deadlines(db: ScopedReader) -> bool:
    """Whether the source records deadlines at all; where it does not, none is computed either."""
    return db.shape.has("work_orders", "close_due_at") or db.shape.has("work_orders", "handle_due_at")


def special_open(db: ScopedReader) -> set[str]:
    """Open orders that may be judged by another deadline: without one of the source, or with a measure that moves it.

    Only ids are asked for, and the deadlines so that the index of open orders answers alone: with the index of
    deadlines an engine would read all orders that ever had none.
    """
    rows = db.scoped(work_orders)
    asked = [select(rows.c.id).where(rows.c.stage.in_(_AT_WORK), orders.without_due(rows.c))]
    if records_measures(db):
        asked.append(select(rows.c.id).where(orders.is_open(rows.c), _has_moving(db, rows)))
    return {one for statement in asked for (one,) in db.rows(statement)}


def _special_closed(db: ScopedReader, reach: datetime) -> set[str]:
    """Closed orders that may be judged by another deadline, of those that were suspended, extended or ended since."""
    rows = db.scoped(work_orders)
    # said so that no engine goes by the stage: it would read all that ever was closed
    not_closed = (*orders.OPEN_CODES, *orders.WITHDRAWN)
    no_due = [rows.c.stage.not_in(not_closed), orders.without_due(rows.c), orders.off_spot(rows.c)]
    ended = [rows.c.ended_at >= reach, rows.c.ended_at < orders.FAR]
    closed = [rows.c.ended_at.is_(None), rows.c.closed_at >= reach, rows.c.closed_at < orders.FAR]
    asked = [select(rows.c.id).where(*no_due, *ended), select(rows.c.id).where(*no_due, *closed)]
    if records_measures(db):
        taken = db.scoped(work_order_measures)
        until, decided = taken.c.until_at, taken.c.decided_at
        for kind, within in (
            ("suspension", and_(until >= reach, until < orders.FAR)),
            ("suspension", until.is_(None)),
            ("extension", and_(decided >= reach, decided < orders.FAR, decided > taken.c.old_due_at)),
        ):
            asked.append(select(taken.c.order_id).where(taken.c.kind == kind, taken.c.result == "approved", within))
    return {one for statement in asked for (one,) in db.rows(statement)}


def records_measures(db: ScopedReader) -> bool:
    """Whether measures say what they are and what became of them."""
    return db.shape.has("work_order_measures", "kind", "result")


def _moves(taken: Subquery) -> ColumnElement[bool]:
    """An approved measure that has to do with the deadline."""
    suspends = and_(taken.c.kind == "suspension", taken.c.from_at.is_not(None))
    late = func.coalesce(taken.c.decided_at, taken.c.asked_at) > taken.c.old_due_at
    return and_(taken.c.result == "approved", or_(suspends, and_(taken.c.kind == "extension", late)))


def _has_moving(db: ScopedReader, rows: Subquery) -> ColumnElement[bool]:
    """The order has an approved measure that has to do with its deadline."""
    taken = db.scoped(work_order_measures)
    return select(taken.c.order_id).where(taken.c.order_id == rows.c.id, _moves(taken)).correlate(rows).exists()


def ended_otherwise(db: ScopedReader, rows: Subquery) -> ColumnElement[bool]:
    """The order is over and another deadline than the source's may have judged it: for a column of a short list."""
    unclear = and_(orders.without_due(rows.c), orders.off_spot(rows.c))
    either = or_(unclear, _has_moving(db, rows)) if records_measures(db) else unclear
    return and_(rows.c.stage.not_in((*orders.OPEN_CODES, *orders.WITHDRAWN)), either)


def with_ended(db: ScopedReader, at: At, ids: Collection[str]) -> At:
    """The same moment, knowing the deadlines of these orders (few) too, though they are over."""
    if not ids or not has_deadlines(db):
        return at
    found = {one: effective(at.calendar, facts) for one, facts in facts_of_orders(db, at, ids).items()}
    return replace(at, moved=replace(at.moved, by_id={**at.moved.by_id, **found}))


def facts_of_orders(db: ScopedReader, at: At, ids: Collection[str]) -> dict[str, Facts]:
    """What the deadlines of these orders (few) follow from; void and cancelled ones have none."""
    if not ids:
        return {}
    rows = db.scoped(work_orders)
    statement = select(*fact_columns(rows)).where(among(rows.c.id, ids, db.dialect), orders.stands(rows.c))
    found = db.rows(statement)
    return with_log(db, {row.id: facts for row, facts in facts_of_rows(db, at, found, [row.id for row in found])})


def facts_of_rows(
    db: ScopedReader, at: At, rows: Sequence[Any], measured: Sequence[str]
) -> Iterator[tuple[Any, Facts]]:
    """Rows of ``fact_columns`` with their facts; measures are asked for some of them."""
    taken = measures_of(db, measured)
    return ((row, facts_of(db, at, row, *taken.of(row.id))) for row in rows)


def with_log(db: ScopedReader, facts: Mapping[str, Facts]) -> dict[str, Facts]:
    """The same, knowing from the event log when the clock of those without a deadline stood (``handclock``).

    The start that the source says wins, but for one from before another department had the order.
    """
    found = dict(facts)
    asked = [one for one, fact in facts.items() if fact.source is None and fact.start and fact.limit]
    if not asked or not db.shape.has("work_order_events", "to_department"):
        return found
    log = db.scoped(work_order_events)
    statement = (
        select(log.c.order_id, log.c.at, log.c.action, log.c.to_department)
        .where(among(log.c.order_id, asked, db.dialect), log.c.at.is_not(None))
        .order_by(log.c.order_id, log.c.at, log.c.id)
    )
    for order_id, entries in groupby(db.rows(statement), key=lambda row: row[0]):
        clock = hand_clock([Handed(*entry[1:]) for entry in entries])
        said = facts[order_id].start
        if clock is not None and said is not None:
            start = clock.start if clock.anew and clock.start > said else said
            found[order_id] = replace(facts[order_id], start=start, stood=clock.pauses)
    return found


def fact_columns(rows: Subquery) -> tuple[ColumnElement[Any], ...]:
    """The columns of an order that ``facts_of`` needs."""
    c = rows.c
    return (
        c.id, c.stage, c.category_code, c.handle_due_at, c.close_due_at, c.limit_value, c.limit_unit, c.limit_clock,
        func.coalesce(c.clock_started_at, c.dispatched_at).label("clock_started"), c.closed_at,
    )  # fmt: skip


def facts_of(
    db: ScopedReader, at: At, row: Any, suspensions: Sequence[Suspension], extensions: Sequence[Extension]
) -> Facts:
    """The facts of one row of ``fact_columns``. Before dispatch the clock of a limit has not started."""
    category = db.reference.categories.get(row.category_code)
    return Facts(
        row.handle_due_at,
        row.close_due_at,
        clock_of(row.limit_clock, category, at.policy),
        row.closed_at if row.stage == Stage.CLOSED.value else None,
        row.clock_started if row.stage in (*_AT_WORK, Stage.CLOSED.value) else None,
        limit_of(row.limit_value, row.limit_unit, category),
        tuple(suspensions),
        tuple(extensions),
    )


@dataclass(frozen=True, slots=True)
class Measures:
    """Approved suspensions and extensions by order."""

    suspensions: Mapping[str, tuple[Suspension, ...]]
    extensions: Mapping[str, tuple[Extension, ...]]

    def of(self, order_id: str) -> tuple[tuple[Suspension, ...], tuple[Extension, ...]]:
        """Those of one order."""
        return self.suspensions.get(order_id, ()), self.extensions.get(order_id, ())


def measures_of(db: ScopedReader, order_ids: Sequence[str]) -> Measures:
    """Approved suspensions and extensions of these orders (few)."""
    suspensions: dict[str, tuple[Suspension, ...]] = {}
    extensions: dict[str, tuple[Extension, ...]] = {}
    if not order_ids or not records_measures(db):
        return Measures(suspensions, extensions)
    taken = db.scoped(work_order_measures)
    statement = select(
        taken.c.order_id, taken.c.kind, taken.c.from_at, taken.c.until_at,
        func.coalesce(taken.c.decided_at, taken.c.asked_at).label("decided"), taken.c.old_due_at, taken.c.new_due_at,
    ).where(
        among(taken.c.order_id, order_ids, db.dialect),
        taken.c.kind.in_(("suspension", "extension")),
        taken.c.result == "approved",
    )  # fmt: skip
    for order_id, kind, start, end, decided, old, new in db.rows(statement):
        if kind == "suspension" and start is not None:
            suspensions[order_id] = (*suspensions.get(order_id, ()), Suspension(start, end, new))
        elif kind == "extension" and None not in (decided, old, new):
            extensions[order_id] = (*extensions.get(order_id, ()), Extension(decided, old, new))
    return Measures(suspensions, extensions)
