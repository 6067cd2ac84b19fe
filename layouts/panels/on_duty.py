"""People on duty now, out of those planned."""

from typing import Final

from dash.development.base_component import Component

from indicators.readings.people import Duty
from layouts.formats import count, percent
from layouts.ids import MAIN
from layouts.panel import Panel, Props, Showing
from layouts.parts import kpi
from layouts.parts.marks import bar
from layouts.words import t


def frame(lang: str, instance: str = MAIN) -> Component:
    """The card."""
    return kpi.card("on-duty", t("on-duty-title", lang), lang, defines=PANEL.defines, instance=instance)


def show(duty: Duty, showing: Showing) -> Props:
    """The head count, the share of the planned, and a bar; positions are kept only as the latest, so no last week."""
    lang = showing.lang
    share = duty.on_duty / duty.planned if duty.planned else None
    return kpi.numbers(
        count(duty.on_duty),
        t("unit-people", lang),
        kpi.Comparison(f"{percent(share)}%" if share is not None else "", ""),
        [t("on-duty-of", lang, planned=count(duty.planned)) if duty.planned else t("on-duty-none", lang)],
        [bar(share, classes="bar-duty")] if share is not None else [],
    )


PANEL: Final = Panel("on-duty", "duty", 10, show, stale_after=30, defines=("on_duty",))
