"""Work orders: where they stand, how long they have waited, whose they are, and what goes overdue next."""

from typing import Final

from dash import html
from dash.development.base_component import Component

from layouts.panels import (
    ageing,
    due_soon,
    holding,
    horizon,
    horizon_areas,
    hot_areas,
    ladder,
    longest,
    longest_wait,
    open_cases,
    origins,
    overdue,
    parked,
    ping_pong,
    supervision,
    type_moves,
    unanswered,
)
from layouts.scene import Place, Scene

_KPIS: Final = (open_cases, overdue, due_soon, parked, unanswered, longest_wait)
_AHEAD: Final = (ageing, horizon, horizon_areas)
_HANDS: Final = (holding, longest, supervision)
"""Under the flow: in whose hands it is."""
_SIDES: Final = (ping_pong, ladder, origins, type_moves, hot_areas)


def layout(place: Place, lang: str) -> Component:
    """The frames in reading order; the style sheet lays them out by the shape of the screen."""
    strip = html.Div([module.frame(lang) for module in _KPIS], className="kpis")
    hands = html.Div([module.frame(lang) for module in _HANDS], className="hands")
    ahead, sides = ([module.frame(lang) for module in some] for some in (_AHEAD, _SIDES))
    return html.Main([strip, *ahead, hands, *sides], className="scene scene-orders")


SCENE: Final = Scene("orders", tuple(module.PANEL for module in (*_KPIS, *_AHEAD, *_HANDS, *_SIDES)), layout)
