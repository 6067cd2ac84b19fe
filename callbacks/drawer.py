"""The drawer: an area's facts, the cases behind a number, one order's history. Whatever was touched opens here."""

from collections.abc import Callable
from typing import Any, Final

from dash import Dash, Input, Output, State, ctx
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from callbacks import cases, scores
from callbacks.asked import Asked, asked_of, follow, trail_of
from callbacks.ports import Conversation
from data_access.errors import InputError
from indicators.readings.facts import area_facts, order_facts
from layouts import ids
from layouts.parts import drawer
from layouts.parts.definitions import under

CLOSED = "drawer"
OPEN = "drawer drawer-open"

Opener = Callable[[Conversation, Asked, str], list[Component]]


def register(app: Dash, services: Conversation) -> None:
    """One callback, because the drawer shows one thing at a time."""

    @app.callback(
        {
            "body": Output(ids.DRAWER_BODY, "children"),
            "shown": Output(ids.DRAWER, "className"),
            "trail": Output(ids.DRAWER_TRAIL, "data"),
            "first": Output(ids.DRAWER_BACK, "hidden"),
        },
        {
            "picked": Input(ids.MAP_PICKED, "data", allow_optional=True),
            "asked": Input(ids.DRAWER_ASKED, "data"),
            "back": Input(ids.DRAWER_BACK, "n_clicks"),
            "close": Input(ids.DRAWER_CLOSE, "n_clicks"),
            "trail": State(ids.DRAWER_TRAIL, "data"),
            "tongue": State(ids.WALL_ROOT, "lang"),
        },
        prevent_initial_call=True,
    )
    def show_facts(picked: Any, asked: Any, back: Any, close: Any, trail: Any, tongue: Any) -> dict[str, Any]:
        lang = "en" if tongue == "en" else "zh"
        match ctx.triggered_id:
            case ids.MAP_PICKED:
                given = picked if isinstance(picked, dict) else {}
                touched = {"kind": "area", "area": given.get("code"), "place": given.get("place")}
                return shown(services, [asked_of(touched)], lang)
            case ids.DRAWER_ASKED if asked:
                question = asked_of(asked)
                before = trail_of(trail) if asked.get("within") else []
                return shown(services, follow(before, question), lang)
            case ids.DRAWER_BACK if back and len(before := trail_of(trail)) > 1:
                return shown(services, before[:-1], lang)
            case ids.DRAWER_CLOSE if close:
                return {"body": [], "shown": CLOSED, "trail": [], "first": True}
        raise PreventUpdate


def shown(services: Conversation, trail: list[Asked], lang: str) -> dict[str, Any]:
    """The drawer with the last question of the trail answered. Raises InputError for a kind there is not."""
    asked = trail[-1]
    opener = OPENERS.get(asked.kind)
    if opener is None:
        raise InputError("nothing of this kind opens")
    body = under(services.at().policy, lang, opener(services, asked, lang))
    return {
        "body": body,
        "shown": OPEN,
        "trail": [step.words for step in trail],
        "first": len(trail) == 1,
    }


def area(services: Conversation, asked: Asked, lang: str) -> list[Component]:
    """The facts of the area that was clicked. Raises UnknownPlace when it is not there or not theirs."""
    code = asked.text("area")
    services.require(code)
    _area, department = services.place(asked.place)

    def ask() -> list[Component]:
        at = services.at(code, department)
        with services.asks() as db:
            here = db if department is None else db.narrowed(department=department)
            return drawer.area_facts(area_facts(here, at), db.reference, at.now, lang, can_open=db.scope.persons)

    return services.recall(f"area {code} {department} {lang}", ask)


def order(services: Conversation, asked: Asked, lang: str) -> list[Component]:
    """One order whole, as this person may read it. Raises UnknownPlace when it is not there or not theirs."""
    at, wanted = services.at(), asked.text("order")
    with services.asks() as db:
        found = drawer.order_facts(order_facts(db, at, wanted), db.reference, at.now, lang)
    services.note("order", wanted)
    return found


OPENERS: Final[dict[str, Opener]] = {
    "area": area,
    "order": order,
    "cases": cases.listed,
    "score": scores.explain,
    "detector": scores.found,
}
"""What may open in the drawer, by kind. Each checks every field itself: a browser may send anything."""
