"""The red list of the best and the yellow list of those to be urged, each with what it is for."""

from collections.abc import Sequence
from itertools import zip_longest
from typing import Final

from dash import html
from dash.development.base_component import Component

from indicators.scores.values import ScoreGroup, Scores, UnitScore
from layouts.formats import MINUS, count
from layouts.ids import MAIN
from layouts.panel import Panel, Props, Showing
from layouts.parts import grades
from layouts.parts.frame import empty
from layouts.parts.frame import frame as panel_frame
from layouts.parts.marks import shown
from layouts.words import t

SHOWN: Final = 4


def frame(subject: str, lang: str, instance: str = MAIN) -> Component:
    """Pages of the two lists side by side."""
    panel = f"lists-{subject}"
    return panel_frame(
        panel,
        t("lists-title", lang),
        [grades.pages(panel, instance)],
        tip_text=t("lists-tip", lang),
        instance=instance,
        classes=grades.classes("lists", subject),
    )


def show(scores: Scores, showing: Showing) -> Props:
    """A page a group, or several where the lists are long; a sentence where nobody is on them."""
    lang = showing.lang
    sheets: list[Component] = []
    for group in scores.groups:
        red = [row for row in group.rows if row.list == "red"]
        yellow = [row for row in group.rows[::-1] if row.list == "yellow"]
        if not red and not yellow:
            continue
        for reds, yellows in zip_longest(grades.chunks(red, SHOWN), grades.chunks(yellow, SHOWN), fillvalue=()):
            sheets.append(
                html.Div(
                    [
                        *grades.page_head(scores, group.name.get(lang), len(group.rows), lang),
                        html.Div(
                            [
                                _list("red", reds, group, scores, showing),
                                _list("yellow", yellows, group, scores, showing),
                            ],
                            className="lists",
                        ),
                    ],
                    className="page",
                )
            )
    body = sheets or empty(t("lists-empty", lang))
    return {"rows": shown(body), "sub": shown(grades.sub(scores, lang))}


def _list(kind: str, rows: Sequence[UnitScore], group: ScoreGroup, scores: Scores, showing: Showing) -> Component:
    lang = showing.lang
    lines: list[Component] = [_line(row, scores, showing) for row in rows]
    if not any(row.list == kind for row in group.rows):
        lines = [html.P(t(f"lists-none-{kind}", lang), className="list-none")]
    bound = scores.rules.red if kind == "red" else scores.rules.yellow
    farthest = scores.rules.grades[0 if kind == "red" else -1].key
    words = "lists-rule-one" if bound.grade == farthest else f"lists-rule-{kind}"
    rule = html.Span(t(words, lang, grade=bound.grade), className="list-rule")
    return html.Div(
        [html.H3([html.I(className=f"list-mark list-{kind}"), t(f"lists-{kind}", lang), rule]), *lines],
        className=f"list list-of-{kind}",
    )


def _line(row: UnitScore, scores: Scores, showing: Showing) -> Component:
    lang = showing.lang
    return html.Div(
        [
            grades.unit(scores, row.code, showing.reference, lang, alone=False),
            html.B(grades.points(row.score), className="col-score"),
            grades.chip(scores, row.score, lang),
            html.Span(_why(row, lang), className="why cut", title=_why(row, lang)),
        ],
        className="list-row",
        **grades.touch(scores.subject, row.code),
    )


def _why(row: UnitScore, lang: str) -> str:
    """The term that cost most; of a unit without losses, that."""
    worst = max(row.terms, key=lambda term: term.lost, default=None)
    if worst is None or worst.lost < 0.05:
        return t("lists-nothing-lost", lang)
    return t("lists-lost", lang, term=worst.name.get(lang), points=f"{MINUS}{count(worst.lost, 1)}")


PANELS: Final = tuple(
    Panel(f"lists-{subject}", f"scores_{subject}", grades.EVERY_S, show, stale_after=grades.STALE_S)
    for subject in grades.SUBJECTS
)
