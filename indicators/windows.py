"""Over which cases a number is taken: windows as types, because numbers of different windows do not mix.

A cohort is a set of orders chosen by one of their times; ``Now`` is the state at the moment. Each window knows the
range of rows it reads, written so that an index serves it, and the columns it needs.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import ColumnElement, and_

from indicators.policy import Policy
from indicators.rules import orders
from indicators.rules.orders import Columns
from indicators.values import At

PolicyDays = Literal["ontime_days", "departments_days", "types_days"]
"""Lengths of windows that the city chooses (``[windows]`` of the policy)."""


@dataclass(frozen=True, slots=True)
class Span:
    """From the start of the city's day, or the last so many times 24 hours of the policy, up to now."""

    days: PolicyDays | None = None

    def length(self, policy: Policy) -> int:
        """Days, 0 for "today so far"."""
        return 0 if self.days is None else int(getattr(policy.windows, self.days))

    def bounds(self, at: At) -> tuple[datetime, datetime]:
        """Start and end, naive city time; the end is now."""
        days = self.length(at.policy)
        return (at.now - timedelta(days=days) if days else at.midnight), at.now

    def holds(self, time: ColumnElement[datetime], at: At) -> ColumnElement[bool]:
        """The time lies in it: midnight and now belong to today; n days are (start, now], so that two of them tile."""
        start, end = self.bounds(at)
        return and_(time > start if self.days else time >= start, time <= end)


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
    """The state at this moment: what is open."""

    span: Span = Span()
    needs: tuple[str, ...] = ()

    def rows(self, o: Columns, at: At) -> ColumnElement[bool]:
        """The open orders."""
        return orders.is_open(o)


@dataclass(frozen=True, slots=True)
class ReportedIn(_OneRange):
    """Orders by the time they were reported."""

    span: Span
    needs: tuple[str, ...] = ()

    def rows(self, o: Columns, at: At) -> ColumnElement[bool]:
        """Reported within the span."""
        return self.span.holds(o.reported_at, at)


@dataclass(frozen=True, slots=True)
class FiledIn(_OneRange):
    """Orders by the time they were filed (立案)."""

    span: Span
    needs: tuple[str, ...] = ("filed_at",)

    def rows(self, o: Columns, at: At) -> ColumnElement[bool]:
        """Filed within the span."""
        return self.span.holds(o.filed_at, at)


@dataclass(frozen=True, slots=True)
class ClosedIn(_OneRange):
    """Orders by the time they were closed (结案)."""

    span: Span
    needs: tuple[str, ...] = ()

    def rows(self, o: Columns, at: At) -> ColumnElement[bool]:
        """Closed within the span."""
        return self.span.holds(o.closed_at, at)


@dataclass(frozen=True, slots=True)
class DueIn:
    """Orders by their deadline: final for past periods, and free of orders that are not due yet."""

    span: Span
    needs: tuple[str, ...] = ()

    def rows(self, o: Columns, at: At) -> ColumnElement[bool]:
        """Due in [start, now): what is due this very second still has time."""
        return orders.due_in(o, *self.span.bounds(at))

    def ranges(self, o: Columns, at: At) -> tuple[ColumnElement[bool], ...]:
        """``rows`` as ranges without a common row."""
        return orders.due_ranges(o, *self.span.bounds(at))


Window = Now | ReportedIn | FiledIn | ClosedIn | DueIn
