"""Over which cases a number is taken: windows as types, because numbers of different windows do not mix.

A cohort is a set of orders chosen by one of their times; ``Now`` is the state at the moment. Each window knows the
range of rows it reads, written so that an index serves it, and the columns it needs.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Literal

from sqlalchemy import ColumnElement, and_, or_

from indicators.policy import Policy
from indicators.rules import handling, measures, orders
from indicators.rules.orders import Columns
from indicators.values import At

PolicyDays = Literal[
    "ontime_days",
    "departments_days",
    "types_days",
    "ladder_days",
    "origins_days",
    "hot_days",
    "holding_days",
    "supervision_days",
]
"""Lengths of windows that the city chooses: ``[windows]`` of the policy, and the ``days`` of single rules."""


@dataclass(frozen=True, slots=True)
class Span:
    """From the start of the city's day, or the last so many times 24 hours of the policy, up to now.

    ``back`` of these spans earlier: 1 are the days right before, as many. Today is never an earlier one.
    """

    days: PolicyDays | None = None
    back: int = 0

    def length(self, policy: Policy) -> int:
        """Days, 0 for "today so far"."""
        match self.days:
            case None:
                return 0
            case "ladder_days":
                return policy.ladder.days
            case "origins_days":
                return policy.origins.days
            case "hot_days":
                return policy.hot.days
            case "holding_days":
                return policy.holding.days
            case "supervision_days":
                return policy.supervision.days
        return int(getattr(policy.windows, self.days))

    def bounds(self, at: At) -> tuple[datetime, datetime]:
        """Start and end, naive city time; the end is now, unless the span lies back."""
        days = timedelta(days=self.length(at.policy))
        end = at.now - self.back * days
        return (end - days if days else at.midnight), end

    def holds(self, time: ColumnElement[datetime], at: At) -> ColumnElement[bool]:
        """The time lies in it: midnight and now belong to today; n days are (start, now], so that two of them tile."""
        start, end = self.bounds(at)
        return and_(time > start if self.days else time >= start, time <= end)


@dataclass(frozen=True, slots=True)
class Between:
    """A fixed span [start, end) of city time; of one that still runs, only what lies before now or at it."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if not self.start < self.end:
            raise ValueError(f"a span needs start < end, not {self.start} to {self.end}")

    def length(self, policy: Policy) -> int:
        """Whole days, counted up; it does not depend on the policy."""
        return -(-(self.end - self.start) // timedelta(days=1))

    def bounds(self, at: At) -> tuple[datetime, datetime]:
        """Start and end; the end is now while the span still runs, and the start while it has not begun."""
        return self.start, max(self.start, min(self.end, at.now))

    def holds(self, time: ColumnElement[datetime], at: At) -> ColumnElement[bool]:
        """The time lies in it, and not after now: what is dated later is from the future."""
        return and_(time >= self.start, time < self.end, time <= at.now)


AnySpan = Span | Between


class _OneRange:
    """A window whose rows are one range."""

    __slots__ = ()

    def rows(self, o: Columns, at: At) -> ColumnElement[bool]:
        """The condition of the window."""
        raise NotImplementedError

    def ranges(self, o: Columns, at: At) -> tuple[ColumnElement[bool], ...]:
        """``rows`` as ranges without a common row, each of which an index serves."""
        return (self.rows(o, at),)


@dataclass(frozen=True, slots=True)
class Now(_OneRange):
    """The state at this moment: what is open; with ``ended`` also what left the open stages within that span."""

    span: Span = Span()
    needs: tuple[str, ...] = ()
    ended: Span | None = None

    def since(self, at: At) -> datetime | None:
        """Since when what ended belongs to it; None where only what is open does."""
        return None if self.ended is None else self.ended.bounds(at)[0]

    def rows(self, o: Columns, at: At) -> ColumnElement[bool]:
        """The open orders, and those that ended since."""
        return or_(*self.ranges(o, at))

    def ranges(self, o: Columns, at: At) -> tuple[ColumnElement[bool], ...]:
        """``rows`` as ranges without a common row."""
        since = self.since(at)
        return (orders.is_open(o),) if since is None else orders.may_have_been_open(o, since)


class _ByTime(_OneRange):
    """The orders one of whose times lies in the span."""

    __slots__ = ()
    column: ClassVar[str]
    span: AnySpan

    def rows(self, o: Columns, at: At) -> ColumnElement[bool]:
        """The time lies within the span."""
        return self.span.holds(o[self.column], at)

    def moment(self, o: Columns, at: At) -> ColumnElement[datetime]:
        """The time by which an order belongs to a day."""
        return o[self.column]  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class ReportedIn(_ByTime):
    """Orders by the time they were reported."""

    column: ClassVar[str] = "reported_at"
    span: AnySpan
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AcceptedIn(_ByTime):
    """Orders by the time they were last accepted (受理)."""

    column: ClassVar[str] = "accepted_at"
    span: AnySpan
    needs: tuple[str, ...] = ("accepted_at",)


@dataclass(frozen=True, slots=True)
class FiledIn(_ByTime):
    """Orders by the time they were filed (立案)."""

    column: ClassVar[str] = "filed_at"
    span: AnySpan
    needs: tuple[str, ...] = ("filed_at",)


@dataclass(frozen=True, slots=True)
class DispatchedIn(_ByTime):
    """Orders by the time they were last dispatched to a department (派遣)."""

    column: ClassVar[str] = "dispatched_at"
    span: AnySpan
    needs: tuple[str, ...] = ("dispatched_at",)


@dataclass(frozen=True, slots=True)
class TakenIn(_ByTime):
    """Orders by the time the department last took them on (接件)."""

    column: ClassVar[str] = "taken_at"
    span: AnySpan
    needs: tuple[str, ...] = ("taken_at",)


@dataclass(frozen=True, slots=True)
class HandledIn(_ByTime):
    """Orders by the time the department was last done with them (处置)."""

    column: ClassVar[str] = "handled_at"
    span: AnySpan
    needs: tuple[str, ...] = ("handled_at",)


@dataclass(frozen=True, slots=True)
class ClosedIn(_ByTime):
    """Orders by the time they were closed (结案)."""

    column: ClassVar[str] = "closed_at"
    span: AnySpan
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FollowedUpIn(_ByTime):
    """Orders by the time somebody asked whether it was solved (回访)."""

    column: ClassVar[str] = "followup_at"
    span: AnySpan
    needs: tuple[str, ...] = ("followup_at",)


@dataclass(frozen=True, slots=True)
class DueIn:
    """Orders by their deadline: final for past periods, and free of orders that are not due yet."""

    span: AnySpan
    needs: tuple[str, ...] = ()

    def rows(self, o: Columns, at: At) -> ColumnElement[bool]:
        """Due in [start, now): what is due this very second still has time."""
        return orders.due_in(o, *self.span.bounds(at), at.moved)

    def ranges(self, o: Columns, at: At) -> tuple[ColumnElement[bool], ...]:
        """``rows`` as ranges without a common row."""
        return orders.due_ranges(o, *self.span.bounds(at), at.moved)

    def moment(self, o: Columns, at: At) -> ColumnElement[datetime]:
        """The time by which an order belongs to a day: its effective deadline."""
        return orders.effective_due(o, at.moved.between(*self.span.bounds(at)))


@dataclass(frozen=True, slots=True)
class HandleDueIn:
    """Orders by the deadline of their handling: what the department is judged by (应处置)."""

    span: AnySpan
    needs: tuple[str, ...] = ("handle_due_at",)

    def rows(self, o: Columns, at: At) -> ColumnElement[bool]:
        """Due in [start, now): what is due this very second still has time."""
        return or_(*self.ranges(o, at))

    def ranges(self, o: Columns, at: At) -> tuple[ColumnElement[bool], ...]:
        """``rows`` as ranges without a common row."""
        return handling.due_ranges(o, *self.span.bounds(at), at.handling)

    def moment(self, o: Columns, at: At) -> ColumnElement[datetime]:
        """The time by which an order belongs to a day: the effective deadline of its handling."""
        return handling.effective_due(o, at.handling.between(*self.span.bounds(at)))


@dataclass(frozen=True, slots=True)
class RepliesIn:
    """Orders by their last supervision that was answered, or fell due without an answer (督办): each counts once."""

    span: AnySpan
    needs: tuple[str, ...] = ()

    def rows(self, o: Columns, at: At) -> ColumnElement[bool]:
        """Answered in the span, or due in it; what is due this very second still has time."""
        return or_(*self.ranges(o, at))

    def ranges(self, o: Columns, at: At) -> tuple[ColumnElement[bool], ...]:
        """``rows`` as ranges without a common row."""
        return measures.reply_ranges(o, lambda time: self.span.holds(time, at), at.now)

    def moment(self, o: Columns, at: At) -> ColumnElement[datetime]:
        """The time by which an order belongs to a day: of that answer, or when it was due."""
        return measures.reply_moment(o, at.now)


@dataclass(frozen=True, slots=True)
class DutyIn(_OneRange):
    """The duty time of people in the span: of numbers that are not counted over orders, which have no rows here."""

    span: AnySpan
    needs: tuple[str, ...] = ()

    def rows(self, o: Columns, at: At) -> ColumnElement[bool]:
        """Raises LookupError: duty time has no orders."""
        raise LookupError("duty time has no orders")

    def moment(self, o: Columns, at: At) -> ColumnElement[datetime]:
        """Raises LookupError: duty time has no orders."""
        raise LookupError("duty time has no orders")


Cohort = (
    ReportedIn
    | AcceptedIn
    | FiledIn
    | DispatchedIn
    | TakenIn
    | HandledIn
    | HandleDueIn
    | DueIn
    | ClosedIn
    | FollowedUpIn
    | RepliesIn
    | DutyIn
)
Window = Now | Cohort
