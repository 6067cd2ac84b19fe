"""A frozen period against the same period as the data are now: what a revision would change, unit by unit."""

from dataclasses import dataclass

from indicators.scores.values import Scores, TermScore, UnitScore
from indicators.values import Rate, WeightedRate


@dataclass(frozen=True, slots=True)
class TermChange:
    """A term whose cases changed; ``value`` is that of a ladder's count."""

    id: str
    before: Rate | WeightedRate | float | None
    after: Rate | WeightedRate | float | None


@dataclass(frozen=True, slots=True)
class UnitChange:
    """One unit that a revision would change; ``before`` None: it is new, ``after`` None: it is gone."""

    code: str
    before: UnitScore | None
    after: UnitScore | None
    terms: tuple[TermChange, ...]


@dataclass(frozen=True, slots=True)
class Offer:
    """The revision that the data now would make of a frozen period."""

    revision: int
    frozen: Scores
    now: Scores
    changes: tuple[UnitChange, ...]


def changes(frozen: Scores, now: Scores) -> tuple[UnitChange, ...]:
    """Units whose cases, score, rank, grade or group differ, by code. Nothing where the data are as they were."""
    old, new = _placed(frozen), _placed(now)
    found = []
    for code in sorted(old.keys() | new.keys()):
        before, after = old.get(code), new.get(code)
        if before is None or after is None or _told(*before) != _told(*after):
            one, other = before[1] if before else None, after[1] if after else None
            found.append(UnitChange(code, one, other, _terms(one, other)))
    return tuple(found)


def _placed(scores: Scores) -> dict[str, tuple[str, UnitScore]]:
    return {unit.code: (group.key, unit) for group in scores.groups for unit in (*group.rows, *group.too_few)}


def _told(group: str, unit: UnitScore) -> tuple[object, ...]:
    """What a freeze promises of a unit. Intervals follow from it, and the period before is another's matter."""
    return group, unit.score, unit.grade, unit.rank, unit.sample, tuple((term.id, _cases(term)) for term in unit.terms)


def _cases(term: TermScore) -> Rate | WeightedRate | float | None:
    return term.rate if term.rate is not None else term.value


def _terms(before: UnitScore | None, after: UnitScore | None) -> tuple[TermChange, ...]:
    old = {term.id: _cases(term) for term in before.terms} if before else {}
    new = {term.id: _cases(term) for term in after.terms} if after else {}
    names = dict.fromkeys((*old, *new))
    return tuple(
        TermChange(name, old.get(name), new.get(name)) for name in names if _other(old.get(name), new.get(name))
    )


def _other(before: Rate | WeightedRate | float | None, after: Rate | WeightedRate | float | None) -> bool:
    """Whether the cases differ; no cases and none recorded are the same."""
    nothing = {None, 0}
    one = None if isinstance(before, Rate | WeightedRate) and before.of in nothing else before
    other = None if isinstance(after, Rate | WeightedRate) and after.of in nothing else after
    return one != other
