"""What was granted, refused or asked about an order: extensions, suspensions, supervisions, appeals.

``o`` is a ``rules.seen.Seen``. Asked order by order (EXISTS), because all measures are a history that grows; only
what nobody has answered yet is few enough to be looked for first.
"""

from collections.abc import Callable, Collection
from datetime import datetime

from sqlalchemy import ColumnElement, ScalarSelect, and_, case, exists, func, not_, null, or_, select

from indicators.moved import Moved
from indicators.rules import orders
from indicators.rules.orders import Columns

Holds = Callable[[ColumnElement[datetime]], ColumnElement[bool]]
"""Whether a time lies in a span."""


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


def reply_moment(o: Columns, now: datetime) -> ScalarSelect[datetime]:
    """When the last of its supervisions was answered, or fell due without an answer; null without such."""
    taken = o.measures
    return _latest(o, func.coalesce(taken.replied_at, taken.reply_due_at), or_(_came(taken, now), _missed(taken, now)))


def reply_ranges(o: Columns, holds: Holds, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """The last of its supervisions was answered in the span, or fell due in it: without a common row.

    Answers and what fell due are found first, by the index of supervisions; of these few each case is asked whether
    there was another one later.
    """
    taken = o.measures
    answered = o.id.in_(select(taken.order_id).where(_came(taken, now), holds(taken.replied_at)))
    fell_due = o.id.in_(select(taken.order_id).where(_missed(taken, now), holds(taken.reply_due_at)))
    last = holds(reply_moment(o, now))
    return and_(answered, last), and_(fell_due, not_(answered), last)


def owes_replies(o: Columns) -> ColumnElement[bool]:
    """Belongs in the rate of replies: neither void nor cancelled. Closing an order is no reply."""
    return orders.stands(o)


def replied_in_time(o: Columns, now: datetime) -> ColumnElement[bool]:
    """The last answer came by its date, and none is missing whose date has passed."""
    taken = o.measures
    in_time = _latest(o, taken.replied_at, and_(_came(taken, now), taken.replied_at <= taken.reply_due_at))
    any_reply = _latest(o, taken.replied_at, _came(taken, now))
    return and_(in_time >= any_reply, _latest(o, taken.reply_due_at, _missed(taken, now)).is_(None))


def _latest(o: Columns, moment: ColumnElement[datetime], which: ColumnElement[bool]) -> ScalarSelect[datetime]:
    """The latest of these moments of the order, null for none.

    The condition stands in a CASE, not beside the order: it would lure an engine to the index of all replies.
    """
    taken = o.measures
    latest = select(func.max(case((which, moment), else_=null())))
    return latest.where(taken.order_id == o.id, taken.kind == "supervision").scalar_subquery()


def _came(taken: Columns, now: datetime) -> ColumnElement[bool]:
    """A supervision that was answered by now. One without a date for the answer is neither in time nor late."""
    counts = func.coalesce(taken.result, "") != "rejected"
    return and_(taken.kind == "supervision", taken.replied_at <= now, taken.reply_due_at.is_not(None), counts)


def _missed(taken: Columns, now: datetime) -> ColumnElement[bool]:
    """A supervision whose answer was due before now and is not there."""
    return and_(*unanswered(taken), taken.reply_due_at < now)
