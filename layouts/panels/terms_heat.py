"""Units against the terms of the score: where the points are lost, at a glance."""

from typing import Final

from dash import html
from dash.development.base_component import Component

from indicators.scores.values import Scores, TermScore, UnitScore
from layouts.formats import NONE, count
from layouts.ids import MAIN
from layouts.panel import Panel, Props, Showing
from layouts.parts import grades
from layouts.parts.columns import listed_columns
from layouts.parts.frame import empty, live, tip
from layouts.parts.frame import frame as panel_frame
from layouts.parts.marks import shown
from layouts.words import t

SHOWN: Final = 10


def frame(subject: str, lang: str, instance: str = MAIN) -> Component:
    """The names of the terms, pages of units, the pooled total and the legend."""
    panel = f"heat-{subject}"
    return panel_frame(
        panel,
        t("heat-title", lang),
        [
            live(panel, "heads", instance, className="heat-heads"),
            grades.pages(panel, instance),
            live(panel, "total", instance, className="heat-total"),
            live(panel, "legend", instance, className="foot"),
        ],
        tip_text=t("heat-tip", lang),
        instance=instance,
        classes=grades.classes("heat", subject),
    )


def show(scores: Scores, showing: Showing) -> Props:
    """One row a unit in the order of the ranking, one column a term; a cell's points, coloured by their grade."""
    lang = showing.lang
    missing = {term for term, _ in scores.missing}
    terms = [term for term in scores.rules.terms if term.id not in missing]
    sheets = [
        html.Div(
            [
                *grades.page_head(scores, group.name.get(lang), len(group.rows), lang),
                *(_row(row, scores, showing) for row in rows),
                *(html.Div(className="heat-row") for _ in range(SHOWN - len(rows))),
            ],
            className="page",
        )
        for group in scores.groups
        for rows in grades.chunks(group.rows, SHOWN)
    ]
    legend = [
        html.Span([html.I(className=f"swatch heat-{grades.step_of(scores, grade.low)}"), _bounds(scores, at)])
        for at, grade in enumerate(scores.grades)
    ]
    items = [html.Span(entry.children, className="foot-item") for entry in legend]
    items += [
        html.Span(
            t("heat-unrecorded", lang, term=_term_name(scores, term, lang)),
            className="foot-item heat-unrecorded",
            title=listed_columns(columns, lang),
        )
        for term, columns in scores.missing
    ]
    heads = [html.Span("", className="name"), *(_head(scores, term.id, lang) for term in terms)]
    return {
        "heads": shown(heads if sheets else [], style={"--terms": str(len(terms))}),
        "rows": shown(sheets or empty(t("heat-empty", lang)), style={"--terms": str(len(terms))}),
        "total": shown(_total(scores, lang) if sheets else [], style={"--terms": str(len(terms))}),
        "legend": shown(items),
        "sub": shown(grades.sub(scores, lang)),
    }


def _term_name(scores: Scores, term_id: str, lang: str) -> str:
    return next((term.name.get(lang) for term in scores.rules.terms if term.id == term_id), term_id)


def _head(scores: Scores, term_id: str, lang: str) -> Component:
    term = next(term for term in scores.rules.terms if term.id == term_id)
    return html.Span(
        [
            html.Span(term.name.get(lang), className="head-name"),
            html.Span(t("heat-weight", lang, weight=f"{term.weight * 100:g}"), className="head-weight"),
        ],
        className="heat-head",
        title=tip((term.indicator,), lang),
    )


def _bounds(scores: Scores, at: int) -> str:
    grade = scores.grades[at]
    return f"{grade.key} {grade.low:g}\u2013{grade.high:g}"


def _cells(terms: tuple[TermScore, ...], code: str | None, scores: Scores, lang: str) -> list[Component]:
    missing = {term for term, _ in scores.missing}
    return [_cell(term, code, scores, lang) for term in terms if term.id not in missing]


def _cell(term: TermScore, code: str | None, scores: Scores, lang: str) -> Component:
    if term.points is None:
        return html.Span(NONE, className="heat-cell heat-none", title=t("heat-no-cases", lang))
    title = t("heat-cell-tip", lang, term=term.name.get(lang), cases=cases_of(term, lang), lost=count(term.lost, 1))
    return html.Span(
        count(int(term.points + 1e-6)),
        className=f"heat-cell heat-{grades.step_of(scores, term.points)}",
        title=title,
        **grades.term_cases(scores, term, code),
    )


def cases_of(term: TermScore, lang: str) -> str:
    """Numerator and denominator, or the count of a ladder."""
    if term.rate is not None:
        return t("score-of", lang, good=count(term.rate.good), of=count(term.rate.of))
    return t("score-count", lang, n=count(term.value))


def _row(row: UnitScore, scores: Scores, showing: Showing) -> Component:
    name = grades.unit(scores, row.code, showing.reference, showing.lang)
    return html.Div([name, *_cells(row.terms, row.code, scores, showing.lang)], className="heat-row")


def _total(scores: Scores, lang: str) -> list[Component]:
    if scores.total is None:
        return []
    return [html.Span(t("heat-total", lang), className="name"), *_cells(scores.total.terms, None, scores, lang)]


PANELS: Final = tuple(
    Panel(f"heat-{subject}", f"scores_{subject}", grades.EVERY_S, show, stale_after=grades.STALE_S)
    for subject in grades.SUBJECTS
)
