"""Tooltips speak of the city's own policy, in frames and in what the broadcast brings."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from dash import html
from dash.development.base_component import Component

from callbacks import drawer
from callbacks.asked import asked_of
from indicators.policy import BUILT_IN, Policy, load_policy
from indicators.registry import REGISTRY, definition
from layouts.pages import wall
from layouts.parts.definitions import under
from layouts.parts.frame import tip
from layouts.scene import Place
from layouts.scenes import SCENES


@pytest.fixture
def own(tmp_path: Path) -> Policy:
    text = BUILT_IN.read_text(encoding="utf-8").replace("ontime_days = 7", "ontime_days = 10")
    text = text.replace("departments_days = 30", "departments_days = 45").replace("types_days = 7", "types_days = 9")
    path = tmp_path / "policy.toml"
    path.write_text(text.replace('"18:00"', '"17:30"'), encoding="utf-8")
    return load_policy(path)


def titles(node: object) -> list[str]:
    """All titles of a tree."""
    if isinstance(node, list | tuple):
        return [title for child in node for title in titles(child)]
    if not isinstance(node, Component):
        return []
    title = getattr(node, "title", None)
    return ([title] if isinstance(title, str) else []) + titles(getattr(node, "children", None))


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("scene", SCENES)
def test_no_frame_of_a_scene_speaks_of_another_policy(scene: str, lang: str, own: Policy) -> None:
    old = {definition(name, lang) for name in REGISTRY} - {definition(name, lang, own) for name in REGISTRY}
    place = Place("3203", "徐州")
    page = wall.page(
        SCENES[scene], place, lang, audience="wall", zone="Asia/Shanghai", now_ms=0, build="b", policy=own
    )  # fmt: skip
    said = {line for title in titles(page) for line in title.split("\n")}
    assert scene != "overview" or said & {definition(name, lang, own) for name in REGISTRY}
    assert not said & old


def test_what_the_broadcast_brings_speaks_of_it_too(own: Policy) -> None:
    inner: Any = html.B("1", title=f"{tip(('ontime_close', 'due_by_cut'), 'en')}\nand more")
    props = {"title": {"children": "x", "title": tip(("type_count",), "en")}, "rows": {"children": [html.P([inner])]}}
    assert under(own, "en", props) is props
    assert "last 9 days" in str(props["title"]["title"])
    assert inner.title == "\n".join(
        [definition("ontime_close", "en", own), definition("due_by_cut", "en", own), "and more"]
    )
    assert "12:00 or 17:30" in inner.title


def test_the_built_in_policy_changes_nothing() -> None:
    inner: Any = html.B("1", title=tip(("ontime_close",), "zh"))
    assert under(load_policy(), "zh", inner) is inner
    assert inner.title == definition("ontime_close", "zh")


def test_the_drawer_speaks_of_it_too(own: Policy, monkeypatch: pytest.MonkeyPatch) -> None:
    said: Any = html.B("1", title=tip(("ontime_close",), "zh"))
    monkeypatch.setitem(drawer.OPENERS, "area", lambda services, asked, lang: [html.P([said])])
    services: Any = SimpleNamespace(at=lambda: SimpleNamespace(policy=own))
    drawer.shown(services, [asked_of({"kind": "area", "place": ""})], "zh")
    assert "近 10 日" in said.title
    assert said.title == definition("ontime_close", "zh", own) != definition("ontime_close", "zh")
