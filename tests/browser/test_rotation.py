"""Scenes in turn: never an empty one, the choices stay in the address, nothing piles up; alarms take the screen."""

from collections.abc import Iterator
from typing import Any, Final

import pytest
from playwright.sync_api import CDPSession, Page, expect

from layouts.pages.wall import Hall
from layouts.scenes import PANELS, SCENES
from tests.browser.handwall import HandWall, standing
from tests.fixtures import handmade, handmade_control
from tests.fixtures.browser import OpenPage

TURNS: Final = 21
WARM: Final = 9
"""Turns before the first measure: every scene was shown a few times."""
GROWTH: Final = 0.15
"""Share by which the heap after a collection may differ: engines keep caches, leaks keep every scene."""
WATCH: Final = """window.seen = []; window.holes = [];
const look = () => {
  const root = document.querySelector('[data-live]');
  if (root && window.gridwall && gridwall.rotate.turns() > 0 && !gridwall.still.lies()) {
    const frames = [...root.querySelectorAll('.scene [data-panel]:not(.alarm):not([hidden])')];
    const waits = frames.filter((f) => ['', 'waiting'].includes(f.getAttribute('data-state') || ''));
    const scene = root.getAttribute('data-scene');
    const number = root.querySelector('.kpi-value');
    const empty = !frames.length || !number || !/[0-9]/.test(number.textContent);
    if (empty || waits.length) window.holes.push([scene, waits.length]);
    if (window.seen[window.seen.length - 1] !== scene) window.seen.push(scene);
  }
  requestAnimationFrame(look);
};
requestAnimationFrame(look);"""
"""Looks at every frame that a person could see: a scene under a still is not seen."""


@pytest.fixture
def wall() -> Iterator[HandWall]:
    with standing() as served:
        served.fill("zh")
        yield served


def turned(page: Page, turns: int) -> None:
    """Until so many turns were made and the first scene is seen again."""
    page.wait_for_function(
        f"gridwall.rotate.turns() >= {turns} && !gridwall.still.lies()"
        " && document.querySelector('[data-live]').dataset.scene === 'overview'",
        timeout=300_000,
    )


def measured(page: Page, tools: CDPSession) -> dict[str, int]:
    """Bytes of heap after a collection, nodes, listeners, elements, charts and maps."""
    tools.send("HeapProfiler.collectGarbage")
    found: Any = {entry["name"]: entry["value"] for entry in tools.send("Performance.getMetrics")["metrics"]}
    count = "(name) => document.querySelectorAll(name).length"
    return {
        "heap": int(found["JSHeapUsedSize"]),
        "nodes": int(found["Nodes"]),
        "listeners": int(found["JSEventListeners"]),
        "elements": page.evaluate(count, "*"),
        "charts": page.evaluate(count, ".js-plotly-plot"),
        "maps": page.evaluate(count, ".leaflet-container"),
    }


def test_scenes_turn_without_a_hole_without_a_leak_and_keep_the_address(wall: HandWall, open_page: OpenPage) -> None:
    wall.hall = Hall("", tuple(SCENES), dwell_s=0.2)
    page = open_page(f"{wall.base_url}?layer=overdue&place=3203&lang=zh", script=WATCH)
    tools = page.context.new_cdp_session(page)
    tools.send("Performance.enable")
    turned(page, WARM)
    before, history = measured(page, tools), page.evaluate("history.length")
    turned(page, WARM + TURNS)
    after = measured(page, tools)
    print({"before": before, "after": after})
    assert page.evaluate("window.holes") == []
    seen = page.evaluate("window.seen")
    assert set(seen) == set(SCENES)
    assert seen[: len(SCENES)] == [*tuple(SCENES)[1:], next(iter(SCENES))], "in their order"
    address = page.evaluate("Object.fromEntries(new URLSearchParams(location.search))")
    assert address == {"layer": "overdue", "place": "3203", "lang": "zh", "scene": "overview"}
    assert page.evaluate("history.length") == history, "a wall does not fill its history"
    for name in ("charts", "maps"):
        assert after[name] == before[name]
    assert abs(after["elements"] - before["elements"]) <= 0.02 * before["elements"]
    assert after["nodes"] <= 1.05 * before["nodes"]
    assert after["listeners"] <= 1.05 * before["listeners"]
    assert after["heap"] <= (1 + GROWTH) * before["heap"]


def test_a_still_shows_what_the_page_showed(wall: HandWall, open_page: OpenPage) -> None:
    page = open_page(f"{wall.base_url}?pause=1")
    bars = ".panel-trend .bars path"
    page.wait_for_function(f"document.querySelectorAll('{bars}').length > 3")
    found = page.evaluate(STILL)
    assert found["bars"] > 3
    assert found["clips"]
    assert all(found["clips"]), "what clips the bars is in the still too"
    assert found["marks"] == 0
    assert found["roots"] == 1
    expect(page.locator(".wall.still")).to_have_count(0)


STILL: Final = """() => {
  gridwall.still.lay(document.querySelector('[data-live]'), performance.now(), 60000);
  const still = document.querySelector('.wall.still');
  const clipped = [...still.querySelectorAll('.panel-trend [clip-path]')];
  return {
    bars: still.querySelectorAll('.panel-trend .bars path').length,
    clips: clipped.map((part) => {
      const name = /#([^'")]+)/.exec(part.getAttribute('clip-path'));
      return name !== null && still.querySelector('#' + CSS.escape(name[1])) !== null;
    }),
    marks: still.querySelectorAll('[data-panel], [data-live], [data-opens]').length,
    roots: document.querySelectorAll('[data-live]').length,
  };
}"""
"""Lays a still and looks at it in one breath: the page under it is whole, so its next tick takes the still away."""


