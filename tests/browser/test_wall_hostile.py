"""Whatever stands in the database is text on the screen: no mark-up of it is ever alive, tooltips included."""

from typing import Final

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import String

from data_access.contract import areas, metadata
from layouts import ids
from tests.fixtures.browser import OpenPage
from tests.fixtures.contract import ContractDatabase
from tests.fixtures.program import Start, settings_for

HOSTILE: Final = "<img src=x onerror=window.hit=1>"
FAR_MS: Final = 30_000
JOINED: Final = {
    "id", "code", "parent_code", "area_code", "category_code", "department_code", "first_department_code", "order_id",
    "worker_id", "reporter_worker_id", "handler_worker_id", "from_department", "to_department", "duplicate_of",
    "zone_code", "day",
}  # fmt: skip
"""Columns by which rows find each other."""
COUNTED_BY: Final = {
    "areas.level", "categories.limit_unit", "categories.limit_clock", "work_orders.limit_unit",
    "work_orders.limit_clock", "work_orders.stage", "work_orders.urgency", "work_orders.location_quality",
    "work_order_events.action", "work_order_measures.kind", "work_order_measures.result", "shifts.kind",
}  # fmt: skip
"""Words of the contract that numbers go by: with another word in every row there would be no numbers to show."""
MIDDLES: Final = """() => {
  const map = gridwall.map.peek().map, box = map.getContainer().getBoundingClientRect();
  return gridwall.mapcells.peek().layers.map((layer) => {
    const at = map.latLngToContainerPoint(layer.getBounds().getCenter());
    return [box.left + at.x, box.top + at.y];
  });
}"""
"""Where the middles of the cells are on the screen."""
FIRES: Final = """() => new Promise((then) => {
  window.hit = null;
  const image = document.createElement('div');
  image.innerHTML = '<img src="data:," onerror="window.hit = 2">';
  setTimeout(() => { const hit = window.hit; delete window.hit; then(hit === 2); }, 200);
})"""
"""Whether a handler written into mark-up runs on this page, as one does where no policy forbids it."""
DRAWN: Final = """() => {
  const frames = [...document.querySelectorAll('.scene [data-panel]:not([hidden])')];
  return frames.length > 5 && frames.every((frame) => frame.dataset.state !== 'waiting');
}"""


@pytest.fixture
def hostile(own_sqlite: ContractDatabase) -> ContractDatabase:
    """The small city with mark-up in every text and in every word of every table (but the boundaries and the keys).

    Words that numbers go by have it in a row or two: a stage of one order, an action of the logs.
    """
    written = set()
    for table in metadata.sorted_tables:
        for column in table.columns:
            free = column.name not in JOINED and str(column) not in COUNTED_BY and column is not areas.c.boundary
            if free and isinstance(column.type, String):
                name = f'"{column.name}"'
                own_sqlite.write(f"UPDATE {table.name} SET {name} = coalesce({name}, '') || '{HOSTILE}'")
                written.add(str(column))
    assert {"areas.kind", "departments.group", "work_orders.source", "work_order_measures.grade"} < written
    own_sqlite.write(
        f"UPDATE work_orders SET stage = stage || '{HOSTILE}' WHERE id = 'o05'",
        f"UPDATE work_order_events SET action = action || '{HOSTILE}' WHERE action = 'accept'",
    )
    return own_sqlite


def nothing_alive(page: Page) -> None:
    """No element came out of a text, and no script of it ran."""
    assert page.evaluate("window.hit") is None
    assert page.locator("img[src='x']").count() == 0


def shows(page: Page, where: str, text: str = "<img") -> None:
    """The text is there, as a text."""
    expect(page.locator(where).first).to_contain_text(text, timeout=FAR_MS)
    nothing_alive(page)


def opened(page: Page, touched: str, text: str = "<img") -> None:
    """What a touch opens in the drawer shows the text."""
    page.locator(touched).first.click(timeout=FAR_MS)
    shows(page, f".drawer-open #{ids.DRAWER_BODY}", text)


@pytest.mark.parametrize(("lang", "bare"), [("en", False), ("zh", True)], ids=["guarded", "unguarded"])
def test_mark_up_in_every_text_is_text(
    lang: str, bare: bool, start: Start, hostile: ContractDatabase, open_page: OpenPage
) -> None:
    wall = start("serve", settings_for(hostile.url))
    page = open_page(f"{wall.address}/wall/overview?lang={lang}&layer=workload&pause=1", bare=bare)
    if bare:
        assert page.evaluate(FIRES), "a handler would run here"
    for panel in ("sla", "departments", "ticker", "types", "duty", "sources"):
        shows(page, f"[data-panel='{panel}'][data-instance='main']")
    page.wait_for_function("window.gridwall.mapcells.peek().layers.length > 0", timeout=FAR_MS)
    cells = page.evaluate(MIDDLES)
    for x, y in cells[:6]:
        page.mouse.move(x, y)
    shows(page, ".leaflet-tooltip")
    page.mouse.click(*cells[0])
    drawer = page.locator(f"#{ids.DRAWER_BODY}")
    shows(page, f".drawer-open #{ids.DRAWER_BODY}")
    drawer.locator("button").first.click()
    shows(page, ".drawer-open .facts-order", HOSTILE)
    page.keyboard.press("Escape")
    opened(page, "[data-panel='filed'] .kpi-value [data-opens]", f"filed{HOSTILE}")
    opened(page, f".drawer-order:has-text('filed{HOSTILE}')", f"accept{HOSTILE}")
    shows(page, ".drawer-open .history", f"filed{HOSTILE}")

    page = open_page(f"{wall.address}/wall/orders?lang={lang}&pause=1", bare=bare)
    page.wait_for_function(DRAWN, timeout=FAR_MS)
    shows(page, "[data-panel='origins']", f"patrol{HOSTILE}")
    shows(page, "[data-panel='supervision']", f"red{HOSTILE}")
    opened(page, ".panel-origins [data-opens*='patrol']", f"patrol{HOSTILE}")
    page.keyboard.press("Escape")
    opened(page, ".panel-ageing [data-opens]")

    for subject, whose in (("departments", f"bureau{HOSTILE}"), ("streets", HOSTILE)):
        page = open_page(f"{wall.address}/wall/performance?lang={lang}&subject={subject}&pause=1", bare=bare)
        page.wait_for_function(DRAWN, timeout=FAR_MS)
        few = page.locator(f".panel-ranking.subject-{subject} .foot-item.unit").first
        expect(few).to_contain_text(HOSTILE, timeout=FAR_MS)
        assert whose in str(few.get_attribute("title"))
        opened(page, f".panel-ranking.subject-{subject} .foot-item.unit")
        page.keyboard.press("Escape")
        shows(page, "[data-panel='detectors']")
        opened(page, ".rule-whose [data-opens]")
