"""The few orders of a snapshot whose handling is judged by another deadline than the source's."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select

from data_access.codes import among
from data_access.contract import Stage, work_orders
from data_access.engine import ScopedReader
from indicators.effective import effective
from indicators.moved import Deadline, Moved
from indicators.readings.moved import facts_of_orders
from indicators.rules.handling import done_at
from indicators.values import At

_DONE = frozenset({Stage.CHECKING.value, Stage.CLOSED.value})


def handling_at(db: ScopedReader, at: At) -> At:
    """The same moment, knowing whose handling deadline moved. ``at.moved`` must be known: only those can have.

    What moves the deadline of the handling moves the closing's too, since the handling is due no later; a deadline of
    the handling is never computed.
    """
    key = ("handling", at.moved.since, frozenset(at.moved.by_id))
    return replace(at, handling=db.once(key, lambda: _moved(db, at)))


def _moved(db: ScopedReader, at: At) -> Moved:
    ids = {one for one, deadline in at.moved.by_id.items() if not deadline.computed}
    if not ids or not db.shape.has("work_orders", "handle_due_at"):
        return Moved(since=at.moved.since, dialect=db.dialect)
    ended = _ended(db, ids)
    found: dict[str, Deadline] = {}
    for one, facts in facts_of_orders(db, at, ids).items():
        if facts.handle_due is not None:
            found[one] = effective(at.calendar, replace(facts, close_due=None, closed_at=ended.get(one)))
    return Moved({one: deadline for one, deadline in found.items() if deadline.moved}, at.moved.since, db.dialect)


def _ended(db: ScopedReader, ids: set[str]) -> dict[str, datetime]:
    """When the department was done with these orders, of those with which it is."""
    rows = db.scoped(work_orders)
    statement = select(rows.c.id, rows.c.stage, done_at(rows.c)).where(among(rows.c.id, ids, db.dialect))
    return {one: moment for one, stage, moment in db.rows(statement) if stage in _DONE and moment is not None}
