"""When an order is open, overdue, on time: each said once, as an expression over the columns of ``work_orders``.

``o`` is a collection of columns (of the table, or of what ``ScopedReader.scoped`` gives). A missing deadline is in
neither part of a rate. Times compare as plain instants; the working calendar only divides the time before a deadline.

What judges deadlines takes ``moved``: the few orders whose effective deadline is not the source's
(``indicators.moved``). They are taken out of, or added to, what the source's deadlines say, so that an index still
serves the rest.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, case, func, literal, not_, null, or_

from data_access.contract import LocalTime, Stage
from indicators.moved import NOTHING_MOVED, Moved

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

PAST: Final = datetime(1900, 1, 1)
FAR: Final = datetime(9999, 1, 1)
"""Earlier and later than any moment of an order. What is earlier (the zero dates of MariaDB) is no moment at all."""

OPEN_CODES: Final = tuple(stage.value for stage in OPEN_STAGES)
"""Their codes."""
WITHDRAWN: Final = (Stage.VOID.value, Stage.CANCELLED.value)
"""Codes of the stages of an order that was found void or cancelled: over, and never closed."""
_PAST_DISPATCH: Final = tuple(stage.value for stage in (Stage.DISPATCHED, Stage.HANDLING, Stage.CHECKING, Stage.CLOSED))

ENTERED_BY: Final = {
    Stage.REPORTED: "reported_at",
    Stage.VERIFYING: "accepted_at",
    Stage.FILED: "filed_at",
    Stage.DISPATCHED: "dispatched_at",
    Stage.HANDLING: "taken_at",
    Stage.CHECKING: "handled_at",
}
"""The column that says when an order entered an open stage (for the last time)."""


def entered(o: Columns, stage: Stage) -> ColumnElement[bool]:
    """Went through the stage at that time. Every order is accepted, but only some are then verified on the spot.

    Which ones shows in the stage itself, or in the time of the visit (``verified_at``).
    """
    if stage is Stage.VERIFYING:
        return or_(o.stage == stage.value, o.verified_at.is_not(None))
    return o[ENTERED_BY[stage]].is_not(None)  # type: ignore[no-any-return]


def aged(o: Columns, stage: Stage, now: datetime, bounds: Sequence[float], age: int | None) -> ColumnElement[bool]:
    """Entered the stage so long ago: in band ``age`` of those that ``bounds`` (hours, rising) part, 0 the youngest.

    Exactly a bound ago is in the older band. None: the entry is not recorded, so that no band has it.
    """
    entry = o[ENTERED_BY[stage]]
    if age is None:
        return entry.is_(None)  # type: ignore[no-any-return]
    edges = []
    if age < len(bounds):
        edges.append(entry > now - timedelta(hours=bounds[age]))
    if age > 0:
        edges.append(entry <= now - timedelta(hours=bounds[age - 1]))
    return and_(*edges) if edges else entry.is_not(None)


def is_open(o: Columns) -> ColumnElement[bool]:
    """In one of the open stages."""
    return o.stage.in_(OPEN_CODES)  # type: ignore[no-any-return]


def is_closed(o: Columns) -> ColumnElement[bool]:
    """Closed, forcibly or not."""
    return o.stage == Stage.CLOSED.value  # type: ignore[no-any-return]


def counts_as_filed(o: Columns) -> ColumnElement[bool]:
    """Filed and not found void since; cases solved on the spot (自处置) are kept out of the work-order figures."""
    return and_(o.stage != Stage.VOID.value, off_spot(o))


def off_spot(o: Columns) -> ColumnElement[bool]:
    """Not solved on the spot (自处置); where that is not noted it was not."""
    return func.coalesce(o.handled_on_spot, 0) == 0


def is_forced(o: Columns) -> ColumnElement[bool]:
    """Closed by force (强制结案), of orders that are closed."""
    return func.coalesce(o.outcome, "") == "forced"


def stands(o: Columns) -> ColumnElement[bool]:
    """Neither void nor cancelled."""
    return o.stage.not_in(WITHDRAWN)  # type: ignore[no-any-return]


def is_judged(o: Columns) -> ColumnElement[bool]:
    """Belongs in an on-time rate: neither void nor cancelled, nor solved on the spot."""
    return and_(stands(o), off_spot(o))


def due(o: Columns) -> ColumnElement[datetime]:
    """The closing deadline of the source, else its handling deadline; null without either."""
    return func.coalesce(o.close_due_at, o.handle_due_at)


def without_due(o: Columns) -> ColumnElement[bool]:
    """The source says no deadline; MariaDB's zero dates and texts that are no time say none either."""
    return or_(due(o).is_(None), due(o) < PAST)


def effective_due(o: Columns, moved: Moved) -> ColumnElement[datetime]:
    """The deadline orders are judged by, for ordering and for grouping by day; null without one and while parked."""
    by_source = due(o)
    if not moved.by_id:
        return by_source
    plain = (not_(moved.among(o.id, moved.by_id.keys())), by_source)
    others = [
        (o.id == one, literal(found.due, LocalTime()))
        for one, found in sorted(moved.by_id.items())
        if found.due is not None
    ]
    return case(plain, *others, else_=null())


def due_in(o: Columns, start: datetime, end: datetime, moved: Moved = NOTHING_MOVED) -> ColumnElement[bool]:
    """The effective deadline lies in [start, end).

    ``end`` is excluded, so that an order due this very second is neither overdue nor in a rate yet.
    """
    return or_(*due_ranges(o, start, end, moved))


