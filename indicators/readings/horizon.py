"""What will be overdue at the next cuts of the day if nobody acts, by department and area."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class HorizonRow:
    """A department or an area (by code; None: none is named) with what is overdue now and by each cut."""

    key: str | None
    overdue: int
    by_cut: tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Horizon:
    """``overdue`` now, and ``totals``: overdue by each of the next three ``cuts`` and not yet now, if nobody acts.

    ``totals`` and ``by_cut`` are cumulative. The rows are all departments and areas with any, most first. ``computed``
    are judged by a computed deadline (推算), ``parked`` are suspended without end and in no other number.
    """

    cuts: tuple[datetime, datetime, datetime]
    overdue: int
    totals: tuple[int, int, int]
    departments: tuple[HorizonRow, ...]
    areas: tuple[HorizonRow, ...]
    computed: int
    parked: int
