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

from dashboard.pages import show_control, show_wall
from dashboard.viewer import Viewer
from data_access.scope import Audience
from indicators.readings import READINGS
from layouts.scenes import PANELS, SCENES
from tests.fixtures import small
from tests.fixtures.contract import ContractDatabase
from tests.fixtures.trees import components, props_of
from tests.fixtures.wall import Wall, wall_on

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def wall(tmp_path: Path, sqlite_database: ContractDatabase) -> Iterator[Wall]:
    """The application as it starts."""
    with wall_on(sqlite_database.url, tmp_path) as made:
        yield made


def id_of(component: Component) -> Any:
    """The id, None without one."""
    return getattr(component, "id", None)


def names_of(root: Any) -> list[str]:
    """The ids of a tree; a pattern as its JSON, as Dash writes it."""
    found = [one for c in components(root) if (one := id_of(c))]
    return [json.dumps(one, sort_keys=True) if isinstance(one, dict) else one for one in found]


def pages(wall: Wall) -> dict[str, Component]:
    """Every page of the application, as a leader sees it: each scene, and the phone's page."""
    with wall.app.server.test_request_context("/"):
        g.viewer = Viewer(Audience.LEADER, name="leader")
        return {**{scene: show_wall(scene) for scene in SCENES}, "control": show_control()}


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


def test_a_page_has_all_that_a_callback_names_or_none_of_its_inputs(wall: Wall) -> None:
    """What is missing on a page where the callback can be called would stop it there; and none waits in vain."""
    with wall.app.server.test_request_context("/"):
        always: Any = wall.app.layout
    there = {name: {*names_of(always), *names_of(page)} for name, page in pages(wall).items()}
    seen: Counter[str] = Counter()
    for callback in wall.app._callback_list:
        inputs, state = (
            [entry["id"] for entry in callback[kind] if not entry.get("allow_optional")] for kind in ("inputs", "state")
        )
        written = [part.rpartition(".")[0] for part in callback["output"].strip(".").split("...")]
        if any(identity.startswith("_pages") for identity in inputs):
            continue  # Dash's own
        for name, ids in there.items():
            if ids & set(inputs):
                seen[callback["output"]] += 1
                assert {*inputs, *state, *written} <= ids, (name, sorted({*inputs, *state, *written} - ids))
    ours = {c["output"] for c in wall.app._callback_list if not c["inputs"][0]["id"].startswith("_pages")}
    assert len(ours) > 2
    assert set(seen) == ours


def test_unknown_ids_are_not_tolerated(wall: Wall) -> None:
    assert not wall.app.config.suppress_callback_exceptions
    assert wall.app.validation_layout is not None


def test_no_id_stands_twice(wall: Wall) -> None:
    for name, page in pages(wall).items():
        assert [one for one, times in Counter(names_of(page)).items() if times > 1] == [], name


OWN_SCRIPT = ("map-", "alarms")
"""Panels whose own script takes the values from the body: they have a frame and no part that Dash fills."""


def test_every_part_that_the_broadcast_fills_stands_on_the_page(wall: Wall) -> None:
    wall.beat(2)
    made = pages(wall)
    for scene in SCENES:
        inside = list(components(made[scene]))
        there = {(one["panel"], one["part"]) for c in inside if isinstance(one := id_of(c), dict) and "panel" in one}
        frames = {props_of(c).get("data-panel") for c in inside}
        panels = wall.body(wall.client(), f"/live/wall/{scene}/{small.CITY}/zh")["panels"]
        sent = {
            (panel, part)
            for panel, head in panels.items()
            for part in head.get("props", {})
            if not panel.startswith(OWN_SCRIPT)
        }
        assert len(sent) > 20, scene
        assert sent <= there, (scene, sorted(sent - there))
        assert set(panels) <= frames, (scene, sorted(set(panels) - frames))


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
