"""The phone that decides what a wall shows: a touch is a command, and every two seconds it sees what the wall does."""

from typing import Any

from dash import Dash, Input, Output, State, ctx
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from callbacks.ports import Conversation, Desk
from layouts import ids
from layouts.pages import control


def register(app: Dash, services: Conversation, desk: Desk) -> None:
    """One callback: what it answers is always the state of the wall."""

    @app.callback(
        Output(ids.CONTROL_STATE, "children"),
        Input(ids.CONTROL_ASKED, "data"),
        Input(ids.CONTROL_AREA, "value"),
        Input(ids.CONTROL_BEAT, "n_intervals"),
        State(ids.CONTROL_WALL, "data"),
        State(ids.WALL_ROOT, "lang"),
    )
    def tell_wall(asked: Any, area: Any, beat: Any, wall: Any, tongue: Any) -> list[Component]:
        if not isinstance(wall, str) or not wall:
            raise PreventUpdate
        lang = "en" if tongue == "en" else "zh"
        match ctx.triggered_id:
            case ids.CONTROL_ASKED if isinstance(asked, dict):
                found = desk.change(wall, {name: value for name, value in asked.items() if name != "at"})
            case ids.CONTROL_AREA if area:
                found = desk.change(wall, {"place": area})
            case _:
                found = desk.state(wall)
        return control.state(found, services.place_name(found.place, lang), lang)
