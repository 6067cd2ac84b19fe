"""Layers of counts: workload, overdue, people on duty."""

from collections.abc import Callable
from functools import partial
from typing import Final

from dash.development.base_component import Component

from indicators.readings.map_cells import CellCounts
from layouts.ids import MAIN
from layouts.panel import Panel, Props, Showing
from layouts.parts.layer import layer_frame, layer_props
from layouts.parts.ramp import NO_VALUE, breaks_of, class_of, labels_of, top_of
from layouts.words import t

LAYERS: Final[dict[str, tuple[str, ...]]] = {"workload": ("workload",), "overdue": ("overdue",), "duty": ("on_duty",)}
"""Layer -> ids of the indicators it shows."""


def frame(layer: str, lang: str, instance: str = MAIN) -> Component:
    """The frame of one layer."""
    return layer_frame(layer, lang, LAYERS[layer], instance)


def show(layer: str, cells: CellCounts, showing: Showing) -> Props:
    """Classes by the values; the parts plus "not located" are the total."""
    breaks = breaks_of(top_of(cells.values.values()))
    classes = "".join(class_of(cells.values.get(code), breaks) for code in showing.cells)
    lang = showing.lang
    unit = "layer-per-households" if cells.unit == "per_1000_households" else f"layer-{layer}-unit"
    level = t(f"level-{cells.level}", lang)
    return layer_props(
        showing,
        classes,
        labels_of(breaks),
        {NO_VALUE: t("layer-no-value", lang)},
        sub=t("layer-sub", lang, unit=t(unit, lang), level=level),
        not_located=cells.not_located,
        total=cells.total,
    )


def _panel(layer: str, every: int) -> Panel:
    shower: Callable[[CellCounts, Showing], Props] = partial(show, layer)
    return Panel(f"map-{layer}", f"map_{layer}", every, shower, stale_after=30, defines=LAYERS[layer])


PANELS: Final = tuple(_panel(layer, 10) for layer in LAYERS)
