"""What the screen says when something is taken away, and that it heals alone when it is given back."""

from collections.abc import Callable, Iterator
from typing import Final

import pytest
from playwright.sync_api import Page, expect

from layouts.words import t
from tests.browser.conftest import OpenPage
from tests.browser.fakewall import FakeWall, running
from tests.fixtures.servers import wait_until

LOST_MS: Final = 20_000
VALUE: Final = "[data-instance='main'][data-panel='open'] .panel-body span"
FRAME: Final = "[data-instance='main'][data-panel='open']"


@pytest.fixture
def wall() -> Iterator[FakeWall]:
    with running() as served:
        served.show("open", {"value": {"children": "3 412"}})
        yield served


def connection(page: Page, state: str) -> None:
    """Wait for the state of the whole screen."""
    expect(page.locator("[data-live]")).to_have_attribute("data-connection", state, timeout=LOST_MS)


def wait_on(page: Page, condition: Callable[[], object], what: str) -> None:
    """Wait for something the page does, letting its events come in."""

    def held() -> object:
        page.wait_for_timeout(50)
        return condition()

    wait_until(held, what, 30)


def beating(wall: FakeWall, open_page: OpenPage, script: str = "") -> Page:
    """A page that has its first values."""
    page = open_page(wall.base_url, losses=True, script=script)
    expect(page.locator(VALUE)).to_have_text("3 412")
    connection(page, "ok")
    return page


def test_silent_publisher(wall: FakeWall, open_page: OpenPage) -> None:
    page = beating(wall, open_page)
    wall.stop_publisher()
    connection(page, "silent")
    said = t("live-connection-silent", "zh", time="").strip()
    expect(page.locator("#said")).to_contain_text(said.split("{")[0][:4])
    expect(page.locator(FRAME)).to_have_attribute("data-state", "stale", timeout=LOST_MS)
    expect(page.locator(VALUE)).to_have_text("3 412")
    wall.start_publisher()
    connection(page, "ok")
    expect(page.locator(FRAME)).to_have_attribute("data-state", "live")


@pytest.mark.parametrize("mode", ["error", "garbage"])
def test_failing_web_process(wall: FakeWall, open_page: OpenPage, mode: str) -> None:
    page = beating(wall, open_page)
    wall.mode = mode
    connection(page, "offline")
    expect(page.locator(VALUE)).to_have_text("3 412")
    wall.mode = "ok"
    connection(page, "ok")


def test_web_process_that_does_not_answer(wall: FakeWall, open_page: OpenPage) -> None:
    page = beating(wall, open_page)
    wall.hang()
    connection(page, "offline")
    wall.answer_again()
    connection(page, "ok")


def test_lost_network(wall: FakeWall, open_page: OpenPage) -> None:
    page = beating(wall, open_page)
    page.context.set_offline(True)
    connection(page, "offline")
    expect(page.locator(VALUE)).to_have_text("3 412")
    page.context.set_offline(False)
    connection(page, "ok")


@pytest.mark.parametrize(
    ("mode", "state"), [("refused", "refused"), ("missing", "missing"), ("preparing", "preparing")]
)
def test_answers_without_a_body_are_said_in_words(wall: FakeWall, open_page: OpenPage, mode: str, state: str) -> None:
    wall.mode = mode
    page = open_page(wall.base_url, losses=True)
    connection(page, state)
    expect(page.locator("#said")).to_have_text(t(f"live-connection-{state}", "zh"))
    wall.mode = "ok"
    connection(page, "ok")
    expect(page.locator(VALUE)).to_have_text("3 412")


def test_a_panel_that_is_not_renewed_is_stale_and_keeps_its_value(wall: FakeWall, open_page: OpenPage) -> None:
    wall.show("chart", {})
    page = beating(wall, open_page)
    wall.panels["open"].as_of = wall.now()
    expect(page.locator(FRAME)).to_have_attribute("data-state", "stale", timeout=LOST_MS)
    expect(page.locator(f"{FRAME} .truth-why")).to_have_text(t("live-state-stale", "zh"))
    expect(page.locator(VALUE)).to_have_text("3 412")
    connection(page, "ok")


