"""What a reading of scores answers with: groups of units, each opened into its terms and their cases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from indicators.periods import Period
from indicators.registry import Text
from indicators.scores.scheme import Grade, Scheme, Subject
from indicators.values import Rate, WeightedRate

State = Literal["provisional", "frozen", "what_if"]


@dataclass(frozen=True, slots=True)
class TermScore:
    """One term of one unit. ``points`` None: no cases, the term is left out and the others weigh more.

    ``rate`` has numerator and denominator (None for a ladder and without a figure), ``value`` is the share 0 to 1 that
    is scored, or the count of a ladder. ``low`` and ``high`` are the points at the ends of the 95 % interval (Wilson's
    for a plain share).
    """

    id: str
    name: Text
    indicator: str
    weight: float
    """The weight that counted, 0 to 1: the scheme's, raised where other terms have no cases; 0 without points."""
    direction: Literal["up", "down"]
    rate: Rate | WeightedRate | None
    value: float | None
    points: float | None
    low: float | None
    high: float | None
    lost: float = 0.0
    """Points of the total that this term cost: weight times (100 - points)."""
    lift: int | None = None
    """So many cases better in this term alone (more good ones, or fewer bad ones) and the unit is a grade higher.

    None: this term alone cannot do it, or there is no higher grade.
    """

    @property
    def bad_cases(self) -> int:
        """The cases of a share that cost points whole; 0 of a ladder."""
        if self.rate is None:
            return 0
        return self.rate.rest if self.direction == "up" else self.rate.full


@dataclass(frozen=True, slots=True)
class UnitScore:
    """One unit. ``score`` None: too few cases or too little of the weight; then neither grade nor rank."""

    code: str
    score: float | None
    low: float | None
    high: float | None
    grade: str | None
    rank: int | None
    rank_low: int | None
    """Best and (``rank_high``) worst rank in 95 % of the draws; always includes ``rank``."""
    rank_high: int | None
    terms: tuple[TermScore, ...]
    sample: int
    before: float | None = None
    """The score of the previous period (the frozen one where there is one)."""
    list: Literal["red", "yellow"] | None = None
    gap: float | None = None
    """Points missing to the next grade; None at the best."""

    def term(self, term_id: str) -> TermScore:
        """The term of this id. Raises KeyError."""
        for term in self.terms:
            if term.id == term_id:
                return term
        raise KeyError(term_id)


@dataclass(frozen=True, slots=True)
class ScoreGroup:
    """Units that are compared with each other: ``rows`` best first, ``too_few`` by code, unranked below the line."""

    key: str
    name: Text
    rows: tuple[UnitScore, ...]
    too_few: tuple[UnitScore, ...]


@dataclass(frozen=True, slots=True)
class Scores:
    """All units of one kind over one period under one scheme.

    ``revision``, ``frozen_by`` and ``frozen_at`` (naive city time) are of the frozen state only. ``missing`` are terms
    that this source does not record, with the columns: they are left out for everybody. ``official`` is False for a
    view that does not hold all cases (a county's wall): its scores are its own and are never frozen.
    """

    rules: Scheme
    subject: Subject
    period: Period
    state: State
    groups: tuple[ScoreGroup, ...]
    total: UnitScore | None = None
    """All units together, pooled: numerators and denominators added, never rates averaged. Not ranked."""
    missing: tuple[tuple[str, tuple[str, ...]], ...] = ()
    revision: int | None = None
    frozen_by: str | None = None
    frozen_at: datetime | None = None
    official: bool = True

    @property
    def scheme(self) -> str:
        """The id of the scheme."""
        return self.rules.id

    @property
    def version(self) -> str:
        """The version of the scheme."""
        return self.rules.version

    @property
    def name(self) -> Text:
        """The name of the scheme."""
        return self.rules.name

    @property
    def minimum(self) -> int:
        """The smallest sample to be ranked."""
        return self.rules.minimum

    @property
    def grades(self) -> tuple[Grade, ...]:
        """The grades of the scheme, best first."""
        return self.rules.grades

    def units(self) -> Iterator[UnitScore]:
        """All units of all groups, the unranked ones too."""
        for group in self.groups:
            yield from group.rows
            yield from group.too_few

    def unit(self, code: str) -> UnitScore | None:
        """The unit of this code; None when it is not among them."""
        return next((unit for unit in self.units() if unit.code == code), None)


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """One unit in one period: None where it had too few cases; ``state`` as of that period."""

    period: Period
    score: float | None
    low: float | None
    high: float | None
    grade: str | None
    rank: int | None
    sample: int
    state: State
    revision: int | None = None
    frozen_by: str | None = None
    frozen_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ScoreTrend:
    """The last periods of one unit, the running one last."""

    subject: Subject
    code: str
    points: tuple[TrendPoint, ...]
