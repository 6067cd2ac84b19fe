"""A scheme as a value: terms with weights, grades, lists and the smallest sample. ``load`` makes it from a file."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from indicators.registry import Text

Subject = Literal["department", "county", "street"]
"""What is scored. One scheme may serve several subjects."""

Direction = Literal["up", "down"]


@dataclass(frozen=True, slots=True)
class Term:
    """One term of a score, worth 0 to 100 points times its weight.

    A share (``ladder`` empty) of 0 to 1 gives 0 points at ``zero`` and 100 at ``full``, straight between them and
    clamped beyond. A ladder turns a count into points: those of the first step whose upper bound is not below the
    count, ``beyond`` after the last.
    """

    id: str
    name: Text
    weight: float
    direction: Direction
    indicator: str
    zero: float = 0.0
    full: float = 1.0
    ladder: tuple[tuple[int, float], ...] = ()
    beyond: float = 0.0

    @property
    def is_share(self) -> bool:
        """Whether it is a share of cases, and no ladder over a count."""
        return not self.ladder

    def points_of_share(self, share: float) -> float:
        """Points 0 to 100 of a share 0 to 1."""
        return 100.0 * min(1.0, max(0.0, (share - self.zero) / (self.full - self.zero)))

    def points_of_count(self, count: float) -> float:
        """Points 0 to 100 of a count, by the ladder."""
        return next((points for bound, points in self.ladder if count <= bound), self.beyond)


@dataclass(frozen=True, slots=True)
class Grade:
    """A step of the grades: scores in [low, high), the best also its ``high``. ``key`` is a letter, A the best."""

    key: str
    name: Text
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ListRule:
    """Red list: the first ``count`` of a group, not below ``grade``. Yellow list: the last, not above it.

    Neither is longer than a third of the group, so that the first of two is not commended for being there.
    """

    count: int
    grade: str


@dataclass(frozen=True, slots=True)
class Scheme:
    """How a score is made. ``version`` changes with any other field, so that past months keep theirs."""

    id: str
    version: str
    name: Text
    note: Text
    subjects: tuple[Subject, ...]
    terms: tuple[Term, ...]
    grades: tuple[Grade, ...]
    minimum: int
    """Smallest sample to be ranked; ``sample`` names the term whose denominator is the sample."""
    sample: str
    least_weight: float
    """A unit whose terms with cases together weigh less than this has no score."""
    red: ListRule
    yellow: ListRule

    @property
    def indicators(self) -> tuple[str, ...]:
        """The indicators of all terms, each once."""
        return tuple(dict.fromkeys(term.indicator for term in self.terms))

    def grade_of(self, score: float) -> Grade:
        """The grade of an unrounded score: 89.99 is not 90."""
        return max((grade for grade in self.grades if grade.low <= score), key=lambda grade: grade.low)

    def next_grade(self, score: float) -> Grade | None:
        """The grade above that of the score; None for the best."""
        return min((grade for grade in self.grades if grade.low > score), key=lambda grade: grade.low, default=None)

    def with_weights(self, weights: Mapping[str, float]) -> "Scheme":
        """The same scheme with other weights by term id, brought to the sum 1. Terms not named keep theirs.

        Raises ValueError for an unknown term, a negative weight or weights that are all 0.
        """
        known = {term.id for term in self.terms}
        if unknown := sorted(set(weights) - known):
            raise ValueError(f"no term {unknown[0]} in scheme {self.id}")
        chosen = {term.id: float(weights.get(term.id, term.weight)) for term in self.terms}
        total = sum(chosen.values())
        if not total > 0 or min(chosen.values()) < 0 or total == float("inf"):
            raise ValueError("weights are 0 or more, and not all 0")
        return replace(self, terms=tuple(replace(term, weight=chosen[term.id] / total) for term in self.terms))
