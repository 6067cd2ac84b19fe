"""The score of one unit over several periods: dots on a line with their ribbon, over the bounds of the grades."""

from collections.abc import Sequence
from datetime import date
from math import floor

from dash import html
from dash.development.base_component import Component

from indicators.scores.values import Scores, ScoreTrend, TrendPoint
from layouts.formats import NONE, count, month_name
from layouts.panel import Showing
from layouts.parts import grades
from layouts.parts.chart import line, ribbon
from layouts.parts.marks import percent_of
from layouts.words import t


def plot(trend: ScoreTrend, scores: Scores, showing: Showing) -> Component:
    """Dots with the 95 % ribbon; the running period hollow; periods with too few cases have a dash.

    The score of a period opens its explanation.
    """
    lang, points = showing.lang, _since_recorded(trend.points)
    known = [value for point in points for value in (point.low, point.score) if value is not None]
    low = max(0.0, min(floor(min(known, default=100.0) / 10) * 10.0, 80.0))

    def height(score: float) -> float:
        return (score - low) / (100.0 - low)

    def across(at: int) -> float:
        return (at + 0.5) / len(points)

    bounds = [grade for grade in scores.grades if low <= grade.low < 100.0]
    marks: list[Component] = [
        html.Div(
            html.Span(f"{grade.low:g}", className="bound-word"),
            className="bound-line",
            style={"bottom": percent_of(height(grade.low))},
        )
        for grade in bounds
    ]
    for run in runs(points):
        marks += ribbon([(across(i), height(p.low or 0.0), height(p.high or 0.0)) for i, p in run])
    for run in runs(points):
        marks += line([(across(i), height(p.score or 0.0)) for i, p in run])
    for at, point in enumerate(points):
        if point.score is None:
            continue
        title = t(
            "trend-unit-point",
            lang,
            period=point.period.label(lang),
            score=grades.points(point.score),
            low=grades.points(point.low),
            high=grades.points(point.high),
            rank=NONE if point.rank is None else str(point.rank),
            sample=count(point.sample),
        )
        if (frozen := grades.frozen_words(point, lang)) is not None:
            title = f"{title}\n{frozen}"
        place = {"left": percent_of(across(at)), "bottom": percent_of(height(point.score))}
        marks.append(html.I(className=f"trend-dot trend-{point.state}", style=place, title=title))
        touch = grades.touch(trend.subject, trend.code, point.period.name)
        marks.append(html.Span(grades.points(point.score), className="trend-word", style=place, **touch))
    labels = [
        html.Span(
            [period_short(point, lang), html.I("" if point.score is not None else t("trend-unit-few", lang))],
            className="trend-label",
        )
        for point in points
    ]
    return html.Div(
        [html.Div(marks, className="trend-plot"), html.Div(labels, className="trend-labels")], className="trend-box"
    )


def _since_recorded(points: Sequence[TrendPoint]) -> Sequence[TrendPoint]:
    """Without the periods before the first that has any case: there was nothing to score."""
    first = next((at for at, point in enumerate(points) if point.sample or point.score is not None), 0)
    return points[first:]


def runs(points: Sequence[TrendPoint]) -> list[list[tuple[int, TrendPoint]]]:
    """Points with a score that follow one another, numbered: a line does not pass over a period without one."""
    found: list[list[tuple[int, TrendPoint]]] = [[]]
    for at, point in enumerate(points):
        if point.score is None:
            found.append([])
        else:
            found[-1].append((at, point))
    return [run for run in found if run]


def period_short(point: TrendPoint, lang: str) -> str:
    """The month alone, with the year where it begins; other periods by their whole name."""
    if point.period.kind != "month":
        return point.period.label(lang)
    month = date.fromisoformat(f"{point.period.name}-01")
    return month_name(month, lang, year=month.month == 1)
