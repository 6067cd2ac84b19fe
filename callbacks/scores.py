"""Why a unit stands where it does, and the cases a detector found: every field of the question is looked up first."""

from typing import Final, get_args

from dash.development.base_component import Component

from callbacks.asked import Asked
from callbacks.ports import Conversation
from data_access.engine import ScopedReader
from data_access.errors import InputError, UnknownPlace
from indicators.detectors.found import EVERYBODY, Detected, Rule, Whose
from indicators.periods import Period, Periods
from indicators.readings import READINGS
from indicators.readings.scores import TREND_MONTHS, score_trend
from indicators.readings.scores import scores as scores_of
from indicators.scores.compute import what_if
from indicators.scores.load import SUBJECTS
from indicators.scores.values import Scores, ScoreTrend
from indicators.values import At, NotRecorded
from layouts.panel import Showing
from layouts.parts import detected, score
from layouts.parts.attrs import NOBODY

_RULES: Final[frozenset[Rule]] = frozenset(get_args(Rule))
_MOST_TERMS: Final = 20


def explain(services: Conversation, asked: Asked, lang: str) -> list[Component]:
    """One unit's score opened: terms, cases, what would lift it, and other weights if some are tried.

    Raises InputError for fields that name nothing there is, UnknownPlace for a unit that is not there or not theirs.
    """
    subject = next((known for known in SUBJECTS if known == asked.text("subject")), None)
    code = asked.text("code")
    if unknown := asked.fields.keys() - {"subject", "code", "weights", "period"}:
        raise InputError(f"a score has no field {', '.join(sorted(unknown))}")
    if subject is None:
        raise InputError("nothing of this kind is scored")
    place = services.place(asked.place)
    at = services.at(*place)
    name = asked.fields.get("period", "")
    period = month_of(name, at) if name else None

    def read() -> Scores | NotRecorded:
        with services.asks() as db:
            return scores_of(_here(db, place), at, subject, period)

    def past() -> ScoreTrend | NotRecorded:
        with services.asks() as db:
            return score_trend(_here(db, place), at, subject, code)

    scores = services.recall(f"scores {place} {subject} {name}", read)
    unit = None if isinstance(scores, NotRecorded) else scores.unit(code)
    if isinstance(scores, NotRecorded) or unit is None:
        raise UnknownPlace("no such unit", place=code)
    trend = services.recall(f"trend {place} {subject} {code}", past)
    weights = weights_of(asked.fields["weights"], scores) if "weights" in asked.fields else None
    with services.asks() as db:
        reference, persons = db.reference, db.scope.persons
    return score.explanation(
        scores,
        unit,
        Showing(lang, reference, at.now, at.calendar.zone),
        trend=trend if isinstance(trend, ScoreTrend) else None,
        tried=None if weights is None else what_if(scores, weights),
        weights=weights,
        named=persons,
        period=name,
    )


def month_of(text: str, at: At) -> Period:
    """One of the months of a unit's trend, by name (``2026-10``). Raises InputError for any other."""
    periods = Periods.of(at.policy)
    months = [periods.current(at.now)]
    while len(months) < TREND_MONTHS:
        months.append(periods.previous(months[-1]))
    if (found := next((month for month in months if month.name == text), None)) is None:
        raise InputError("not a month of the trend")
    return found


def weights_of(text: str, scores: Scores) -> dict[str, int]:
    """``40,20,40`` as weights by term, in the order of the scheme. Raises InputError for any other text."""
    terms = list(score.given(scores))
    parts = text.split(",")
    if (
        len(parts) != len(terms)
        or len(parts) > _MOST_TERMS
        or not all(part.isascii() and part.isdigit() for part in parts)
    ):
        raise InputError("not the weights of this scheme")
    weights = dict(zip(terms, map(int, parts), strict=True))
    if not any(weights.values()) or max(weights.values()) > 100:
        raise InputError("weights are 0 to 100, and not all 0")
    return weights


def found(services: Conversation, asked: Asked, lang: str) -> list[Component]:
    """The cases of one detector, of one department or of all but some. Raises InputError and UnknownPlace."""
    if unknown := asked.fields.keys() - {"rule", "department", *detected.BUT}:
        raise InputError(f"a detector has no field {', '.join(sorted(unknown))}")
    name, whose = asked.text("rule"), _whose(asked)
    if name not in _RULES:
        raise InputError("no such detector")
    place = services.place(asked.place)
    at = services.at(*place)

    def read() -> Detected | NotRecorded:
        with services.asks() as db:
            answer: Detected | NotRecorded = READINGS["detectors"].read(_here(db, place), at)
            return answer

    with services.asks() as db:
        reference, persons = db.reference, db.scope.persons
    answer = services.recall(f"detectors {place}", read)
    if isinstance(answer, NotRecorded):
        raise InputError("this source records nothing the detectors could judge")
    rule = next(rule for rule in answer.rules if rule.rule == name)
    known = {None, *reference.departments, *dict(rule.departments)}  # a source may name some that it does not list
    if strange := [code for code in whose.named if code not in known]:
        raise UnknownPlace("no such department", place=strange[0])
    return detected.listing(rule, answer.days, whose, reference, at.now, lang, can_open=persons)


def _whose(asked: Asked) -> Whose:
    """The departments that a question about a detector names. Raises InputError for both kinds of them at once."""
    only = asked.fields.get("department")
    but = tuple(asked.fields[field] for field in detected.BUT if field in asked.fields)
    if only is not None and but:
        raise InputError("the cases of one department, or those of the others")
    codes = tuple(None if code == NOBODY else code for code in (but if only is None else (only,)))
    return EVERYBODY if not codes else Whose(codes, others=only is None)


def _here(db: ScopedReader, place: tuple[str | None, str | None]) -> ScopedReader:
    return db if place == (None, None) else db.narrowed(*place)
