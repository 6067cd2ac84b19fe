"""A phone decides what a wall shows, and the wall follows; a store that is lost changes nothing on it."""

import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Error, Page, Route, expect

from dashboard.stores import MemoryBroadcast
from data_access.errors import StoreError
from layouts.words import t
from tests.browser.test_cases import served
from tests.fixtures import small
from tests.fixtures.browser import OpenPage
from tests.fixtures.contract import ContractDatabase
from tests.fixtures.servers import wait_until
from tests.fixtures.wall import Wall, wall_on

BEAT_S: Final = 0.5
"""Real seconds between two beats here: the wall asks every two, as everywhere."""
FOLLOWED: Final = "sessionStorage.getItem('gridwall-remote-desk')"


@pytest.fixture
def beating(tmp_path: Path, sqlite_database: ContractDatabase) -> Iterator[tuple[Wall, str]]:
    """The application with its publisher, second by second."""
    with wall_on(sqlite_database.url, tmp_path) as wall:
        ended = threading.Event()

        def beat() -> None:
            while not ended.wait(BEAT_S):
                wall.clock.turn(BEAT_S)
                wall.publisher.step()

        thread = threading.Thread(target=beat, daemon=True)
        thread.start()
        with served(wall) as base:
            yield wall, base
        ended.set()
        thread.join(20)


def shown(page: Page) -> tuple[str, str]:
    """Scene and place of a wall, once no picture of an older one lies over it."""
    found = page.evaluate(
        """() => {
          const root = document.querySelector('[data-live]');
          if (!root || !window.gridwall || gridwall.still.lies()) return ['', ''];
          return [root.dataset.scene, gridwall.words.place()];
        }"""
    )
    return found[0], found[1]


def standing(open_page: OpenPage, base: str, phone_width: int = 390) -> tuple[Page, Page]:
    """A wall called ``desk`` and a phone that may decide for it."""
    screen = open_page(f"{base}/?wall=desk")
    wait_until(lambda: shown(screen) == ("overview", small.CITY), "the wall", 60)
    wait_until(lambda: bool(screen.evaluate("gridwall.control.asked() > 0")), "the wall has asked", 60)
    phone = open_page(f"{base}/control?wall=desk", width=phone_width, height=844)
    expect(phone.locator(".control-answer")).to_contain_text("desk", timeout=30_000)
    return screen, phone


def test_the_wall_follows_the_phone(beating: tuple[Wall, str], open_page: OpenPage) -> None:
    _wall, base = beating
    screen, phone = standing(open_page, base)
    phone.get_by_role("button", name=t("scene-orders", "zh")).click()
    wait_until(lambda: shown(screen) == ("orders", small.CITY), "another scene", 60)
    expect(phone.locator(".control-now")).to_contain_text(t("scene-orders", "zh"), timeout=20_000)
    expect(phone.locator(".control-state")).to_contain_text(t("control-followed", "zh"))
    phone.get_by_role("button", name=t("control-pause", "zh")).click()
    wait_until(lambda: bool(screen.evaluate("gridwall.attention.paused()")), "a pause", 60)
    phone.get_by_role("button", name=t("layer-overdue-tab", "zh")).click()
    wait_until(lambda: "layer=overdue" in screen.evaluate("location.search"), "a layer", 60)
    phone.get_by_role("button", name=t("scene-overview", "zh")).click()
    wait_until(lambda: shown(screen) == ("overview", small.CITY), "the first scene", 60)
    active = screen.locator("[data-layer-tab='map-overdue']")
    expect(active).to_have_attribute("aria-selected", "true", timeout=20_000)
    address = screen.evaluate("location.search")
    assert "pause=1" in address
    assert "wall=desk" in address
    heights = phone.locator(".control-button").evaluate_all(
        "(buttons) => buttons.map((one) => one.getBoundingClientRect().height)"  # at once: an answer draws them anew
    )
    assert min(heights) >= 44, "a finger's width"
    assert phone.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_wall_handed_back_does_not_go_where_it_was_on_its_way_to(
    beating: tuple[Wall, str], open_page: OpenPage
) -> None:
    _wall, base = beating
    screen, phone = standing(open_page, base)
    phone.get_by_role("button", name=t("control-pause", "zh")).click()
    wait_until(lambda: bool(screen.evaluate("gridwall.attention.paused()")), "a pause", 60)
    held: list[Route] = []
    back = threading.Event()

    def later(route: Route) -> None:
        """Not before the wall is handed back."""
        if back.is_set():
            route.continue_()
        else:
            held.append(route)

    screen.route("**/live/wall/orders/**", later)
    phone.get_by_role("button", name=t("scene-orders", "zh")).click()
    wait_until(lambda: bool(screen.evaluate("1") and held), "the wall to ask for the other scene", 60)
    before = screen.evaluate(FOLLOWED)
    phone.get_by_role("button", name=t("control-release", "zh")).click()
    wait_until(lambda: bool(screen.evaluate(FOLLOWED) != before), "the wall to be handed back", 60)
    back.set()
    for route in held:
        with suppress(Error):  # the page has given it up and asks anew
            route.continue_()
    asked = screen.evaluate("gridwall.control.asked()")
    wait_until(lambda: bool(screen.evaluate("gridwall.control.asked()") > asked + 2), "two more questions", 60)
    assert shown(screen) == ("overview", small.CITY)
    assert not screen.evaluate("gridwall.attention.paused()")
    expect(phone.locator(".control-state")).to_contain_text(t("control-followed", "zh"), timeout=20_000)


