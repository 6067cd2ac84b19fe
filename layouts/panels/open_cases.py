"""Open now."""

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
    return kpi.card("open", t("open-title", lang), lang, defines=PANEL.defines, instance=instance)


def show(pulse: Pulse, showing: Showing) -> Props:
    """The stock, compared in cases."""
    comparison = kpi.compare(pulse.open, "open", showing, "count")
    return kpi.numbers(
        count(pulse.open),
        t("unit-cases", showing.lang),
        comparison,
        [comparison.against],
        kpi.line("open", showing, until_now=True),
        cases("open"),
    )


PANEL: Final = Panel("open", "pulse", 2, show, also=("last_week", "sparks"), defines=("open",))
