"""Handling: the part of an order that a department answers for, judged by the deadline of its handling.

A department is done when it reports back (``handled_at``); of orders that were closed without that, at the closing. An
order sent back for rework is not done, whatever it was before: it waits for the department again. ``moved`` are the few
orders whose handling has another deadline than the source's, because a suspension stood or an extension came too late.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, func, literal, not_, null, or_

from data_access.contract import LocalTime, Stage
from indicators.moved import NOTHING_MOVED, Moved
from indicators.rules.orders import FAR, PAST, Columns, is_closed, is_judged

_WITH_DEPARTMENT = (Stage.DISPATCHED.value, Stage.HANDLING.value)
_DONE = (Stage.CHECKING.value, Stage.CLOSED.value)


def done_at(o: Columns) -> ColumnElement[datetime]:
    """When the department was done."""
    return func.coalesce(o.handled_at, o.closed_at)


def is_done(o: Columns) -> ColumnElement[bool]:
    """The department is done with it: it is checked or closed."""
    return and_(is_judged(o), o.stage.in_(_DONE))


def due_ranges(
    o: Columns, start: datetime, end: datetime, moved: Moved = NOTHING_MOVED
) -> tuple[ColumnElement[bool], ...]:
    """The effective deadline of the handling lies in [start, end), as ranges without a common row."""
    out, into = moved.due_in(start, end)
    by_source = and_(o.handle_due_at >= start, o.handle_due_at < end)
    if out:
        by_source = and_(by_source, not_(moved.among(o.id, out)))
    return (by_source, moved.among(o.id, into)) if into else (by_source,)


def effective_due(o: Columns, moved: Moved) -> ColumnElement[datetime]:
    """The deadline the handling is judged by, for grouping by day; null without one and while parked."""
    if not moved.by_id:
        return o.handle_due_at  # type: ignore[no-any-return]
    others = [(o.id == one, literal(found.due, LocalTime())) for one, found in sorted(moved.by_id.items()) if found.due]
    return case((not_(moved.among(o.id, moved.by_id.keys())), o.handle_due_at), *others, else_=null())


def is_exempt(o: Columns) -> ColumnElement[bool]:
    """Exempted by an appeal that was upheld; appeals are made after closing."""
    return and_(is_closed(o), func.coalesce(o.exempt, 0) == 1)


def done_on_time(o: Columns, moved: Moved = NOTHING_MOVED) -> ColumnElement[bool]:
    """Done no later than the deadline of the handling, or exempted. No deadline is neither on time nor late."""
    kept = done_at(o) <= o.handle_due_at
    late, good = moved.closed_late()
    if late:
        kept = and_(kept, not_(moved.among(o.id, late)))
    if good:
        kept = or_(kept, moved.among(o.id, good))
    return and_(is_done(o), or_(kept, is_exempt(o)))


def done_late(o: Columns, moved: Moved = NOTHING_MOVED) -> ColumnElement[bool]:
    """Done after the deadline of the handling, and not exempted."""
    missed = done_at(o) > o.handle_due_at
    late, good = moved.closed_late()
    if good:
        missed = and_(missed, not_(moved.among(o.id, good)))
    if late:
        missed = or_(missed, moved.among(o.id, late))
    return and_(is_done(o), missed, or_(~is_closed(o), func.coalesce(o.exempt, 0) != 1))


def is_waiting(o: Columns) -> ColumnElement[bool]:
    """Dispatched and not done: it waits for the department."""
    return and_(is_judged(o), o.stage.in_(_WITH_DEPARTMENT))


def pending_on_time(o: Columns, now: datetime, moved: Moved = NOTHING_MOVED) -> ColumnElement[bool]:
    """Waits for the department, which still has time."""
    return and_(is_waiting(o), or_(*due_ranges(o, now, FAR, moved)))


def pending_late(o: Columns, now: datetime, moved: Moved = NOTHING_MOVED) -> ColumnElement[bool]:
    """Waits for the department, whose time is over. Not done yet cannot be exempted yet."""
    return and_(is_waiting(o), or_(*due_ranges(o, PAST, now, moved)))
