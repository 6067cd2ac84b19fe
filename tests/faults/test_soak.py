"""An hour of the demo town, played some sixty times as fast, leaves page and server as it found them.

The page takes in every beat: several hundred bodies, and what one of them leaves behind is told in bytes.
"""

import gc
import re
import resource
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import CDPSession, Page, expect
from werkzeug.serving import make_server

from demo.simulator import Simulator
from tests.fixtures.browser import OpenPage
from tests.fixtures.city import SHORT_END
from tests.fixtures.servers import free_port
from tests.fixtures.wall import Wall, wall_on

STEP_S: Final = 10.0
"""City time between two beats."""
BODIES: Final = round(3600 / STEP_S)
WARM: Final = 60
"""Bodies before the hour. Its first half warms what is warmed by many bodies, the second is measured."""
ROOT: Final = "3203"
PAGE_BYTES: Final = 3000
"""By how much the heap may grow with each body, after a collection: a body that is kept has many times as much."""
PAGE_NODES: Final = 0.5
"""By how many nodes, shown or not, the document may grow with each body: rows come and go, a leak keeps hundreds."""
SERVER_BYTES: Final = 20_000
"""By how much the process of publisher and web may grow with each beat."""
TAKEN: Final = """(seq) => new Promise((taken) => {
  const ask = () => {
    if (gridwall.live.peek().memory.seq >= seq) {
      requestAnimationFrame(() => requestAnimationFrame(taken));
    } else {
      window.dispatchEvent(new Event('online'));
      setTimeout(ask, 20);
    }
  };
  ask();
})"""
"""Makes the page ask at once, as it does when a lost network comes back, until it has drawn this beat."""


@dataclass
class Life:
    """The town, the publisher and a page that takes in every beat."""

    wall: Wall
    town: Simulator
    page: Page
    tools: CDPSession

    def play(self, beats: int) -> None:
        """So many beats: each is lived, read, published and drawn before the next."""
        clock = self.wall.clock
        for _ in range(beats):
            clock.turn(STEP_S)
            self.town.advance_to(datetime.fromtimestamp(clock.now(), clock.zone).replace(tzinfo=None))
            self.wall.publisher.step()
            self.page.evaluate(TAKEN, self.wall.publisher.seq)

    def measured(self) -> dict[str, int]:
        """Bytes of the page's heap after collections, nodes and elements; bytes of the server's memory."""
        for _ in range(3):
            self.tools.send("HeapProfiler.collectGarbage")
        found: Any = {entry["name"]: entry["value"] for entry in self.tools.send("Performance.getMetrics")["metrics"]}
        elements = int(self.page.evaluate("document.querySelectorAll('*').length"))
        gc.collect()
        return {
            "heap": int(found["JSHeapUsedSize"]),
            "nodes": int(found["Nodes"]),
            "elements": elements,
            "server": int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * resource.getpagesize(),
        }


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


@pytest.mark.usefixtures("chromium")
def test_an_hour_leaves_heap_dom_and_server_flat(short_town: Path, tmp_path: Path, open_page: OpenPage) -> None:
    key = f"wall/overview/{ROOT}/zh"
    with (
        wall_on(f"sqlite:///{short_town}", tmp_path, pinned=(key,)) as wall,
        closing(Simulator(short_town)) as town,
        served(wall) as address,
    ):
        wall.clock.turn(SHORT_END.replace(tzinfo=wall.clock.zone).timestamp() - wall.clock.now())
        for _ in range(2):
            wall.beat()
        page = open_page(address)
        filed = page.locator("[data-panel='filed'] .kpi-value")
        expect(filed).to_have_text(re.compile(r"\d"), timeout=60_000)
        tools = page.context.new_cdp_session(page)
        tools.send("Performance.enable")
        life = Life(wall, town, page, tools)
        life.play(WARM)
        life.play(BODIES // 2)
        number, middle = filed.inner_text(), life.measured()
        life.play(BODIES // 2)
        after = life.measured()
        assert filed.inner_text() != number, "the wall lived"
        page.close()  # before its server: what is asked then is reset
    print({"middle": middle, "after": after})
    grown = {name: (after[name] - middle[name]) / (BODIES // 2) for name in after}
    assert grown["heap"] <= PAGE_BYTES
    assert grown["nodes"] <= PAGE_NODES
    assert grown["elements"] <= PAGE_NODES
    assert grown["server"] <= SERVER_BYTES
