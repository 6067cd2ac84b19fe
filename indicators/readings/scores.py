"""Scores of departments, counties and streets over a month: frozen where somebody froze it, else as the data are now.

The running month is provisional. What is frozen holds for the whole city only: a narrower place that mixes parts of
units is scored by its own cases, and says that this is not official.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, tzinfo
from typing import Final

from data_access.engine import ScopedReader
from data_access.errors import InputError
from data_access.ledger import FrozenPeriod
from data_access.reference import LEVELS
from indicators.periods import Period, Periods
from indicators.readings.figures import By, figures
from indicators.readings.moved import judged_at
from indicators.registry import REGISTRY, Text
from indicators.scores.compute import Figure, Round, UnitGroup, compute, with_before
from indicators.scores.document import from_text
from indicators.scores.load import scheme_of
from indicators.scores.revision import Offer, changes
from indicators.scores.scheme import Scheme, Subject
from indicators.scores.values import Scores, ScoreTrend, TrendPoint, UnitScore
from indicators.values import At, Count, NotRecorded

NO_GROUP: Final = "all"
"""The group of units that record none."""
TREND_MONTHS: Final = 6
"""Months of a unit's trend, the running one among them."""
_MOST_MONTHS: Final = 24


def scores_departments(db: ScopedReader, at: At) -> Scores | NotRecorded:
    """Departments over the running month."""
    return scores(db, at, "department")


def scores_counties(db: ScopedReader, at: At) -> Scores | NotRecorded:
    """Counties over the running month."""
    return scores(db, at, "county")


def scores_streets(db: ScopedReader, at: At) -> Scores | NotRecorded:
    """Streets over the running month."""
    return scores(db, at, "street")


def scores(db: ScopedReader, at: At, subject: Subject, period: Period | None = None) -> Scores | NotRecorded:
    """The scores of a month (without one, the running month), with those of the month before beside them.

    Raises LedgerError when there is a ledger and it cannot be asked: a frozen month is never guessed.
    """
    periods = Periods.of(at.policy)
    period = period or periods.current(at.now)
    past = periods.previous(period)
    kept = _frozen(db, at, subject, (period, past))
    found = kept.get(period.name) or live(db, at, subject, period)
    if isinstance(found, NotRecorded):
        return found
    earlier = kept.get(past.name) or live(db, at, subject, past, sure=False)
    comparable = isinstance(earlier, Scores) and (earlier.scheme, earlier.version) == (found.scheme, found.version)
    before = _values(earlier) if isinstance(earlier, Scores) and comparable else {}
    return with_before(found, before)


def live(
    db: ScopedReader, at: At, subject: Subject, period: Period, scheme: Scheme | None = None, *, sure: bool = True
) -> Scores | NotRecorded:
    """The scores of a period as the data are now, by the policy's scheme or another one; without ``sure`` no intervals.

    NotRecorded when the terms that the source records weigh too little. Raises InputError when a frozen scheme names an
    indicator that is no more.
    """
    scheme = scheme or scheme_of(at.policy, subject)
    if gone := [name for name in scheme.indicators if name not in REGISTRY]:
        raise InputError(f"scheme {scheme.id} {scheme.version} needs the indicator {gone[0]}, which is no more")
    at = judged_at(db, at, since=period.start)
    by: By = "department" if subject == "department" else "area"
    level = None if subject == "department" else subject
    found = figures(db, at, scheme.indicators, span=period.span, by=by, level=level)
    groups = _departments(db, at) if subject == "department" else _areas(db, at, subject)
    codes = [code for group in groups for code in group.codes]
    missing: list[tuple[str, tuple[str, ...]]] = []
    counted: dict[str, dict[str, Figure]] = {}
    for term in scheme.terms:
        figure = found[term.indicator]
        if isinstance(figure, NotRecorded):
            missing.append((term.id, figure.missing))
            continue
        mine = {key or "": one for key, one in figure.items()}
        counted[term.indicator] = mine if term.is_share else {**{code: Count(0) for code in codes}, **mine}
    recorded = sum(term.weight for term in scheme.terms if term.indicator in counted)
    if round(recorded - scheme.least_weight, 9) < 0:
        return NotRecorded(tuple(dict.fromkeys(need for _, needs in missing for need in needs)))
    about = Round(subject, period, groups, tuple(missing), official=is_whole(db, at))
    return compute(scheme, counted, about, sure=sure)


