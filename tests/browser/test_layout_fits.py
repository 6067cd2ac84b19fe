"""Nothing overflows, nothing is cut, no text is too small: at every profile, in both languages, in every state."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page, expect

from layouts.parts.grades import SUBJECTS
from layouts.scenes import SCENES
from layouts.words import LANGUAGES
from tests.browser.conftest import ARGS, NAMES, OpenPage
from tests.browser.handwall import STATES, HandWall, standing
from tests.fixtures import handmade_orders, handmade_performance

CHECK: Final = (Path(__file__).parent / "overflow.js").read_text(encoding="utf-8")
WALLS: Final = ((1920, 1080), (3840, 2160), (3840, 1080), (5760, 1080), (5760, 2160), (6656, 1792), (7680, 4320))
NEAR: Final = ((1600, 900), (1366, 768), (1280, 720), (1024, 768), (390, 844))
TIGHT: Final = ((1920, 1080), (3840, 1080), (1366, 768), (390, 844))
"""Where least room is left: the narrowest of each kind of grid."""
LAYOUTS: Final = tuple((scene, lang, (*WALLS, *NEAR)) for scene in SCENES for lang in LANGUAGES)
"""Scene, language, sizes."""
OPEN: Final = "[data-panel='open']"
ASK: Final = "window.dispatchEvent(new Event('online'))"
"""Makes the page ask at once, as it does when a lost network comes back, instead of at the next beat."""
RESIZED: Final = """(width) =>
  document.documentElement.clientWidth === width && window.gridwall.live.peek().laidOut"""
FRAMES: Final = ".scene [data-panel]:not([hidden]):not(.alarm)"
SETTLED: Final = """() => {
  const seen = (e) => e.getClientRects().length > 0;
  const frames = [...document.querySelectorAll("FRAMES")].filter(seen);
  const full = [...document.querySelectorAll('.scene [data-pager]')].filter((list) => list.children.length > 9);
  if (frames.length < 5 || frames.some((frame) => frame.dataset.state !== STATE)) return false;
  if (['waiting', 'not_recorded'].includes(STATE)) return true;
  const values = [...document.querySelectorAll('.scene .kpi-value')].filter(seen);
  const paged = full.every((list) => list.querySelector('[data-off]') || list.scrollHeight <= list.clientHeight + 4);
  const drawn = [...document.querySelectorAll('.scene .graph')].every((graph) => graph.querySelector('.main-svg'));
  const filled = [...document.querySelectorAll('.scene [data-pager]')].some((list) => list.children.length > 0);
  const counted = full.length > 0 && values.some((value) => value.textContent.length > 1);
  return filled && (counted || !LISTS) && paged && drawn;
}""".replace("FRAMES", FRAMES)


@pytest.fixture(scope="module")
def wall() -> Iterator[HandWall]:
    with standing() as served:
        yield served


def settle(page: Page, state: str, width: int, height: int, *, lists: bool = True) -> None:
    """Until the state is there and the lists are paged for this size; ``lists`` expects a long one."""
    if page.viewport_size != {"width": width, "height": height}:
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_function(RESIZED, arg=width, timeout=60_000)
    settled = SETTLED.replace("STATE", repr(state)).replace("LISTS", str(lists).lower())
    page.wait_for_function(settled, timeout=60_000)


def found(page: Page) -> list[str]:
    """What does not fit, looked at again for two seconds: a list may just be turning its page."""
    wrong: list[str] = page.evaluate(CHECK)
    for _ in range(20):
        if not wrong:
            break
        page.wait_for_timeout(100)
        wrong = page.evaluate(CHECK)
    return wrong


def address(wall: HandWall, scene: str, lang: str) -> str:
    """A scene of the hand-made wall."""
    return f"{wall.base_url}?scene={scene}&lang={lang}"


@pytest.mark.parametrize(("scene", "lang", "sizes"), LAYOUTS, ids=lambda value: value if isinstance(value, str) else "")
def test_every_profile_holds_everything(
    wall: HandWall, open_page: OpenPage, scene: str, lang: str, sizes: tuple[tuple[int, int], ...]
) -> None:
    wall.fill(lang)
    page = open_page(address(wall, scene, lang))
    wrong: list[str] = []
    for width, height in sizes:
        settle(page, "live", width, height)
        if sentences := found(page):
            wrong += [f"{width}x{height}: {sentence}" for sentence in sentences]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("subject", SUBJECTS[1:])
def test_every_subject_of_the_performance_scene_fits(
    wall: HandWall, open_page: OpenPage, subject: str, lang: str
) -> None:
    """The first is the one that stands on load, and is tried with its scene."""
    wall.fill(lang)
    page = open_page(f"{address(wall, 'performance', lang)}&subject={subject}")
    wrong: list[str] = []
    for width, height in ((1920, 1080), (1366, 768), (390, 844)):
        settle(page, "live", width, height)
        expect(page.locator(f".panel-ranking.subject-{subject}")).to_be_visible()
        wrong += [f"{width}x{height}: {sentence}" for sentence in found(page)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(("scene", "lang"), [(scene, lang) for scene in SCENES for lang in LANGUAGES])
def test_every_state_fits(wall: HandWall, open_page: OpenPage, scene: str, lang: str) -> None:
    wall.fill(lang)
    page = open_page(address(wall, scene, lang))
    wrong: list[str] = []
    sizes = [(1920, 1080), (3840, 1080) if lang == "zh" else (1366, 768)]
    for state in STATES:
        wall.fill(lang, state)
        page.evaluate(ASK)
        for width, height in sizes:
            settle(page, state, width, height)
            if sentences := found(page):
                wrong += [f"{state} {width}x{height}: {sentence}" for sentence in sentences]
        sizes.reverse()  # the size that stands is the next state's first
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("day", [handmade_orders.crowded, handmade_orders.calm], ids=lambda day: day.__name__)
def test_work_orders_hold_the_worst_day_and_the_first(
    wall: HandWall, open_page: OpenPage, day: Callable[[], dict[str, Any]]
) -> None:
    wrong: list[str] = []
    for lang in LANGUAGES:
        wall.fill(lang, data=day())
        page = open_page(address(wall, "orders", lang))
        for width, height in (*TIGHT, (1600, 900)):
            settle(page, "live", width, height, lists=False)
            wrong += [f"{lang} {width}x{height}: {sentence}" for sentence in found(page)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_detectors_judged_in_part_hold_their_marks(wall: HandWall, open_page: OpenPage, lang: str) -> None:
    wall.fill(lang, data={"detectors": handmade_performance.judged_in_part()})
    page = open_page(address(wall, "performance", lang))
    wrong: list[str] = []
    for width, height in (*WALLS, *NEAR):
        settle(page, "live", width, height)
        expect(page.locator(".panel-detectors .rule .mark")).to_have_count(4)
        wrong += [f"{width}x{height}: {sentence}" for sentence in found(page)]
    assert not wrong, "\n".join(wrong)


def test_a_minimum_font_size_of_twelve_changes_nothing(wall: HandWall, chromium: Browser) -> None:
    """Chinese Chromium never draws under 12 px: the root of all sizes must not depend on a small font."""
    wall.fill("zh")
    other = chromium.browser_type.launch(
        executable_path=next(filter(None, map(shutil.which, NAMES))),
        args=[*ARGS, "--blink-settings=minimumFontSize=12,minimumLogicalFontSize=12"],
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
        page.evaluate(ASK)
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


@pytest.mark.parametrize("scene", SCENES)
def test_text_and_numbers_have_the_sizes_of_a_wall(wall: HandWall, open_page: OpenPage, scene: str) -> None:
    """At 1080p: numbers of the cards 46 px, no text under 13, at most seven rows of a list at once."""
    wall.fill("zh")
    page = open_page(address(wall, scene, "zh"))
    settle(page, "live", 1920, 1080)
    sizes = page.eval_on_selector_all(".kpi-value", "(all) => all.map((e) => parseFloat(getComputedStyle(e).fontSize))")
    assert sizes and set(sizes) == {46}
    small = page.evaluate(SMALL)
    assert small == []
    rows = page.eval_on_selector_all(
        ".scene [data-pager]",
        "(all) => all.map((e) => [e.closest('[data-panel]').dataset.panel,"
        " [...e.children].filter((row) => row.getClientRects().length).length])",
    )
    assert [name for name, n in rows if n > 7] == []


SMALL: Final = """() => {
  const small = [];
  const walker = document.createTreeWalker(document.querySelector('.wall'), NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const e = node.parentElement;
    const unseen = !e.getClientRects().length || e.closest('.drawer, .leaflet-container, script');
    if (unseen || !node.textContent.trim()) continue;
    if (parseFloat(getComputedStyle(e).fontSize) < 12.99) small.push(node.textContent.trim().slice(0, 20));
  }
  return small;
}"""
