"""The drawer: a click on the map shows an area's facts, a click on an order its history."""

from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx
from dash.exceptions import PreventUpdate

from callbacks.ports import Conversation
from data_access.errors import InputError
from indicators.readings.facts import area_facts, order_facts
from layouts import ids
from layouts.parts import drawer

CLOSED = "drawer"
OPEN = "drawer drawer-open"


def register(app: Dash, services: Conversation) -> None:
    """One callback, because the drawer shows one thing at a time."""

    @app.callback(
        {"body": Output(ids.DRAWER_BODY, "children"), "shown": Output(ids.DRAWER, "className")},
        {
            "picked": Input(ids.MAP_PICKED, "data"),
            "orders": Input({"drawer": "order", "order": ALL}, "n_clicks"),
            "close": Input(ids.DRAWER_CLOSE, "n_clicks"),
            "tongue": State(ids.WALL_ROOT, "lang"),
        },
        prevent_initial_call=True,
    )
    def show_facts(picked: Any, orders: Any, close: Any, tongue: Any) -> dict[str, Any]:
        lang = "en" if tongue == "en" else "zh"
        match ctx.triggered_id:
            case ids.MAP_PICKED:
                return {"body": area(services, picked, lang), "shown": OPEN}
            case {"drawer": "order", "order": order_id} if any(orders):
                return {"body": order(services, order_id, lang), "shown": OPEN}
            case ids.DRAWER_CLOSE if close:
                return {"body": [], "shown": CLOSED}
        raise PreventUpdate


def area(services: Conversation, picked: Any, lang: str) -> list[Any]:
    """The facts of the area that was clicked. Raises UnknownPlace when it is not there or not theirs."""
    code = _text(picked.get("code") if isinstance(picked, dict) else None)
    services.require(code)

    def ask() -> list[Any]:
        at = services.at(code)
        with services.asks() as db:
            return drawer.area_facts(area_facts(db, at), db.reference, at.now, lang)

    return services.recall(f"area {code} {lang}", ask)


def order(services: Conversation, order_id: Any, lang: str) -> list[Any]:
    """One order whole, as this person may read it. Raises UnknownPlace when it is not there or not theirs."""
    at, wanted = services.at(), _text(order_id)
    with services.asks() as db:
        shown = drawer.order_facts(order_facts(db, at, wanted), db.reference, at.now, lang)
    services.note("order", wanted)
    return shown


def _text(value: Any) -> str:
    """A code or id from the browser: a short text, else InputError."""
    if isinstance(value, str) and 0 < len(value) <= 80:
        return value
    raise InputError("not a code")
