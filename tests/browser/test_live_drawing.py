"""Plain elements are drawn without the renderer: safely, and leaving alone what stays as it is."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.browser.fakewall import FakeWall, running

HOLDER = "[data-panel='list'] .rows, [data-panel='list'] [data-pager]"


@pytest.fixture
def wall() -> Iterator[FakeWall]:
    with running() as served:
        yield served


def tag(kind: str, children: Any = None, **props: Any) -> dict[str, Any]:
    """A component as the publisher sends it."""
    return {"namespace": "dash_html_components", "type": kind, "props": {"children": children, **props}}


def row(text: str, **props: Any) -> dict[str, Any]:
    return tag("Div", [tag("B", text), None, ["rest", ""]], className="row", **props)


def test_what_did_not_change_keeps_its_elements_and_the_focus(wall: FakeWall, open_page: OpenPage) -> None:
    wall.show("list", {"rows": {"children": [row("first", tabIndex="0"), row("second")]}})
    page = open_page(wall.base_url)
    rows = page.locator("[data-panel='list'] .row")
    expect(rows.nth(1)).to_have_text("secondrest")
    rows.nth(0).focus()
    page.evaluate("window.kept = Array.from(document.querySelectorAll('[data-panel=\"list\"] .row'))")
    wall.show("list", {"rows": {"children": [row("first", tabIndex="0"), row("changed"), row("third")]}})
    expect(rows.nth(2)).to_have_text("thirdrest")
    expect(rows.nth(1)).to_have_text("changedrest")
    expect(rows.nth(0)).to_be_focused()
    assert page.evaluate("kept.every((row, i) => row === document.querySelectorAll('[data-panel=\"list\"] .row')[i])")
    wall.show("list", {"rows": {"children": tag("P", "nothing")}})
    expect(page.locator("[data-panel='list'] p")).to_have_text("nothing")
    expect(rows).to_have_count(0)


def test_attributes_come_and_go_and_styles_are_kept(wall: FakeWall, open_page: OpenPage) -> None:
    style = {"clipPath": "polygon(0 0, 1rem 0, 0 1rem)", "--step": "12%", "width": "50%"}
    wall.show("list", {"rows": {"children": [row("x", title="a <b>", style=style, **{"data-cases": '{"a": 1}'})]}})
    page = open_page(wall.base_url)
    only = page.locator("[data-panel='list'] .row")
    expect(only).to_have_attribute("data-cases", '{"a": 1}')
    expect(only).to_have_attribute("title", "a <b>")
    kept = only.evaluate("({style}) => [style.clipPath.slice(0, 7), style.getPropertyValue('--step'), style.width]")
    assert kept == ["polygon", "12%", "50%"]
    wall.show("list", {"rows": {"children": [row("x")]}})
    expect(only).not_to_have_attribute("title", "a <b>")
    assert only.evaluate("row => row.getAttributeNames()") == ["class"]


def test_what_only_the_renderer_can_draw_goes_to_it(wall: FakeWall, open_page: OpenPage) -> None:
    wall.show("open", {"value": {"children": tag("Span", "by the renderer", id="made")}})
    page = open_page(wall.base_url)
    expect(page.locator("#made").first).to_have_text("by the renderer")
    assert page.evaluate("gridwall.draw.able({children: 'x', n_clicks: 1})") is False
    refused = [tag("A", "x", href="javascript:alert(1)"), tag("Script", "x"), tag("Iframe"), tag("Div", onclick="x()")]
    assert page.evaluate("all => all.map(one => gridwall.draw.able({children: one}))", refused) == [False] * 4


def test_another_place_does_not_inherit_what_was_drawn(wall: FakeWall, open_page: OpenPage) -> None:
    wall.show("open", {"value": {"children": "of the first place", "title": "its title"}})
    page = open_page(wall.base_url)
    value = page.locator("[data-instance='main'][data-panel='open'] .panel-body span")
    expect(value).to_have_text("of the first place")
    page.evaluate("gridwall.draw.forget()")
    expect(value).not_to_have_text("of the first place")
    assert value.get_attribute("title") is None
