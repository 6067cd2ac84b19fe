"""Numbers open their lists by touch and by key, back leads back, and a drawer left open on a wall closes by itself."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Page, expect
from werkzeug.serving import make_server

from tests.browser.fakewall import Quiet
from tests.fixtures import small
from tests.fixtures.browser import OpenPage
from tests.fixtures.contract import ContractDatabase
from tests.fixtures.servers import wait_until
from tests.fixtures.wall import Wall, wall_on

OVERDUE: Final = "[data-panel='overdue'] .kpi-value [data-opens]"
TALLEST: Final = """() => [...document.querySelectorAll('.panel-trend .barlayer path')]
  .map((bar) => bar.getBoundingClientRect()).reduce((a, b) => (b.height > a.height + 0.5 ? b : a)).toJSON()"""
LINES: Final = ".drawer-open .drawer-order"


@contextmanager
def served(wall: Wall) -> Iterator[str]:
    """The application on a port of its own."""
    http = make_server("127.0.0.1", 0, wall.app.server, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{http.server_port}"
    finally:
        http.shutdown()
        thread.join(10)
        http.server_close()


@pytest.fixture
def address(tmp_path: Path, sqlite_database: ContractDatabase) -> Iterator[tuple[Wall, str]]:
    """The application on the small city, with an address; its drawer closes after three seconds."""
    keys = tuple(f"wall/overview/{small.CITY}/{lang}" for lang in ("zh", "en"))
    with wall_on(sqlite_database.url, tmp_path, pinned=keys, drawer_seconds=3) as wall:
        wall.beat(3)
        with served(wall) as base:
            yield wall, base


def number(page: Page) -> int:
    """The number that is touched."""
    page.locator(OVERDUE).wait_for(timeout=60_000)
    return int(re.sub(r"\D", "", page.locator(OVERDUE).inner_text()))


def test_a_number_opens_its_list_a_line_its_order_and_back_leads_back(
    address: tuple[Wall, str], open_page: OpenPage
) -> None:
    page = open_page(address[1] + "/")
    cases = number(page)
    page.locator(OVERDUE).click()
    expect(page.locator(LINES)).to_have_count(cases, timeout=20_000)
    expect(page.locator(".drawer-body h2")).to_have_text("超期")
    expect(page.locator(".case-count")).to_have_text(f"共 {cases} 件")
    expect(page.locator(".drawer-back")).to_be_hidden()
    page.locator(".case-definition summary").click()
    expect(page.locator(".case-definition p")).to_contain_text("窗口")
    page.locator(LINES).first.click()
    expect(page.locator(".drawer-body .facts-order")).to_be_visible()
    page.locator(".drawer-back").click()
    expect(page.locator(LINES)).to_have_count(cases)
    expect(page.locator(".drawer-back")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(page.locator(".drawer")).not_to_be_visible()


def test_a_number_is_a_button_for_the_keyboard_too(address: tuple[Wall, str], open_page: OpenPage) -> None:
    page = open_page(address[1] + "/?lang=en")
    cases = number(page)
    for key in ("Enter", " "):
        page.locator(OVERDUE).focus()
        page.keyboard.press(key)
        expect(page.locator(LINES)).to_have_count(cases, timeout=20_000)
        page.keyboard.press("Escape")
        expect(page.locator(".drawer")).not_to_be_visible()


def test_an_hour_of_the_trend_opens_its_cases_by_touch_and_by_key(
    address: tuple[Wall, str], open_page: OpenPage
) -> None:
    page = open_page(address[1] + "/?lang=en")
    number(page)
    hours = page.locator(".panel-trend .hour[data-opens]")
    expect(hours.first).to_be_visible(timeout=60_000)
    said = [str(hour.get_attribute("title")) for hour in hours.all()]
    cases = [
        int(re.sub(r"\D", "", words.partition("\n")[0].split(",")[1]))
        for words in said
        if not words.startswith("last week")
    ]
    busiest = cases.index(max(cases))
    assert cases[busiest] > 0
    for by_key in (False, True):
        if by_key:
            hours.nth(busiest).focus()
            page.keyboard.press("Enter")
        else:
            hours.nth(busiest).click()
        expect(page.locator(LINES)).to_have_count(cases[busiest], timeout=20_000)
        expect(page.locator(".drawer-path").first).to_contain_text(f"{busiest:02d}:00–{busiest + 1:02d}:00")
        page.keyboard.press("Escape")
        expect(page.locator(".drawer")).not_to_be_visible()
    page.wait_for_selector(".panel-trend .barlayer path", state="attached")  # the figure is drawn after the rest
    box, bar = hours.nth(busiest).bounding_box(), page.evaluate(TALLEST)
    assert box is not None
    assert box["x"] <= bar["x"] + 1, "the button stands over its bar"
    assert bar["x"] + bar["width"] <= box["x"] + box["width"] + 1


def test_the_drawer_left_open_on_a_screen_that_turns_closes_by_itself(
    address: tuple[Wall, str], open_page: OpenPage
) -> None:
    _wall, base = address
    page = open_page(base + "/?rotate=1&dwell=3600")
    number(page)
    page.locator(OVERDUE).click()
    expect(page.locator(LINES).first).to_be_visible(timeout=20_000)
    expect(page.locator(".drawer")).not_to_be_visible(timeout=20_000)
    desk = open_page(base + "/")
    number(desk)
    desk.locator(OVERDUE).click()
    expect(desk.locator(LINES).first).to_be_visible(timeout=20_000)
    since = desk.evaluate("performance.now()")
    wait_until(lambda: bool(desk.evaluate("performance.now()") > since + 5000), "longer than a wall waits", 60)
    expect(desk.locator(LINES).first).to_be_visible()


def test_the_list_fits_a_phone_and_can_be_touched(address: tuple[Wall, str], open_page: OpenPage) -> None:
    page = open_page(address[1] + "/", width=390, height=844)
    number(page)
    page.locator(OVERDUE).click()
    expect(page.locator(LINES).first).to_be_visible(timeout=20_000)
    assert page.evaluate("document.querySelector('.drawer').scrollWidth <= window.innerWidth")
    for name in (".drawer-close", ".drawer-order"):
        box = page.locator(name).first.bounding_box()
        assert box is not None
        assert box["height"] >= 40, name
