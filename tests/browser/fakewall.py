"""A small server that plays the broadcast, so that what the browser's scripts do can be tested without a database.

It serves a Dash page with a few panels and the product's own map, and ``/live``, ``/geometry`` and ``/readyz`` as the
test decides: beating, silent, failing, hanging, with another build.
"""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from dash import Dash, dcc, html
from flask import Response, request
from werkzeug.serving import WSGIRequestHandler, make_server

from layouts import ids
from layouts.panels import map_frame
from layouts.parts.attrs import attrs
from layouts.parts.frame import frame, live
from layouts.words import browser_words

ASSETS: Final = Path(__file__).resolve().parents[2] / "assets"
BEAT_MS: Final = 1000
DIFFERENCES: Final = 5
STYLE: Final = """<style>
.panel.map{position:relative;width:9rem;height:7rem}
.map-box,.map-leaflet{position:absolute;inset:0;background:#07131f}
.map-tabs,.map-legend,.map-notes,.map-wait,.map-bar,.map-frame-truth{position:relative;z-index:1000}
.rows{height:1.2rem}.row{height:.3rem}
</style>"""


class Quiet(WSGIRequestHandler):
    """Says nothing about each request."""

    def log_request(self, *_of: object) -> None:
        """Nothing."""


@dataclass
class Live:
    """The state of one fake panel: props with the beat that changed them."""

    props: dict[str, Any]
    changed: int = 0
    rev: int = 1
    state: str = "live"
    why: dict[str, Any] | None = None
    as_of: int | None = None
    stale_ms: int = 4000


@dataclass
class FakeWall:
    """The server's side, to be changed by the test while the page runs."""

    mode: str = "ok"
    epoch: int = 1
    build: str = "build-1"
    ready: bool = True
    panels: dict[str, Live] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    geometry_failures: int = 0
    asked: list[str] = field(default_factory=list)
    origin_ms: int = field(default_factory=lambda: int(time.time() * 1000))
    stopped_at: int | None = None
    behind_ms: int = 0
    base_url: str = ""
    _hang: threading.Event = field(default_factory=threading.Event)

    def now(self) -> int:
        """The server's clock."""
        return int(time.time() * 1000) - self.behind_ms

    @property
    def seq(self) -> int:
        """Number of the current beat; stands still while the publisher is stopped."""
        return ((self.stopped_at or self.now()) - self.origin_ms) // BEAT_MS

    def stop_publisher(self) -> None:
        """No more beats from now on."""
        self.stopped_at = self.now()

    def start_publisher(self) -> None:
        """Beats again."""
        self.stopped_at = None

    def hang(self) -> None:
        """Requests are taken and not answered."""
        self._hang.clear()
        self.mode = "hang"

    def answer_again(self) -> None:
        """Normal answers; hanging requests end."""
        self.mode = "ok"
        self._hang.set()

    def show(self, panel: str, props: dict[str, Any], **head: Any) -> None:
        """New props of a panel, from the current beat on."""
        before = self.panels.get(panel)
        rev = 1 if before is None else before.rev + 1
        self.panels[panel] = Live(props, changed=self.seq, rev=rev, **head)

    def body(self, since: str | None) -> dict[str, Any]:
        """A full body, or the difference since one of the last beats."""
        seq = self.seq
        epoch, _, number = (since or "").partition(".")
        base = int(number) if epoch == str(self.epoch) and number and int(number) >= seq - DIFFERENCES else None
        beat_at = self.origin_ms + seq * BEAT_MS
        return {
            "epoch": self.epoch,
            "seq": seq,
            "build": self.build,
            "beat_at": beat_at,
            "next_ms": beat_at + BEAT_MS,
            "base": base,
            "panels": {name: self._head(panel, beat_at, base) for name, panel in self.panels.items()},
        }

    def _head(self, panel: Live, beat_at: int, base: int | None) -> dict[str, Any]:
        head: dict[str, Any] = {
            "state": panel.state,
            "as_of": panel.as_of or beat_at,
            "source_at": beat_at - 1000,
            "rev": panel.rev,
            "stale_ms": panel.stale_ms,
        }
        if panel.why:
            head["why"] = panel.why
        if base is None or panel.changed >= base:
            head["props"] = panel.props
        return head

    def answer(self, since: str | None) -> Response:
        """What ``/live`` says now."""
        if self.mode == "hang":
            self._hang.wait(30)
        status = {"error": 500, "refused": 403, "missing": 404, "preparing": 202}.get(self.mode, 200)
        content: object = self.body(since) if status == 200 else {"preparing": True, "next_ms": self.now() + 500}
        text = "<html>a proxy's page</html>" if self.mode == "garbage" else json.dumps(content)
        return Response(text, status, {"X-Gridwall-Now": str(self.now()), "Content-Type": "application/json"})


