"""Layers of counts: workload, overdue, people on duty."""

from collections.abc import Callable
from functools import partial
from typing import Final

from indicators.readings.map_cells import CellCounts
from layouts.panel import Panel, Props, Showing
from layouts.parts.attrs import NOBODY, cases
from layouts.parts.layer import layer_props, per_level
from layouts.parts.ramp import breaks_of, class_of, labels_of
from layouts.words import t

LAYERS: Final[dict[str, tuple[str, ...]]] = {"workload": ("workload",), "overdue": ("overdue",), "duty": ("on_duty",)}
"""Layer -> ids of the indicators it shows."""


def show(layer: str, cells: CellCounts, showing: Showing) -> Props:
    """Classes by the values; the parts plus "not located" are the total."""
    breaks = breaks_of(cells.values.values())
    lang, shared = showing.lang, cells.unit == "per_1000_households"
    return layer_props(
        showing,
        "".join(class_of(cells.values.get(code), breaks) for code in showing.cells),
        title=t(f"layer-{layer}-title", lang),
        unit=per_level(cells.level, lang, t("layer-per-households" if shared else f"layer-{layer}-unit", lang)),
        breaks=breaks,
        labels=labels_of(breaks, whole=not shared),
        not_located=cells.not_located,
        total=cells.total,
        elsewhere=None if layer == "duty" else cases(LAYERS[layer][0], area=NOBODY, level=cells.level),
    )


def _panel(layer: str, every: int) -> Panel:
    shower: Callable[[CellCounts, Showing], Props] = partial(show, layer)
    return Panel(f"map-{layer}", f"map_{layer}", every, shower, stale_after=30, defines=LAYERS[layer])


PANELS: Final = tuple(_panel(layer, 10) for layer in LAYERS)
