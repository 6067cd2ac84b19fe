"""A layer of the map: its values for the browser's painter, with the legend and what is not shown."""

from collections.abc import Mapping, Sequence

from dash import html
from dash.development.base_component import Component

from data_access.reference import AreaTree
from layouts.ids import MAIN
from layouts.panel import Props, Showing
from layouts.parts.attrs import attrs
from layouts.parts.frame import truth, waiting
from layouts.words import t


def layer_bar(layer: str, instance: str = MAIN) -> Component:
    """The truth bar of a layer; the browser shows the one of the layer it draws."""
    return html.Div(
        [html.Span(className="truth-source"), truth()],
        className="map-bar",
        hidden=True,
        **attrs(data_layer_bar=layer),
        **waiting(f"map-{layer}", instance),
    )


def layer_props(
    showing: Showing,
    classes: str,
    *,
    title: str,
    unit: str,
    breaks: Sequence[float],
    labels: Sequence[str],
    few: str = "",
    not_located: int,
    total: int,
    elsewhere: Mapping[str, str] | None = None,
) -> Props:
    """The one live part of a layer. ``classes`` has one character a cell, in the order of the geometry file.

    ``elsewhere`` are the attributes that open the cases which are not located.
    """
    legend = {"title": title, "unit": unit, "breaks": list(breaks), "labels": list(labels), "top": None, "few": few}
    return {
        "values": {
            "data": {
                "cells": showing.geometry.cells_hash if showing.geometry else "",
                "classes": classes,
                "legend": legend,
                "not_located": not_located,
                "opens": (elsewhere or {}).get("data-opens"),
                "total": total,
                "note": "",
            }
        }
    }


def per_level(level: str, lang: str, unit: str) -> str:
    """The unit of a layer with the level it is shown by."""
    return t("layer-unit", lang, unit=unit, level=t(f"level-{level}", lang))


def holders(tree: AreaTree, cells: Sequence[str], level: str) -> dict[str, str | None]:
    """Cell -> code of the area of ``level`` that holds it; None where there is none."""
    found: dict[str, str | None] = {}
    for cell in cells:
        area = tree.up_to(cell, level)
        found[cell] = area.code if area else None
    return found
