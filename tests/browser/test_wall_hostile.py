"""Whatever stands in the database is text on the screen: no mark-up of it is ever alive, tooltips included."""

from typing import Final

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Text

from data_access.contract import areas, metadata
from layouts import ids
from tests.fixtures.browser import OpenPage
from tests.fixtures.contract import ContractDatabase
from tests.fixtures.program import Start, settings_for

HOSTILE: Final = "<img src=x onerror=window.hit=1>"
FAR_MS: Final = 30_000
MIDDLES: Final = """() => {
  const map = gridwall.map.peek().map, box = map.getContainer().getBoundingClientRect();
  return gridwall.mapcells.peek().layers.map((layer) => {
    const at = map.latLngToContainerPoint(layer.getBounds().getCenter());
    return [box.left + at.x, box.top + at.y];
  });
}"""
"""Where the middles of the cells are on the screen."""


@pytest.fixture
def hostile(own_sqlite: ContractDatabase) -> ContractDatabase:
    """The small city with mark-up in every text of every table (but the boundaries, which are no text)."""
    written = 0
    for table in metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, Text) and column is not areas.c.boundary:
                name = f'"{column.name}"'
                own_sqlite.write(f"UPDATE {table.name} SET {name} = coalesce({name}, '') || '{HOSTILE}'")
                written += 1
    assert written > 15
    own_sqlite.write("UPDATE work_orders SET case_no = case_no || '<img src=x>'")
    return own_sqlite


def nothing_alive(page: Page) -> None:
    """No element came out of a text, and no script of it ran."""
    assert page.evaluate("window.hit") is None
    assert page.locator("img[src='x']").count() == 0


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_mark_up_in_every_text_is_text(lang: str, start: Start, hostile: ContractDatabase, open_page: OpenPage) -> None:
    wall = start("serve", settings_for(hostile.url))
    page = open_page(f"{wall.address}/wall/overview?lang={lang}&layer=workload")
    for panel in ("sla", "departments", "ticker", "types", "duty", "sources"):
        expect(page.locator(f"[data-panel='{panel}'][data-instance='main']")).to_contain_text("<img", timeout=FAR_MS)
    page.wait_for_function("window.gridwall.mapcells.peek().layers.length > 0", timeout=FAR_MS)
    nothing_alive(page)
    cells = page.evaluate(MIDDLES)
    for x, y in cells[:6]:
        page.mouse.move(x, y)
    expect(page.locator(".leaflet-tooltip").first).to_contain_text("<img", timeout=FAR_MS)
    nothing_alive(page)
    page.mouse.click(*cells[0])
    drawer = page.locator(f"#{ids.DRAWER_BODY}")
    expect(drawer).to_contain_text("<img", timeout=FAR_MS)
    nothing_alive(page)
    drawer.locator("button").first.click()
    expect(drawer).to_contain_text(HOSTILE, timeout=FAR_MS)
    nothing_alive(page)
