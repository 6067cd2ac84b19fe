"""A layer of the map: its values for the browser's painter, its legend, its notes."""

from collections.abc import Mapping

from dash import dcc, html
from dash.development.base_component import Component

from data_access.reference import AreaTree
from layouts.formats import count
from layouts.ids import MAIN, part
from layouts.panel import Props, Showing
from layouts.parts.attrs import attrs
from layouts.parts.frame import live, tip, truth, waiting
from layouts.parts.marks import shown
from layouts.parts.ramp import legend
from layouts.words import t


def layer_frame(layer: str, lang: str, defines: tuple[str, ...], instance: str = MAIN) -> Component:
    """The static frame of a layer; the style sheet shows the chosen one."""
    panel = f"map-{layer}"
    return html.Div(
        [
            truth(),
            html.Div(
                [
                    html.H3(t(f"layer-{layer}-title", lang), title=tip(defines, lang)),
                    live(panel, "sub", instance, html.Span, className="sub"),
                ],
                className="layer-title",
            ),
            live(panel, "legend", instance, className="legend"),
            live(panel, "note", instance, className="layer-note"),
            dcc.Store(id=part(panel, "values", instance)),
        ],
        className="map-layer",
        **attrs(data_layer=layer),
        **waiting(panel, instance),
    )


def layer_props(
    showing: Showing,
    classes: str,
    labels: dict[str, str],
    extra: dict[str, str],
    *,
    sub: str,
    not_located: int,
    total: int,
) -> Props:
    """The live parts of a layer. ``classes`` has one character a cell, in the order of the geometry file."""
    note = t("layer-not-located", showing.lang, n=count(not_located), total=count(total))
    return {
        "values": {
            "data": {
                "cells": showing.geometry.cells_hash if showing.geometry else "",
                "classes": classes,
                "labels": labels | extra,
            }
        },
        "legend": shown(legend(labels, {name: text for name, text in extra.items() if name in classes})),
        "sub": shown(sub),
        "note": shown(note),
    }


def holders(tree: AreaTree, cells: tuple[str, ...], level: str) -> Mapping[str, str | None]:
    """Cell -> code of the area of ``level`` that holds it; None where there is none."""
    found = {}
    for cell in cells:
        area = tree.up_to(cell, level)
        found[cell] = area.code if area else None
    return found
