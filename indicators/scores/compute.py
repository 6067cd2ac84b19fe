"""Scores from figures: pure, the same for departments, counties and streets.

Each term gives 0 to 100 points, clamped; a term without cases is left out and the others weigh more; totals are pooled.
A unit with too few cases has no score: neither grade nor rank, and never the worst grade for want of work.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import fsum
from typing import Final, Literal

import numpy as np

from indicators.periods import Period
from indicators.registry import Text
from indicators.scores.interval import Draws, draw_points, ends, rank_ranges
from indicators.scores.scheme import Scheme, Subject, Term
from indicators.scores.values import ScoreGroup, Scores, State, TermScore, UnitScore
from indicators.values import Count, Rate, WeightedRate

Figure = Rate | WeightedRate | Count
Figures = Mapping[str, Mapping[str, Figure]]
"""By indicator, then by code of the unit. The key "" holds cases of no unit: they are in the pooled total alone."""

_DIGITS: Final = 9
"""Scores are compared and graded to so many decimals: beyond them is only the noise of adding fractions."""


Drawn = tuple[UnitScore, Draws | None]


@dataclass(frozen=True, slots=True)
class UnitGroup:
    """Units, by code, that are compared with each other."""

    key: str
    name: Text
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Round:
    """What is scored: which units, over which period. ``missing`` are terms that the source does not record."""

    subject: Subject
    period: Period
    groups: tuple[UnitGroup, ...]
    missing: tuple[tuple[str, tuple[str, ...]], ...] = ()
    official: bool = True


def compute(scheme: Scheme, figures: Figures, about: Round, *, sure: bool = True) -> Scores:
    """The scores of all units of a round. The same input gives the same output, intervals included.

    Without ``sure`` no interval is computed: ``low`` and ``high`` are None and a rank ranges over itself.
    """
    everything = {indicator: total for indicator, by_code in figures.items() if (total := pooled(by_code.values()))}
    return _compute(scheme, figures, everything, about, "provisional", sure=sure)


def what_if(scores: Scores, weights: Mapping[str, float]) -> Scores:
    """The same cases under other weights (by term id, any scale), the official scores as ``before``.

    The scores given are left as they are. Raises ValueError for an unknown term, a negative weight or weights that
    are all 0.
    """
    scheme = scores.rules.with_weights(weights)
    figures: dict[str, dict[str, Figure]] = {term.indicator: {} for term in scheme.terms}
    for unit in scores.units():
        for indicator, figure in _figures_in(unit.terms).items():
            figures[indicator][unit.code] = figure
    groups = tuple(
        UnitGroup(group.key, group.name, tuple(unit.code for unit in (*group.rows, *group.too_few)))
        for group in scores.groups
    )
    about = Round(scores.subject, scores.period, groups, scores.missing, scores.official)
    everything = _figures_in(scores.total.terms) if scores.total else {}
    found = _compute(scheme, figures, everything, about, "what_if", sure=True)
    return with_before(found, {unit.code: unit.score for unit in scores.units() if unit.score is not None})


def with_before(scores: Scores, before: Mapping[str, float]) -> Scores:
    """The same scores with those of the period before beside them, by code."""

    def beside(units: tuple[UnitScore, ...]) -> tuple[UnitScore, ...]:
        return tuple(replace(unit, before=before.get(unit.code)) for unit in units)

    groups = (replace(group, rows=beside(group.rows), too_few=beside(group.too_few)) for group in scores.groups)
    return replace(scores, groups=tuple(groups))


def pooled(figures: Iterable[Figure]) -> Figure | None:
    """Numerators and denominators added; None of counts and of nothing: a ladder is made for one unit."""
    total: Rate | WeightedRate | None = None
    for figure in figures:
        if isinstance(figure, Count):
            return None
        total = figure if total is None else total + figure  # type: ignore[operator]
    return total


def _compute(
    scheme: Scheme, figures: Figures, everything: Mapping[str, Figure], about: Round, state: State, *, sure: bool
) -> Scores:
    without = {name for name, _ in about.missing}
    terms = tuple(term for term in scheme.terms if term.id not in without)
    seed = f"{scheme.id}/{scheme.version}/{about.subject}/{about.period.start:%Y-%m-%dT%H:%M}"

    def unit(code: str) -> Drawn:
        mine = {term.id: figures[term.indicator].get(code) for term in terms if term.indicator in figures}
        recorded = {name: found for name, found in mine.items() if found is not None}
        return _unit(scheme, terms, recorded, code, f"{seed}/{code}" if sure else None)

    all_of_it = {term.id: everything[term.indicator] for term in terms if term.indicator in everything}
    return Scores(
        rules=scheme,
        subject=about.subject,
        period=about.period,
        state=state,
        groups=tuple(_group(scheme, group, [unit(code) for code in group.codes]) for group in about.groups),
        total=_unit(scheme, terms, all_of_it, "", seed if sure else None)[0],
        missing=about.missing,
        official=about.official,
    )


def _figures_in(terms: Iterable[TermScore]) -> dict[str, Figure]:
    """The figures that a unit's terms were computed from, by indicator."""
    found: dict[str, Figure] = {}
    for term in terms:
        if term.rate is not None:
            found[term.indicator] = term.rate
        elif term.value is not None:
            found[term.indicator] = Count(round(term.value))
    return found


