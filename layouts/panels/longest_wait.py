"""The longest any order has waited in the stage it is in."""

from typing import Final

from dash.development.base_component import Component

from indicators.readings.process import Longest
from layouts.formats import NONE, moment
from layouts.ids import MAIN
from layouts.panel import Panel, Props, Showing
from layouts.parts import kpi
from layouts.parts.attrs import ANY
from layouts.parts.drawer import stage_short
from layouts.parts.durations import work_hours
from layouts.parts.places import alike
from layouts.words import t


def frame(lang: str, instance: str = MAIN) -> Component:
    """The card."""
    return kpi.card(
        "longest-wait", t("longest-wait-title", lang), lang, tip_text=t("longest-tip", lang), instance=instance
    )


def show(longest: Longest, showing: Showing) -> Props:
    """Working hours of the first of the list; the note says in which stage and since when."""
    lang, nothing = showing.lang, kpi.Comparison("", "")
    if not longest.rows:
        return kpi.numbers(NONE, "", nothing, [t("longest-wait-none", lang)], [])
    first = longest.rows[0]
    since = t("longest-wait-since", lang, moment=moment(first.since, showing.now, lang))
    return kpi.numbers(
        work_hours(first.held_s),
        t("unit-work-hours", lang),
        nothing,
        [stage_short(first.stage, lang), since],
        [],
        alike("stage_waiting", showing.reference, first.category, first.area, stage=first.stage, age=ANY),
    )


PANEL: Final = Panel("longest-wait", "longest", 10, show, stale_after=30)