def offer(db: ScopedReader, at: At, subject: Subject, period: Period, *, sure: bool = True) -> Offer | None:
    """The revision that the data now would make of a frozen period, by the rules it was frozen with.

    None when the period is not frozen, or would come out the same. Without ``sure`` it has no intervals and
    is not to be kept. Raises LedgerError and InputError.
    """
    kept = _frozen(db, at, subject, (period,)).get(period.name)
    if kept is None or not is_whole(db, at):
        return None
    now = live(db, at, subject, period, kept.rules, sure=sure)
    if isinstance(now, NotRecorded):
        raise InputError(f"the source no longer records what {period.name} was frozen by: {', '.join(now.missing)}")
    found = changes(kept, now)
    return Offer((kept.revision or 0) + 1, kept, now, found) if found else None


def score_trend(
    db: ScopedReader, at: At, subject: Subject, code: str, months: int = TREND_MONTHS
) -> ScoreTrend | NotRecorded:
    """One unit over the last months, the running one last; frozen months as they were frozen."""
    found = _past(db, at, subject, months)
    if isinstance(found, NotRecorded):
        return found
    return ScoreTrend(subject, code, tuple(_point(scores, scores.unit(code)) for scores in found))


def score_trends(
    db: ScopedReader, at: At, subject: Subject, months: int = TREND_MONTHS
) -> tuple[ScoreTrend, ...] | NotRecorded:
    """All units that are ranked now, by code, over the last months: the same as one by one, in one pass."""
    found = _past(db, at, subject, months)
    if isinstance(found, NotRecorded):
        return found
    codes = sorted(row.code for group in found[-1].groups for row in group.rows)
    return tuple(
        ScoreTrend(subject, code, tuple(_point(scores, scores.unit(code)) for scores in found)) for code in codes
    )


def trends_departments(db: ScopedReader, at: At) -> tuple[ScoreTrend, ...] | NotRecorded:
    """Departments over the last six months."""
    return score_trends(db, at, "department")


def trends_counties(db: ScopedReader, at: At) -> tuple[ScoreTrend, ...] | NotRecorded:
    """Counties over the last six months."""
    return score_trends(db, at, "county")


def trends_streets(db: ScopedReader, at: At) -> tuple[ScoreTrend, ...] | NotRecorded:
    """Streets over the last six months."""
    return score_trends(db, at, "street")


def _past(db: ScopedReader, at: At, subject: Subject, months: int) -> list[Scores] | NotRecorded:
    """The scores of the last months, the running one last."""
    periods = Periods.of(at.policy)
    wanted = [periods.current(at.now)]
    for _ in range(min(max(months, 1), _MOST_MONTHS) - 1):
        wanted.append(periods.previous(wanted[-1]))
    kept = _frozen(db, at, subject, wanted)
    past: list[Scores] = []
    for period in reversed(wanted):
        found = kept.get(period.name) or live(db, at, subject, period)
        if isinstance(found, NotRecorded):
            return found
        past.append(found)
    return past


def _point(scores: Scores, unit: UnitScore | None) -> TrendPoint:
    settled = (scores.state, scores.revision, scores.frozen_by, scores.frozen_at)
    if unit is None:
        return TrendPoint(scores.period, None, None, None, None, None, 0, *settled)
    return TrendPoint(scores.period, unit.score, unit.low, unit.high, unit.grade, unit.rank, unit.sample, *settled)


