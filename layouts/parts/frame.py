"""The frame of a panel: title, truth bar and body. The browser writes the state; a style sheet makes it visible."""

from collections.abc import Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from indicators.registry import definition
from layouts.ids import MAIN, part
from layouts.parts.attrs import attrs

Child = Component | str | None


def tip(defines: Sequence[str], lang: str) -> str:
    """The definitions of these indicators, one a line, as plain text for a ``title`` attribute."""
    return "\n".join(definition(indicator, lang) for indicator in defines)


def truth() -> Component:
    """The state in words with its reason, and the as-of: the browser fills them, the style sheet adds the icon."""
    return html.Div(
        [
            html.Span(className="truth-why"),
            html.Span(className="truth-asof"),
        ],
        className="truth",
    )


def live(panel: str, name: str, instance: str = MAIN, tag: type[Component] = html.Div, **props: Any) -> Component:
    """A part that the broadcast fills."""
    return tag(id=part(panel, name, instance), **props)


def frame(
    panel: str,
    title: Child,
    body: Sequence[Component],
    *,
    tip_text: str = "",
    instance: str = MAIN,
    classes: str = "",
    sub: bool = True,
) -> Component:
    """A panel with its head. ``sub`` gives it a live subtitle beside the title."""
    head: list[Component] = [html.H2(title, title=tip_text)]
    if sub:
        head.append(live(panel, "sub", instance, className="sub"))
    head.append(html.Span(className="pager-mark"))
    return html.Section(
        [html.Header([*head, truth()], className="panel-head"), html.Div(list(body), className="panel-body")],
        className=f"panel panel-{panel} {classes}".strip(),
        **waiting(panel, instance),
    )


def waiting(panel: str, instance: str = MAIN) -> dict[str, Any]:
    """The attributes by which the browser finds a frame; before the first beat it is waiting."""
    return attrs(data_panel=panel, data_instance=instance, data_state="waiting")


def empty(text: str) -> Component:
    """An empty result, as a sentence."""
    return html.P(text, className="empty")


def paged(panel: str, instance: str = MAIN, *, most: int | None = None, dwell: int = 12) -> Component:
    """A list that the browser shows page by page: at most ``most`` rows at once, and only those that fit whole."""
    pager = attrs(data_pager="" if most is None else str(most), data_dwell=str(dwell))
    return live(panel, "rows", instance, className="rows", **pager)
