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
from sqlalchemy import NullPool, create_engine

from dashboard.compose import product
from tests.fixtures import small
from tests.fixtures.browser import OpenPage
from tests.fixtures.contract import ContractDatabase
from tests.fixtures.program import Start, settings_for
from tests.fixtures.servers import MariaDB, PostgreSQL, Redis, wait_until

FAILSAFE_MS: Final = 30_000
"""Ends a test that waits in vain: generous, because the machine may be busy; not a measurement."""
BEATS: Final = 3
"""So many new bodies the page takes in at most until it marks what cannot be read."""
FRAMES: Final = "[data-panel][data-state]"
MARKED: Final = ":is([data-state='stale'], [data-state='broken'])"
OPEN: Final = "[data-panel='open'][data-instance='main']"
READ: Final = re.compile("live|quiet|silent")
"""States of a panel whose source is being read; the small city's last change grows old while a test runs."""
PLOT: Final = "[data-panel='trend'] .js-plotly-plot"
"""The last part of a page to be there: its program is fetched when it is first needed."""
REACHED: Final = re.compile("ok|stale")
"""Stale: there is no panel left that is read; slow ones are allowed to be older."""


WATCH: Final = """(() => {
  const watch = window.outage = {seq: 0, beats: 0, asOf: {}, marked: {}, healed: {}, begun: null};
  watch.begin = () => Object.assign(watch, {marked: {}, healed: {}, begun: watch.beats});
  const ask = window.fetch.bind(window);
  window.fetch = async (what, how) => {
    const answer = await ask(what, how);
    if (answer.status !== 200 || !String(what).includes('/live/')) return answer;
    const body = await answer.clone().json();
    watch.beats += body.seq === watch.seq ? 0 : 1;
    watch.seq = body.seq;
    Object.entries(body.panels).forEach(([name, head]) => { watch.asOf[name] = head.as_of; });
    return answer;
  };
  new MutationObserver((changes) => changes.forEach(({target}) => {
    const name = target.dataset.panel;
    if (!name || watch.begun === null) return;
    const lost = ['stale', 'broken'].includes(target.dataset.state);
    if (lost && !watch.marked[name]) {
      watch.marked[name] = {beats: watch.beats - watch.begun, asOf: watch.asOf[name]};
    } else if (!lost && watch.marked[name] && !watch.healed[name]) watch.healed[name] = {asOf: watch.asOf[name]};
  })).observe(document, {subtree: true, attributes: true, attributeFilter: ['data-state']});
})()"""
"""Kept in the page: the beats that it took in, when it first marked a panel, and what it had when it took that back."""
FAST: Final = frozenset(
    panel.id for plan in [product()] for panel in plan.panels.values() if not plan.slow(panel.reading)
)
CHANGE: Final = (
    "UPDATE work_orders SET stage = 'closed', outcome = 'resolved', closed_at = '2026-03-11 10:30:00',"
    " ended_at = '2026-03-11 10:30:00', updated_at = '2026-03-11 10:30:00' WHERE id = 'o04'"
)
"""One open case less."""


def drawn(page: Page) -> str:
    """The number of open cases on the screen, once all is there and everything is well."""
    unmarked(page)
    expect(page.locator(f"{FRAMES}[data-state='waiting']")).to_have_count(0, timeout=FAILSAFE_MS)
    expect(page.locator(PLOT)).to_be_visible(timeout=FAILSAFE_MS)
    number = page.locator(f"{OPEN} .kpi-value").inner_text()
    assert number.strip().isdigit(), number
    return number


def unmarked(page: Page) -> None:
    """Wait until the screen says of itself and of every panel that all is well."""
    connection(page, "ok")
    expect(page.locator(OPEN)).to_have_attribute("data-state", READ, timeout=FAILSAFE_MS)
    expect(page.locator(MARKED)).to_have_count(0, timeout=FAILSAFE_MS)


def healed(page: Page, before: str) -> None:
    """Wait until the screen shows what was changed meanwhile, and marks nothing any more."""
    expect(page.locator(f"{OPEN} .kpi-value")).to_have_text(str(int(before) - 1), timeout=FAILSAFE_MS)
    unmarked(page)


def connection(page: Page, state: str | re.Pattern[str]) -> None:
    """Wait for the state of the whole screen."""
    expect(page.locator("[data-live]")).to_have_attribute("data-connection", state, timeout=FAILSAFE_MS)


def lost_and_found(page: Page, take: Callable[[], object], give: Callable[[], object]) -> None:
    """The source goes: numbers stay, every panel is marked, the wall is reached. It comes back, changed: all is new."""
    before = drawn(page)
    frames = set(page.locator(FRAMES).evaluate_all("(frames) => frames.map((frame) => frame.dataset.panel)"))
    assert {"open", "trend", "departments"} <= frames, "panels read with every beat, every ten seconds, every minute"
    seen = page.evaluate("outage.beats")
    page.wait_for_function("(seen) => outage.beats > seen", arg=seen, timeout=FAILSAFE_MS)
    page.evaluate("outage.begin()")
    take()
    expect(page.locator(f"{FRAMES}:not({MARKED})")).to_have_count(0, timeout=FAILSAFE_MS)
    marked = page.evaluate("outage.marked")
    assert set(marked) == frames
    assert {name: mark["beats"] for name, mark in marked.items() if mark["beats"] > BEATS} == {}
    expect(page.locator(f"{OPEN} .kpi-value")).to_have_text(before)
    expect(page.locator(f"{OPEN} .truth-why")).not_to_have_text("")
    connection(page, REACHED)
    give()
    healed(page, before)
    back = page.evaluate("outage.healed")
    assert set(back) == frames
    assert [name for name in FAST & frames if back[name]["asOf"] <= marked[name]["asOf"]] == [], "old and not marked"


