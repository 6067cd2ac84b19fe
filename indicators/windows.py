"""Over which cases a number is taken: windows as types, because numbers of different windows do not mix.

A cohort is a set of orders chosen by one of their times; ``Now`` is the state at the moment. Each window knows the
range of rows it reads, written so that an index serves it, and the columns it needs.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_

from indicators.rules import orders
from indicators.rules.orders import Columns
from indicators.values import At


@dataclass(frozen=True, slots=True)
class Now:
    """The state at this moment: what is open."""

    needs: tuple[str, ...] = ()

    def rows(self, o: Columns, at: At) -> ColumnElement[bool]:
        """The open orders."""
        return orders.is_open(o)


@dataclass(frozen=True, slots=True)
class Span:
    """From the start of the city's day (``days`` 0), or the last so many times 24 hours, up to now."""

    days: int = 0

    def bounds(self, at: At) -> tuple[datetime, datetime]:
        """Start (included) and end (included: now itself), naive city time."""
        return (at.midnight if self.days == 0 else at.now - timedelta(days=self.days)), at.now


@dataclass(frozen=True, slots=True)
class ReportedIn:
    """Orders by the time they were reported."""

    span: Span
    needs: tuple[str, ...] = ()

    def rows(self, o: Columns, at: At) -> ColumnElement[bool]:
        """Reported within the span."""
        start, end = self.span.bounds(at)
        return and_(o.reported_at >= start, o.reported_at <= end)


@dataclass(frozen=True, slots=True)
class FiledIn:
    """Orders by the time they were filed (立案)."""

    span: Span
    needs: tuple[str, ...] = ("filed_at",)

    def rows(self, o: Columns, at: At) -> ColumnElement[bool]:
        """Filed within the span."""
        start, end = self.span.bounds(at)
        return and_(o.filed_at >= start, o.filed_at <= end)


@dataclass(frozen=True, slots=True)
class ClosedIn:
    """Orders by the time they were closed (结案)."""

    span: Span
    needs: tuple[str, ...] = ()

    def rows(self, o: Columns, at: At) -> ColumnElement[bool]:
        """Closed within the span."""
        start, end = self.span.bounds(at)
        return and_(o.closed_at >= start, o.closed_at <= end)


@dataclass(frozen=True, slots=True)
class DueIn:
    """Orders by their deadline: final for past periods, and free of orders that are not due yet."""

    span: Span
    needs: tuple[str, ...] = ()

    def rows(self, o: Columns, at: At) -> ColumnElement[bool]:
        """Due within the span, before now."""
        start, end = self.span.bounds(at)
        return orders.due_in(o, start, end)


Window = Now | ReportedIn | FiledIn | ClosedIn | DueIn
