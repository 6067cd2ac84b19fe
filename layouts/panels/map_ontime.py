"""The layer of on-time rates, at the first level with enough cases; the rest is hatched and said."""

from typing import Final

from dash.development.base_component import Component

from indicators.readings.rates import CellRates
from indicators.values import Rate
from layouts.ids import MAIN
from layouts.panel import Panel, Props, Showing
from layouts.parts.layer import holders, layer_frame, layer_props
from layouts.parts.ramp import NO_VALUE, TOO_FEW
from layouts.words import t

STEPS: Final = (0.98, 0.95, 0.90, 0.80)
"""Lower ends of the classes 0 to 3; class 4, the brightest, is what lies below."""


def frame(lang: str, instance: str = MAIN) -> Component:
    """The frame of the layer."""
    return layer_frame("ontime", lang, ("ontime_close",), instance)


def show(cells: CellRates, showing: Showing) -> Props:
    """Each cell wears the class of the area of the chosen level that holds it; low rates are bright."""
    lang = showing.lang
    by_area = {code: _class_of(rate, cells.minimum) for code, rate in cells.rates.items()}
    held_by = holders(showing.reference.tree, showing.cells, cells.level)
    classes = "".join(by_area.get(held_by[code] or "", NO_VALUE) for code in showing.cells)
    labels = {str(i): f"≥{round(step * 100)}" for i, step in enumerate(STEPS)} | {"4": f"<{round(STEPS[-1] * 100)}"}
    extra = {
        TOO_FEW: t("layer-too-few", lang, minimum=cells.minimum),
        NO_VALUE: t("layer-nothing-due", lang),
    }
    return layer_props(
        showing,
        classes,
        labels,
        extra,
        sub=t("layer-sub", lang, unit=t("layer-ontime-unit", lang), level=t(f"level-{cells.level}", lang)),
        not_located=cells.not_located,
        total=cells.total,
    )


def _class_of(rate: Rate, minimum: int) -> str:
    if rate.value is None:
        return NO_VALUE
    if rate.of < minimum:
        return TOO_FEW
    value = rate.value
    return str(sum(value < step for step in STEPS))


PANEL: Final = Panel("map-ontime", "map_ontime", 120, show, stale_after=360, defines=("ontime_close",))