def due_ranges(
    o: Columns, start: datetime, end: datetime, moved: Moved = NOTHING_MOVED
) -> tuple[ColumnElement[bool], ...]:
    """``due_in`` as ranges without a common row, because an index serves a range but no function.

    The third are the orders moved into it; without any there are two.
    """
    out, into = moved.due_in(start, end)
    by_source = (
        and_(o.close_due_at >= start, o.close_due_at < end),
        and_(o.close_due_at.is_(None), o.handle_due_at >= start, o.handle_due_at < end),
    )
    if out:
        gone = not_(moved.among(o.id, out))
        by_source = (and_(by_source[0], gone), and_(by_source[1], gone))
    return (*by_source, moved.among(o.id, into)) if into else by_source


def is_overdue(o: Columns, now: datetime, moved: Moved = NOTHING_MOVED) -> ColumnElement[bool]:
    """Open after its effective deadline. An order due this very second is not overdue yet."""
    return is_due_between(o, PAST, now, moved)


def is_due_between(o: Columns, start: datetime, end: datetime, moved: Moved = NOTHING_MOVED) -> ColumnElement[bool]:
    """Open with an effective deadline in [start, end): overdue at ``end`` and not before ``start``, if nobody acts."""
    by_source = and_(due(o) >= start, due(o) < end)
    out, into = moved.due_in(start, end, open_only=True)
    if out:
        by_source = and_(by_source, not_(moved.among(o.id, out)))
    return and_(is_open(o), or_(by_source, moved.among(o.id, into)) if into else by_source)


def is_parked(o: Columns, moved: Moved) -> ColumnElement[bool]:
    """Open and suspended without an end: in no part of any rate while that lasts."""
    return and_(is_open(o), moved.among(o.id, moved.parked()))


def is_spared(o: Columns, now: datetime, moved: Moved) -> ColumnElement[bool]:
    """Open after the source's deadline and not after the effective one: its time stands still, or was given back."""
    out, _ = moved.due_in(PAST, now, open_only=True)
    return and_(is_open(o), moved.among(o.id, out))


def on_time(o: Columns, moved: Moved = NOTHING_MOVED) -> ColumnElement[bool]:
    """Closed no later than its effective deadline, or closed and exempted by an appeal (counted beside the rate too).

    Appeals are made after closing: an order that is still open is not on time, whatever else is said of it, so that no
    order is in the overdue count and on the good side of a rate at once.
    """
    kept = and_(o.closed_at >= PAST, o.closed_at <= due(o))
    late, good = moved.closed_late()
    if late:
        kept = and_(kept, not_(moved.among(o.id, late)))
    if good:
        kept = or_(kept, moved.among(o.id, good))
    return and_(is_closed(o), or_(kept, func.coalesce(o.exempt, 0) == 1))


def lacks_deadline(o: Columns, moved: Moved = NOTHING_MOVED) -> ColumnElement[bool]:
    """Without a deadline, not even a computed one, although it is past dispatch.

    Before dispatch most sources have not set one yet.
    """
    without = and_(is_judged(o), without_due(o), o.stage.in_(_PAST_DISPATCH))
    computed = moved.computed()
    return and_(without, not_(moved.among(o.id, computed))) if computed else without


def ended(o: Columns) -> ColumnElement[datetime]:
    """When the order left the open stages: ``ended_at``, where that is null ``closed_at``."""
    return func.coalesce(o.ended_at, o.closed_at)


def was_open(o: Columns, moment: datetime) -> ColumnElement[bool]:
    """Reported by then and not ended by then."""
    return and_(o.reported_at <= moment, or_(is_open(o), _ended_after(o, moment)))


def was_due(o: Columns, moment: datetime, moved: Moved = NOTHING_MOVED) -> ColumnElement[bool]:
    """The effective deadline, as it is known today, had passed by a moment; of orders open or over."""
    by_source = and_(due(o) >= PAST, due(o) < moment)
    out, into = moved.due_in(PAST, moment)
    if out:
        by_source = and_(by_source, not_(moved.among(o.id, out)))
    return or_(by_source, moved.among(o.id, into)) if into else by_source


def counted_as_filed(o: Columns, moment: datetime) -> ColumnElement[bool]:
    """``counts_as_filed`` as it stood at a moment of the past: an order found void since then still counted."""
    return and_(or_(o.stage != Stage.VOID.value, _ended_after(o, moment)), off_spot(o))


def had_closed(o: Columns) -> ColumnElement[bool]:
    """Once closed, also when it was opened again since; for orders whose ``closed_at`` lies in the window asked for."""
    return stands(o)


def _ended_after(o: Columns, moment: datetime) -> ColumnElement[bool]:
    """``ended`` after a moment, as ranges that indexes serve."""
    return or_(o.ended_at > moment, and_(o.ended_at.is_(None), o.closed_at > moment))


def may_have_been_open(o: Columns, moment: datetime) -> tuple[ColumnElement[bool], ...]:
    """The rows ``was_open`` can be true for, as ranges without a common row that indexes serve.

    They are closed at both ends: of a range with one end SQLite expects a quarter of the table, and reads it all.
    """
    over = o.stage.not_in(OPEN_CODES)
    return (
        is_open(o),
        and_(o.ended_at > moment, o.ended_at < FAR, over),
        and_(o.ended_at.is_(None), o.closed_at > moment, o.closed_at < FAR, over),
    )


def clock_start(o: Columns) -> ColumnElement[datetime]:
    """When the clock of the deadline started: as the source says, else the filing, else the report."""
    return func.coalesce(o.clock_started_at, o.filed_at, o.reported_at)
