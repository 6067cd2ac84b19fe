"""The performance scene in a browser: its subjects by tab and by address."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.browser.handwall import HandWall, standing

SCENE = ".scene-performance"


@pytest.fixture(scope="module")
def wall() -> Iterator[HandWall]:
    with standing() as served:
        served.fill("zh")
        yield served


def test_a_tab_fixes_its_subject_and_lets_go_at_the_second_touch(wall: HandWall, open_page: OpenPage) -> None:
    page = open_page(f"{wall.base_url}?scene=performance&lang=zh")
    tab = page.locator("[data-subject-tab='counties']")
    expect(page.locator(".panel-ranking.subject-departments")).to_be_visible(timeout=20_000)
    expect(page.locator(".panel-ranking.subject-counties")).to_be_hidden()
    tab.click()
    expect(page.locator(SCENE)).to_have_attribute("data-subject", "counties")
    expect(page.locator(".panel-ranking.subject-counties")).to_be_visible()
    expect(page.locator(".panel-ranking.subject-departments")).to_be_hidden()
    assert "subject=counties" in page.url
    expect(tab).to_have_attribute("aria-pressed", "true")
    tab.click()
    assert "subject=" not in page.url
    expect(tab).to_have_attribute("aria-pressed", "false")
    expect(page.locator(SCENE)).to_have_attribute("data-subject", "counties")


def test_the_address_fixes_the_subject_and_one_there_is_not_is_passed_over(wall: HandWall, open_page: OpenPage) -> None:
    page = open_page(f"{wall.base_url}?scene=performance&lang=zh&subject=streets")
    expect(page.locator(SCENE)).to_have_attribute("data-subject", "streets", timeout=20_000)
    expect(page.locator(".panel-heat.subject-streets .heat-cell").first).to_be_visible(timeout=20_000)
    page = open_page(f"{wall.base_url}?scene=performance&lang=zh&subject=planets")
    expect(page.locator("[data-subject-tab='departments']")).to_have_attribute("aria-selected", "true", timeout=20_000)


def test_every_cell_and_unit_can_be_reached_by_keyboard(wall: HandWall, open_page: OpenPage) -> None:
    page = open_page(f"{wall.base_url}?scene=performance&lang=zh&pause=1")
    unit = page.locator(".panel-ranking.subject-departments .unit").first
    expect(unit).to_be_visible(timeout=20_000)
    unit.focus()
    assert page.evaluate("() => document.activeElement.getAttribute('data-opens')").startswith('{"code": "B05"')
    expect(unit).to_have_attribute("role", "button")
