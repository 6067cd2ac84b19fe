"""Orders that went from hand to hand: the log's departments in their order."""

from typing import Final

from dash import html
from dash.development.base_component import Component

from indicators.readings.holding import Holding, PingPong
from layouts.formats import count, moment
from layouts.ids import MAIN
from layouts.panel import Panel, Props, Showing
from layouts.parts.attrs import cases
from layouts.parts.frame import empty, paged, tip
from layouts.parts.frame import frame as panel_frame
from layouts.parts.lists import fit, right, two_lines
from layouts.parts.marks import light_icon, shown, spoken
from layouts.parts.places import alike, area_name, category_name, department_name
from layouts.words import t

SHOWN: Final = 7


def frame(lang: str, instance: str = MAIN) -> Component:
    """Pages of orders."""
    return panel_frame(
        "ping-pong",
        t("ping-pong-title", lang),
        [paged("ping-pong", instance, most=SHOWN)],
        tip_text=tip(PANEL.defines, lang) + "\n" + t("ping-pong-tip", lang),
        instance=instance,
    )


def show(holding: Holding, showing: Showing) -> Props:
    """Open orders by the number of hands, with the departments they went through."""
    lang = showing.lang
    total = html.Span(count(holding.ping_pong_total), **cases("passed_around"))
    rows = [_row(order, showing) for order in holding.ping_pong]
    return {
        "rows": shown(rows or empty(t("ping-pong-empty", lang))),
        "sub": shown(spoken("ping-pong-sub", lang, cases=total)),
    }


def _row(order: PingPong, showing: Showing) -> Component:
    """Each department once, in the order in which they first had it; the whole way is in the title."""
    lang, reference = showing.lang, showing.reference
    name = category_name(reference, order.category, lang)
    way = [department_name(reference, code, lang) for code in order.departments]
    since = t("longest-wait-since", lang, moment=moment(order.since, showing.now, lang))
    return two_lines(
        light_icon(order.light, lang),
        [
            fit(name, area_name(reference, order.area, lang)),
            right(html.B(t("ping-pong-hands", lang, hands=order.hands)), title=" → ".join(way)),
        ],
        [fit(" ⇄ ".join(dict.fromkeys(way)))],
        title=since,
        **alike("passed_around", reference, order.category, order.area),
    )


PANEL: Final = Panel("ping-pong", "holding", 300, show, stale_after=900, defines=("passed_around",))
