"""Filed today; reported today where the source records no filing."""

from typing import Final

from dash.development.base_component import Component

from indicators.readings.counts import Pulse
from layouts.formats import count
from layouts.ids import MAIN
from layouts.panel import Panel, Props, Showing
from layouts.parts import kpi
from layouts.parts.attrs import cases
from layouts.parts.frame import tip
from layouts.parts.marks import shown
from layouts.words import t


def frame(lang: str, instance: str = MAIN) -> Component:
    """The card."""
    return kpi.card("filed", t("filed-title", lang), lang, defines=PANEL.defines, instance=instance)


def show(pulse: Pulse, showing: Showing) -> Props:
    """The count since midnight, compared in percent."""
    filed = pulse.filed_today is not None
    name = "filed" if filed else "reported"
    number = pulse.filed_today if filed else pulse.reported_today
    comparison = kpi.compare(number, name, showing, "percent")
    props = kpi.numbers(
        count(number),
        t("unit-cases", showing.lang),
        comparison,
        [comparison.against],
        kpi.line("inflow", showing, until_now=False),
        cases(f"{name}_today"),
    )
    return props | {"title": shown(t(f"{name}-title", showing.lang), title=tip([f"{name}_today"], showing.lang))}


PANEL: Final = Panel("filed", "pulse", 2, show, also=("last_week", "sparks"), defines=("filed_today",))