def page(wall: FakeWall, lang: str) -> Any:
    """The page: a number, a text, a figure, a list in pages, countdowns, and the map."""
    return html.Div(
        [
            html.Div(**attrs(data_clock="time"), id="clock"),
            html.Div(**attrs(data_clock="date"), id="date"),
            html.Div(**attrs(data_say="connection"), id="said"),
            frame("open", "open", [live("open", "value", tag=html.Span)]),
            frame("open", "again", [live("open", "value", "other", tag=html.Span)], instance="other"),
            frame("chart", "chart", [dcc.Graph(id={"panel": "chart", "part": "figure", "instance": "main"})]),
            frame("list", "list", [live("list", "rows", className="rows", **attrs(data_pager="3", data_dwell="1"))]),
            html.Div(id="holder"),
            map_frame.frame(lang),
        ],
        id=ids.WALL_ROOT,
        **attrs(
            data_live="/live/wall/test/1/" + lang,
            data_lang=lang,
            data_zone="Asia/Shanghai",
            data_now=str(wall.now()),
            data_connection="waiting",
            data_words=json.dumps(browser_words(lang), ensure_ascii=False),
        ),
    )


@contextmanager
def running(lang: str = "zh") -> Iterator[FakeWall]:
    """The server on a free port of the loopback interface, until the block ends."""
    wall = FakeWall()
    app = Dash("fakewall", assets_folder=str(ASSETS), title="fake", update_title="", enable_mcp=False)
    app.index_string = app.index_string.replace("</head>", STYLE + "</head>")
    app.layout = lambda: page(wall, lang)
    server = app.server

    def answered(**_path: str) -> Response:
        wall.asked.append(request.args.get("since", ""))
        return wall.answer(request.args.get("since"))

    def geometry(name: str) -> Response:
        if wall.geometry_failures > 0:
            wall.geometry_failures -= 1
            return Response("not now", 503)
        content = wall.files.get(name)
        return Response(content or b"", 200 if content else 404, {"Content-Type": "application/json"})

    server.add_url_rule("/live/<path:rest>", "live", answered)
    server.add_url_rule("/geometry/<name>.json", "geometry", geometry)

    def tile(**_place: str) -> Response:
        return Response('<svg xmlns="http://www.w3.org/2000/svg" width="256" height="256"/>', mimetype="image/svg+xml")

    server.add_url_rule("/tile/<z>/<x>/<y>", "tile", tile)
    server.add_url_rule("/readyz", "readyz", lambda: Response("", 200 if wall.ready else 503))
    http = make_server("127.0.0.1", 0, server, threaded=True, request_handler=Quiet)
    wall.base_url = f"http://127.0.0.1:{http.server_port}/"
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    try:
        yield wall
    finally:
        wall.answer_again()
        http.shutdown()
        thread.join(10)


def squares(columns: int, rows: int, name: str = "cell") -> dict[str, Any]:
    """A made-up place of square cells, as a cells file has them."""
    size, west, south = 0.4 / columns, 117.0, 34.0

    def ring(x: int, y: int) -> list[list[float]]:
        corners = [(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)]
        return [[round(west + (x + dx) * size, 5), round(south + (y + dy) * size, 5)] for dx, dy in corners]

    features = [
        {
            "type": "Feature",
            "properties": {"i": y * columns + x, "code": f"c{y * columns + x}", "name": f"{name} {x}-{y}", "up": "up"},
            "geometry": {"type": "Polygon", "coordinates": [ring(x, y)]},
        }
        for y in range(rows)
        for x in range(columns)
    ]
    box = [west, south, round(west + columns * size, 5), round(south + rows * size, 5)]
    return {"type": "FeatureCollection", "features": features, "bbox": box}


def outline(cells: dict[str, Any], name: str = "street") -> dict[str, Any]:
    """One outline around all cells, with its label in the middle, as an outlines file has it."""
    west, south, east, north = cells["bbox"]
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    feature = {
        "type": "Feature",
        "properties": {"code": "s1", "name": name},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    lines = {"type": "FeatureCollection", "features": [feature]}
    label = {
        "name": name,
        "level": "street",
        "lon": (west + east) / 2,
        "lat": (south + north) / 2,
        "width": east - west,
    }
    return {"outlines": lines, "borders": lines, "labels": [label]}


def serve_map(
    wall: FakeWall, cells: dict[str, Any], outlines: dict[str, Any] | None = None, name: str = "ab12", **more: Any
) -> None:
    """Let the map have these shapes; a hash is anything of hexadecimal digits here, ``more`` is said of the map."""
    wall.files[name] = json.dumps(cells).encode()
    data: dict[str, Any] = {"cells": f"/geometry/{name}.json", "outlines": None, "water": None, "missing": 2}
    if outlines is not None:
        wall.files[f"{name}00"] = json.dumps(outlines).encode()
        data["outlines"] = f"/geometry/{name}00.json"
    data |= {"schematic": True, "credit": "© OpenStreetMap"} | more
    wall.show("map-frame", {"geometry": {"data": data}})


def serve_layer(wall: FakeWall, layer: str, classes: str, name: str = "ab12", **legend: Any) -> None:
    """Values of a layer, one character a cell."""
    given = {"title": layer, "unit": "", "breaks": [0, 1, 2, 3, 4], "labels": ["0", "1", "2", "3", "≥4"], "few": "few"}
    data = {"cells": name, "classes": classes, "legend": given | legend, "not_located": 12, "total": 1000, "note": ""}
    wall.show(f"map-{layer}", {"values": {"data": data}})
