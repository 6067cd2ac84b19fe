"""Each thing the wall stands on is taken away and given back.

What the screen says, that it says nothing false, and that it heals alone. Real processes, real servers, a real browser.
"""

import re
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import create_engine

from tests.fixtures import small
from tests.fixtures.browser import OpenPage
from tests.fixtures.contract import ContractDatabase
from tests.fixtures.program import Start, settings_for
from tests.fixtures.servers import MariaDB, PostgreSQL, Redis, wait_until

MARKED_MS: Final = 30_000
"""Longest wait for the screen to say it, or to heal: generous, because the machine may be busy; not a measurement."""
OPEN: Final = "[data-panel='open'][data-instance='main']"
READ: Final = re.compile("live|quiet|silent")
"""States of a panel whose source is being read; the small city's last change grows old while a test runs."""
PLOT: Final = "[data-panel='trend'] .js-plotly-plot"
"""The last part of a page to be there: its program is fetched when it is first needed."""
LOST: Final = re.compile("stale|broken")
REACHED: Final = re.compile("ok|stale")
"""Stale: there is no panel left that is read; slow ones are allowed to be older."""


def drawn(page: Page) -> str:
    """The number of open cases on the screen, once it is there and everything is well."""
    connection(page, "ok")
    expect(page.locator(OPEN)).to_have_attribute("data-state", READ, timeout=MARKED_MS)
    expect(page.locator(PLOT)).to_be_visible(timeout=MARKED_MS)
    number = page.locator(f"{OPEN} .kpi-value").inner_text()
    assert number.strip().isdigit(), number
    return number


def connection(page: Page, state: str | re.Pattern[str]) -> None:
    """Wait for the state of the whole screen."""
    expect(page.locator("[data-live]")).to_have_attribute("data-connection", state, timeout=MARKED_MS)


def lost_and_found(page: Page, take: Callable[[], object], give: Callable[[], object]) -> None:
    """The source goes: the number stays and is marked, the wall itself is reached. It comes back: live."""
    before = drawn(page)
    take()
    expect(page.locator(OPEN)).to_have_attribute("data-state", LOST, timeout=MARKED_MS)
    expect(page.locator(f"{OPEN} .kpi-value")).to_have_text(before)
    expect(page.locator(f"{OPEN} .truth-why")).not_to_have_text("")
    connection(page, REACHED)
    give()
    assert drawn(page) == before


def test_sqlite_file_moved_away(start: Start, own_sqlite: ContractDatabase, open_page: OpenPage) -> None:
    wall = start("serve", settings_for(own_sqlite.url))
    page = open_page(wall.address, losses=True)
    path = Path(str(own_sqlite.admin.url.database))
    away = path.with_suffix(".away")
    lost_and_found(page, lambda: path.rename(away), lambda: away.rename(path))


@pytest.mark.parametrize("kind", ["private_postgresql", "private_mariadb"])
@pytest.mark.parametrize("how", ["stopped", "frozen"])
def test_database_server(
    kind: str, how: str, start: Start, open_page: OpenPage, request: pytest.FixtureRequest
) -> None:
    server: PostgreSQL | MariaDB = request.getfixturevalue(kind)
    engine = create_engine(server.url(server.create()))
    with engine.begin() as connection_:
        small.load(connection_)
    engine.dispose()
    wall = start("serve", settings_for(engine.url.render_as_string(hide_password=False)))
    page = open_page(wall.address, losses=True)
    if how == "stopped":
        lost_and_found(page, server.stop, server.start)
    else:
        lost_and_found(page, server.freeze, server.thaw)


def test_web_process_killed(start: Start, sqlite_database: ContractDatabase, open_page: OpenPage) -> None:
    wall = start("serve", settings_for(sqlite_database.url))
    page = open_page(wall.address, losses=True)
    before = drawn(page)
    wall.kill()
    connection(page, "offline")
    expect(page.locator(f"{OPEN} .kpi-value")).to_have_text(before)
    wall.start()
    wall.ready()
    assert drawn(page) == before


def test_network_lost(start: Start, sqlite_database: ContractDatabase, open_page: OpenPage) -> None:
    wall = start("serve", settings_for(sqlite_database.url))
    page = open_page(wall.address, losses=True)
    before = drawn(page)
    page.context.set_offline(True)
    connection(page, "offline")
    expect(page.locator(f"{OPEN} .kpi-value")).to_have_text(before)
    page.context.set_offline(False)
    assert drawn(page) == before


@pytest.mark.parametrize("how", ["killed", "frozen"])
def test_publisher(
    how: str,
    start: Start,
    sqlite_database: ContractDatabase,
    private_redis: Redis,
    tmp_path: Path,
    open_page: OpenPage,
) -> None:
    together = {"STORE": private_redis.url, "LEDGER_URL": f"sqlite:///{tmp_path}/ledger.sqlite", "SECRET_KEY": "s" * 40}
    settings = settings_for(sqlite_database.url, **together)
    publisher = start("publish", settings, ready=False)
    web = start("web", settings)
    page = open_page(web.address, losses=True)
    before, epoch = drawn(page), web.body()["epoch"]
    if how == "frozen":
        publisher.signal(signal.SIGSTOP)
    else:
        publisher.kill()
    connection(page, "silent")
    expect(page.locator(OPEN)).to_have_attribute("data-state", "stale", timeout=MARKED_MS)
    expect(page.locator(f"{OPEN} .kpi-value")).to_have_text(before)
    if how == "frozen":
        publisher.signal(signal.SIGCONT)
    else:
        publisher.start()
    assert drawn(page) == before
    if how == "killed":
        assert web.body()["epoch"] > epoch, "another publisher is another epoch"


def test_cache_lost(
    start: Start, sqlite_database: ContractDatabase, private_redis: Redis, tmp_path: Path, open_page: OpenPage
) -> None:
    """The publisher keeps the last bodies and writes them again; nobody needs to start anything anew."""
    together = {"STORE": private_redis.url, "LEDGER_URL": f"sqlite:///{tmp_path}/ledger.sqlite", "SECRET_KEY": "s" * 40}
    settings = settings_for(sqlite_database.url, **together)
    start("publish", settings, ready=False)
    web = start("web", settings)
    page = open_page(web.address, losses=True)
    before = drawn(page)
    private_redis.stop()
    wait_until(lambda: page.locator("[data-live]").get_attribute("data-connection") != "ok", "the screen to say so", 30)
    expect(page.locator(f"{OPEN} .kpi-value")).to_have_text(before)
    private_redis.start()
    assert drawn(page) == before
