"""What a person at the wall waits for: a case committed until it is drawn, the map's refresh, a cold and a warm wall.

The demo city in a real process behind a real nginx, in a real (headless, software-drawn) browser.
"""

import random
import shutil
import sqlite3
import statistics
import time
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from benchmarks import volume
from benchmarks.frame import Bench, Measure
from tests.fixtures.browser import NAMES
from tests.fixtures.nginx import nginx
from tests.fixtures.program import Program

CASES: Final = 40
REFRESHES: Final = 12
STARTS: Final = 3
GETS: Final = 1500
CLOSED: Final = "[data-panel='closed']"
VALUE: Final = f'document.querySelector("{CLOSED} .kpi-value")'
FULL: Final = f"""() => {{
  const value = {VALUE};
  const cells = window.gridwall && gridwall.mapcells && gridwall.mapcells.peek();
  return value && /\\d/.test(value.textContent) && cells && cells.layers.length > 5000
    && cells.layers[0]._renderer && !/^-*$/.test(cells.shown);
}}"""
GAPS: Final = """([share, rounds]) => new Promise((done) => {
  const kinds = gridwall.mapcells.peek().shown.split('');
  const worst = [];
  let round = 0;
  function change() {
    for (let n = 0; n < kinds.length * share; n++) {
      const i = share === 1 ? n : Math.floor(Math.random() * kinds.length);
      kinds[i] = String((Number(kinds[i]) + 1 || 0) % 5);
    }
    const began = performance.now();
    let last = began, longest = 0;
    gridwall.mapcells.show(kinds.join(''));
    requestAnimationFrame(function frame(at) {
      longest = Math.max(longest, at - last);
      last = at;
      if (at - began < 500) return requestAnimationFrame(frame);
      worst.push(longest);
      round += 1;
      return round < rounds ? setTimeout(change, 50) : done(worst);
    });
  }
  change();
})"""


def shown_clock(port: int, path: str) -> Callable[[], datetime]:
    """The moment that the wall shows, as its server says, in city time."""
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path)
    said = connection.getresponse().getheader("X-Gridwall-Now")
    connection.close()
    ahead = int(said or 0) / 1000 - time.time()
    return lambda: datetime.fromtimestamp(time.time() + ahead, ZoneInfo("Asia/Shanghai")).replace(tzinfo=None)


def committed_to_drawn(page: Page, city: Path, clock: Callable[[], datetime]) -> list[float]:
    """Seconds from the commit of a closing until the number on the wall has changed, case by case."""
    taken = []
    with closing(sqlite3.connect(city, isolation_level=None, timeout=10)) as source:
        chosen = source.execute(
            "SELECT id FROM work_orders WHERE stage = 'handling' ORDER BY id DESC LIMIT ?", (CASES,)
        ).fetchall()
        for (order,) in chosen:
            before = page.evaluate(f"{VALUE}.textContent")
            now = clock().strftime("%Y-%m-%d %H:%M:%S")
            source.execute(
                "UPDATE work_orders SET stage = 'closed', closed_at = ?, ended_at = ?, updated_at = ? WHERE id = ?",
                (now, now, now, order),
            )
            at = time.monotonic()
            page.wait_for_function(
                f"(before) => {VALUE}.textContent !== before", arg=before, polling="raf", timeout=20_000
            )
            taken.append(time.monotonic() - at)
            page.wait_for_timeout(random.uniform(0, 2000))
    return taken


def start(context: BrowserContext, url: str) -> tuple[Page, float]:
    """Seconds until numbers and map are there."""
    page = context.new_page()
    began = time.monotonic()
    page.goto(url, wait_until="commit")
    page.wait_for_function(FULL, polling="raf", timeout=60_000)
    return page, time.monotonic() - began


def starts(browser: Browser, url: str) -> tuple[list[float], list[float]]:
    """Cold (an empty cache) and warm (the same cache again)."""
    cold, warm = [], []
    for _ in range(STARTS):
        context = browser.new_context(viewport={"width": 1920, "height": 1080})
        page, seconds = start(context, url)
        cold.append(seconds)
        page.close()
        page, seconds = start(context, url)
        warm.append(seconds)
        context.close()
    return cold, warm


