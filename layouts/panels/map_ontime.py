"""The layer of on-time rates, at the first level with enough cases; the rest is hatched and said."""

from typing import Final

from indicators.readings.rates import CellRates
from indicators.values import Rate
from layouts.panel import Panel, Props, Showing
from layouts.parts.attrs import NOBODY, cases
from layouts.parts.layer import holders, layer_props, per_level
from layouts.parts.ramp import NO_VALUE, TOO_FEW
from layouts.words import t

STEPS: Final = (98, 95, 90, 80)
"""Percent at which the classes 0 to 3 begin; class 4, the brightest, is what lies below."""


def show(cells: CellRates, showing: Showing) -> Props:
    """Each cell wears the class of the area of the chosen level that holds it; low rates are bright."""
    lang = showing.lang
    by_area = {code: _class_of(rate, cells.minimum) for code, rate in cells.rates.items()}
    held_by = holders(showing.reference.tree, showing.cells, cells.level)
    return layer_props(
        showing,
        "".join(by_area.get(held_by[code] or "", NO_VALUE) for code in showing.cells),
        title=t("layer-ontime-title", lang),
        unit=per_level(cells.level, lang, t("layer-ontime-unit", lang)),
        breaks=(*STEPS, 0),
        labels=[*(f"≥{step}" for step in STEPS), f"<{STEPS[-1]}"],
        few=t("layer-too-few", lang, minimum=cells.minimum),
        not_located=cells.not_located,
        total=cells.total,
        elsewhere=cases("ontime_area", "base", area=NOBODY, level=cells.level),
    )


def _class_of(rate: Rate, minimum: int) -> str:
    if rate.value is None:
        return NO_VALUE
    if rate.of < minimum:
        return TOO_FEW
    return str(sum(rate.value * 100 < step for step in STEPS))


PANEL: Final = Panel("map-ontime", "map_ontime", 60, show, stale_after=180, defines=("ontime_area",))