def test_a_held_picture_says_so_and_goes_on_when_let_go(beating: tuple[Wall, str], open_page: OpenPage) -> None:
    _wall, base = beating
    screen, phone = standing(open_page, base)
    phone.get_by_role("button", name=t("control-freeze", "zh")).click()
    summary = screen.locator(".truth-summary")
    expect(summary).to_contain_text("画面定格", timeout=30_000)
    expect(screen.locator("[data-live]")).to_have_attribute("data-connection", "frozen")
    held = screen.locator("[data-panel='open'] .truth-asof").inner_text()
    seq = screen.evaluate("gridwall.live.peek().memory.seq")
    wait_until(
        lambda: bool(screen.evaluate("gridwall.live.peek().memory.seq") > seq + 2), "beats that are not drawn", 60
    )
    assert screen.locator("[data-panel='open'] .truth-asof").inner_text() == held
    phone.get_by_role("button", name=t("control-freeze", "zh")).click()
    expect(summary).not_to_contain_text("画面定格", timeout=30_000)


def test_a_lost_store_leaves_the_wall_as_it_is(
    beating: tuple[Wall, str], open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    _wall, base = beating
    screen = open_page(f"{base}/?wall=desk", losses=True)
    wait_until(lambda: shown(screen) == ("overview", small.CITY), "the wall", 60)
    wait_until(lambda: bool(screen.evaluate("gridwall.control.asked() > 0")), "the wall has asked", 60)
    phone = open_page(f"{base}/control?wall=desk", width=390, height=844, losses=True)
    phone.get_by_role("button", name=t("control-pause", "zh")).click(timeout=30_000)
    wait_until(lambda: bool(screen.evaluate("gridwall.attention.paused()")), "a pause", 60)

    def lost(*_of: object) -> None:
        raise StoreError("away")

    with monkeypatch.context() as patched:
        patched.setattr(MemoryBroadcast, "fetch", lost)
        patched.setattr(MemoryBroadcast, "put", lost)
        phone.get_by_role("button", name=t("scene-orders", "zh")).click()
        expect(phone.locator("#page-toast")).to_contain_text(t("error-store", "zh"), timeout=20_000)
        asked = screen.evaluate("gridwall.control.asked()")
        wait_until(lambda: bool(screen.evaluate("gridwall.control.asked()") > asked + 1), "questions in vain", 60)
        assert shown(screen) == ("overview", small.CITY)
        assert screen.evaluate("gridwall.attention.paused()")
    asked = screen.evaluate("gridwall.control.asked()")
    wait_until(lambda: bool(screen.evaluate("gridwall.control.asked()") > asked + 1), "answers again", 60)
    assert shown(screen) == ("overview", small.CITY)
