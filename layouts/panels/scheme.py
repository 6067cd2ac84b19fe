"""The line over the panels of scores: which period, provisional or frozen, by which scheme, and how the grades fall."""

from collections import Counter
from typing import Final

from dash import html
from dash.development.base_component import Component

from indicators.scores.values import Scores
from layouts.formats import count
from layouts.ids import MAIN
from layouts.panel import Panel, Props, Showing
from layouts.parts import grades
from layouts.parts.attrs import attrs
from layouts.parts.frame import frame as panel_frame
from layouts.parts.frame import live
from layouts.parts.marks import shown
from layouts.words import t


def frame(subject: str, lang: str, instance: str = MAIN) -> Component:
    """One line of facts."""
    panel = f"scheme-{subject}"
    return panel_frame(
        panel,
        t("scheme-title", lang),
        [live(panel, "facts", instance, className="facts-line fits")],
        tip_text=t("scheme-tip", lang),
        instance=instance,
        classes=grades.classes("scheme", subject),
        sub=False,
    )


def show(scores: Scores, showing: Showing) -> Props:
    """Period, state, scheme with version, units by grade, and terms that this source cannot feed."""
    lang = showing.lang
    ranked = [row.score for group in scores.groups for row in group.rows if row.score is not None]
    few = sum(len(group.too_few) for group in scores.groups)
    by_grade = Counter(scores.rules.grade_of(score).key for score in ranked)
    facts: list[Component] = [
        html.Span(html.B(scores.period.label(lang)), className="fact"),
        html.Span(grades.state_mark(scores, lang), className="fact"),
        html.Span(
            [scores.name.get(lang), " ", t("scheme-version", lang, version=scores.version)],
            className="fact",
            title=scores.rules.note.get(lang),
        ),
        html.Span(
            [
                html.Span([grades.chip(scores, grade.low, lang), html.B(count(by_grade[grade.key]))], className="tally")
                for grade in scores.grades
            ],
            className="fact fact-tally",
            title=t("scheme-tally-tip", lang),
        ),
        html.Span(t("scheme-units", lang, ranked=count(len(ranked)), few=count(few)), className="fact"),
    ]
    if scores.missing:
        facts.append(
            html.Span(t("scheme-missing", lang, terms=count(len(scores.missing))), className="fact fact-missing")
        )
    return {"facts": shown(facts, **attrs(data_units=str(len(ranked) + few)))}


PANELS: Final = tuple(
    Panel(f"scheme-{subject}", f"scores_{subject}", grades.EVERY_S, show, stale_after=grades.STALE_S)
    for subject in grades.SUBJECTS
)
