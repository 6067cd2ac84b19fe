"""What the panels of scores share: the three subjects, units that one can touch, grades as letters on one ramp."""

from collections.abc import Iterable, Sequence
from typing import Any, Final, TypeVar

from dash import html
from dash.development.base_component import Component

from data_access.reference import Reference
from indicators.readings.cases import Part
from indicators.readings.settled import Settled
from indicators.scores.values import Scores, TermScore, TrendPoint, UnitScore
from layouts.formats import NONE, THIN, count
from layouts.ids import MAIN, part
from layouts.parts.attrs import attrs, cases, opens
from layouts.parts.frame import live
from layouts.parts.places import area_name, department_name
from layouts.words import t

SUBJECTS: Final = ("departments", "counties", "streets")
"""The subjects of the scene, in the order of their tabs; the browser shows one of them at a time."""
EVERY_S: Final = 300
STALE_S: Final = 900
_STEPS: Final = 4
"""The best step of the ramp; the worst is 0."""
T = TypeVar("T")


def classes(kind: str, subject: str) -> str:
    """The classes of a panel that stands once for each subject."""
    return f"panel-{kind} subject subject-{subject}"


def unit_name(reference: Reference, subject: str, code: str, lang: str) -> str:
    """The name of a scored unit; a code that is unknown is shown as it is."""
    if subject == "department":
        return department_name(reference, code, lang)
    return area_name(reference, code, lang, down_to="")


def touch(subject: str, code: str, period: str = "") -> dict[str, Any]:
    """The attributes of a unit that opens its explanation in the drawer, of the running month without a ``period``."""
    return opens("score", subject=subject, code=code, period=period)


def unit(scores: Scores, code: str, reference: Reference, lang: str, *, alone: bool = True) -> Component:
    """The name of a unit, to be touched; not ``alone`` where it stands in a row that is touched as a whole."""
    name = unit_name(reference, scores.subject, code, lang)
    return html.Span(name, className="name cut unit", title=name, **(touch(scores.subject, code) if alone else {}))


def step_of(scores: Scores, score: float) -> int:
    """Where the grade of a score stands on the ramp: 4 the best, 0 the worst, whatever the number of grades."""
    grades = scores.grades
    at = [grade.key for grade in grades].index(scores.rules.grade_of(score).key)
    return _STEPS - round(at * _STEPS / max(len(grades) - 1, 1))


def chip(scores: Scores, score: float | None, lang: str) -> Component:
    """The letter of a grade on the ramp; the dash where there is no score."""
    if score is None:
        return html.I(NONE, className="grade grade-none")
    grade = scores.rules.grade_of(score)
    title = t("score-grade-tip", lang, grade=grade.name.get(lang), low=f"{grade.low:g}", high=f"{grade.high:g}")
    return html.I(grade.key, className=f"grade grade-{step_of(scores, score)}", title=title)


def points(score: float | None) -> str:
    """A score with one digit; the dash without one. Never rounded up to a whole grade: 89.96 is 89.9."""
    return NONE if score is None else count(_cut(score), 1)


def _cut(score: float) -> float:
    return int(score * 10 + 1e-6) / 10


def ranks(unit_score: UnitScore) -> str:
    """The range of the rank, ``2–5``; a single place where both ends are the same."""
    low, high = unit_score.rank_low, unit_score.rank_high
    if low is None or high is None:
        return NONE
    return str(low) if low == high else f"{low}\u2013{high}"


def term_cases(scores: Scores, term: TermScore, code: str | None) -> dict[str, Any]:
    """The attributes that open the cases a term lost points by; all of them where none was lost or a ladder counts."""
    what: Part = "rows"
    if term.rate is not None:
        bad: Part = "rest" if term.direction == "up" else "good"
        what = bad if term.bad_cases else "base"
    place = {} if code is None else {"department" if scores.subject == "department" else "area": code}
    return cases(term.indicator, what, **place, period=scores.period.name)


def state_of(scores: Scores, lang: str) -> str:
    """Whether the period still runs: provisional, or frozen with its revision."""
    if scores.state == "frozen":
        return t("score-frozen", lang, revision=scores.revision or 1)
    return t("score-provisional", lang)


def state_mark(scores: Scores, lang: str) -> Component:
    """The state as a mark beside a title; when it was frozen is in its title."""
    return html.Span(state_of(scores, lang), className=f"mark mark-{scores.state}", title=state_words(scores, lang))


def state_words(scores: Scores, lang: str, *, named: bool = False) -> str:
    """The state in a sentence; ``named`` as for ``frozen_words``."""
    own = "score-provisional-words" if scores.official else "score-own-words"
    return frozen_words(scores, lang, named=named) or t(own, lang)


def frozen_words(what: Scores | TrendPoint | Settled, lang: str, *, named: bool = False) -> str | None:
    """When it was frozen and as which revision; None for what is not frozen.

    ``named`` says who froze it and at which minute as well: for officials and leaders who ask, never for a body of the
    broadcast, which walls get too.
    """
    if what.revision is None:
        return None
    if not named:
        day = NONE if what.frozen_at is None else f"{what.frozen_at:%Y-%m-%d}"
        return t("score-frozen-words", lang, revision=what.revision, day=day)
    time = NONE if what.frozen_at is None else f"{what.frozen_at:%Y-%m-%d %H:%M}"
    return t("score-frozen-words-by", lang, revision=what.revision, name=what.frozen_by or NONE, time=time)


def sub(scores: Scores, lang: str, *more: str) -> str:
    """The line beside a title: the period and its state, then what the panel adds."""
    return " · ".join((scores.period.label(lang), state_of(scores, lang), *more))


def chunks(items: Sequence[T], size: int) -> Iterable[Sequence[T]]:
    """The items in runs of at most ``size``."""
    return (items[at : at + size] for at in range(0, len(items), size))


def pages(panel: str, instance: str = MAIN, *, dwell: int = 12) -> Component:
    """A list whose children are whole pages, one shown at a time."""
    pager = attrs(data_pager="1", data_dwell=str(dwell))
    return html.Div(id=part(panel, "rows", instance), className="rows pages", **pager)


def page_head(scores: Scores, group: str, rows: int, lang: str) -> list[Component]:
    """The name of the group over a page, where there is more than one group."""
    if len(scores.groups) < 2:
        return []
    return [html.Div([html.B(group), html.Span(t("score-units", lang, units=count(rows)))], className="page-head")]


def moved(now: float, before: float) -> float:
    """The difference of two scores as they are shown."""
    return round(_cut(now) - _cut(before), 1)


def change(now: float, before: float) -> str:
    """The difference with its arrow."""
    difference = moved(now, before)
    if not difference:
        return "＝"
    return f"{'▲' if difference > 0 else '▼'}{THIN}{count(abs(difference), 1)}"


def facts(panel: str, name: str, instance: str = MAIN) -> Component:
    """A line at the foot of a panel."""
    return live(panel, name, instance, className="foot")
