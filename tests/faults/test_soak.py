"""An hour of the demo town, played sixty times as fast, leaves the page as it found it: heap and elements stay flat."""

import re
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import CDPSession, Page, expect
from werkzeug.serving import make_server

from demo.simulator import Simulator
from tests.fixtures.browser import OpenPage
from tests.fixtures.city import SHORT_END
from tests.fixtures.servers import free_port, wait_until
from tests.fixtures.wall import Wall, wall_on

STEP_S: Final = 20.0
"""City time between two beats. The page, whose own second is a second, says between them that nothing comes: it may."""
PACE_S: Final = STEP_S / 60
"""Real time from beat to beat, unless the machine takes longer."""
BEATS: Final = round(3600 / STEP_S)
WARM: Final = 60
"""Beats before the first measure: every page of every list and every layer of the map was shown once."""
ROOT: Final = "3203"
GROWTH: Final = 0.25
"""Share by which the heap after a collection may differ: engines keep caches, leaks keep every beat."""


class Life(threading.Thread):
    """The town and the publisher, a beat after the other, until told to end."""

    def __init__(self, wall: Wall, town: Path) -> None:
        super().__init__(daemon=True)
        self.wall, self.town = wall, town
        self.beats = 0
        self.error: BaseException | None = None
        self._ended = threading.Event()

    def run(self) -> None:
        """Play, read, publish, and wait for the rest of the pace."""
        try:
            due = time.monotonic()
            with closing(Simulator(self.town)) as town:
                while not self._ended.wait(max(0.0, due - time.monotonic())):
                    due = max(due + PACE_S, time.monotonic())
                    town.advance_to(
                        datetime.fromtimestamp(self.wall.clock.now(), self.wall.clock.zone).replace(tzinfo=None)
                    )
                    self.wall.publisher.step()
                    self.wall.clock.turn(STEP_S)
                    self.beats += 1
        except BaseException as error:  # noqa: BLE001 - told by the test
            self.error = error

    def reach(self, beats: int) -> None:
        """Wait until so many beats were played."""
        wait_until(lambda: self.error is not None or self.beats >= beats, f"beat {beats}", 600)
        assert self.error is None, self.error

    def end(self) -> None:
        """Play no more."""
        self._ended.set()
        self.join(60)
        assert not self.is_alive()


@contextmanager
def served(wall: Wall) -> Iterator[str]:
    """The application on a port of its own."""
    port = free_port()
    server = make_server("127.0.0.1", port, wall.app.server, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{port}/"
    server.shutdown()
    thread.join(10)
    server.server_close()


def measured(page: Page, tools: CDPSession) -> dict[str, int]:
    """Bytes of heap after a collection, elements and listeners."""
    tools.send("HeapProfiler.collectGarbage")
    found: Any = {entry["name"]: entry["value"] for entry in tools.send("Performance.getMetrics")["metrics"]}
    elements = int(page.evaluate("document.querySelectorAll('*').length"))
    return {"heap": int(found["JSHeapUsedSize"]), "nodes": int(found["Nodes"]), "elements": elements}


@pytest.mark.usefixtures("chromium")
def test_an_hour_leaves_heap_and_dom_flat(short_town: Path, tmp_path: Path, open_page: OpenPage) -> None:
    key = f"wall/overview/{ROOT}/zh"
    with wall_on(f"sqlite:///{short_town}", tmp_path, pinned=(key,)) as wall:
        wall.clock.turn(SHORT_END.replace(tzinfo=wall.clock.zone).timestamp() - wall.clock.now())
        for _ in range(2):
            wall.beat()
        life = Life(wall, short_town)
        with served(wall) as address:
            life.start()
            page = open_page(address)
            filed = page.locator("[data-panel='filed'] .kpi-value")
            expect(filed).to_have_text(re.compile(r"\d"), timeout=60_000)
            tools = page.context.new_cdp_session(page)
            tools.send("Performance.enable")
            start = life.beats + WARM
            life.reach(start)
            before, number = measured(page, tools), filed.inner_text()
            life.reach(start + BEATS)
            after = measured(page, tools)
            assert filed.inner_text() != number, "the wall lived"
            page.close()  # before its server: what is asked then is reset
            life.end()
    print({"before": before, "after": after})
    assert abs(after["elements"] - before["elements"]) <= 0.1 * before["elements"]
    assert after["nodes"] <= 1.2 * before["nodes"]
    assert after["heap"] <= (1 + GROWTH) * before["heap"]
