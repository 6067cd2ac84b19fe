"""The product's own page on hand-made readings, in any state of data that a test asks for, without a database."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs

import orjson
from dash import Dash, Input, Output, dcc, html
from flask import request
from werkzeug.serving import make_server

from layouts import ids
from layouts.pages.wall import Hall, page
from layouts.parts.viewer import Choice, viewer_menu
from layouts.scene import Place
from layouts.scenes import PANELS, SCENES
from layouts.words import t
from tests.browser.fakewall import ASSETS, FakeWall, Quiet
from tests.fixtures import handmade, handmade_all

STATES = ("live", "quiet", "silent", "stale", "broken", "not_recorded", "waiting")
_WHY = {
    "stale": {"key": "source-unreachable"},
    "broken": {"key": "source-too-slow"},
    "not_recorded": {"key": "not-recorded", "params": {"missing": "work_orders.close_due_at|handle_due_at"}},
}


class HandWall(FakeWall):
    """All panels of all scenes, drawn from the hand-made readings; ``hall`` is how the screen behaves by itself."""

    hall: Hall = Hall()

    def fill(self, lang: str, state: str = "live", data: Mapping[str, Any] | None = None) -> None:
        """Every panel in this state, from other values if they are given; what was never read has no props."""
        data = handmade_all.data() | dict(data or {})
        for panel in PANELS.values():
            shows = state not in {"waiting", "not_recorded"}
            at = handmade.showing(lang, also={name: data.get(name) for name in panel.also}, provisional=True)
            props = panel.show(data[panel.reading], at) if shows else {}
            head: dict[str, Any] = {"state": state, "stale_ms": 600_000, "why": _WHY.get(state)}
            self.show(panel.id, _plain(props), **head)


def _plain(props: Any) -> Any:
    return orjson.loads(orjson.dumps(props, default=lambda component: component.to_plotly_json()))


@contextmanager
def standing() -> Iterator[HandWall]:
    """The server on a free port, until the block ends; ``?scene=orders&lang=en`` is another scene, in English."""
    wall = HandWall()
    app = Dash("handwall", assets_folder=str(ASSETS), title="hand", update_title="", enable_mcp=False)
    app.layout = html.Div([dcc.Location(id=ids.PAGE_URL), html.Div(id=ids.PAGE_BODY)])

    @app.callback(Output(ids.PAGE_BODY, "children"), Input(ids.PAGE_URL, "search"))
    def show_page(search: str | None) -> Any:
        asked = parse_qs((search or "").lstrip("?"))
        lang, scene = asked.get("lang", ["zh"])[0], asked.get("scene", ["overview"])[0]
        place = Place(handmade.CITY, handmade.REFERENCE.tree.by_code[handmade.CITY].label(lang))
        return page(
            SCENES[scene],
            place,
            lang,
            audience="wall",
            zone="Asia/Shanghai",
            now_ms=wall.now(),
            build=wall.build,
            viewer_menu=viewer_menu([Choice("leader", t("viewer-leader", lang))], "leader", lang),
            note=t("data-note-demo", lang),
            hall=wall.hall,
            control="/control",
        )

    app.server.add_url_rule("/live/<path:rest>", "live", lambda rest: wall.answer(request.args.get("since")))
    http = make_server("127.0.0.1", 0, app.server, threaded=True, request_handler=Quiet)
    wall.base_url = f"http://127.0.0.1:{http.server_port}/"
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    try:
        yield wall
    finally:
        wall.answer_again()
        http.shutdown()
        thread.join(5)
        http.server_close()
