"""The overview: the whole city on one screen."""

from typing import Final

from dash import html
from dash.development.base_component import Component

from layouts.panels import (
    closed,
    departments,
    duty,
    filed,
    flow,
    map_counts,
    map_frame,
    map_ontime,
    on_duty,
    ontime,
    open_cases,
    overdue,
    sla,
    sources,
    ticker,
    trend,
    types,
)
from layouts.scene import Place, Scene

_KPIS: Final = (filed, open_cases, closed, ontime, overdue, on_duty)
_BLOCKS: Final = (flow, trend, types, map_frame, sla, departments, duty, ticker, sources)


def layout(place: Place, lang: str) -> Component:
    """The frames in reading order; the style sheet lays them out by the shape of the screen."""
    strip = html.Div([module.frame(lang) for module in _KPIS], className="kpis")
    return html.Main([strip, *(module.frame(lang) for module in _BLOCKS)], className="scene scene-overview")


SCENE: Final = Scene(
    "overview",
    (*(module.PANEL for module in (*_KPIS, *_BLOCKS)), *map_counts.PANELS, map_ontime.PANEL),
    layout,
)
