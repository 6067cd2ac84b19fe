"""When an order is open, overdue, on time: each said once, as an expression over the columns of ``work_orders``.

``o`` is a collection of columns (of the table, or of what ``ScopedReader.scoped`` gives). A missing deadline is in
neither part of a rate. Times compare as plain instants; the working calendar only divides the time before a deadline.
"""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, func, or_

from data_access.contract import Stage

Columns = Any
"""The columns of work_orders, by attribute."""

OPEN_STAGES: Final = (
    Stage.REPORTED,
    Stage.VERIFYING,
    Stage.FILED,
    Stage.DISPATCHED,
    Stage.HANDLING,
    Stage.CHECKING,
)
"""Stages in which an order still waits for somebody, in the order of the flow."""

_OPEN_CODES: Final = tuple(stage.value for stage in OPEN_STAGES)

ENTERED_BY: Final = {
    Stage.REPORTED: "reported_at",
    Stage.VERIFYING: "accepted_at",
    Stage.FILED: "filed_at",
    Stage.DISPATCHED: "dispatched_at",
    Stage.HANDLING: "taken_at",
    Stage.CHECKING: "handled_at",
    Stage.CLOSED: "closed_at",
}
"""The column that says when an order entered a stage (for the last time)."""


def is_open(o: Columns) -> ColumnElement[bool]:
    """In one of the open stages."""
    return o.stage.in_(_OPEN_CODES)  # type: ignore[no-any-return]


def is_closed(o: Columns) -> ColumnElement[bool]:
    """Closed, forcibly or not."""
    return o.stage == Stage.CLOSED.value  # type: ignore[no-any-return]


def counts_as_filed(o: Columns) -> ColumnElement[bool]:
    """Filed and not found void since; cases solved on the spot (自处置) are kept out of the work-order figures."""
    return and_(o.stage != Stage.VOID.value, func.coalesce(o.handled_on_spot, 0) == 0)


def is_judged(o: Columns) -> ColumnElement[bool]:
    """Belongs in an on-time rate: neither void nor cancelled, nor solved on the spot."""
    return and_(o.stage.not_in((Stage.VOID.value, Stage.CANCELLED.value)), func.coalesce(o.handled_on_spot, 0) == 0)


def due(o: Columns) -> ColumnElement[datetime]:
    """The closing deadline of the source, else its handling deadline; null without either."""
    return func.coalesce(o.close_due_at, o.handle_due_at)


def due_in(o: Columns, start: datetime, end: datetime) -> ColumnElement[bool]:
    """The deadline lies in [start, end); written as two ranges, because an index serves a range but no function."""
    return or_(
        and_(o.close_due_at >= start, o.close_due_at < end),
        and_(o.close_due_at.is_(None), o.handle_due_at >= start, o.handle_due_at < end),
    )


def is_overdue(o: Columns, now: datetime) -> ColumnElement[bool]:
    """Open after its deadline. An order due this very second is not overdue yet."""
    return and_(is_open(o), due(o) < now)


def on_time(o: Columns) -> ColumnElement[bool]:
    """Closed no later than due, or exempted by an appeal that was upheld (exempt stays countable beside the rate)."""
    return or_(and_(is_closed(o), o.closed_at <= due(o)), func.coalesce(o.exempt, 0) == 1)


def was_open(o: Columns, moment: datetime) -> ColumnElement[bool]:
    """Reported by then and not ended by then. The end is ``ended_at``, where that is null ``closed_at``."""
    return and_(o.reported_at <= moment, or_(is_open(o), _ended_after(o, moment)))


def _ended_after(o: Columns, moment: datetime) -> ColumnElement[bool]:
    return or_(o.ended_at > moment, and_(o.ended_at.is_(None), o.closed_at > moment))


def may_have_been_open(o: Columns, moment: datetime) -> ColumnElement[bool]:
    """The rows ``was_open`` can be true for, as ranges that indexes serve."""
    return or_(is_open(o), _ended_after(o, moment))


def clock_start(o: Columns) -> ColumnElement[datetime]:
    """When the clock of the deadline started: as the source says, else the filing, else the report."""
    return func.coalesce(o.clock_started_at, o.filed_at, o.reported_at)
