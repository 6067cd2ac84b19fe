"""On duty by the areas right below, against the plan."""

from itertools import zip_longest
from typing import Final

from dash import html
from dash.development.base_component import Component

from indicators.readings.people import AreaDuty, Duty
from layouts.formats import NONE, THIN, count, percent
from layouts.ids import MAIN
from layouts.panel import Panel, Props, Showing
from layouts.parts.frame import empty, paged, tip
from layouts.parts.frame import frame as panel_frame
from layouts.parts.marks import bar, shown
from layouts.parts.places import area_name
from layouts.words import t


def frame(lang: str, instance: str = MAIN) -> Component:
    """Rows of two areas each."""
    return panel_frame(
        "duty",
        t("duty-title", lang),
        [paged("duty", instance)],
        tip_text=tip(PANEL.defines, lang),
        instance=instance,
    )


def show(duty: Duty, showing: Showing) -> Props:
    """A bar an area: on duty of planned. People coded above these areas are said beside the title."""
    lang = showing.lang
    sub = t("duty-sub", lang)
    if duty.not_located:
        sub = f"{sub} · {t('not-located-people', lang, people=count(duty.not_located))}"
    if not duty.planned:
        return {"rows": shown(empty(t("duty-empty", lang))), "sub": shown(sub)}
    cells = [_cell(area, showing) for area in duty.by_area]
    half = (len(cells) + 1) // 2
    pairs = zip_longest(cells[:half], cells[half:], fillvalue=html.Div(className="cell"))
    return {"rows": shown([html.Div(list(pair), className="row") for pair in pairs]), "sub": shown(sub)}


def _cell(area: AreaDuty, showing: Showing) -> Component:
    name = area_name(showing.reference, area.area, showing.lang, down_to="")
    share = area.on_duty / area.planned if area.planned else None
    return html.Div(
        [
            html.Span(name, className="name cut", title=name),
            bar(share or 0.0),
            html.B(f"{percent(share, 0)}%" if share is not None else NONE),
            html.Span(f"{count(area.on_duty)}{THIN}/{THIN}{count(area.planned)}", className="sample"),
        ],
        className="cell",
    )


PANEL: Final = Panel("duty", "duty", 10, show, stale_after=30, defines=("on_duty",))
