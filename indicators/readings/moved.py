"""The few orders of a snapshot whose deadline is not simply the source's, and the facts deadlines follow from."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Subquery, and_, func, or_, select

from data_access.codes import among
from data_access.contract import Stage, work_order_measures, work_orders
from data_access.engine import ScopedReader
from indicators.effective import Extension, Facts, Suspension, clock_of, effective, limit_of
from indicators.moved import Moved
from indicators.rules import orders
from indicators.values import At

REACH: Final = timedelta(days=60)
"""How long before a window orders are looked for that are moved into it: longer than any limit lasts."""
_CLOCK_RUNS: Final = tuple(stage.value for stage in (Stage.DISPATCHED, Stage.HANDLING, Stage.CHECKING, Stage.CLOSED))


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
    rows = db.scoped(work_orders)
    facts = facts_where(db, at, special_open(db, rows))
    if since is not None:
        for condition in _special_closed(db, rows, since):
            facts.update(facts_where(db, at, condition))
    found = {order_id: effective(at.calendar, one) for order_id, one in facts.items()}
    return Moved({one: deadline for one, deadline in found.items() if deadline.moved}, since, db.dialect)


def has_deadlines(db: ScopedReader) -> bool:
    """Whether the source records deadlines at all; where it does not, none is computed either."""
    return db.shape.has("work_orders", "close_due_at") or db.shape.has("work_orders", "handle_due_at")


def special_open(db: ScopedReader, rows: Subquery) -> ColumnElement[bool]:
    """Open orders that may be judged by another deadline: with a measure that moves it, or without a deadline."""
    started = and_(rows.c.stage.in_(_CLOCK_RUNS), rows.c.close_due_at.is_(None), rows.c.handle_due_at.is_(None))
    ways = [started]
    if records_measures(db):
        taken = db.scoped(work_order_measures)
        ways.append(select(taken.c.order_id).where(taken.c.order_id == rows.c.id, moves(taken)).exists())
    return and_(orders.is_open(rows.c), or_(*ways))


def _special_closed(db: ScopedReader, rows: Subquery, since: datetime) -> Iterable[ColumnElement[bool]]:
    """Closed orders that may be judged by another deadline, at ``since`` or later; each by an index of its own."""
    closed, reach = orders.is_closed(rows.c), since - REACH
    not_on_spot = func.coalesce(rows.c.handled_on_spot, 0) == 0
    no_due = and_(rows.c.close_due_at.is_(None), rows.c.handle_due_at.is_(None), not_on_spot)
    yield and_(closed, no_due, rows.c.ended_at >= reach, rows.c.ended_at < orders.FAR)
    yield and_(closed, no_due, rows.c.ended_at.is_(None), rows.c.closed_at >= reach, rows.c.closed_at < orders.FAR)
    if not records_measures(db):
        return
    taken = db.scoped(work_order_measures)
    lasting = and_(taken.c.until_at >= reach, taken.c.until_at < orders.FAR)
    decided = and_(
        taken.c.decided_at >= reach, taken.c.decided_at < orders.FAR, taken.c.decided_at > taken.c.old_due_at
    )
    kinds = (("suspension", lasting), ("suspension", taken.c.until_at.is_(None)), ("extension", decided))
    for kind, within in kinds:
        of_kind = and_(taken.c.kind == kind, taken.c.result == "approved", within)
        found = [order_id for (order_id,) in db.rows(select(taken.c.order_id).where(of_kind).distinct())]
        if found:
            yield and_(closed, among(rows.c.id, found, db.dialect), rows.c.closed_at >= reach)


def records_measures(db: ScopedReader) -> bool:
    """Whether measures say what they are and what became of them."""
    return db.shape.has("work_order_measures", "kind", "result")


def moves(taken: Subquery) -> ColumnElement[bool]:
    """An approved measure that has to do with the deadline."""
    suspends = and_(taken.c.kind == "suspension", taken.c.from_at.is_not(None))
    late = func.coalesce(taken.c.decided_at, taken.c.asked_at) > taken.c.old_due_at
    return and_(taken.c.result == "approved", or_(suspends, and_(taken.c.kind == "extension", late)))


def facts_where(db: ScopedReader, at: At, condition: ColumnElement[bool]) -> dict[str, Facts]:
    """What deadlines follow from, of the orders (few) that meet a condition, with all their measures."""
    rows = db.scoped(work_orders)
    found = db.rows(select(*fact_columns(rows)).where(condition))
    waits, longer = measures_of(db, [row.id for row in found])
    return {row.id: facts_of(db, at, row, waits.get(row.id, ()), longer.get(row.id, ())) for row in found}


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
        row.clock_started if row.stage in _CLOCK_RUNS else None,
        limit_of(row.limit_value, row.limit_unit, category),
        tuple(suspensions),
        tuple(extensions),
    )


def measures_of(
    db: ScopedReader, order_ids: Sequence[str]
) -> tuple[Mapping[str, tuple[Suspension, ...]], Mapping[str, tuple[Extension, ...]]]:
    """Approved suspensions and extensions of these orders, by order."""
    suspensions: dict[str, tuple[Suspension, ...]] = {}
    extensions: dict[str, tuple[Extension, ...]] = {}
    if not order_ids or not records_measures(db):
        return suspensions, extensions
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
    return suspensions, extensions
