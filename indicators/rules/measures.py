"""What was granted, refused or asked about an order: extensions, suspensions, supervisions, appeals.

``o`` is a ``rules.seen.Seen``. Asked order by order (EXISTS), because all measures are a history that grows; only
what nobody has answered yet is few enough to be looked for first.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, not_, or_, select

from indicators.moved import Moved
from indicators.rules import orders
from indicators.rules.orders import Columns


def has_measure(o: Columns, kind: str, *more: ColumnElement[bool]) -> ColumnElement[bool]:
    """Has a measure of this kind that meets the conditions."""
    taken = o.measures
    return exists(select(taken.order_id).where(taken.order_id == o.id, taken.kind == kind, *more))


def granted(o: Columns, kind: str) -> ColumnElement[bool]:
    """Has an approved measure of this kind; rejected ones do not count."""
    return has_measure(o, kind, o.measures.result == "approved")


def refused(o: Columns, kind: str) -> ColumnElement[bool]:
    """Has a rejected measure of this kind."""
    return has_measure(o, kind, o.measures.result == "rejected")


def outlasted(o: Columns, moved: Moved) -> ColumnElement[bool]:
    """On time and not exempted, but closed after a deadline that an extension has moved since.

    Only orders that have an extension are asked for theirs, where the source counts them. That deadline may be the one
    of the handling: whether the order is late without the extension, ``effective.original`` says.
    """
    earlier = has_measure(o, "extension", o.measures.result == "approved", o.measures.old_due_at < o.closed_at)
    extended = func.coalesce(o.extensions, 1) > 0
    return and_(orders.on_time(o, moved), func.coalesce(o.exempt, 0) == 0, extended, earlier)


def kept_original(o: Columns, moved: Moved, by_extension: Collection[str]) -> ColumnElement[bool]:
    """On time by the deadline it had before any extension too: not one of those that are ``by_extension`` alone."""
    kept = orders.on_time(o, moved)
    if not by_extension:
        return kept
    return and_(kept, or_(func.coalesce(o.extensions, 1) == 0, not_(moved.among(o.id, by_extension))))


def is_supervised(o: Columns) -> ColumnElement[bool]:
    """Under supervision (督办) that is not answered yet."""
    return _among_unanswered(o)


def answer_is_late(o: Columns, now: datetime) -> ColumnElement[bool]:
    """Under supervision whose answer was due before now and is not there."""
    return _among_unanswered(o, o.measures.reply_due_at < now)


def answer_is_due(o: Columns, now: datetime, end: datetime) -> ColumnElement[bool]:
    """Under supervision that is to be answered in [now, end), and no answer is late."""
    due = o.measures.reply_due_at
    return and_(_among_unanswered(o, due >= now, due < end), not_(answer_is_late(o, now)))


def _among_unanswered(o: Columns, *more: ColumnElement[bool]) -> ColumnElement[bool]:
    """One of the orders with a supervision that nobody answered: few at any moment, so they are found first."""
    taken = o.measures
    return o.id.in_(select(taken.order_id).where(*unanswered(taken), *more))  # type: ignore[no-any-return]


def unanswered(taken: Columns) -> tuple[ColumnElement[bool], ...]:
    """A supervision (columns of measures) that was not answered, and not taken back or settled in another way."""
    asked = or_(taken.result.is_(None), taken.result == "open")
    return taken.kind == "supervision", taken.replied_at.is_(None), asked
