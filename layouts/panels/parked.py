"""Parked: suspended without an end, counted beside what falls due."""

from typing import Final

from dash.development.base_component import Component

from indicators.readings.counts import Pulse
from indicators.readings.horizon import Horizon
from layouts.formats import NONE, count, percent
from layouts.ids import MAIN
from layouts.panel import Panel, Props, Showing
from layouts.parts import kpi
from layouts.parts.attrs import cases
from layouts.parts.marks import bar
from layouts.words import t


def frame(lang: str, instance: str = MAIN) -> Component:
    """The card."""
    return kpi.card("parked", t("parked-title", lang), lang, defines=PANEL.defines, instance=instance)


def show(horizon: Horizon, showing: Showing) -> Props:
    """The stock, with its share of all that is open; words where the source records no suspensions."""
    if horizon.parked is None:
        return kpi.numbers(NONE, "", kpi.Comparison("", ""), [t("parked-unrecorded", showing.lang)], [])
    pulse = showing.also.get("pulse")
    share = horizon.parked / pulse.open if isinstance(pulse, Pulse) and pulse.open else None
    note = t("parked-note", showing.lang, share=percent(share)) if share is not None else t("parked-none", showing.lang)
    return kpi.numbers(
        count(horizon.parked),
        t("unit-cases", showing.lang),
        kpi.Comparison("", ""),
        [note],
        [bar(share, classes="bar-duty")] if share is not None else [],
        cases("parked"),
    )


PANEL: Final = Panel("parked", "horizon", 10, show, also=("pulse",), stale_after=30, defines=("parked",))
