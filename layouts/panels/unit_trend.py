"""The score of one unit over the last periods, with its interval: the units to be urged first, one after another."""

from collections.abc import Sequence
from math import floor
from typing import Final

from dash import html
from dash.development.base_component import Component

from indicators.scores.values import Scores, ScoreTrend, TrendPoint
from layouts.formats import NONE, count
from layouts.ids import MAIN
from layouts.panel import Panel, Props, Showing
from layouts.parts import grades
from layouts.parts.chart import line, ribbon
from layouts.parts.frame import empty
from layouts.parts.frame import frame as panel_frame
from layouts.parts.marks import percent_of, shown
from layouts.words import t

MOST: Final = 12


def frame(subject: str, lang: str, instance: str = MAIN) -> Component:
    """Pages of one unit each."""
    panel = f"unittrend-{subject}"
    return panel_frame(
        panel,
        t("trend-unit-title", lang),
        [grades.pages(panel, instance, dwell=10)],
        tip_text=t("trend-unit-tip", lang),
        instance=instance,
        classes=grades.classes("unittrend", subject),
    )


def show(trends: Sequence[ScoreTrend], showing: Showing) -> Props:
    """A page a unit: those on the yellow list, then those on the red list, else the lowest scores."""
    lang = showing.lang
    subject = trends[0].subject if trends else "department"
    scores = showing.also.get(f"scores_{_PLURAL[subject]}")
    if not isinstance(scores, Scores) or not trends:
        return {"rows": shown(empty(t("trend-unit-empty", lang))), "sub": shown("")}
    by_code = {trend.code: trend for trend in trends}
    codes = [code for code in chosen(scores) if code in by_code]
    pages = [html.Div(chart(by_code[code], scores, showing), className="page trend-page") for code in codes[:MOST]]
    return {
        "rows": shown(pages or empty(t("trend-unit-empty", lang))),
        "sub": shown(t("trend-unit-sub", lang, periods=len(trends[0].points))),
    }


_PLURAL: Final = {"department": "departments", "county": "counties", "street": "streets"}


def chosen(scores: Scores) -> list[str]:
    """Units by code: the yellow list from the bottom up, the red list from the top down, the rest lowest first."""
    ranked = sorted(
        (row for group in scores.groups for row in group.rows), key=lambda row: (row.score or 0.0, row.code)
    )
    yellow = [row.code for row in ranked if row.list == "yellow"]
    red = [row.code for row in ranked[::-1] if row.list == "red"]
    return list(dict.fromkeys((*yellow, *red, *(row.code for row in ranked))))


def chart(trend: ScoreTrend, scores: Scores, showing: Showing) -> list[Component]:
    """Name and present grade over a plot of all periods on one scale with the bounds of the grades."""
    lang = showing.lang
    last = trend.points[-1] if trend.points else None
    name = grades.unit_name(showing.reference, trend.subject, trend.code, lang)
    head = html.Div(
        [
            html.Span(name, className="name unit", **grades.touch(trend.subject, trend.code)),
            grades.chip(scores, None if last is None else last.score, lang),
            html.B(grades.points(None if last is None else last.score)),
        ],
        className="trend-head",
    )
    return [head, plot(trend.points, scores, showing)]


def plot(points: Sequence[TrendPoint], scores: Scores, showing: Showing) -> Component:
    """Dots with the 95 % ribbon; the running period hollow; periods with too few cases have a dash."""
    lang = showing.lang
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
    band = [
        (across(i), height(p.low), height(p.high))
        for i, p in enumerate(points)
        if p.low is not None and p.high is not None
    ]
    path = [(across(i), height(p.score)) for i, p in enumerate(points) if p.score is not None]
    marks += ribbon(band) + line(path)
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
        place = {"left": percent_of(across(at)), "bottom": percent_of(height(point.score))}
        marks.append(html.I(className=f"trend-dot trend-{point.state}", style=place, title=title))
        marks.append(html.Span(grades.points(point.score), className="trend-word", style=place))
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


def period_short(point: TrendPoint, lang: str) -> str:
    """The month alone, with the year where it begins; other periods by their whole name."""
    if point.period.kind != "month":
        return point.period.label(lang)
    year, month = (int(text) for text in point.period.name.split("-"))
    short = t("trend-unit-month", lang, month=month)
    return t("trend-unit-january", lang, year=year, month=month) if month == 1 else short


PANELS: Final = tuple(
    Panel(
        f"unittrend-{subject}",
        f"trends_{subject}",
        600,
        show,
        also=(f"scores_{subject}",),
        stale_after=1800,
    )
    for subject in grades.SUBJECTS
)
