"""Overdue now, with the long overdue among them and the suspended beside them."""

from typing import Final

from dash import html
from dash.development.base_component import Component

from indicators.readings.counts import Pulse
from layouts.formats import NONE, count
from layouts.ids import MAIN
from layouts.panel import Panel, Props, Showing
from layouts.parts import kpi
from layouts.parts.attrs import cases
from layouts.parts.marks import spoken
from layouts.words import t


def frame(lang: str, instance: str = MAIN) -> Component:
    """The card."""
    return kpi.card("overdue", t("overdue-title", lang), lang, defines=PANEL.defines, instance=instance)


def show(pulse: Pulse, showing: Showing) -> Props:
    """The stock, compared in cases; words instead of a number where no deadline is recorded."""
    if pulse.overdue is None:
        return kpi.numbers(NONE, "", kpi.Comparison("", ""), [t("overdue-unrecorded", showing.lang)], [])
    comparison = kpi.compare(pulse.overdue, "overdue", showing, "count")
    long = getattr(showing.also.get("lights"), "long", None)
    note: list[kpi.Note] = [comparison.against]
    if long is not None:
        number = html.Span(count(long), **cases("long_overdue"))
        note.append(spoken("overdue-note", showing.lang, long=number))
    if suspended := getattr(showing.also.get("sla"), "suspended", 0):
        number = html.Span(count(suspended), **cases("spared"))
        note.append(spoken("overdue-still", showing.lang, suspended=number))
    return kpi.numbers(
        count(pulse.overdue),
        t("unit-cases", showing.lang),
        comparison,
        note,
        kpi.line("overdue", showing, until_now=True),
        cases("overdue"),
    )


PANEL: Final = Panel(
    "overdue",
    "pulse",
    2,
    show,
    also=("last_week", "sparks", "lights", "sla"),
    defines=("overdue", "long_overdue", "spared"),
)
