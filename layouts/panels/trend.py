"""Cases by hour of the day, against the same weekday last week."""

from datetime import timedelta
from typing import Final

from dash import dcc, html
from dash.development.base_component import Component

from indicators.readings.history import Trend
from layouts.figures.trend import hours, is_empty
from layouts.formats import count, weekday
from layouts.ids import MAIN, part
from layouts.panel import Panel, Props, Showing
from layouts.parts.attrs import attrs, cases
from layouts.parts.frame import frame as panel_frame
from layouts.parts.frame import live, tip
from layouts.parts.marks import shown, spoken, swatch
from layouts.words import t


def frame(lang: str, instance: str = MAIN) -> Component:
    """The graph, and over it a button an hour; figure and buttons come with the first beat."""
    graph = dcc.Graph(
        id=part("trend", "figure", instance),
        figure={"data": [], "layout": {"xaxis": {"visible": False}, "yaxis": {"visible": False}}},
        config={"displayModeBar": False, "responsive": True, "doubleClick": False, "scrollZoom": False},
        className="graph",
    )
    return panel_frame(
        "trend",
        live("trend", "title", instance, tag=html.Span, children=t("trend-title", lang)),
        [graph, live("trend", "hours", instance, className="hours")],
        tip_text=tip(PANEL.defines, lang),
        instance=instance,
    )


def show(trend: Trend, showing: Showing) -> Props:
    """Bars for today, a dotted line for last week; a sentence when there is neither. An hour opens its cases."""
    lang = showing.lang
    total = html.Span(count(_sum(trend)), **cases(trend.kind))
    entries: list[Component | str] = [swatch("swatch-accent", spoken("trend-today", lang, total=total))]
    if trend.last_week is not None:
        entries.append(swatch("swatch-dots", t("trend-last-week", lang, weekday=weekday(showing.now, lang))))
    else:
        entries.append(t("trend-no-comparison", lang))
    return {
        "title": shown(t("trend-title" if trend.kind == "filed_today" else "trend-title-reported", lang)),
        "sub": shown(entries),
        "figure": {"figure": hours(trend, lang)},
        "hours": shown(_touches(trend, lang)),
    }


def _touches(trend: Trend, lang: str) -> list[Component]:
    """One button an hour, over its bar: for the mouse, a finger and the keyboard alike.

    It says both numbers of the hour and opens today's; of an hour to come, that of last week.
    """
    return [] if is_empty(trend) else [_touch(trend, hour, lang) for hour in range(24)]


def _touch(trend: Trend, hour: int, lang: str) -> Component:
    today, before = trend.today[hour], None if trend.last_week is None else trend.last_week[hour]
    words = []
    if today is not None:
        words.append(t("trend-hour", lang, hour=f"{hour:02d}", cases=count(today)))
    if before is not None:
        words.append(t("trend-hour-before", lang, hour=f"{hour:02d}", cases=count(before)))
    if not words:
        return html.Span(className="hour")
    day = trend.day if today is not None else trend.day - timedelta(days=7)
    return html.Span(
        className="hour",
        title="\n".join(words),
        **attrs(aria_label=", ".join(words)),
        **cases(trend.hourly, period=f"{day}T{hour:02d}"),
    )


def _sum(trend: Trend) -> int:
    return sum(number or 0 for number in trend.today)


PANEL: Final = Panel("trend", "trend", 10, show, stale_after=30, defines=("filed_today",))
