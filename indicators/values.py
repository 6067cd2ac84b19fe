"""The small values that readings are made of: a rate with its interval, a light, and "not recorded"."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import sqrt
from typing import Final

from indicators.policy import Policy
from indicators.workcalendar import WorkCalendar

_Z95: Final = 1.959963984540054


class Light(StrEnum):
    """The SLA light of one order, by use of its working time (domain 2.5)."""

    CALM = "calm"
    WATCH = "watch"
    NEAR = "near"
    OVERDUE = "overdue"
    LONG = "long"
    PAUSED = "paused"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Rate:
    """``good`` cases out of ``of``. No cases is no rate (a dash), neither 0 nor 100."""

    good: int
    of: int

    def __post_init__(self) -> None:
        if not 0 <= self.good <= self.of:
            raise ValueError(f"a rate needs 0 <= good <= of, not {self.good} of {self.of}")

    @property
    def value(self) -> float | None:
        """The share 0 to 1, None without cases."""
        return self.good / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % Wilson score interval of the share, None without cases."""
        if not self.of:
            return None
        n, share = self.of, self.good / self.of
        centre = (share + _Z95**2 / (2 * n)) / (1 + _Z95**2 / n)
        half = _Z95 / (1 + _Z95**2 / n) * sqrt(share * (1 - share) / n + _Z95**2 / (4 * n * n))
        return max(0.0, min(centre - half, share)), min(1.0, max(centre + half, share))

    @property
    def low(self) -> float | None:
        """Lower end of the interval."""
        return self.interval[0] if self.interval else None

    @property
    def high(self) -> float | None:
        """Upper end of the interval."""
        return self.interval[1] if self.interval else None

    def __add__(self, other: "Rate") -> "Rate":
        """Pooled: numerators and denominators are added, rates are never averaged."""
        return Rate(self.good + other.good, self.of + other.of)


@dataclass(frozen=True, slots=True)
class NotRecorded:
    """The source does not record what this needs: ``table.column`` or ``table``. Never shown as 0."""

    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class At:
    """When and where a reading is taken. ``now`` is naive city time; ``area`` None means everything in scope."""

    now: datetime
    calendar: WorkCalendar
    policy: Policy
    area: str | None = None
    department: str | None = None

    @property
    def midnight(self) -> datetime:
        """The start of the city's day."""
        return self.now.replace(hour=0, minute=0, second=0, microsecond=0)
