"""拖延不办: an order lies, and nothing is recorded for a good part of its limit."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
from sqlalchemy import ColumnElement, func, or_, select

from data_access.codes import among
from data_access.contract import Stage, work_order_events, work_order_measures, work_orders
from data_access.engine import ScopedReader
from indicators.detectors.found import DetectedCase, DetectedRule, Fact, Why
from indicators.detectors.gathering import case_columns, case_of, ruled
from indicators.effective import clock_of
from indicators.rules import orders
from indicators.values import At
from indicators.workcalendar import Clock, Pause

ASKED_AT_ONCE: Final = 500


def stalling(db: ScopedReader, at: At) -> DetectedRule:
    """What stands open now: not taken by the department, or late and silent, for more than a share of the limit.

    The time counts from the last record of the order (of any kind) and only as far as its clock ran: nights, holidays
    and suspensions are nobody's delay. Without an event log the last change of the order is the last record. The limit
    ends with the deadline that the order is judged by: of the handling, else of the closing, else the computed one.
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
    stage = Stage.DISPATCHED if why == "not_taken" else Stage.HANDLING
    # more than the whole limit in silence: late, if the share is 1 or more
    late = why == "silent" and share >= 1
    moved = _moved(at)
    by_source = due < at.now if late else due.is_not(None)
    last: ColumnElement[datetime] = rows.c.updated_at
    if db.shape.has("work_order_events"):
        log = db.scoped(work_order_events)
        newest = select(func.max(log.c.at)).where(log.c.order_id == rows.c.id, log.c.at <= at.now).scalar_subquery()
        last = func.coalesce(newest, start)
    statement = select(
        *case_columns(db, rows.c), start.label("start"), last.label("last"), rows.c.limit_clock,
        rows.c.handle_due_at, rows.c.close_due_at,
    ).where(
        rows.c.stage == stage.value, start.is_not(None), or_(by_source, among(rows.c.id, moved, db.dialect))
    )  # fmt: skip
    found = [one for row in db.rows(statement) if (one := _lies(db, at, row)) and not (late and one.due >= at.now)]
    stood = _pauses(db, [one.row.id for one in found if one.row.id in moved])
    # of a deadline that a suspension moved the limit is shorter than it seems: those few are looked at in any case
    suspects = [one for one, use in zip(found, _shares(at, found), strict=True) if use > share or one.row.id in stood]
    return [case for part in _parts(suspects) for case in _judged(db, at, part, why, share, stood)]


def _handling_due(o: Any) -> ColumnElement[datetime]:
    """The department's own deadline: for handling, without one that for closing."""
    return func.coalesce(o.handle_due_at, o.close_due_at)


@dataclass(frozen=True, slots=True)
class _Lies:
    """A row that stands open, its clock, and the limit it has from ``start`` to ``due``."""

    row: Any
    clock: Clock
    start: datetime
    due: datetime
    last: datetime


def _moved(at: At) -> frozenset[str]:
    """Orders that are judged by another deadline than the source's, for closing or for handling."""
    return frozenset(at.moved.by_id) | frozenset(at.handling.by_id)


def _lies(db: ScopedReader, at: At, row: Any) -> _Lies | None:
    """None without a deadline, not even a computed one, and while it is suspended without an end."""
    if row.handle_due_at is not None:
        due = at.handling.due_of(row.id, row.handle_due_at)
    else:
        due = at.moved.due_of(row.id, row.close_due_at)
    if due is None:
        return None
    clock = clock_of(row.limit_clock, db.reference.categories.get(row.category_code), at.policy)
    return _Lies(row, clock, row.start, due, row.last)


def _shares(at: At, rows: Sequence[_Lies]) -> list[float]:
    """For each row the time since its last record as a share of its limit, suspensions not taken out yet."""
    shares = np.zeros(len(rows))
    for clock in Clock:
        mine = np.flatnonzero([one.clock is clock for one in rows])
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


def _parts(rows: Sequence[_Lies]) -> list[Sequence[_Lies]]:
    return [rows[start : start + ASKED_AT_ONCE] for start in range(0, len(rows), ASKED_AT_ONCE)]


def _judged(
    db: ScopedReader, at: At, rows: Sequence[_Lies], why: Why, share: float, stood: Mapping[str, Sequence[Pause]]
) -> list[DetectedCase]:
    """The same again for the few that are left, with the time taken out in which they were suspended.

    ``stood`` are the suspensions of those whose deadline moved: for these the limit too is taken without them.
    """
    pauses = _pauses(db, [one.row.id for one in rows])
    found = []
    for one in rows:
        name, since = one.row.id, max(one.last, one.start)
        lay = at.calendar.worked_between(since, at.now, one.clock, pauses.get(name, ()))
        limit = at.calendar.worked_between(one.start, one.due, one.clock, stood.get(name, ()))
        if limit and lay / limit > share:
            facts: dict[Fact, float | datetime] = {"since": since, "share": lay / limit, "due_at": one.due}
            found.append(case_of(one.row, since, why, facts))
    return found


def _pauses(db: ScopedReader, ids: Collection[str]) -> dict[str, list[Pause]]:
    """Approved suspensions by order."""
    found: dict[str, list[Pause]] = {}
    if ids and db.shape.has("work_order_measures", "kind", "result", "from_at", "until_at"):
        taken = db.scoped(work_order_measures)
        statement = select(taken.c.order_id, taken.c.from_at, taken.c.until_at).where(
            among(taken.c.order_id, ids, db.dialect),
            taken.c.kind == "suspension", taken.c.result == "approved", taken.c.from_at.is_not(None),
        )  # fmt: skip
        for order_id, start, end in db.rows(statement):
            found.setdefault(order_id, []).append(Pause(start, end))
    return found
