"""The menu of viewers in the open mode: a leader, or an official of a street or bureau."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from dash import dcc, html
from dash.development.base_component import Component

from layouts import ids
from layouts.words import t

_LABELS: Final = ("search", "clear_search", "clear_selection", "no_options_found")


@dataclass(frozen=True, slots=True)
class Choice:
    """One viewer one may be: ``value`` is what the callback gets, ``label`` is in the language of the page."""

    value: str
    label: str


def viewer_menu(choices: Sequence[Choice], chosen: str | None, lang: str) -> Component:
    """A searchable menu; the chosen viewer is kept by the server in a signed cookie."""
    labels: Any = {name: t(f"choose-{name.replace('_', '-')}", lang) for name in _LABELS}
    return html.Div(
        [
            html.Label(t("viewer-label", lang), htmlFor=ids.VIEWER_PLACE),
            dcc.Dropdown(
                id=ids.VIEWER_PLACE,
                options=[{"value": choice.value, "label": choice.label} for choice in choices],
                value=chosen,
                clearable=False,
                searchable=True,
                placeholder=t("viewer-placeholder", lang),
                labels=labels,
                className="viewer-dropdown",
            ),
        ],
        className="viewer",
    )
