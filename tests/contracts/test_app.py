"""Contracts of the application, by introspection: ids exist, outputs are unique, nothing happens on import."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from dash.development.base_component import Component
from flask import g

from dashboard.pages import show_wall
from dashboard.viewer import Viewer
from data_access.scope import Audience
from indicators.readings import READINGS
from layouts.scenes import PANELS, SCENES
from tests.fixtures.contract import ContractDatabase
from tests.fixtures.wall import Wall, wall_on

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def wall(tmp_path: Path, sqlite_database: ContractDatabase) -> Iterator[Wall]:
    """The application as it starts."""
    with wall_on(sqlite_database.url, tmp_path) as made:
        yield made


def components(node: Any) -> Iterator[Component]:
    """All components of a tree."""
    if isinstance(node, Component):
        yield node
        yield from components(getattr(node, "children", None))
    elif isinstance(node, list | tuple):
        for child in node:
            yield from components(child)


def id_of(component: Component) -> Any:
    """The id, None without one."""
    return getattr(component, "id", None)


def page(wall: Wall) -> Component:
    """The wall's page for a leader."""
    with wall.app.server.test_request_context("/"):
        g.viewer = Viewer(Audience.LEADER, name="leader")
        return show_wall("overview")


def test_two_applications_live_in_one_process(tmp_path: Path, sqlite_database: ContractDatabase) -> None:
    with (
        wall_on(sqlite_database.url, tmp_path) as first,
        wall_on(sqlite_database.url, tmp_path, notice="demo") as second,
    ):
        assert len(first.app.callback_map) == len(second.app.callback_map) > 2
        assert "data-note" not in first.page(first.client(), "/")
        assert "data-note" in second.page(second.client(), "/")


def test_importing_does_nothing() -> None:
    """No file, no thread, no application, no open connection."""
    code = (
        "import os, sys, threading\n"
        "before = set(os.listdir('.'))\n"
        "import dashboard.app, dashboard.cli, dashboard.serving, dashboard.compose, dashboard.demo_city, callbacks\n"
        "import dash\n"
        "assert threading.active_count() == 1, threading.enumerate()\n"
        "assert not dash.page_registry, dash.page_registry\n"
        "assert not dash._callback.GLOBAL_CALLBACK_LIST\n"
        "assert set(os.listdir('.')) == before\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_every_output_has_one_callback(wall: Wall) -> None:
    written: Counter[str] = Counter()
    for name in wall.app.callback_map:
        written.update(part for part in name.strip(".").split("..."))
    assert [name for name, times in written.items() if times > 1] == []


def test_every_id_of_a_callback_exists_on_the_page(wall: Wall) -> None:
    with wall.app.server.test_request_context("/"):
        layout: Any = wall.app.layout
    found = [id_of(c) for root in (layout, page(wall)) for c in components(root)]
    there = {json.dumps(one, sort_keys=True) if isinstance(one, dict) else one for one in found if one}
    made_later = {"drawer"}
    for callback in wall.app._callback_list:
        for entry in (*callback["inputs"], *callback["state"]):
            identity = entry["id"]
            if identity.startswith("{"):
                assert set(json.loads(identity)) & made_later, identity
            elif not identity.startswith("_pages"):
                assert identity in there, identity


def test_unknown_ids_are_not_tolerated(wall: Wall) -> None:
    assert not wall.app.config.suppress_callback_exceptions
    assert wall.app.validation_layout is not None


def test_the_drawers_outputs_exist(wall: Wall) -> None:
    there = {one for c in components(page(wall)) if isinstance(one := id_of(c), str)}
    outputs = {part.rpartition(".")[0] for name in wall.app.callback_map for part in name.strip(".").split("...")}
    assert {o for o in outputs if not o.startswith(("_pages", "{", "page-"))} <= there


def test_no_id_stands_twice(wall: Wall) -> None:
    ids = Counter(json.dumps(one, sort_keys=True) for c in components(page(wall)) if (one := id_of(c)))
    assert [name for name, times in ids.items() if times > 1] == []


def test_every_part_that_the_broadcast_fills_stands_on_the_page(wall: Wall) -> None:
    wall.beat(2)
    there = {
        (one["panel"], one["part"])
        for c in components(page(wall))
        if isinstance(one := id_of(c), dict) and "panel" in one
    }
    panels = wall.body(wall.client())["panels"]
    sent = {
        (panel, part)
        for panel, head in panels.items()
        for part in head.get("props", {})
        if not panel.startswith("map-")  # the map's own script takes these from the body
    }
    assert len(sent) > 20
    assert sent <= there, sorted(sent - there)


def test_scenes_name_panels_that_exist_and_beats_that_are_kept() -> None:
    for scene in SCENES.values():
        assert set(scene.panels) <= set(PANELS), scene.id
        assert len(set(scene.panels)) == len(scene.panels), scene.id
    for panel in PANELS.values():
        assert panel.every >= 2 and panel.every % 2 == 0, panel.id
        assert panel.stale_after > panel.every, panel.id
        assert {panel.reading, *panel.also} <= set(READINGS), panel.id


def test_the_tools_of_the_framework_that_nobody_needs_are_off(wall: Wall) -> None:
    rules = {rule.rule for rule in wall.app.server.url_map.iter_rules()}
    assert not any("mcp" in rule for rule in rules), rules
    assert not wall.app.server.debug


def test_methods_that_change_are_dashs_own_alone(wall: Wall) -> None:
    """Every rule that takes a POST is guarded by the same-origin check, and there is one."""
    taking = {r.rule for r in wall.app.server.url_map.iter_rules() if set(r.methods or ()) - {"GET", "HEAD", "OPTIONS"}}
    assert taking == {"/_dash-update-component"}