def test_sqlite_file_moved_away(start: Start, own_sqlite: ContractDatabase, open_page: OpenPage) -> None:
    wall = start("serve", settings_for(own_sqlite.url))
    page = open_page(wall.address, losses=True, script=WATCH)
    path = Path(str(own_sqlite.admin.url.database))
    away = path.with_suffix(".away")

    def give() -> None:
        away.rename(path)
        own_sqlite.write(CHANGE)

    lost_and_found(page, lambda: path.rename(away), give)


@pytest.mark.parametrize("kind", ["private_postgresql", "private_mariadb"])
@pytest.mark.parametrize("how", ["stopped", "frozen"])
def test_database_server(
    kind: str, how: str, start: Start, open_page: OpenPage, request: pytest.FixtureRequest
) -> None:
    server: PostgreSQL | MariaDB = request.getfixturevalue(kind)
    take, back = (server.stop, server.start) if how == "stopped" else (server.freeze, server.thaw)
    engine = create_engine(server.url(server.create()), poolclass=NullPool)
    with engine.begin() as connection_:
        small.load(connection_)
    wall = start("serve", settings_for(engine.url.render_as_string(hide_password=False)))
    page = open_page(wall.address, losses=True, script=WATCH)

    def give() -> None:
        back()
        with engine.begin() as connection_:
            connection_.exec_driver_sql(CHANGE)

    lost_and_found(page, take, give)


def test_web_process_killed(start: Start, own_sqlite: ContractDatabase, open_page: OpenPage) -> None:
    wall = start("serve", settings_for(own_sqlite.url))
    page = open_page(wall.address, losses=True)
    before = drawn(page)
    wall.kill()
    connection(page, "offline")
    expect(page.locator(f"{OPEN} .kpi-value")).to_have_text(before)
    own_sqlite.write(CHANGE)
    wall.start()
    wall.ready()
    healed(page, before)


def test_network_lost(start: Start, own_sqlite: ContractDatabase, open_page: OpenPage) -> None:
    wall = start("serve", settings_for(own_sqlite.url))
    page = open_page(wall.address, losses=True)
    before = drawn(page)
    page.context.set_offline(True)
    connection(page, "offline")
    expect(page.locator(f"{OPEN} .kpi-value")).to_have_text(before)
    own_sqlite.write(CHANGE)
    page.context.set_offline(False)
    healed(page, before)


@pytest.mark.parametrize("how", ["killed", "frozen"])
def test_publisher(
    how: str,
    start: Start,
    own_sqlite: ContractDatabase,
    private_redis: Redis,
    tmp_path: Path,
    open_page: OpenPage,
) -> None:
    together = {"STORE": private_redis.url, "LEDGER_URL": f"sqlite:///{tmp_path}/ledger.sqlite", "SECRET_KEY": "s" * 40}
    settings = settings_for(own_sqlite.url, **together)
    publisher = start("publish", settings, ready=False)
    web = start("web", settings)
    page = open_page(web.address, losses=True)
    before, epoch = drawn(page), web.body()["epoch"]
    if how == "frozen":
        publisher.signal(signal.SIGSTOP)
    else:
        publisher.kill()
    connection(page, "silent")
    expect(page.locator(OPEN)).to_have_attribute("data-state", "stale", timeout=FAILSAFE_MS)
    expect(page.locator(f"{OPEN} .kpi-value")).to_have_text(before)
    own_sqlite.write(CHANGE)
    if how == "frozen":
        publisher.signal(signal.SIGCONT)
    else:
        publisher.start()
    healed(page, before)
    if how == "killed":
        assert web.body()["epoch"] > epoch, "another publisher is another epoch"


def test_cache_lost(
    start: Start, own_sqlite: ContractDatabase, private_redis: Redis, tmp_path: Path, open_page: OpenPage
) -> None:
    """The publisher keeps the last bodies and writes them again; nobody needs to start anything anew."""
    together = {"STORE": private_redis.url, "LEDGER_URL": f"sqlite:///{tmp_path}/ledger.sqlite", "SECRET_KEY": "s" * 40}
    settings = settings_for(own_sqlite.url, **together)
    start("publish", settings, ready=False)
    web = start("web", settings)
    page = open_page(web.address, losses=True)
    before = drawn(page)
    private_redis.stop()
    wait_until(lambda: page.locator("[data-live]").get_attribute("data-connection") != "ok", "the screen to say so", 30)
    expect(page.locator(f"{OPEN} .kpi-value")).to_have_text(before)
    own_sqlite.write(CHANGE)
    private_redis.start()
    healed(page, before)