def _values(scores: Scores) -> Mapping[str, float]:
    return {unit.code: unit.score for unit in scores.units() if unit.score is not None}


def is_whole(db: ScopedReader, at: At) -> bool:
    """Whether every case counts here."""
    whole = all(grant.everything for grant in db.scope.grants)
    return whole and at.area in (None, db.reference.tree.root) and at.department is None


def _frozen(db: ScopedReader, at: At, subject: Subject, periods: Sequence[Period]) -> dict[str, Scores]:
    """What is frozen and holds here: all of it for the whole city, its own areas for an area."""
    whole = is_whole(db, at)
    mixed = subject == "department" or at.department is not None or any(grant.departments for grant in db.scope.grants)
    if at.ledger is None or (mixed and not whole):
        return {}
    kept = at.ledger.frozen(subject, [period.name for period in periods])
    bounds = {period.name: (period.start, period.end) for period in periods}
    read = {name: thawed(row, at.calendar.zone) for name, row in kept.items()}
    same = {name: found for name, found in read.items() if (found.period.start, found.period.end) == bounds[name]}
    return same if whole else {name: _inside(db, at, found) for name, found in same.items()}


def thawed(row: FrozenPeriod, zone: tzinfo) -> Scores:
    """The scores of a row of the ledger, saying who froze them when (in the city's time). Raises LedgerError."""
    moment = datetime.fromtimestamp(row.at, zone).replace(tzinfo=None, microsecond=0)
    return replace(from_text(row.document), state="frozen", revision=row.revision, frozen_by=row.by, frozen_at=moment)


def _inside(db: ScopedReader, at: At, scores: Scores) -> Scores:
    """Only the areas of a place; their ranks remain those of the city."""
    allowed = {code for grant in db.scope.grants if grant.areas is not None for code in grant.areas}
    inside = {below for code in ({at.area} if at.area else allowed) for below in db.reference.tree.subtree(code)}
    groups = (
        replace(
            group,
            rows=tuple(unit for unit in group.rows if unit.code in inside),
            too_few=tuple(unit for unit in group.too_few if unit.code in inside),
        )
        for group in scores.groups
    )
    return replace(scores, groups=tuple(group for group in groups if group.rows or group.too_few), total=None)


def _departments(db: ScopedReader, at: At) -> tuple[UnitGroup, ...]:
    """Departments by the group they record, else by the level of their area; of an area, those that belong there."""
    tree = db.reference.tree
    inside = None if at.area is None else tree.subtree(at.area)
    grouped: dict[str, list[str]] = {}
    for code, unit in sorted(db.reference.departments.items()):
        if at.department not in (None, code):
            continue
        area = tree.by_code.get(unit.area_code or "")
        if inside is not None and area is not None and area.code != tree.root and area.code not in inside:
            continue
        below = area.level if area is not None and area.code != tree.root else NO_GROUP
        grouped.setdefault(unit.group or below, []).append(code)
    return _named(at, grouped)


def _areas(db: ScopedReader, at: At, level: str) -> tuple[UnitGroup, ...]:
    """The areas of a level inside the place, by the kind they record."""
    place = at.area or db.reference.tree.root
    grouped: dict[str, list[str]] = {}
    for area in db.reference.tree.below(place, level) if place is not None else ():
        grouped.setdefault(area.kind or level, []).append(area.code)
    return _named(at, grouped)


def _named(at: At, grouped: Mapping[str, Sequence[str]]) -> tuple[UnitGroup, ...]:
    """With the policy's names: the groups of the policy first and in its order, then levels, then the rest."""
    names = at.policy.scores.groups
    order = {key: place for place, key in enumerate((*names, *LEVELS))}
    keys = sorted(grouped, key=lambda key: (order.get(key, len(order)), key))
    return tuple(
        UnitGroup(key, Text(names[key].zh, names[key].en) if key in names else Text(key, key), tuple(grouped[key]))
        for key in keys
    )