def test_nothing_turns_while_somebody_is_there_or_the_address_says_so(wall: HandWall, open_page: OpenPage) -> None:
    wall.hall = Hall("", tuple(SCENES), dwell_s=0.2)
    still = open_page(f"{wall.base_url}?pause=1")
    touched = open_page(wall.base_url)
    touched.wait_for_function("window.gridwall && gridwall.live.peek()")
    touched.mouse.move(300, 300)
    turns = touched.evaluate("gridwall.rotate.turns()")
    for page in (still, touched):
        page.wait_for_function("window.gridwall && gridwall.live.peek() && gridwall.live.peek().memory.seq >= 0")
        seq = page.evaluate("gridwall.live.peek().memory.seq")
        page.wait_for_function(f"gridwall.live.peek().memory.seq > {seq} + 2")
    assert still.evaluate("gridwall.rotate.turns()") == 0
    assert touched.evaluate("gridwall.rotate.turns()") <= turns + 1, "at most the one that was under way"


def test_a_scene_that_cannot_be_had_is_not_shown(wall: HandWall, open_page: OpenPage) -> None:
    wall.hall = Hall("", tuple(SCENES), dwell_s=0.5)
    page = open_page(wall.base_url, losses=True, script=WATCH)
    page.wait_for_function("window.gridwall && gridwall.rotate.turns() >= 1")
    wall.mode = "error"
    page.wait_for_function("gridwall.live.peek().failures >= 3", timeout=60_000)
    turns = page.evaluate("gridwall.rotate.turns()")
    page.wait_for_function("gridwall.live.peek().failures >= 5", timeout=60_000)
    assert page.evaluate("gridwall.rotate.turns()") == turns, "the wall keeps what it has and says how old it is"
    expect(page.locator("[data-live]")).to_have_attribute("data-connection", "offline")
    wall.mode = "ok"
    page.wait_for_function(f"gridwall.rotate.turns() > {turns}", timeout=60_000)


def alarms(wall: HandWall, lang: str, age_ms: int = 0) -> None:
    """Three alarms, the newest of now."""
    panel = PANELS["alarms"]
    at = handmade.showing(lang, also={"sources": handmade.data()["sources"]})
    props = panel.show(handmade_control.ALARMS, at)
    for row in props["alarms"]["data"]:
        row["at"] = wall.now() - age_ms
    wall.show(panel.id, props, stale_ms=600_000)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_alarm_takes_the_screen_once_until_it_is_seen(wall: HandWall, open_page: OpenPage, lang: str) -> None:
    wall.fill(lang)
    page = open_page(f"{wall.base_url}?lang={lang}")
    page.wait_for_function("window.gridwall && gridwall.live.peek() && gridwall.live.peek().memory.seq >= 0")
    alarms(wall, lang, age_ms=61_000)
    seq = page.evaluate("gridwall.live.peek().memory.seq")
    page.wait_for_function(f"gridwall.live.peek().memory.seq > {seq} + 2")
    expect(page.locator(".alarm")).to_be_hidden()
    alarms(wall, lang)
    cards = page.locator(".alarm-card")
    expect(cards).to_have_count(3, timeout=20_000)
    expect(cards.first.locator(".alarm-title")).to_have_text(
        "紧急工单长期超期" if lang == "zh" else "Urgent order long overdue"
    )
    box, screen = page.locator(".alarm").bounding_box(), page.viewport_size
    assert box is not None
    assert screen is not None
    assert (box["width"], box["height"]) == (screen["width"], screen["height"])
    for card in cards.all():
        part = card.bounding_box()
        assert part is not None
        assert part["y"] >= 0
        assert part["y"] + part["height"] <= screen["height"]
    text = page.locator(".alarm").inner_text()
    assert "o-77" not in text
    page.locator(".alarm-close").click()
    expect(page.locator(".alarm")).to_be_hidden()
    seq = page.evaluate("gridwall.live.peek().memory.seq")
    page.wait_for_function(f"gridwall.live.peek().memory.seq > {seq} + 2")
    expect(page.locator(".alarm")).to_be_hidden()


def test_an_alarm_gives_the_screen_back_after_a_minute_and_scenes_wait_for_it(
    wall: HandWall, open_page: OpenPage
) -> None:
    wall.hall = Hall("", tuple(SCENES), dwell_s=0.3)
    page = open_page(wall.base_url, script="window.ahead = 0;" + AHEAD)
    page.wait_for_function("window.gridwall && gridwall.rotate.turns() >= 1")
    alarms(wall, "zh")
    expect(page.locator(".alarm")).to_be_visible(timeout=20_000)
    turns = page.evaluate("gridwall.rotate.turns()")
    seq = page.evaluate("gridwall.live.peek().memory.seq")
    page.wait_for_function(f"gridwall.live.peek().memory.seq > {seq} + 2")
    assert page.evaluate("gridwall.rotate.turns()") <= turns + 1, "at most the one that was under way"
    page.evaluate("window.ahead = 61000")
    expect(page.locator(".alarm")).to_be_hidden(timeout=20_000)
    page.wait_for_function(f"gridwall.rotate.turns() > {turns} + 1", timeout=60_000)


AHEAD: Final = """const clock = performance.now.bind(performance);
performance.now = () => clock() + window.ahead;"""
"""Lets a minute of the page's own clock pass in a moment."""
