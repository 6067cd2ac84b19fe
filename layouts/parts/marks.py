"""Small marks in plain HTML: a bar, a spark line, the icon of a light."""

from collections.abc import Sequence
from math import hypot
from string import Formatter
from typing import Any

from dash import html
from dash.development.base_component import Component

from indicators.values import Light
from layouts.words import catalogue, t

_HALF = 0.011
"""Half the thickness of a spark line, in rem."""
_ASPECT = 3.0
"""Nominal width to height of a spark line, for the direction in which its thickness is laid on."""


def percent_of(share: float) -> str:
    """A share (clamped to 0 to 1) as a CSS length."""
    return f"{round(min(max(share, 0.0), 1.0) * 100, 2):g}%"


def bar(share: float, *, second: float | None = None, classes: str = "") -> Component:
    """A track with a bar; ``second`` is the part of it (from the left) that stands out."""
    filled: list[Component] = [html.I(className="bar-fill", style={"width": percent_of(share)})]
    if second is not None:
        filled.append(html.I(className="bar-second", style={"width": percent_of(second)}))
    return html.Div(filled, className=f"bar {classes}".strip())


def polyline(values: Sequence[float | None]) -> str | None:
    """A spark line as a CSS ``clip-path`` polygon; gaps are closed; None with fewer than two values.

    The thickness is laid on across the line in rem, so that it is the same on every screen.
    """
    known = [(i, value) for i, value in enumerate(values) if value is not None]
    if len(known) < 2:
        return None
    low, high = min(v for _, v in known), max(v for _, v in known)
    spread, last = (high - low) or 1.0, len(values) - 1
    points = [(i / last, 0.5 if high == low else 1 - (v - low) / spread) for i, v in known]
    upper, lower = [], []
    for at, point in enumerate(points):
        (x0, y0), (x1, y1) = points[max(at - 1, 0)], points[min(at + 1, len(points) - 1)]
        dx, dy = (x1 - x0) * _ASPECT, y1 - y0
        length = hypot(dx, dy) or 1.0
        across, down = round(dy / length * _HALF, 4), round(dx / length * _HALF, 4)
        x, y = round(2 + point[0] * 96, 1), round(8 + point[1] * 84, 1)
        upper.append(f"calc({x}% + {across}rem) calc({y}% - {down}rem)")
        lower.append(f"calc({x}% - {across}rem) calc({y}% + {down}rem)")
    return f"polygon({', '.join(upper + lower[::-1])})"


def spark(values: Sequence[float | None], title: str) -> list[Component]:
    """The children of a spark line's box; nothing with fewer than two values."""
    shape = polyline(values)
    return [] if shape is None else [html.I(className="spark-line", title=title, style={"clipPath": shape})]


def light_icon(light: Light, lang: str) -> Component:
    """The icon of a deadline light: shape and colour, the word as its title."""
    return html.I(className=f"light light-{light.value}", title=t(f"light-{light.value}", lang))


def computed_mark(lang: str) -> Component:
    """Beside a deadline that the source does not have: computed from the limit (推算)."""
    return html.Span(t("due-computed", lang), className="mark", title=t("due-computed-tip", lang))


def provisional_mark(lang: str) -> Component:
    """Beside numbers that go by a calendar whose holidays are not decreed yet."""
    return html.Span(t("calendar-mark", lang), className="mark", title=t("calendar-provisional", lang))


def partly_mark(title: str, lang: str) -> Component:
    """Beside a number that is judged by a part of what it could be; ``title`` says what is missing."""
    return html.Span(t("partly-mark", lang), className="mark", title=title)


def swatch(classes: str, text: str | list[Component | str]) -> Component:
    """One entry of a legend."""
    words = [text] if isinstance(text, str) else text
    return html.Span([html.I(className=f"swatch {classes}"), *words], className="legend-entry")


def spoken(key: str, lang: str, **parts: Component | str) -> list[Component | str]:
    """A text of the catalogue whose placeholders may be components, such as numbers that open their cases.

    Raises KeyError as ``t`` does.
    """
    pieces: list[Component | str] = []
    for text, name, _, _ in Formatter().parse(catalogue(lang)[key]):
        for piece in (text, parts[name] if name is not None else ""):
            if isinstance(piece, str) and pieces and isinstance(pieces[-1], str):
                pieces[-1] += piece
            elif piece:
                pieces.append(piece)
    return pieces


def shown(children: Any, **props: Any) -> dict[str, Any]:
    """Properties of a part that gets these children."""
    return {"children": children, **props}
