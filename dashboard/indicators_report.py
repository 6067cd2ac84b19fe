"""The answer of ``gridwall indicators``: figures and scores of one snapshot as plain lines, ready to be written."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from data_access.engine import ScopedReader
from indicators.periods import Period, Periods
from indicators.readings.figures import By, Figure, Figures, figures
from indicators.readings.patrols import PATROL, patrols
from indicators.readings.scores import scores
from indicators.registry import REGISTRY, Indicator, definition_of, window_words
from indicators.scores.scheme import Subject
from indicators.values import At, Count, NotRecorded, Rate
from indicators.windows import Now
from layouts.words import t

SCORES: Final[Mapping[str, Subject]] = {
    "scores_departments": "department",
    "scores_counties": "county",
    "scores_streets": "street",
}
"""What may be asked for beside the indicators: scores over a month."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: ids of indicators or of ``SCORES``, over a period (None: each its own window), by what."""

    ids: tuple[str, ...]
    period: Period | None = None
    by: By | None = None
    level: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One value: of a key (a code, a day; None: of all), in the unit of its answer, None for "no cases".

    A share has numerator, denominator and its 95 % interval; a score the sample as denominator, grade and rank.
    """

    key: str | None
    name: str
    value: float | None
    good: float | None = None
    of: int | None = None
    low: float | None = None
    high: float | None = None
    grade: str | None = None
    rank: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """One indicator with its words; ``missing`` is what the source does not record, then there are no lines.

    ``scheme`` is the scheme of a score with its version and state.
    """

    id: str
    name: str
    unit: str
    definition: str
    window: str
    lines: tuple[Line, ...] = ()
    missing: tuple[str, ...] = ()
    scheme: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """All answers of one snapshot. ``as_of`` is naive city time."""

    as_of: datetime
    zone: str
    area: str
    area_name: str
    lang: str
    by: By | None
    answers: tuple[Answer, ...]


def report(city: ScopedReader, at: At, question: Question, lang: str, zone: str) -> Report:
    """Ask everything in the snapshot of ``city``, which is that of ``at.area``'s whole city.

    Raises LookupError for an id that is counted neither over orders nor over patrols, and for a state of now by day.
    """
    db = city if at.area is None else city.narrowed(area=at.area)
    plain = [name for name in question.ids if name not in SCORES and name not in PATROL]
    span = question.period.span if question.period else None
    found = figures(db, at, plain, span=span, by=question.by, level=question.level)
    answers = {name: _figures(db, at, question, name, found[name], lang) for name in plain}
    walked = patrols(city, at, [name for name in question.ids if name in PATROL], span)
    answers |= {name: _patrols(at, question, name, found, lang) for name, found in walked.items()}
    answers |= {name: _scores(db, at, question, name, lang) for name in question.ids if name in SCORES}
    tree = db.reference.tree
    area = at.area or tree.root or ""
    here = tree.by_code.get(area)
    named = here.label(lang) if here else area
    return Report(at.now, zone, area, named, lang, question.by, tuple(answers[name] for name in question.ids))


def _figures(
    db: ScopedReader, at: At, question: Question, name: str, found: Figures | NotRecorded, lang: str
) -> Answer:
    entry, empty = _said(at, question, name, lang)
    if isinstance(found, NotRecorded):
        return replace(empty, missing=found.missing)
    lines = (_line(entry, key, _key_name(db, question, key, lang), figure) for key, figure in found.items())
    return replace(empty, lines=tuple(_ordered(entry, at, question, list(lines))))


def _patrols(at: At, question: Question, name: str, found: Rate | Count | NotRecorded, lang: str) -> Answer:
    """Minutes and grids hang together, so that their shares have no interval."""
    _, empty = _said(at, question, name, lang)
    if isinstance(found, NotRecorded):
        return replace(empty, missing=found.missing)
    every = t("indicators-all", lang)
    if isinstance(found, Count):
        return replace(empty, lines=(Line(None, every, found.n),))
    value = None if found.value is None else 100 * found.value
    return replace(empty, lines=(Line(None, every, value, found.good, found.of),))


def _said(at: At, question: Question, name: str, lang: str) -> tuple[Indicator, Answer]:
    """The indicator over the window it is asked for, and its answer in words, without numbers."""
    entry = REGISTRY[name]
    if question.period is not None and not isinstance(entry.window, Now):
        entry = entry.over(question.period.span)
    words = (entry.id, entry.name.get(lang), entry.unit.get(lang), definition_of(entry, lang, at.policy))
    window = window_words(entry.window, at.policy).get(lang)
    if question.period is not None and question.period.runs(at.now) and not isinstance(entry.window, Now):
        window = t("indicators-running", lang, window=window)
    return entry, Answer(*words, window)


def _line(entry: Indicator, key: str | None, name: str, figure: Figure) -> Line:
    if isinstance(figure, Count):
        return Line(key, name, figure.n)
    value, low, high = (None if share is None else 100 * share for share in (figure.value, figure.low, figure.high))
    return Line(key, name, value, figure.good, figure.of, low, high)


def _key_name(db: ScopedReader, question: Question, key: str | None, lang: str) -> str:
    """The name of a key in words."""
    if key is None:
        return t("indicators-all", lang)
    if key == "":
        return t(f"indicators-without-{question.by}", lang)
    known: Mapping[str, object] = {
        "department": db.reference.departments,
        "area": db.reference.tree.by_code,
        "category": db.reference.categories,
    }.get(question.by or "", {})
    found = known.get(key)
    return found.label(lang) if found is not None else key  # type: ignore[attr-defined]


def _ordered(entry: Indicator, at: At, question: Question, lines: Sequence[Line]) -> Iterator[Line]:
    """Days in their order, all of them; else the best first, the rest that belongs to no key last."""
    if question.by == "day":
        by_day = {line.key: line for line in lines}
        empty = None if entry.is_share else 0.0
        for day in _days(entry, at):
            yield by_day.get(day) or Line(day, day, empty, *((0, 0) if entry.is_share else ()))
        return
    sign = 1 if entry.better == "down" and entry.is_share else -1
    yield from sorted(
        lines,
        key=lambda line: (
            line.key == "", line.value is None, sign * (line.value or 0), -(line.of or 0), line.key or "",
        ),
    )  # fmt: skip


def _days(entry: Indicator, at: At) -> Iterator[str]:
    """The names of the days of a window, up to now."""
    start, end = entry.window.span.bounds(at)
    periods = Periods.of(at.policy)
    day, last = periods.day_at(start), periods.day_at(max(start, end - timedelta(seconds=1)))
    while day <= last:
        yield day.isoformat()
        day += timedelta(days=1)


def _scores(db: ScopedReader, at: At, question: Question, name: str, lang: str) -> Answer:
    period = question.period or Periods.of(at.policy).current(at.now)
    found = scores(db, at, SCORES[name], period)
    words = (name, t(f"scores-{name.removeprefix('scores_')}", lang), t("indicators-points", lang))
    window = period.label(lang)
    if isinstance(found, NotRecorded):
        return Answer(*words, t("indicators-scores", lang), window, missing=found.missing)
    state = t(f"indicators-state-{found.state}", lang)
    if found.revision is not None:
        state = t("indicators-revision", lang, state=state, revision=found.revision, by=found.frozen_by)
    scheme = f"{found.scheme} {found.version} ({state})"
    known = db.reference.departments if SCORES[name] == "department" else db.reference.tree.by_code
    lines = [
        Line(
            unit.code, known[unit.code].label(lang) if unit.code in known else unit.code, unit.score, None, unit.sample,
            unit.low, unit.high, unit.grade, unit.rank,
        )
        for unit in found.units()
    ]  # fmt: skip
    said = t("indicators-score-of", lang, scheme=found.name.get(lang), note=t("indicators-scores", lang), period=window)
    return Answer(*words, said, window, tuple(lines), scheme=scheme)
