"""Units by score within their group: grade, 95 % interval, range of the rank, sample; those with too few apart."""

from math import floor
from typing import Final

from dash import html
from dash.development.base_component import Component

from indicators.scores.values import ScoreGroup, Scores, UnitScore
from layouts.formats import NONE, count
from layouts.ids import MAIN
from layouts.panel import Panel, Props, Showing
from layouts.parts import grades
from layouts.parts.frame import empty, live
from layouts.parts.frame import frame as panel_frame
from layouts.parts.marks import percent_of, shown
from layouts.words import t

SHOWN: Final = 7
_REACH: Final = 20.0
"""Points under a score that the scale still holds: the interval of a unit with few cases may end at its edge."""
_COLUMNS: Final = ("rank", "range", "unit", "interval", "score", "grade", "sample")


def frame(subject: str, lang: str, instance: str = MAIN) -> Component:
    """Column heads, pages of rows, and the line of those below the smallest sample."""
    panel = f"ranking-{subject}"
    heads = [html.Span(t(f"ranking-{name}", lang), className=f"col-{name}") for name in _COLUMNS]
    return panel_frame(
        panel,
        t(f"ranking-title-{subject}", lang),
        [
            html.Div(heads, className="row row-head"),
            grades.pages(panel, instance),
            live(panel, "axis", instance, className="axis"),
            grades.facts(panel, "few", instance),
        ],
        tip_text=t("ranking-tip", lang),
        instance=instance,
        classes=grades.classes("ranking", subject),
    )


def show(scores: Scores, showing: Showing) -> Props:
    """Pages of at most seven units, group by group, all on one scale."""
    lang = showing.lang
    ranked = [row for group in scores.groups for row in group.rows]
    low = _floor(min((max(row.low or 0.0, (row.score or 0.0) - _REACH) for row in ranked), default=100.0))
    sheets = [
        html.Div(
            [
                *grades.page_head(scores, group.name.get(lang), len(group.rows), lang),
                *(_row(row, low, scores, showing) for row in rows),
                *(html.Div(className="row row-blank") for _ in range(SHOWN - len(rows))),
            ],
            className="page",
        )
        for group in scores.groups
        for rows in grades.chunks(group.rows, SHOWN)
    ]
    body = sheets or empty(_nobody(scores, lang))
    return {
        "rows": shown(body),
        "axis": shown(_axis(scores, low) if sheets else []),
        "few": shown(_few(scores, showing)),
        "sub": shown([scores.period.label(lang), grades.state_mark(scores, lang)]),
    }


def _nobody(scores: Scores, lang: str) -> str:
    """Why there is no row."""
    if not any(True for _ in scores.units()):
        return t("ranking-no-units", lang)
    return t("ranking-empty", lang, minimum=scores.minimum)


def _floor(lowest: float) -> float:
    """Where the scale begins: the ten below the lowest, at most 80."""
    return max(0.0, min(floor(lowest / 10) * 10.0, 80.0))


def _row(row: UnitScore, low: float, scores: Scores, showing: Showing) -> Component:
    lang = showing.lang

    def at(score: float) -> float:
        return max(0.0, (score - low) / (100.0 - low))

    score, start, end = row.score or 0.0, row.low or 0.0, row.high or 0.0
    bounds = [grade.low for grade in scores.grades if low < grade.low < 100.0]
    interval = t(
        "ranking-interval-tip", lang, low=grades.points(start), high=grades.points(end), ranks=grades.ranks(row)
    )
    return html.Div(
        [
            html.B(NONE if row.rank is None else str(row.rank), className="col-rank"),
            html.Span(grades.ranks(row), className="col-range", title=interval),
            grades.unit(scores, row.code, showing.reference, lang),
            html.Div(
                [
                    *(html.I(className="bound", style={"left": percent_of(at(bound))}) for bound in bounds),
                    html.I(
                        className="interval",
                        style={"left": percent_of(at(start)), "width": percent_of(at(end) - at(start))},
                    ),
                    html.I(className="dot", style={"left": percent_of(at(score))}),
                ],
                className="track",
                title=interval,
            ),
            html.B(grades.points(row.score), className="col-score", **grades.touch(scores.subject, row.code)),
            grades.chip(scores, row.score, lang),
            html.Span(count(row.sample), className="sample", **grades.touch(scores.subject, row.code)),
        ],
        className="row",
    )


def _axis(scores: Scores, low: float) -> list[Component]:
    """Where the grades begin."""
    ticks = sorted(grade.low for grade in scores.grades if low <= grade.low < 100.0)
    return [html.Span(f"{tick:g}", style={"right": percent_of((100.0 - tick) / (100.0 - low))}) for tick in ticks]


def _few(scores: Scores, showing: Showing) -> list[Component]:
    lang = showing.lang
    few = [(group, row) for group in scores.groups for row in group.too_few]
    if not few:
        every = any(True for _ in scores.units())
        text = t("ranking-none-few", lang, minimum=scores.minimum)
        return [html.Span(text, className="foot-item foot-label")] if every else []
    label = t("ranking-few", lang, minimum=scores.minimum, units=count(len(few)))
    return [html.Span(label, className="foot-item foot-label"), *(_too_few(*one, scores, showing) for one in few)]


def _too_few(group: ScoreGroup, row: UnitScore, scores: Scores, showing: Showing) -> Component:
    name = grades.unit_name(showing.reference, scores.subject, row.code, showing.lang)
    title = t("ranking-few-tip", showing.lang, group=group.name.get(showing.lang))
    return html.Span(
        [name, html.B(count(row.sample))],
        className="foot-item unit",
        title=title,
        **grades.touch(scores.subject, row.code),
    )


PANELS: Final = tuple(
    Panel(f"ranking-{subject}", f"scores_{subject}", grades.EVERY_S, show, stale_after=grades.STALE_S)
    for subject in grades.SUBJECTS
)
