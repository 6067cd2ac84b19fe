"""All that a screen says is in its language: texts, tooltips and names for readers of screens; and never a key."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Page, expect

from data_access.contract import metadata
from indicators.registry import REGISTRY, definition_of
from layouts.scenes import SCENES
from layouts.words import LANGUAGES, catalogue
from tests.browser.handwall import STATES, HandWall, standing
from tests.browser.test_cases import LINES, OVERDUE, served
from tests.browser.test_layout_fits import ASK, address, settle
from tests.fixtures import handmade, handmade_orders, small
from tests.fixtures.browser import OpenPage
from tests.fixtures.contract import ContractDatabase
from tests.fixtures.servers import wait_until
from tests.fixtures.wall import wall_on

FAR_MS: Final = 60_000
SAID: Final = """() => {
  const said = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (!node.parentElement.closest('script, style, noscript')) said.push(node.textContent);
  }
  for (const name of ['title', 'aria-label', 'aria-description', 'placeholder', 'alt']) {
    for (const node of document.body.querySelectorAll(`[${name}]`)) said.push(node.getAttribute(name));
  }
  return [document.title, ...said].filter((text) => text && text.trim());
}"""
"""Every text of a page, shown or waiting to be, and every text of its attributes."""
BROKEN: Final = ("@accent", "undefined", "NaN", "[object", "{", "}")
KEY: Final = re.compile(
    rf"(?<![\w-])(?:{'|'.join(sorted(map(re.escape, catalogue('en')), key=len, reverse=True))})(?![\w-])"
)
CHINESE: Final = re.compile(r"[\u3400-\u9fff]+")
LATIN: Final = re.compile(r"[A-Za-z]{3,}")


def wrong(said: Iterable[str], lang: str, data: Iterable[str]) -> list[str]:
    """Texts with a key, a hole, or a word of the other language that is not among the data."""
    known = sorted({text for text in data if text}, key=len, reverse=True)
    own = {word for text in own_words(lang) for word in LATIN.findall(text)}
    found = []
    for text in dict.fromkeys(said):
        rest = text
        for name in known:
            rest = rest.replace(name, " ")
        foreign = CHINESE.search(rest.replace("中文", "")) if lang == "en" else set(LATIN.findall(rest)) - own
        if KEY.search(rest) or foreign or any(sign in rest for sign in BROKEN):
            found.append(text)
    return found


def own_words(lang: str) -> Iterator[str]:
    """The catalogue and what the registry says of each indicator."""
    yield from catalogue(lang).values()
    for entry in REGISTRY.values():
        yield definition_of(entry, lang)
        yield entry.name.get(lang)


def texts_of(rows: dict[str, list[dict[str, Any]]]) -> set[str]:
    """Every text of a database."""
    return {value for table in rows.values() for row in table for value in row.values() if isinstance(value, str)}


def test_what_is_wrong_is_found() -> None:
    assert wrong(["Overdue", "城管局 · 中文"], "en", ["城管局"]) == []
    assert wrong(["层 layer-ontime-tab", "超期", "x {n}", "map-not-located"], "en", []) == [
        "层 layer-ontime-tab", "超期", "x {n}", "map-not-located",
    ]  # fmt: skip
    assert wrong(["超期", "Overdue", "水务局 Water"], "zh", ["水务局 Water"]) == ["Overdue"]


@pytest.fixture(scope="module")
def wall() -> Iterator[HandWall]:
    with standing() as served_:
        yield served_


COLUMNS: Final = {str(column) for table in metadata.tables.values() for column in table.columns}
"""A column without words is named as the contract names it, in either language."""
HAND: Final = {
    *(feed.name for feed in handmade.data()["sources"].feeds), *handmade_orders.UNKNOWN_WORDS, "strange_action",
    "王建国", "王小明", "hand", *COLUMNS,
}  # fmt: skip
"""What the hand-made readings hold as a database would."""


@pytest.mark.parametrize("scene", SCENES)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_scene_says_no_key_and_no_foreign_word(wall: HandWall, open_page: OpenPage, lang: str, scene: str) -> None:
    wall.fill(lang)
    page = open_page(address(wall, scene, lang))
    for state in STATES:
        wall.fill(lang, state)
        page.evaluate(ASK)
        settle(page, state, 1920, 1080)
        assert wrong(page.evaluate(SAID), lang, HAND) == [], state


@pytest.fixture
def city(tmp_path: Path, sqlite_database: ContractDatabase) -> Iterator[str]:
    """The application on the small city, with an address."""
    keys = tuple(f"wall/{scene}/{small.CITY}/{lang}" for scene in SCENES for lang in LANGUAGES)
    with wall_on(sqlite_database.url, tmp_path, pinned=keys) as wall:
        wall.beat(12)
        with served(wall) as base:
            yield base


def speaks(page: Page, lang: str) -> None:
    """Everything on it is in the language, but what the small city's database holds."""
    assert wrong(page.evaluate(SAID), lang, texts_of(small.ROWS)) == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_drawer_and_lists_say_no_key_and_no_foreign_word(city: str, open_page: OpenPage, lang: str) -> None:
    page = open_page(f"{city}/?lang={lang}&pause=1")
    page.locator(OVERDUE).click(timeout=FAR_MS)
    expect(page.locator(LINES).first).to_be_visible(timeout=FAR_MS)
    speaks(page, lang)
    page.locator(LINES).first.click()
    expect(page.locator(".drawer-open .facts-order")).to_be_visible(timeout=FAR_MS)
    speaks(page, lang)
    page.keyboard.press("Escape")
    page.locator("[data-panel='ontime'] .kpi-value [data-opens]").click()
    expect(page.locator(".drawer-open .case-part").first).to_be_visible(timeout=FAR_MS)
    speaks(page, lang)
    page.keyboard.press("Escape")
    page.wait_for_function("window.gridwall.mapcells.peek().layers.length > 0", timeout=FAR_MS)
    page.locator(".map-leaflet").click()
    expect(page.locator(".drawer-open .facts-stages")).to_be_visible(timeout=FAR_MS)
    speaks(page, lang)

    page = open_page(f"{city}/wall/performance?lang={lang}&pause=1")
    page.locator(".panel-ranking.subject-departments .unit").first.click(timeout=FAR_MS)
    expect(page.locator(".drawer-open h2").first).to_be_visible(timeout=FAR_MS)
    speaks(page, lang)
    page.keyboard.press("Escape")
    page.locator(".rule-total").first.click()
    expect(page.locator(".drawer-open .drawer-note").first).to_be_visible(timeout=FAR_MS)
    speaks(page, lang)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_phone_says_no_key_and_no_foreign_word(city: str, open_page: OpenPage, lang: str) -> None:
    screen = open_page(f"{city}/?wall=desk&lang={lang}")
    wait_until(lambda: bool(screen.evaluate("window.gridwall && gridwall.control.asked() > 0")), "the wall asks", 60)
    phone = open_page(f"{city}/control?wall=desk&lang={lang}", width=390, height=844)
    expect(phone.locator(".control-answer")).to_contain_text("desk", timeout=FAR_MS)
    phone.locator(".control-area .dash-dropdown").click()
    expect(phone.locator(".dash-dropdown-options, .dash-dropdown-content").first).to_be_visible(timeout=FAR_MS)
    assert wrong(phone.evaluate(SAID), lang, {*texts_of(small.ROWS), "desk"}) == []
