"""The small values that readings are made of: a rate with its interval, a light, and "not recorded"."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import sqrt
from typing import TYPE_CHECKING, Final, Protocol

from data_access.ledger.frozen import FrozenPeriod
from indicators.moved import NOTHING_MOVED, Moved
from indicators.policy import Policy
from indicators.workcalendar import WorkCalendar

if TYPE_CHECKING:
    from indicators.book import Book

_Z95: Final = 1.959963984540054
SKEW: Final = timedelta(minutes=5)
"""Clocks of source systems may run ahead by so much; what is dated later than now and this is from the future."""


class Light(StrEnum):
    """The SLA light of one order, by use of its working time."""

    CALM = "calm"
    WATCH = "watch"
    NEAR = "near"
    OVERDUE = "overdue"
    LONG = "long"
    PAUSED = "paused"
    NONE = "none"


def wilson(good: float, of: int) -> tuple[float, float] | None:
    """The 95 % Wilson score interval of ``good`` out of ``of``, None without cases."""
    if not of:
        return None
    share = good / of
    centre = (share + _Z95**2 / (2 * of)) / (1 + _Z95**2 / of)
    half = _Z95 / (1 + _Z95**2 / of) * sqrt(share * (1 - share) / of + _Z95**2 / (4 * of * of))
    return max(0.0, min(centre - half, share)), min(1.0, max(centre + half, share))


@dataclass(frozen=True, slots=True)
class Rate:
    """``good`` cases out of ``of``. No cases is no rate (a dash), neither 0 nor 100."""

    good: int
    of: int

    def __post_init__(self) -> None:
        if not 0 <= self.good <= self.of:
            raise ValueError(f"a rate needs 0 <= good <= of, not {self.good} of {self.of}")

    @property
    def full(self) -> int:
        """The cases that count whole: all good ones."""
        return self.good

    @property
    def rest(self) -> int:
        """The cases of the denominator that do not count."""
        return self.of - self.good

    @property
    def value(self) -> float | None:
        """The share 0 to 1, None without cases."""
        return self.good / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % Wilson score interval of the share, None without cases."""
        return wilson(self.good, self.of)

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


NO_CASES: Final = Rate(0, 0)
"""The rate of nothing."""


@dataclass(frozen=True, slots=True)
class WeightedRate:
    """A share in which ``part`` of the cases count by ``weight``: (full + weight x part) / of (满意率: M + 0.9 B)."""

    full: int
    part: int
    weight: float
    of: int

    def __post_init__(self) -> None:
        if self.full < 0 or self.part < 0 or self.full + self.part > self.of or not 0 <= self.weight <= 1:
            raise ValueError(f"a weighted rate needs 0 <= full + part <= of: {self}")

    @property
    def rest(self) -> int:
        """The cases of the denominator that do not count, not even in part."""
        return self.of - self.full - self.part

    @property
    def good(self) -> float:
        """The numerator, part cases by their weight."""
        return self.full + self.weight * self.part

    @property
    def value(self) -> float | None:
        """The share 0 to 1, None without cases."""
        return self.good / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The Wilson interval as if the numerator were whole cases: a little wide, because part cases vary less."""
        return wilson(self.good, self.of)

    @property
    def low(self) -> float | None:
        """Lower end of the interval."""
        return self.interval[0] if self.interval else None

    @property
    def high(self) -> float | None:
        """Upper end of the interval."""
        return self.interval[1] if self.interval else None

    def __add__(self, other: "WeightedRate") -> "WeightedRate":
        """Pooled. Raises ValueError for rates of other weights: they are other numbers."""
        if self.weight != other.weight:
            raise ValueError("rates of different weights do not add")
        return WeightedRate(self.full + other.full, self.part + other.part, self.weight, self.of + other.of)


@dataclass(frozen=True, slots=True)
class Count:
    """A plain number of cases."""

    n: int

    def __add__(self, other: "Count") -> "Count":
        return Count(self.n + other.n)


@dataclass(frozen=True, slots=True)
class NotRecorded:
    """The source does not record what this needs: ``table.column`` or ``table``. Never shown as 0."""

    missing: tuple[str, ...]


class FrozenPeriods(Protocol):
    """The periods that somebody froze, as the ledger keeps them. Raises LedgerError when it cannot be asked."""

    def frozen(self, subject: str, periods: Sequence[str]) -> Mapping[str, FrozenPeriod]:
        """The last revision of each of these periods that is frozen, by the period's name."""
        ...


@dataclass(frozen=True, slots=True)
class At:
    """When and where a reading is taken; ``area`` None means everything in scope.

    ``now`` is naive city time to the second, as the contract's times are: a fraction would set Python and SQL at odds.
    The rows are narrowed by the reader's scope; ``area`` says which areas the place is made of. ``moved`` are the
    deadlines that are not simply the source's (``readings.moved.judged_at`` finds them; without it nothing is moved).
    """

    now: datetime
    calendar: WorkCalendar
    policy: Policy
    area: str | None = None
    department: str | None = None
    ledger: FrozenPeriods | None = None
    """Where scores look for frozen periods; without one every period is provisional."""
    moved: Moved = NOTHING_MOVED
    handling: Moved = NOTHING_MOVED
    """The same of the deadlines of the handling (``readings.handled.handling_at``)."""
    long: frozenset[str] = frozenset()
    """Orders that are long overdue, where a number of them is asked for: only the working calendar knows them."""
    by_extension: frozenset[str] = frozenset()
    """Orders that are on time by an extension alone, where a number of them is asked for: what their deadlines were
    before it, only the working calendar knows (``readings.original.original_at``)."""
    passed: frozenset[str] = frozenset()
    """Open orders that went from hand to hand, where a number of them is asked for: only the log in its order knows."""
    book: "Book | None" = None
    """The open orders as the publisher keeps them; without one they are read when asked for."""

    def __post_init__(self) -> None:
        if self.now.tzinfo is not None:
            raise ValueError("city time is naive; convert aware times at the edge")
        object.__setattr__(self, "now", self.now.replace(microsecond=0))

    @property
    def midnight(self) -> datetime:
        """The start of the city's day."""
        return self.now.replace(hour=0, minute=0, second=0, microsecond=0)
