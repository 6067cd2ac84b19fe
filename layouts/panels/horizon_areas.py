"""The horizon by area: where it goes overdue before the next cuts of the day."""

from typing import Final

from dash.development.base_component import Component

from indicators.readings.horizon import Horizon
from layouts.ids import MAIN
from layouts.panel import Panel, Props, Showing
from layouts.parts import ahead
from layouts.parts.cuts import cut_name
from layouts.parts.frame import empty, live, paged, tip
from layouts.parts.frame import frame as panel_frame
from layouts.parts.marks import shown
from layouts.parts.places import area_name
from layouts.words import t


def frame(lang: str, instance: str = MAIN) -> Component:
    """The heads, and a row an area."""
    return panel_frame(
        "horizon-areas",
        t("horizon-areas-title", lang),
        [
            live("horizon-areas", "heads", instance, className="row row-head"),
            paged("horizon-areas", instance, most=ahead.SHOWN),
        ],
        tip_text=tip(PANEL.defines, lang) + "\n" + t("horizon-tip", lang),
        instance=instance,
        classes="panel-ahead",
    )


def show(horizon: Horizon, showing: Showing) -> Props:
    """Areas of the place, most first; what is not located stands among them."""
    lang = showing.lang

    def name(key: str | None) -> str:
        return area_name(showing.reference, key, lang, down_to="") if key else t("not-located", lang)

    nothing = empty(t("horizon-empty", lang, cut=cut_name(horizon.cuts[-1], showing)))
    return {
        "heads": shown(ahead.heads(horizon, showing, t("horizon-area", lang)) if horizon.areas else []),
        "rows": shown(ahead.rows(horizon.areas, name, "area") or nothing),
        "sub": shown(t("horizon-areas-sub", lang)),
    }


PANEL: Final = Panel("horizon-areas", "horizon", 10, show, stale_after=30, defines=("overdue", "due_by_cut"))
