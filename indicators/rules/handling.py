"""Handling: the part of an order that a department answers for, judged by the deadline of its handling.

A department is done when it reports back (``handled_at``); of orders that were closed without that, at the closing. An
order sent back for rework is not done, whatever it was before: it waits for the department again.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_

from data_access.contract import Stage
from indicators.rules.orders import Columns, is_closed, is_judged

_WITH_DEPARTMENT = (Stage.DISPATCHED.value, Stage.HANDLING.value)
_DONE = (Stage.CHECKING.value, Stage.CLOSED.value)


def done_at(o: Columns) -> ColumnElement[datetime]:
    """When the department was done."""
    return func.coalesce(o.handled_at, o.closed_at)


def is_done(o: Columns) -> ColumnElement[bool]:
    """The department is done with it: it is checked or closed."""
    return and_(is_judged(o), o.stage.in_(_DONE))


def is_exempt(o: Columns) -> ColumnElement[bool]:
    """Exempted by an appeal that was upheld; appeals are made after closing."""
    return and_(is_closed(o), func.coalesce(o.exempt, 0) == 1)


def done_on_time(o: Columns) -> ColumnElement[bool]:
    """Done no later than the deadline of the handling, or exempted. No deadline is neither on time nor late."""
    return and_(is_done(o), or_(done_at(o) <= o.handle_due_at, is_exempt(o)))


def done_late(o: Columns) -> ColumnElement[bool]:
    """Done after the deadline of the handling, and not exempted."""
    late = and_(done_at(o) > o.handle_due_at, or_(~is_closed(o), func.coalesce(o.exempt, 0) != 1))
    return and_(is_done(o), late)


def is_waiting(o: Columns) -> ColumnElement[bool]:
    """Dispatched and not done: it waits for the department."""
    return and_(is_judged(o), o.stage.in_(_WITH_DEPARTMENT))


def pending_on_time(o: Columns, now: datetime) -> ColumnElement[bool]:
    """Waits for the department, which still has time."""
    return and_(is_waiting(o), o.handle_due_at >= now)


def pending_late(o: Columns, now: datetime) -> ColumnElement[bool]:
    """Waits for the department, whose time is over. Not done yet cannot be exempted yet."""
    return and_(is_waiting(o), o.handle_due_at < now)
