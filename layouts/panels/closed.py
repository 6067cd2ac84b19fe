"""Closed today."""

from typing import Final

from dash.development.base_component import Component

from indicators.readings.counts import Pulse
from layouts.formats import count
from layouts.ids import MAIN
from layouts.panel import Panel, Props, Showing
from layouts.parts import kpi
from layouts.parts.attrs import cases
from layouts.words import t


def frame(lang: str, instance: str = MAIN) -> Component:
    """The card."""
    return kpi.card("closed", t("closed-title", lang), lang, defines=PANEL.defines, instance=instance)


def show(pulse: Pulse, showing: Showing) -> Props:
    """The count since midnight, compared in percent."""
    comparison = kpi.compare(pulse.closed_today, "closed", showing, "percent")
    return kpi.numbers(
        count(pulse.closed_today),
        t("unit-cases", showing.lang),
        comparison,
        [comparison.against],
        kpi.line("closed", showing, until_now=False),
        cases("closed_today"),
    )


PANEL: Final = Panel("closed", "pulse", 2, show, also=("last_week", "sparks"), defines=("closed_today",))
