"""Lists in pages and countdowns."""

import re
from collections.abc import Iterator
from typing import Any, Final

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.browser.fakewall import FakeWall, running

WATCH: Final = """new MutationObserver(() => {
  const mark = document.querySelector("[data-panel='list'] .pager-mark");
  const shown = document.querySelectorAll("[data-panel='list'] .row:not([data-off])");
  const rows = Array.from(shown).map((row) => row.innerText);
  window.pages = window.pages || [];
  const last = window.pages[window.pages.length - 1] || [''];
  if (mark && mark.textContent && last[0] !== mark.textContent) window.pages.push([mark.textContent, ...rows]);
}).observe(document, {subtree: true, childList: true, characterData: true})"""
"""Notes each page of the list that is shown: its mark and the rows one sees."""


@pytest.fixture
def wall() -> Iterator[FakeWall]:
    with running() as served:
        yield served


def row(text: str, **props: Any) -> dict[str, Any]:
    """A row as the publisher sends it."""
    inner = {"namespace": "dash_html_components", "type": "Span", "props": {"children": text, **props}}
    return {"namespace": "dash_html_components", "type": "Div", "props": {"className": "row", "children": inner}}


def counting(left: int, at: int, *, running: bool = True, flips: int | None = None) -> dict[str, Any]:
    """A countdown cell."""
    given = {"data-left": str(left), "data-at": str(at), "data-running": "1" if running else "0"}
    return row("", className="count", **given, **{"data-flips": "" if flips is None else str(flips)})


def test_a_long_list_is_shown_page_by_page(wall: FakeWall, open_page: OpenPage) -> None:
    wall.show("list", {"rows": {"children": [row(f"row {i}") for i in range(8)]}})
    page = open_page(wall.base_url, script=WATCH)
    page.wait_for_function("window.pages && window.pages.length >= 4")
    seen = page.evaluate("window.pages.slice(0, 4)")
    assert [[mark, rows] for mark, *rows in seen] == [
        ["1/3", ["row 0", "row 1", "row 2"]],
        ["2/3", ["row 3", "row 4", "row 5"]],
        ["3/3", ["row 6", "row 7"]],
        ["1/3", ["row 0", "row 1", "row 2"]],
    ]


def test_pages_stand_still_when_the_address_says_so(wall: FakeWall, open_page: OpenPage) -> None:
    wall.show("list", {"rows": {"children": [row(f"row {i}") for i in range(8)]}})
    page = open_page(wall.base_url + "?pause=1", script=WATCH)
    page.wait_for_function("window.pages && window.pages.length >= 1")
    seq = page.evaluate("gridwall.live.peek().memory.seq")
    page.wait_for_function(f"gridwall.live.peek().memory.seq > {seq} + 3")
    assert [mark for mark, *_rows in page.evaluate("window.pages")] == ["1/3"]


def test_a_short_list_has_no_pages(wall: FakeWall, open_page: OpenPage) -> None:
    wall.show("list", {"rows": {"children": [row("row 0"), row("row 1")]}})
    page = open_page(wall.base_url)
    expect(page.locator("[data-panel='list'] .row:visible")).to_have_count(2)
    expect(page.locator("[data-panel='list'] .pager-mark")).to_have_text("")


def test_countdowns_fall_while_the_clock_runs_and_never_pass_its_next_change(
    wall: FakeWall, open_page: OpenPage
) -> None:
    hour_ago = wall.now() - 3_600_000
    rows = [
        counting(7230, hour_ago),
        counting(7230, hour_ago, running=False),
        counting(7230, hour_ago, flips=hour_ago + 600_000),
        counting(-60, hour_ago),
    ]
    wall.show("list", {"rows": {"children": rows[:3]}})
    page = open_page(wall.base_url)
    cells = page.locator("[data-panel='list'] .count")
    expect(cells).to_have_text([re.compile(r"1:00|0:59"), "2:00", "1:50"])
    wall.show("list", {"rows": {"children": rows[3:]}})
    expect(cells).to_have_text([re.compile(r"\+1:0[01]")])


def test_countdowns_stand_still_once_their_panel_is_stale(wall: FakeWall, open_page: OpenPage) -> None:
    now = wall.now()
    wall.show("list", {"rows": {"children": [counting(3600, now - 30_000)]}}, as_of=now, stale_ms=2000)
    page = open_page(wall.base_url)
    expect(page.locator("[data-panel='list']")).to_have_attribute("data-state", "stale")
    shown = page.evaluate("gridwall.format.hoursMinutes(3600 - 32)")
    expect(page.locator("[data-panel='list'] .count")).to_have_text(shown)
    assert shown == "0:59"
