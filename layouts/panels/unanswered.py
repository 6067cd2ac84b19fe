"""Supervision without the reply that was due."""

from typing import Final

from dash import html
from dash.development.base_component import Component

from indicators.readings.supervision import Supervision
from layouts.formats import count
from layouts.ids import MAIN
from layouts.panel import Panel, Props, Showing
from layouts.parts import kpi
from layouts.parts.attrs import cases
from layouts.parts.marks import bar, spoken
from layouts.words import t


def frame(lang: str, instance: str = MAIN) -> Component:
    """The card."""
    return kpi.card("unanswered", t("unanswered-title", lang), lang, defines=PANEL.defines, instance=instance)


def show(supervision: Supervision, showing: Showing) -> Props:
    """The count past its reply date, of all that is open, and what is due today."""
    lang, found = showing.lang, supervision
    return kpi.numbers(
        count(found.unanswered),
        t("unit-cases", lang),
        kpi.Comparison("", ""),
        [
            spoken("unanswered-open", lang, open=html.Span(count(found.open), **cases("supervised"))),
            spoken("unanswered-today", lang, today=html.Span(count(found.due_today), **cases("supervision_today"))),
        ],
        [bar(found.unanswered / found.open, classes="bar-duty")] if found.open else [],
        cases("supervision_late"),
    )


PANEL: Final = Panel("unanswered", "supervision", 10, show, stale_after=30, defines=("supervision_late", "supervised"))
