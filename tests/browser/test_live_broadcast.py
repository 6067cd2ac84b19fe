"""The broadcast on a screen: props arrive, differences are asked for, figures fit the screen, texts stay texts."""

import json
from collections.abc import Iterator
from typing import Any, Final

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.browser.fakewall import FakeWall, running

HOSTILE: Final = '<img src=x onerror="window.hit=1">'
FIGURE: Final[dict[str, Any]] = {
    "data": [{"type": "bar", "x": [1, 2], "y": [3, 4], "marker": {"color": "@accent"}}],
    "layout": {"font": {"size": 14}, "margin": {"l": 30, "r": 10, "t": 10, "b": 30}, "paper_bgcolor": "rgba(0,0,0,0)"},
}


@pytest.fixture
def wall() -> Iterator[FakeWall]:
    with running() as served:
        yield served


def value(instance: str = "main") -> str:
    """The selector of the number's element in a panel that stands twice."""
    return f"[data-instance='{instance}'][data-panel='open'] .panel-body span"


def test_props_reach_every_instance_and_change_with_the_beats(wall: FakeWall, open_page: OpenPage) -> None:
    wall.show("open", {"value": {"children": "3 412"}})
    page = open_page(wall.base_url)
    expect(page.locator(value())).to_have_text("3 412")
    expect(page.locator(value("other"))).to_have_text("3 412")
    expect(page.locator("[data-live]")).to_have_attribute("data-connection", "ok")
    wall.show("open", {"value": {"children": "3 413"}})
    expect(page.locator(value())).to_have_text("3 413")
    assert wall.asked[0] == ""
    assert all(asked.startswith("1.") for asked in wall.asked[1:])


def test_another_epoch_brings_everything_anew(wall: FakeWall, open_page: OpenPage) -> None:
    wall.show("open", {"value": {"children": "of the first"}})
    page = open_page(wall.base_url)
    expect(page.locator(value())).to_have_text("of the first")
    wall.panels["open"].props = {"value": {"children": "of the second"}}
    wall.epoch = 2
    expect(page.locator(value())).to_have_text("of the second")
    expect(page.locator("[data-live]")).to_have_attribute("data-connection", "ok")


def test_what_is_not_on_the_page_is_passed_over(wall: FakeWall, open_page: OpenPage) -> None:
    wall.show("nowhere", {"value": {"children": "x"}})
    wall.show("open", {"unknown": {"children": "x"}, "value": {"children": "here"}})
    page = open_page(wall.base_url)
    expect(page.locator(value())).to_have_text("here")


def test_text_of_the_database_is_never_html(wall: FakeWall, open_page: OpenPage) -> None:
    wall.show("open", {"value": {"children": HOSTILE}}, state="broken", why={"key": "not-recorded", "missing": HOSTILE})
    page = open_page(wall.base_url)
    expect(page.locator(value())).to_have_text(HOSTILE)
    expect(page.locator("[data-instance='main'][data-panel='open'] .truth-why")).to_contain_text(HOSTILE)
    assert page.evaluate("[document.images.length, typeof window.hit]") == [0, "undefined"]


def test_a_frame_drawn_anew_gets_its_props_again(wall: FakeWall, open_page: OpenPage) -> None:
    wall.show("open", {"value": {"children": "kept"}})
    page = open_page(wall.base_url)
    expect(page.locator(value())).to_have_text("kept")
    ident = {"panel": "open", "part": "value", "instance": "late"}
    late = {
        "namespace": "dash_html_components",
        "type": "Div",
        "props": {
            "data-panel": "open",
            "data-instance": "late",
            "children": {"namespace": "dash_html_components", "type": "Span", "props": {"id": ident}},
        },
    }
    page.evaluate(f"dash_clientside.set_props('holder', {{children: {json.dumps(late)}}})")
    expect(page.locator("#holder span")).to_have_text("kept")


def test_figures_wear_the_theme_and_fit_the_screen_also_after_a_resize(wall: FakeWall, open_page: OpenPage) -> None:
    wall.show("chart", {"figure": {"figure": FIGURE}})
    page = open_page(wall.base_url)
    drawn = "document.querySelector('.js-plotly-plot')"
    page.wait_for_function(f"{drawn} && {drawn}._fullLayout")
    assert page.evaluate(f"{drawn}.layout.font.size") == 14
    assert page.evaluate(f"{drawn}.data[0].marker.color") == "#37c2e8"
    page.set_viewport_size({"width": 3840, "height": 2160})
    page.wait_for_function(f"{drawn}.layout.font.size === 28 && {drawn}.layout.margin.l === 60")


def test_clock_and_date_are_the_citys(wall: FakeWall, open_page: OpenPage) -> None:
    wall.behind_ms = 7 * 24 * 3600 * 1000
    wall.origin_ms -= wall.behind_ms
    wall.show("open", {"value": {"children": "x"}})
    page = open_page(wall.base_url)
    expect(page.locator("[data-live]")).to_have_attribute("data-connection", "ok")
    shown = page.evaluate("gridwall.format.date(Date.now() - 7*24*3600*1000, 'Asia/Shanghai', 'zh')")
    expect(page.locator("#date")).to_have_text(shown)
    assert page.locator("#clock").inner_text().count(":") == 2
