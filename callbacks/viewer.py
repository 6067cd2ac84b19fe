"""The menu of viewers in the open mode."""

from typing import Any

from dash import Dash, Input, Output, State
from dash.exceptions import PreventUpdate

from callbacks.ports import Conversation
from data_access.errors import InputError
from layouts import ids


def register(app: Dash, services: Conversation) -> None:
    """A choice is kept by a signed cookie, and the page begins anew at the chosen viewer's home."""

    @app.callback(
        Output(ids.PAGE_URL, "href"),
        Input(ids.VIEWER_PLACE, "value"),
        State(ids.WALL_ROOT, "lang"),
        prevent_initial_call=True,
    )
    def become_viewer(choice: Any, tongue: Any) -> str:
        if not isinstance(choice, str) or len(choice) > 80:
            raise InputError("not a viewer")
        if not services.choose(choice):
            raise PreventUpdate
        return "/?lang=en" if tongue == "en" else "/?lang=zh"
