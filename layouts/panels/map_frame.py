"""The map itself: panes, tabs of the layers, attribution. The browser fetches the shapes and paints the values."""

from typing import Final

import dash_leaflet as dl
from dash import dcc, html
from dash.development.base_component import Component

from indicators.readings.events import Sources
from layouts import ids
from layouts.ids import MAIN, part
from layouts.panel import Panel, Props, Showing
from layouts.panels import map_counts, map_ontime
from layouts.parts.attrs import attrs
from layouts.parts.frame import live, waiting
from layouts.parts.marks import shown
from layouts.words import t

LAYERS: Final = ("workload", "overdue", "ontime", "duty")
"""The layers in the order of their tabs; the first is shown to begin with."""


def frame(lang: str, instance: str = MAIN) -> Component:
    """The map with its tabs and one legend a layer."""
    tabs = [
        html.Button(
            t(f"layer-{layer}-tab", lang),
            className="map-tab",
            type="button",
            **attrs(data_layer=layer, aria_pressed="true" if layer == LAYERS[0] else "false"),
        )
        for layer in LAYERS
    ]
    layers = [
        map_ontime.frame(lang, instance) if layer == "ontime" else map_counts.frame(layer, lang, instance)
        for layer in LAYERS
    ]
    return html.Section(
        [
            html.Div(tabs, className="map-tabs", role="group", **attrs(aria_label=t("layers-title", lang))),
            html.Div(_map(), className="map-box"),
            *layers,
            live("map-frame", "credit", instance, className="map-credit"),
            dcc.Store(id=part("map-frame", "geometry", instance)),
            dcc.Store(id=ids.MAP_PICKED),
        ],
        className="panel map",
        **attrs(data_layer=LAYERS[0]),
        **waiting("map-frame", instance),
    )


def _map() -> Component:
    """Panes from below: water, cells (Leaflet's own canvas), borders. The browser hands over the data of all three."""
    drawn: Component = dl.Map(
        [
            dl.Pane(
                dl.GeoJSON(id=ids.MAP_WATER, style={"variable": "gridwall.map.waterStyle"}, interactive=False),
                name="water",
                style={"zIndex": 350, "pointerEvents": "none"},
            ),
            dl.GeoJSON(
                id=ids.MAP_CELLS,
                style={"variable": "gridwall.map.style"},
                onEachFeature={"variable": "gridwall.map.collect"},
            ),
            dl.Pane(
                dl.GeoJSON(id=ids.MAP_OUTLINES, style={"variable": "gridwall.map.outlineStyle"}, interactive=False),
                name="borders",
                style={"zIndex": 450, "pointerEvents": "none"},
            ),
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


def show(sources: Sources, showing: Showing) -> Props:
    """Where the shapes are, and what is said of them; the reading gives the frame its pulse."""
    geometry = showing.geometry
    if geometry is None:
        return {"geometry": {"data": None}, "credit": shown(t("geometry-missing", showing.lang))}
    said = [t("geometry-schematic", showing.lang)] if geometry.schematic else []
    said += [geometry.credit] if geometry.credit else []
    return {
        "geometry": {
            "data": {
                "cells": geometry.cells,
                "hash": geometry.cells_hash,
                "outlines": geometry.outlines,
                "water": geometry.water,
            }
        },
        "credit": shown([html.Span(text) for text in said]),
    }


PANEL: Final = Panel("map-frame", "sources", 2, show)
