"""Lists of orders in two lines a row: what and how long above, where and whose below."""

from collections.abc import Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from indicators.values import Light
from layouts.parts.marks import light_icon

Text = Component | str


def two_lines(
    icon: Component | None,
    first: tuple[str, Text],
    second: tuple[str, Text],
    end: Component | None = None,
    **props: Any,
) -> Component:
    """A row: the name at the left of each line may be cut (it is whole in its title), what stands right never is."""
    (name, right), (place, whose) = first, second
    return html.Div(
        [
            *([html.Span(icon, className="two-icon")] if icon is not None else []),
            html.Div([html.Span(name, className="two-name cut", title=name), _right(right)], className="two-first"),
            html.Div(
                [
                    html.Span(place, className="two-place cut", title=place),
                    *([_right(whose, cut=True)] if whose else []),
                ],
                className="two-second",
            ),
            *([end] if end is not None else []),
        ],
        className="row two"
        + (" two-with-icon" if icon is not None else "")
        + (" two-with-end" if end is not None else ""),
        **props,
    )


def _right(text: Text, *, cut: bool = False) -> Component:
    if isinstance(text, Component):
        return text
    return html.Span(text, className="two-right cut" if cut else "two-right", title=text if cut else None)


def icon_of(light: Light, lang: str) -> Component:
    """The light of an order as the icon of its row."""
    return light_icon(light, lang)


def heads(names: Sequence[str]) -> Component:
    """The heads of a list's columns."""
    return html.Div([html.Span(name) for name in names], className="row row-head")
