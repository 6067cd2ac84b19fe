"""The map itself: panes, tabs of the layers, places for legend and notes. The browser fetches the shapes and paints."""

from typing import Any, Final

import dash_leaflet as dl
from dash import dcc, html
from dash.development.base_component import Component

from indicators.readings.events import Sources
from layouts import ids
from layouts.ids import MAIN
from layouts.panel import Panel, Props, Showing
from layouts.parts.attrs import attrs
from layouts.parts.frame import tip, truth, waiting
from layouts.parts.layer import layer_bar
from layouts.words import t

LAYERS: Final[dict[str, tuple[str, ...]]] = {
    "workload": ("workload",),
    "overdue": ("overdue",),
    "ontime": ("ontime_area",),
    "duty": ("on_duty",),
}
"""The layers in the order of their tabs, with the indicators they show; the first is shown to begin with."""


def frame(lang: str, instance: str = MAIN) -> Component:
    """The map with its tabs, the truth bars of its layers, and places the browser writes in."""
    tabs = [
        html.Button(
            t(f"layer-{layer}-tab", lang),
            className="map-tab",
            type="button",
            role="tab",
            title=tip(defines, lang),
            **attrs(data_layer_tab=f"map-{layer}", aria_selected="false"),
        )
        for layer, defines in LAYERS.items()
    ]
    return html.Section(
        [
            html.Div(truth(), className="map-frame-truth"),
            html.Div(tabs, className="map-tabs", role="tablist", **attrs(aria_label=t("layers-title", lang))),
            *(layer_bar(layer, instance) for layer in LAYERS),
            html.Div(_map(), className="map-box"),
            html.Div(className="map-wait", **attrs(data_map_wait="")),
            html.Div(className="map-legend", **attrs(data_map_legend="")),
            html.Div(className="map-notes", **attrs(data_map_notes="")),
            dcc.Store(id=ids.MAP_PICKED),
        ],
        className="panel map",
        **attrs(data_map=""),
        **waiting("map-frame", instance),
    )


def _map() -> Component:
    """Panes from below: water, cells (Leaflet's own canvas), outlines that can be hit from afar, borders, names."""
    drawn: Component = dl.Map(
        [
            _pane("water", 350, ids.MAP_WATER, "waterStyle"),
            dl.GeoJSON(
                id=ids.MAP_CELLS,
                style={"variable": "gridwall.map.cellStyle"},
                onEachFeature={"variable": "gridwall.map.collectCell"},
            ),
            _pane("outlines", 440, ids.MAP_OUTLINES, "outlineStyle", collect="collectOutline"),
            _pane("borders", 450, ids.MAP_BORDERS, "borderStyle"),
            dl.Pane(name="labels", style={"zIndex": 460, "pointerEvents": "none"}),
        ],
        id=ids.MAP_LEAFLET,
        center=[0, 0],
        zoom=2,
        zoomSnap=0.1,
        zoomControl=False,
        attributionControl=False,
        preferCanvas=True,
        className="map-leaflet",
    )
    return drawn


def _pane(name: str, height: int, layer_id: str, style: str, collect: str = "") -> Component:
    props: dict[str, Any] = {"interactive": bool(collect)}
    if collect:
        props["onEachFeature"] = {"variable": f"gridwall.map.{collect}"}
    shapes = dl.GeoJSON(id=layer_id, style={"variable": f"gridwall.map.{style}"}, **props)
    pane: Component = dl.Pane(shapes, name=name, style={"zIndex": height, "pointerEvents": "none"})
    return pane


def show(sources: Sources, showing: Showing) -> Props:
    """Where the shapes are, and what is said of them; the reading gives the frame its pulse."""
    geometry = showing.geometry
    if geometry is None:
        return {"geometry": {"data": None}}
    return {
        "geometry": {
            "data": {
                "cells": geometry.cells,
                "outlines": geometry.outlines,
                "water": geometry.water,
                "schematic": geometry.schematic,
                "credit": geometry.credit,
                "missing": geometry.missing,
                "tiles": geometry.tiles,
            }
        }
    }


PANEL: Final = Panel("map-frame", "sources", 2, show)