def latency(port: int, path: str, coding: str) -> float:
    """Median milliseconds of a GET over one kept connection."""
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    taken = []
    for _ in range(GETS):
        began = time.perf_counter()
        connection.request("GET", path, headers={"Accept-Encoding": coding})
        answer = connection.getresponse()
        body = answer.read()
        taken.append((time.perf_counter() - began) * 1000)
        assert answer.status == 200 and body, (path, answer.status)
    connection.close()
    return statistics.median(taken)


def percentile(values: list[float], share: float) -> float:
    """The value below which this share lies, by rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def run(folder: Path) -> list[Measure]:
    """Everything on one wall."""
    base = volume.base_city(folder)
    city = folder / "live.sqlite"
    for suffix in ("", "-wal", "-shm"):
        city.with_name(city.name + suffix).unlink(missing_ok=True)
    shutil.copy(base, city)
    work = folder / "wall"
    shutil.rmtree(work, ignore_errors=True)
    for name in ("", "static", "nginx"):
        (work / name).mkdir()
    settings = {"DATABASE_URL": f"sqlite:///{city}", "CLOCK": volume.END.isoformat(), "SCHEMATIC": "true"}
    program = Program("serve", settings, work)
    program.start()
    try:
        program.ready()
        with nginx(program.port, work / "nginx", work / "static") as port, sync_playwright() as playwright:
            path = next(filter(None, map(shutil.which, NAMES)))
            browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
            try:
                return _measure(browser, port, work, city)
            finally:
                browser.close()
    finally:
        program.end()


def _measure(browser: Browser, port: int, work: Path, city: Path) -> list[Measure]:
    url = f"http://127.0.0.1:{port}/"
    context = browser.new_context(viewport={"width": 1920, "height": 1080})
    page, _first = start(context, url)
    live: str = page.evaluate("document.querySelector('[data-live]').getAttribute('data-live')")
    drawn = committed_to_drawn(page, city, shown_clock(port, live))
    gaps: dict[float, Any] = {share: page.evaluate(GAPS, [share, REFRESHES]) for share in (0.01, 1)}
    cells = page.evaluate("gridwall.mapcells.peek().layers.length")
    context.close()
    cold, warm = starts(browser, url)
    body = _body(port, live)
    (work / "static" / "body.json").write_bytes(body)
    shared, static = latency(port, live, "br"), latency(port, "/static/body.json", "identity")
    return [
        Measure("committed to drawn, half of the cases", statistics.median(drawn), "s", 2.5, f"{len(drawn)} cases"),
        Measure("committed to drawn, 95 of 100", percentile(drawn, 0.95), "s", 4.0, "through the proxy"),
        Measure(f"{cells:,} cells, 1 % changed: longest gap of frames", statistics.median(gaps[0.01]), "ms", 35.0,
                f"worst of {REFRESHES}: {max(gaps[0.01]):.0f} ms"),
        Measure(f"{cells:,} cells, all changed: longest gap of frames", statistics.median(gaps[1]), "ms", 100.0,
                f"worst of {REFRESHES}: {max(gaps[1]):.0f} ms"),
        Measure("wall cold, empty browser cache: map and numbers", statistics.median(cold), "s", 4.0),
        Measure("wall warm", statistics.median(warm), "s", 1.5),
        Measure("/live through the one-second proxy", shared, "ms", None, f"{len(body) / 1000:.1f} kB"),
        Measure("a static file of the same bytes", static, "ms"),
        Measure("the proxy against a static file", shared / static, "times", 1.5),
    ]  # fmt: skip


def _body(port: int, path: str) -> bytes:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path, headers={"Accept-Encoding": "br"})
    body = connection.getresponse().read()
    connection.close()
    return body


BENCH: Final = Bench(
    "screen",
    "What a person at the wall waits for",
    "The demo city of 9,000 grids in one process behind nginx with the one-second cache, in headless Chromium at "
    "1920 by 1080 drawn by software on the same cores. Gaps are the longest between two animation frames in the half "
    "second after a change, the median of the rounds.",
    run,
)
