"""The orders that have waited longest in the stage they are in."""

from typing import Final

from dash import html
from dash.development.base_component import Component

from indicators.readings.process import Longest, LongestRow
from layouts.formats import moment
from layouts.ids import MAIN
from layouts.panel import Panel, Props, Showing
from layouts.parts.attrs import ANY
from layouts.parts.drawer import stage_name, stage_short
from layouts.parts.durations import work_hours
from layouts.parts.frame import empty, paged
from layouts.parts.frame import frame as panel_frame
from layouts.parts.lists import fit, right, two_lines
from layouts.parts.marks import light_icon, shown
from layouts.parts.places import alike, area_name, category_name, department_name
from layouts.words import t

SHOWN: Final = 7


def frame(lang: str, instance: str = MAIN) -> Component:
    """Pages of orders."""
    return panel_frame(
        "longest",
        t("longest-title", lang),
        [paged("longest", instance, most=SHOWN)],
        tip_text=t("longest-tip", lang),
        instance=instance,
    )


def show(longest: Longest, showing: Showing) -> Props:
    """Orders in the order of the reading, most hours first, with the stage and who has it."""
    lang = showing.lang
    rows = [_row(row, showing) for row in longest.rows]
    return {"rows": shown(rows or empty(t("longest-empty", lang))), "sub": shown(t("longest-sub", lang))}


def _row(row: LongestRow, showing: Showing) -> Component:
    lang, reference = showing.lang, showing.reference
    whose = f"{stage_short(row.stage, lang)} · {department_name(reference, row.department, lang)}"
    since = t("longest-wait-since", lang, moment=moment(row.since, showing.now, lang))
    return two_lines(
        light_icon(row.light, lang),
        [fit(category_name(reference, row.category, lang)), right(html.B(work_hours(row.held_s)))],
        [fit(whose, area_name(reference, row.area, lang))],
        title=f"{stage_name(row.stage, lang)}: {since}",
        **alike("stage_waiting", reference, row.category, row.area, stage=row.stage, age=ANY),
    )


PANEL: Final = Panel("longest", "longest", 10, show, stale_after=30)
