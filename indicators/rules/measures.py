"""What was granted, refused or asked about an order: extensions, suspensions, supervisions, appeals.

``o`` is a ``rules.seen.Seen``. Asked order by order (EXISTS), because all measures are a history that grows.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

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


def kept_original(o: Columns) -> ColumnElement[bool]:
    """Closed no later than every deadline it had before an extension, or exempted by an appeal."""
    earlier = has_measure(
        o, "extension", o.measures.result == "approved", o.measures.old_due_at < o.closed_at
    )  # fmt: skip
    return or_(func.coalesce(o.exempt, 0) == 1, ~earlier)


def is_supervised(o: Columns) -> ColumnElement[bool]:
    """Under supervision (督办) that is not answered yet."""
    return has_measure(o, "supervision", _unanswered(o))


def answer_is_late(o: Columns, now: datetime) -> ColumnElement[bool]:
    """Under supervision whose answer was due before now and is not there."""
    return has_measure(o, "supervision", _unanswered(o), o.measures.reply_due_at < now)


def _unanswered(o: Columns) -> ColumnElement[bool]:
    taken = o.measures
    return and_(taken.replied_at.is_(None), or_(taken.result.is_(None), taken.result == "open"))