def test_beats_that_bring_nothing_are_not_called_fresh(wall: FakeWall, open_page: OpenPage) -> None:
    """The publisher lives, the database does not: every panel is stale, so the header may not say "1 s ago"."""
    page = beating(wall, open_page)
    at = wall.now()
    wall.panels["open"].as_of = at
    connection(page, "stale")
    shown = page.evaluate(f"gridwall.format.asOf({at}, Date.now(), 'Asia/Shanghai', 'zh')")
    expect(page.locator("#said")).to_have_text(t("live-connection-stale", "zh", time=shown))
    wall.panels["open"].as_of = None
    connection(page, "ok")


def test_the_cause_is_said_and_an_old_as_of_carries_its_date(wall: FakeWall, open_page: OpenPage) -> None:
    wall.show("chart", {})
    wall.show("open", {"value": {"children": "3 412"}}, state="broken", why={"key": "source-too-slow"})
    wall.panels["open"].as_of = wall.now() - 3 * 24 * 3600 * 1000
    page = beating(wall, open_page)
    expect(page.locator(FRAME)).to_have_attribute("data-state", "broken")
    expect(page.locator(f"{FRAME} .truth-why")).to_contain_text(t("live-why-source-too-slow", "zh"))
    shown = page.evaluate(f"gridwall.format.asOf({wall.panels['open'].as_of}, Date.now(), 'Asia/Shanghai', 'zh')")
    expect(page.locator(f"{FRAME} .truth-asof")).to_have_text(shown)
    assert len(shown) == len("11-21 14:02:19")


def test_ten_minutes_without_anybody_leave_the_last_values_marked(wall: FakeWall, open_page: OpenPage) -> None:
    page = beating(wall, open_page)
    wall.mode = "error"
    connection(page, "offline")
    slept = "(() => { const now = Date.now.bind(Date); Date.now = () => now() + 600000; })()"
    page.evaluate("gridwall.test = gridwall.live.peek().now")
    page.evaluate(slept)
    page.wait_for_function("gridwall.live.peek().now - gridwall.test > 600000")
    expect(page.locator(VALUE)).to_have_text("3 412")
    expect(page.locator(FRAME)).to_have_attribute("data-state", "stale")
    connection(page, "offline")
    wall.mode = "ok"
    connection(page, "ok")
    expect(page.locator(FRAME)).to_have_attribute("data-state", "live")


def test_a_new_build_loads_the_page_anew_once_when_the_server_is_ready(wall: FakeWall, open_page: OpenPage) -> None:
    page = beating(wall, open_page, script="Math.random = () => 0")
    loads: list[str] = []
    asked_ready: list[str] = []
    page.on("load", lambda loaded: loads.append(loaded.url))
    page.on("request", lambda request: asked_ready.append(request.url) if "readyz" in request.url else None)
    page.evaluate("history.replaceState(history.state, '', '?layer=overdue')")
    wall.ready = False
    wall.build = "build-2"
    wait_on(page, lambda: asked_ready, "the page asks whether the server is ready")
    assert loads == []
    wall.ready = True
    wait_on(page, lambda: loads, "the page is loaded anew")
    connection(page, "ok")
    seq = wall.seq
    wait_on(page, lambda: wall.seq > seq + 4, "some beats have passed")
    assert loads == [wall.base_url + "?layer=overdue"]


def test_nothing_piles_up_over_the_beats(wall: FakeWall, open_page: OpenPage) -> None:
    page = beating(wall, open_page)
    nodes = "document.getElementsByTagName('*').length"
    page.wait_for_function("document.querySelector('.js-plotly-plot .main-svg') && gridwall.map.peek().map")
    before, seq = page.evaluate(nodes), wall.seq
    for number in range(4):
        wall.show("open", {"value": {"children": str(number)}})
        expect(page.locator(VALUE)).to_have_text(str(number))
    assert wall.seq > seq
    assert page.evaluate(nodes) == before