def _points(term: Term, figure: Figure) -> float | None:
    """Points 0 to 100; None without cases."""
    if isinstance(figure, Count):
        return term.points_of_count(figure.n)
    return None if figure.value is None else term.points_of_share(figure.value)


def _score(points: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """What is left of 100 after each term's loss: exactly 100 for a unit that loses nothing, never below 0."""
    whole = fsum(weights[name] for name in points)
    lost = fsum(weights[name] * (100.0 - points[name]) for name in points) / whole
    return max(0.0, round(100.0 - lost, _DIGITS))


def _unit(scheme: Scheme, terms: Sequence[Term], figures: Mapping[str, Figure], code: str, seed: str | None) -> Drawn:
    """One unit and the draws of its score (None without a seed)."""
    by_id = {term.id: term for term in terms}
    points = {name: found for name, figure in figures.items() if (found := _points(by_id[name], figure)) is not None}
    weights = {name: by_id[name].weight for name in points}
    whole = fsum(weights.values())
    draws = {} if seed is None else {name: draw_points(by_id[name], figures[name], seed) for name in points}
    shown = tuple(
        _term(term, figures.get(term.id), points.get(term.id), draws.get(term.id), whole) for term in scheme.terms
    )
    sample = _sample(scheme, by_id, figures)
    if sample < scheme.minimum or whole <= 0 or round(whole - scheme.least_weight, _DIGITS) < 0:
        return UnitScore(code, None, None, None, None, None, None, None, shown, sample), None
    score = _score(points, weights)
    drawn: Draws | None = np.sum([weights[name] * draws[name] for name in draws], axis=0) / whole if draws else None
    low, high = (None, None) if drawn is None else ends(drawn, score)
    above = scheme.next_grade(score)
    if above is not None:
        shown = tuple(
            replace(term, lift=_lift(by_id[term.id], figures[term.id], points, weights, above.low))
            if term.id in points
            else term
            for term in shown
        )
    unit = UnitScore(
        code=code,
        score=score,
        low=low,
        high=high,
        grade=scheme.grade_of(score).key,
        rank=None,
        rank_low=None,
        rank_high=None,
        terms=shown,
        sample=sample,
        gap=None if above is None else round(above.low - score, _DIGITS),
    )
    return unit, drawn


def _sample(scheme: Scheme, terms: Mapping[str, Term], figures: Mapping[str, Figure]) -> int:
    """The denominator of the scheme's sample term; where the source does not record it, the largest one there is."""
    names = [scheme.sample] if scheme.sample in terms else list(terms)
    shares = [figures[name] for name in names if name in figures]
    return max((share.of for share in shares if not isinstance(share, Count)), default=0)


def _term(term: Term, figure: Figure | None, points: float | None, draws: Draws | None, whole: float) -> TermScore:
    found = TermScore(
        id=term.id,
        name=term.name,
        indicator=term.indicator,
        weight=0.0,
        direction=term.direction,
        rate=None if isinstance(figure, Count) else figure,
        value=None,
        points=None,
        low=None,
        high=None,
    )
    if figure is None or points is None:
        return found
    low, high = (points, points) if draws is None else ends(draws, points)
    if isinstance(figure, Rate) and figure.interval is not None:
        low, high = sorted(term.points_of_share(share) for share in figure.interval)
    weight = term.weight / whole if whole else 0.0
    value = float(figure.n) if isinstance(figure, Count) else figure.value
    return replace(found, weight=weight, value=value, points=points, low=low, high=high, lost=weight * (100 - points))


def _lift(
    term: Term, figure: Figure, points: Mapping[str, float], weights: Mapping[str, float], goal: float
) -> int | None:
    """The fewest cases that, better in this term alone, reach the goal; None when even all of them do not."""

    def reaches(cases: int) -> bool:
        better = _points(term, _better(term, figure, cases))
        return better is not None and _score({**points, term.id: better}, weights) >= goal

    least, most = 0, _room(term, figure)
    if most <= 0 or not reaches(most):
        return None
    while most - least > 1:
        middle = (least + most) // 2
        least, most = (least, middle) if reaches(middle) else (middle, most)
    return most


def _room(term: Term, figure: Figure) -> int:
    """How many cases could be better."""
    if isinstance(figure, Count):
        return figure.n if term.direction == "down" else max((bound for bound, _ in term.ladder), default=0) + 1
    return figure.rest if term.direction == "up" else figure.full


def _better(term: Term, figure: Figure, cases: int) -> Figure:
    """The figure with so many cases better: more good ones, or fewer of what shall be few."""
    more = cases if term.direction == "up" else -cases
    if isinstance(figure, Count):
        return Count(figure.n + more)
    if isinstance(figure, Rate):
        return Rate(figure.good + more, figure.of)
    return WeightedRate(figure.full + more, figure.part, figure.weight, figure.of)


def _group(scheme: Scheme, group: UnitGroup, units: Sequence[Drawn]) -> ScoreGroup:
    """Ranked best first; equals share a rank (the larger sample stands first)."""
    scored = sorted(
        (pair for pair in units if pair[0].score is not None),
        key=lambda pair: (-(pair[0].score or 0.0), -pair[0].sample, pair[0].code),
    )
    values = [unit.score or 0.0 for unit, _ in scored]
    ranks = [1 + sum(other > value for other in values) for value in values]
    worse = [1 + sum(other < value for other in values) for value in values]
    most = len(scored) // 3
    draws = [drawn for _, drawn in scored if drawn is not None]
    ranges = rank_ranges(draws, ranks) if draws else [(rank, rank) for rank in ranks]
    rows = tuple(
        replace(unit, rank=rank, rank_low=low, rank_high=high, list=_listed(scheme, unit, rank, last, most))
        for (unit, _), rank, last, (low, high) in zip(scored, ranks, worse, ranges, strict=True)
    )
    few = sorted((unit for unit, _ in units if unit.score is None), key=lambda unit: unit.code)
    return ScoreGroup(group.key, group.name, rows, tuple(few))


def _listed(scheme: Scheme, unit: UnitScore, rank: int, last: int, most: int) -> Literal["red", "yellow"] | None:
    """``last`` is the rank from below, ``most`` the longest a list may be. A unit cannot be on both: grades differ."""
    floor = {grade.key: grade.low for grade in scheme.grades}
    mine = floor[unit.grade or scheme.grades[-1].key]
    if rank <= min(scheme.red.count, most) and mine >= floor[scheme.red.grade]:
        return "red"
    return "yellow" if last <= min(scheme.yellow.count, most) and mine <= floor[scheme.yellow.grade] else None
