"""Lists of orders in two lines a row: what and how long above, whose and where below."""

from collections.abc import Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

Text = Component | str


def two_lines(
    icon: Component | None, first: Sequence[Component], second: Sequence[Component], **props: Any
) -> Component:
    """A row of two lines with the icon of its light before both; made of ``fit`` and ``right``."""
    lines: list[Component] = [
        html.Div(list(first), className="two-first"),
        html.Div(list(second), className="two-second"),
    ]
    if icon is None:
        return html.Div(lines, className="row two", **props)
    return html.Div([html.Span(icon, className="two-icon"), *lines], className="row two two-with-icon", **props)


def fit(text: str, also: str = "") -> Component:
    """A text that is cut at the end of its place, and one that is shown only where it fits whole beside it."""
    parts = [html.Span(text, className="two-main cut", title=text)]
    if also:
        parts.append(html.Span(also, className="two-also"))
    return html.Span(parts, className="two-fit fits")


def right(text: Text | Sequence[Text], classes: str = "", **props: Any) -> Component:
    """What stands at the end of a line and is never cut."""
    return html.Span(text, className=f"two-right {classes}".strip(), **props)


def heads(names: Sequence[str]) -> Component:
    """The heads of a list's columns."""
    return html.Div([html.Span(name) for name in names], className="row row-head")
