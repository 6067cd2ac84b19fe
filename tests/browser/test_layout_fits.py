"""Nothing overflows, nothing is cut, no text is too small: at every profile, in both languages, in every state."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, Page, expect

from layouts.words import LANGUAGES
from tests.browser.conftest import NAMES, OpenPage
from tests.browser.handwall import STATES, HandWall, standing
from tests.fixtures import handmade

CHECK: Final = (Path(__file__).parent / "overflow.js").read_text(encoding="utf-8")
WALLS: Final = ((1920, 1080), (3840, 2160), (3840, 1080), (5760, 1080), (5760, 2160), (6656, 1792), (7680, 4320))
NEAR: Final = ((1600, 900), (1366, 768), (1280, 720), (1024, 768), (390, 844))
OPEN: Final = "[data-panel='open']"
SETTLED: Final = """() => {
  const open = document.querySelector("[data-panel='open'] .kpi-value");
  const full = [...document.querySelectorAll('[data-pager]')].filter((list) => list.children.length > 9);
  const frames = document.querySelectorAll('.scene > [data-panel], .kpis > [data-panel]');
  const states = [...frames].map((e) => e.dataset.state);
  if (!open || states.some((state) => state !== STATE)) return false;
  if (['waiting', 'not_recorded'].includes(STATE)) return true;
  const paged = full.every((list) => list.querySelector('[data-off]') || list.scrollHeight <= list.clientHeight + 4);
  const drawn = document.querySelector('.panel-trend .main-svg');
  return open.textContent.length > 3 && full.length > 0 && paged && drawn !== null;
}"""


@pytest.fixture(scope="module")
def wall() -> Iterator[HandWall]:
    with standing() as served:
        yield served


def settle(page: Page, state: str, width: int, height: int) -> None:
    """Until the state is there and the lists are paged for this size."""
    page.set_viewport_size({"width": width, "height": height})
    page.wait_for_function("() => document.documentElement.clientWidth === " + str(width), timeout=60_000)
    page.wait_for_timeout(300)  # the scripts wait 150 ms after the last resize before they lay out anew
    page.wait_for_function(SETTLED.replace("STATE", repr(state)), timeout=60_000)


def found(page: Page) -> list[str]:
    """What does not fit, looked at again for two seconds: a list may just be turning its page."""
    wrong: list[str] = page.evaluate(CHECK)
    for _ in range(20):
        if not wrong:
            break
        page.wait_for_timeout(100)
        wrong = page.evaluate(CHECK)
    return wrong


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_profile_holds_everything(wall: HandWall, open_page: OpenPage, lang: str) -> None:
    wall.fill(lang)
    page = open_page(f"{wall.base_url}?lang={lang}")
    wrong: list[str] = []
    for width, height in (*WALLS, *NEAR):
        settle(page, "live", width, height)
        if sentences := found(page):
            wrong += [f"{width}x{height}: {sentence}" for sentence in sentences]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_state_fits(wall: HandWall, open_page: OpenPage, lang: str) -> None:
    wall.fill(lang)
    page = open_page(f"{wall.base_url}?lang={lang}")
    wrong: list[str] = []
    for state in STATES:
        wall.fill(lang, state)
        for width, height in ((1920, 1080), (3840, 1080) if lang == "zh" else (1366, 768)):
            settle(page, state, width, height)
            if sentences := found(page):
                wrong += [f"{state} {width}x{height}: {sentence}" for sentence in sentences]
    assert not wrong, "\n".join(wrong)


def test_a_minimum_font_size_of_twelve_changes_nothing(wall: HandWall, chromium: Browser) -> None:
    """Chinese Chromium never draws under 12 px: the root of all sizes must not depend on a small font."""
    wall.fill("zh")
    other = chromium.browser_type.launch(
        executable_path=next(filter(None, map(shutil.which, NAMES))),
        args=["--no-sandbox", "--disable-gpu", "--blink-settings=minimumFontSize=12,minimumLogicalFontSize=12"],
    )
    try:
        page = other.new_page(viewport={"width": 1920, "height": 1080})
        page.goto(wall.base_url)
        for width, height in ((1920, 1080), (1600, 900), (3840, 1080)):
            settle(page, "live", width, height)
            assert found(page) == [], f"{width}x{height}"
        root = page.evaluate("() => parseFloat(getComputedStyle(document.documentElement).fontSize)")
        assert root == pytest.approx(100, abs=0.01)
    finally:
        other.close()


def test_a_bad_state_is_seen_on_the_frame_by_colour_icon_and_word(wall: HandWall, open_page: OpenPage) -> None:
    wall.fill("zh")
    page = open_page(wall.base_url)
    settle(page, "live", 1920, 1080)
    border = "(e) => getComputedStyle(e).borderTopColor"
    calm = page.eval_on_selector(OPEN, border)
    for state, word in (
        ("stale", "数据未更新：连不上业务数据库"),
        ("broken", "出错：业务数据库未按时作答"),
        ("silent", "来源"),
    ):
        wall.fill("zh", state)
        expect(page.locator(OPEN)).to_have_attribute("data-state", state, timeout=20_000)
        expect(page.locator(f"{OPEN} .truth-why")).to_contain_text(word)
        assert page.eval_on_selector(OPEN, border) == "rgb(167, 139, 250)" != calm
        hatched = page.eval_on_selector(OPEN, "(e) => getComputedStyle(e).backgroundImage")
        icon = page.eval_on_selector(f"{OPEN} .truth-why", "(e) => getComputedStyle(e, '::before').webkitMaskImage")
        assert "repeating-linear-gradient" in hatched
        assert icon.startswith("url(")
        assert page.locator(f"{OPEN} .kpi-value").inner_text() == "13\u2009412"


def test_what_is_not_recorded_shows_no_number(wall: HandWall, open_page: OpenPage) -> None:
    wall.fill("en", "not_recorded")
    page = open_page(f"{wall.base_url}?lang=en")
    expect(page.locator(OPEN)).to_have_attribute("data-state", "not_recorded", timeout=20_000)
    expect(page.locator(f"{OPEN} .truth-why")).to_have_text(
        "not recorded: needs work_orders.close_due_at|handle_due_at"
    )
    expect(page.locator(f"{OPEN} .kpi-value")).to_be_hidden()
    expect(page.locator(".panel-sla .panel-body")).to_be_hidden()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_key_and_no_foreign_word_is_shown(wall: HandWall, open_page: OpenPage, lang: str) -> None:
    wall.fill(lang)
    page = open_page(f"{wall.base_url}?lang={lang}")
    settle(page, "live", 1920, 1080)
    text = page.locator(".wall").inner_text()
    keys = [key for key in ("live-", "map-", "layer-", "stage-", "@accent", "undefined", "NaN", "{") if key in text]
    assert keys == []
    if lang == "en":
        rest = text.replace("中文", "")
        for feed in handmade.data()["sources"].feeds:
            rest = rest.replace(feed.name, "")
        assert [sign for sign in rest if "\u4e00" <= sign <= "\u9fff"] == []
