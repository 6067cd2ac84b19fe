"""What a viewer costs: a request beside a bare route, a tick beside plain Dash, queries beside one wall's."""

import gc
import json
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from dash import Dash, Input, Output, dcc, html
from flask import Flask, Response

from benchmarks import others
from benchmarks.frame import Bench, Measure
from benchmarks.stage import Stage, Statements, ask, stage, wall

REQUESTS: Final = 200
ROUNDS: Final = 5
VIEWERS: Final = 50
SETTLED: Final = 12
"""Beats until everything slow has been read once."""


def side_by_side(ways: dict[str, Callable[[], object]], count: int = REQUESTS) -> dict[str, float]:
    """Processor milliseconds a call, the ways taken in turn, the median of the rounds."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for way in ways.values():
        way()
    gc.collect()
    for _ in range(ROUNDS):
        for name, way in ways.items():
            began = time.process_time()
            for _ in range(count):
                way()
            taken[name].append((time.process_time() - began) * 1000 / count)
    return {name: statistics.median(times) for name, times in taken.items()}


def bare(body: bytes, headers: Sequence[tuple[str, str]]) -> Flask:
    """A Flask application with one route that returns these bytes."""
    server = Flask("bare", static_folder=None)
    server.add_url_rule("/body", "body", lambda: Response(body, headers=list(headers)))
    return server


def plain_dash(on: Stage) -> Flask:
    """The same panels as plain Dash would show them: each viewer's interval asks the database again."""
    app = Dash("plain", enable_mcp=False, add_log_handler=False)
    app.layout = html.Div([dcc.Interval(id="tick", interval=2000), html.Div(id="page")])

    @app.callback(Output("page", "children"), Input("tick", "n_intervals"))
    def show(_ticks: int) -> Any:
        return [part for _, parts in on.asked_again() for part in parts.values()]

    server: Flask = app.server
    return server


def tick_of_dash(server: Flask) -> Callable[[], object]:
    """One tick of one viewer: the request that Dash's renderer sends."""
    client = server.test_client()
    client.get("/_dash-layout")
    client.get("/_dash-dependencies")
    body = json.dumps({
        "output": "page.children", "outputs": {"id": "page", "property": "children"},
        "inputs": [{"id": "tick", "property": "n_intervals", "value": 1}], "changedPropIds": ["tick.n_intervals"],
    })  # fmt: skip

    def tick() -> object:
        answer = client.post("/_dash-update-component", data=body, content_type="application/json")
        assert answer.status_code == 200, answer.data[:500]
        return answer

    return tick


def requests(on: Stage) -> list[Measure]:
    """A full body and a difference beside a bare route of the same bytes."""
    path = f"/live/wall/overview/{on.settings.area or on.reference.tree.root}/zh"
    for _ in range(SETTLED):
        on.beat()
    status, full = on.get(path)
    assert status.startswith("200"), status
    seq = on.publisher.seq
    since = f"since=1.{seq - 1}"
    _, difference = on.get(path, since)
    headers = [("Content-Type", "application/json"), ("Content-Encoding", "br"), ("Cache-Control", "no-store")]
    bare_full, bare_difference = bare(full, headers), bare(difference, headers)
    taken = side_by_side(
        {
            "full": lambda: on.get(path),
            "bare full": lambda: ask(bare_full, "/body"),
            "difference": lambda: on.get(path, since),
            "bare difference": lambda: ask(bare_difference, "/body"),
        }
    )
    return [
        Measure("full body", len(full) / 1000, "kB", None, "brotli, as it travels"),
        Measure("difference of one beat", len(difference) / 1000, "kB", None, "brotli, as it travels"),
        Measure("/live, full body", taken["full"], "ms", None, "processor time of a request"),
        Measure("bare Flask route of the same bytes", taken["bare full"], "ms"),
        Measure("/live against the bare route, full body", taken["full"] / taken["bare full"], "times", 1.3),
        Measure(
            "/live against the bare route, difference", taken["difference"] / taken["bare difference"], "times", 1.3
        ),
    ]


def ticks(on: Stage, folder: Path) -> list[Measure]:
    """Processor time of a tick and viewer with fifty viewers, the publisher's share included, beside other ways."""
    path = f"/live/wall/overview/{on.reference.tree.root}/zh"
    beats = 30

    def ours() -> object:
        on.beat()
        since = f"since=1.{on.publisher.seq - 1}"
        for _ in range(VIEWERS):
            on.get(path, since)
        return None

    for _ in range(2):
        ours()
    began = time.process_time()
    for _ in range(beats):
        ours()
    own = (time.process_time() - began) * 1000 / beats / VIEWERS
    dash_tick = side_by_side({"dash": tick_of_dash(plain_dash(on))}, count=20)["dash"]
    return [
        Measure(
            f"a tick and viewer, {VIEWERS} viewers",
            own,
            "ms",
            2.0,
            "processor time; the publisher's beat shared among them",
        ),
        Measure("a tick and viewer of plain Dash", dash_tick, "ms", None, "only the panels of two seconds"),
        Measure("ours against plain Dash", own / dash_tick, "times", 1 / 20),
        *(
            row
            for name, theirs in others.measured(folder).items()
            for row in (
                Measure(f"a tick and viewer of {name.title()}", theirs, "ms", None, "its own server and real sessions"),
                Measure(f"ours against {name.title()}", own / theirs, "times", 1 / 20),
            )
        ),
    ]


def queries(folder: Path, statements: Statements) -> list[Measure]:
    """Statements a minute with one viewer of each of ten bodies, and with fifty walls and a thousand more readers."""
    found = {}
    with stage(folder) as first:
        tree = first.reference.tree
        root = tree.root
        assert root is not None
        places = [root, *list(tree.children_of[root])[:1]]
        while len(places) < 5:
            places.append(tree.children_of[places[1]][len(places) - 2])
    keys = tuple(wall(place, lang) for place in places for lang in ("zh", "en"))
    for name, viewers in (("one", 1), ("many", 105)):
        with stage(folder, keys) as on:
            for _ in range(SETTLED):
                on.beat()
            statements.clear()
            for _ in range(30):
                on.beat()
                for key in keys:
                    for _ in range(viewers):
                        status, _body = on.get(key.path)
                        assert status.startswith("200"), (key, status)
            found[name] = statements.count
    return [
        Measure("statements a minute, ten bodies, one viewer each", found["one"], ""),
        Measure("statements a minute, ten bodies, 1,050 viewers", found["many"], ""),
        Measure("1,050 viewers against one of each", found["many"] / found["one"], "times", 1.1),
    ]


def run(folder: Path) -> list[Measure]:
    """All three."""
    statements = Statements()
    with stage(folder) as on:
        root = on.reference.tree.root
        assert root is not None
    with stage(folder, (wall(root),)) as on:
        measures = [*requests(on), *ticks(on, folder)]
    return [*measures, *queries(folder, statements)]


BENCH: Final = Bench(
    "live",
    "What a viewer costs",
    "The demo town in one process, clock and beats turned by hand, requests straight into the web application without "
    f"a network; processor time, ways taken in turn, the median of {ROUNDS} rounds of {REQUESTS}.",
    run,
)
