"""拖延不办: an order lies, and nothing is recorded for a good part of its limit."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import numpy as np
from sqlalchemy import ColumnElement, func, select

from data_access.codes import among
from data_access.contract import Stage, work_order_events, work_order_measures, work_orders
from data_access.engine import ScopedReader
from indicators.detectors.found import DetectedCase, DetectedRule, Why
from indicators.detectors.gathering import case_columns, case_of, ruled
from indicators.effective import clock_of
from indicators.rules import orders
from indicators.values import At
from indicators.workcalendar import Clock, Pause

ASKED_AT_ONCE: Final = 500


def stalling(db: ScopedReader, at: At) -> DetectedRule:
    """What stands open now: not taken by the department, or late and silent, for more than a share of the limit.

    The time counts from the last record of the order (of any kind) and only as far as its clock ran: nights, holidays
    and suspensions are nobody's delay. Without an event log the last change of the order is the last record.
    """
    if not db.shape.has("work_orders", "close_due_at") and not db.shape.has("work_orders", "handle_due_at"):
        return ruled(db, "stalling", (), (), ("work_orders.close_due_at|handle_due_at",))
    missing = db.shape.missing({"work_order_events": ()})
    rule = at.policy.detectors.stalling
    found = [
        *_lying(db, at, "not_taken", rule.not_taken),
        *_lying(db, at, "silent", rule.silent),
    ]
    return ruled(db, "stalling", found, ("not_taken", "silent"), missing)


def _lying(db: ScopedReader, at: At, why: Why, share: float) -> list[DetectedCase]:
    rows = db.scoped(work_orders)
    start, due = func.coalesce(rows.c.dispatched_at, orders.clock_start(rows.c)), _handling_due(rows.c)
    if why == "not_taken":
        stands: tuple[ColumnElement[bool], ...] = (rows.c.stage == Stage.DISPATCHED.value,)
    else:  # more than the whole limit in silence: late, if the share is 1 or more
        stands = (rows.c.stage == Stage.HANDLING.value, *((due < at.now,) if share >= 1 else ()))
    last: ColumnElement[datetime] = rows.c.updated_at
    if db.shape.has("work_order_events"):
        log = db.scoped(work_order_events)
        newest = select(func.max(log.c.at)).where(log.c.order_id == rows.c.id, log.c.at <= at.now).scalar_subquery()
        last = func.coalesce(newest, start)
    statement = select(
        *case_columns(db, rows.c), start.label("start"), due.label("due"), last.label("last"), rows.c.limit_clock
    ).where(*stands, due.is_not(None), start.is_not(None))
    found = db.rows(statement)
    suspects = [row for row, use in zip(found, _shares(db, at, found), strict=True) if use > share]
    return [case for part in _parts(suspects) for case in _judged(db, at, part, why, share)]


def _handling_due(o: Any) -> ColumnElement[datetime]:
    """The department's own deadline: for handling, without one that for closing."""
    return func.coalesce(o.handle_due_at, o.close_due_at)


def _clock(db: ScopedReader, at: At, row: Any) -> Clock:
    return clock_of(row.limit_clock, db.reference.categories.get(row.category_code), at.policy)


def _shares(db: ScopedReader, at: At, rows: Sequence[Any]) -> list[float]:
    """For each row the time since its last record as a share of its limit, suspensions not taken out yet."""
    shares = np.zeros(len(rows))
    clocks = [_clock(db, at, row) for row in rows]
    for clock in Clock:
        mine = np.flatnonzero([one is clock for one in clocks])
        if len(mine):
            start, due, last = (
                np.array([getattr(rows[place], name) for place in mine.tolist()], dtype="datetime64[s]")
                for name in ("start", "due", "last")
            )
            now = np.full(len(mine), np.datetime64(at.now, "s"))
            limit = at.calendar.worked_many(start, due, clock)
            lay = at.calendar.worked_many(np.maximum(last, start), now, clock)
            shares[mine] = np.divide(lay, limit, out=np.zeros(len(mine)), where=limit > 0)
    return [float(share) for share in shares]


def _parts(rows: Sequence[Any]) -> list[Sequence[Any]]:
    return [rows[start : start + ASKED_AT_ONCE] for start in range(0, len(rows), ASKED_AT_ONCE)]


def _judged(db: ScopedReader, at: At, rows: Sequence[Any], why: Why, share: float) -> list[DetectedCase]:
    """The same again for the few that are left, with the time taken out in which they were suspended."""
    pauses = _pauses(db, [row.id for row in rows])
    found = []
    for row in rows:
        clock, since = _clock(db, at, row), max(row.last, row.start)
        lay = at.calendar.worked_between(since, at.now, clock, pauses.get(row.id, ()))
        use = lay / at.calendar.worked_between(row.start, row.due, clock)
        if use > share:
            found.append(case_of(row, since, why, {"since": since, "share": use, "due_at": row.due}))
    return found


def _pauses(db: ScopedReader, ids: Sequence[str]) -> dict[str, list[Pause]]:
    """Approved suspensions by order."""
    found: dict[str, list[Pause]] = {}
    if db.shape.has("work_order_measures", "kind", "result", "from_at", "until_at"):
        taken = db.scoped(work_order_measures)
        statement = select(taken.c.order_id, taken.c.from_at, taken.c.until_at).where(
            among(taken.c.order_id, ids, db.dialect),
            taken.c.kind == "suspension", taken.c.result == "approved", taken.c.from_at.is_not(None),
        )  # fmt: skip
        for order_id, start, end in db.rows(statement):
            found.setdefault(order_id, []).append(Pause(start, end))
    return found
