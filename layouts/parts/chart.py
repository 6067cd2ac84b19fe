"""Lines and ribbons as shapes of plain elements: no drawing library, and any size by style sheet alone."""

from collections.abc import Sequence
from math import hypot
from typing import Final

from dash import html
from dash.development.base_component import Component

_HALF: Final = 0.011
"""Half the thickness of a line, in rem."""
_ASPECT: Final = 3.0
"""Nominal width to height of the box, for the direction in which the thickness is laid on."""


def line(points: Sequence[tuple[float, float]]) -> list[Component]:
    """A line through (across, up) as shares of the box; nothing with fewer than two points."""
    if len(points) < 2:
        return []
    upper, lower = [], []
    for at, (x, y) in enumerate(points):
        (x0, y0), (x1, y1) = points[max(at - 1, 0)], points[min(at + 1, len(points) - 1)]
        dx, dy = (x1 - x0) * _ASPECT, y0 - y1
        length = hypot(dx, dy) or 1.0
        across, down = round(dy / length * _HALF, 4), round(dx / length * _HALF, 4)
        upper.append(f"calc({_share(x)} + {across}rem) calc({_share(1 - y)} - {down}rem)")
        lower.append(f"calc({_share(x)} - {across}rem) calc({_share(1 - y)} + {down}rem)")
    return [html.I(className="chart-line", style={"clipPath": f"polygon({', '.join(upper + lower[::-1])})"})]


def ribbon(points: Sequence[tuple[float, float, float]]) -> list[Component]:
    """A band between (across, low, high) as shares of the box; nothing with fewer than two points."""
    if len(points) < 2:
        return []
    upper = [f"{_share(x)} {_share(1 - high)}" for x, _, high in points]
    lower = [f"{_share(x)} {_share(1 - low)}" for x, low, _ in points]
    return [html.I(className="chart-ribbon", style={"clipPath": f"polygon({', '.join(upper + lower[::-1])})"})]


def _share(share: float) -> str:
    return f"{round(min(max(share, 0.0), 1.0) * 100, 2):g}%"
