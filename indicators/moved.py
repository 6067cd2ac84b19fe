"""Deadlines that are not simply the source's: moved by a suspension, taken back after a late extension, or computed.

Pure values: ``readings.moved.judged_at`` finds the few such orders of a snapshot, the rules of ``rules.orders`` take
them into every condition, so that a count, its list, the map and the score judge alike.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Final

from sqlalchemy import ColumnElement

from data_access.codes import among


@dataclass(frozen=True, slots=True)
class Deadline:
    """What one order is judged by: ``due`` its effective deadline, None while it is parked (suspended without end).

    ``source`` is the deadline the source has (None: it has none), ``closed_at`` that of closed orders (None: not
    closed). ``computed`` (推算): the source has no deadline, this one comes from the limit and the calendar.
    ``missing``: neither the source nor a limit says one.
    """

    source: datetime | None
    due: datetime | None
    closed_at: datetime | None = None
    computed: bool = False
    missing: bool = False

    @property
    def parked(self) -> bool:
        """Whether the clock stands without an end in sight."""
        return self.due is None and not self.missing

    @property
    def moved(self) -> bool:
        """Whether it is another than the source's."""
        return self.computed or self.due != self.source


@dataclass(frozen=True, slots=True)
class Moved:
    """Effective deadlines by order id, of all orders that are judged by another deadline than the source's.

    Complete for open orders, and for orders whose deadline lies at or after ``since`` (None: for open ones alone).
    ``dialect`` is the engine that the conditions are for.
    """

    by_id: Mapping[str, Deadline] = field(default_factory=lambda: MappingProxyType({}))
    since: datetime | None = None
    dialect: str = "sqlite"

    def among(self, order_id: ColumnElement[str], ids: Collection[str]) -> ColumnElement[bool]:
        """Whether the order is one of these."""
        return among(order_id, ids, self.dialect)

    def due_in(
        self, start: datetime, end: datetime, *, open_only: bool = False
    ) -> tuple[frozenset[str], frozenset[str]]:
        """Orders whose source's deadline alone lies in [start, end), and those whose effective one alone does."""
        out, into = set[str](), set[str]()
        for order_id, deadline in self.by_id.items():
            if open_only and deadline.closed_at is not None:
                continue
            was = deadline.source is not None and start <= deadline.source < end
            now = deadline.due is not None and start <= deadline.due < end
            if was and not now:
                out.add(order_id)
            elif now and not was:
                into.add(order_id)
        return frozenset(out), frozenset(into)

    def between(self, start: datetime, end: datetime) -> "Moved":
        """Only those whose effective deadline lies in [start, end)."""
        here = {one: found for one, found in self.by_id.items() if found.due is not None and start <= found.due < end}
        return Moved(here, self.since, self.dialect)

    def closed_late(self) -> tuple[frozenset[str], frozenset[str]]:
        """Closed orders that kept the source's deadline and not the effective one, and the other way round."""
        out, into = set[str](), set[str]()
        for order_id, deadline in self.by_id.items():
            if deadline.closed_at is None:
                continue
            was = deadline.source is not None and deadline.closed_at <= deadline.source
            now = deadline.due is not None and deadline.closed_at <= deadline.due
            if was and not now:
                out.add(order_id)
            elif now and not was:
                into.add(order_id)
        return frozenset(out), frozenset(into)

    def computed(self) -> frozenset[str]:
        """Orders judged by a computed deadline (推算)."""
        return frozenset(order_id for order_id, deadline in self.by_id.items() if deadline.computed)

    def parked(self) -> frozenset[str]:
        """Open orders suspended without an end."""
        return frozenset(order_id for order_id, deadline in self.by_id.items() if deadline.parked)

    def due_of(self, order_id: str, source: datetime | None) -> datetime | None:
        """The effective deadline of an order whose source has this one; None when it has none or is parked."""
        found = self.by_id.get(order_id)
        return source if found is None else found.due


NOTHING_MOVED: Final = Moved()
"""Every order is judged by the source's deadline."""
