"""Take all pictures: ``python -m tests.browser.shots [--scale town|city] [--scene ID ...] [--only NAME ...]``.

States other than live are provoked for real where that can be done in passing: the database file is moved away, the
network is taken from the browser, the wall stands on a database without optional columns, without orders, or whose
source fell silent. A publisher that stops and a reading that breaks are played by altering the answers on their way.
"""

import argparse
import json
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from playwright.sync_api import Browser, ConsoleMessage, Page, Route, sync_playwright

from layouts.scenes import SCENES
from layouts.words import LANGUAGES
from tests.browser.shots import stands
from tests.browser.shots.sheet import Shot, write_sheet

PROFILES: Final = ((1920, 1080), (3840, 2160), (7680, 4320), (3840, 1080), (5760, 1080), (5760, 2160), (6656, 1792))
NEAR: Final = ((1600, 900), (1366, 768), (1280, 720), (390, 844))
STATE_SIZE: Final = (1920, 1080)
PHONE: Final = (390, 844)
BLANK: Final = "about:blank#"
NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
WAIT_MS: Final = 90_000
DRAWN: Final = """() => {
  const frames = [...document.querySelectorAll('.wall [data-panel]:not([hidden])')];
  const map = window.gridwall && window.gridwall.map && window.gridwall.map.peek();
  const graphs = [...document.querySelectorAll('.scene .graph')];
  return frames.length > 5 && frames.every((frame) => frame.dataset.state !== 'waiting')
    && (!document.querySelector('[data-map]') || (map && map.files.cells))
    && graphs.every((graph) => graph.querySelector('.main-svg') !== null);
}"""
PULSE: Final = "alarms"
"""A panel that stands in every scene and is read every few seconds: by it a lost database is seen soon."""
SUBJECTS: Final = ("counties", "streets")
"""What the performance scene shows beside its first subject."""
TOUCHED: Final = {
    "overview": (("drawer", ".map-leaflet", ".drawer-open .facts"),),
    "orders": (("cases", ".panel-ageing [data-opens]", ".drawer-open .case-count"),),
    "performance": (
        ("why", ".panel-lists.subject-departments .unit", ".drawer-open .why-term"),
        ("detector", ".rule-total", ".drawer-open .drawer-note"),
        ("cases", ".panel-heat.subject-departments .heat-cell[data-opens]", ".drawer-open .case-count"),
    ),
}
"""What a touch opens in each scene: the name of the picture, what is touched, what then is there."""
PICTURES: Final = {
    "overview": (
        ("zh", STATE_SIZE, "wall.png"),
        ("en", STATE_SIZE, "wall-en.png"),
        ("zh", (5760, 1080), "wall-wide.png"),
    ),
    "orders": (("zh", STATE_SIZE, "orders.png"), ("en", STATE_SIZE, "orders-en.png")),
    "performance": (("zh", STATE_SIZE, "performance.png"), ("en", STATE_SIZE, "performance-en.png")),
}
"""The pictures of the README, by scene: language, size, name."""
CUT: Final = "net::ERR_INTERNET_DISCONNECTED"
"""How Chromium itself notes a question that the lost network did not let out."""
CHECK: Final = (Path(__file__).parents[1] / "overflow.js").read_text(encoding="utf-8")


@dataclass
class Studio:
    """The browser, the folder, what was taken so far, and what the pages said in error meanwhile."""

    browser: Browser
    out: Path
    shots: list[Shot]
    scene: str = "overview"
    errors: list[str] = field(default_factory=list)

    def hear(self, page: Page, played: str = "") -> None:
        """Note every error a page throws or writes to its console, but those that belong to the state ``played``."""

        def noted(error: str) -> None:
            if not (played and played in error):
                self.errors.append(error)
                sys.stderr.write(f"page error: {error}\n")

        def said(message: ConsoleMessage) -> None:
            if message.type == "error":
                noted(f"{message.text} ({message.location.get('url', '')})")

        page.on("console", said)
        page.on("pageerror", lambda error: noted(str(error)))

    @contextmanager
    def page(
        self, address: str, lang: str, size: tuple[int, int] = STATE_SIZE, *, played: str = "", **asked: str
    ) -> Iterator[Page]:
        """A page of the scene; ``played`` is an error that its state is meant to bring, any other one is noted."""
        context = self.browser.new_context(viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce")
        page = context.new_page()
        self.hear(page, played)
        page.goto(address if address == BLANK else self.at(address, lang, **asked), timeout=WAIT_MS)
        yield page
        context.close()

    def at(self, address: str, lang: str, **asked: str) -> str:
        """The address of the scene in a language; lists and layers stand still."""
        return f"{address}?{urlencode({'scene': self.scene, 'lang': lang, 'pause': '1', **asked})}"

    def take(self, page: Page, state: str, lang: str, size: tuple[int, int], how: str) -> None:
        """One picture, with a word about what does not fit, if anything."""
        near = size in NEAR
        name = f"{self.scene}-{state}-{size[0]}x{size[1]}-{lang}.png"
        page.wait_for_timeout(1_200)  # the lists turn their pages and the figures are drawn once more
        wrong: list[str] = page.evaluate(CHECK)
        page.screenshot(path=self.out / name, full_page=near, timeout=WAIT_MS)
        self.shots.append(Shot(name, self.scene, state, f"{size[0]} × {size[1]}", lang, how, tuple(wrong)))
        sys.stdout.write(f"{name}\n" + "".join(f"  ! {sentence}\n" for sentence in wrong))
        sys.stdout.flush()


def live(studio: Studio, address: str) -> None:
    """Every profile in both languages; the scene's other subjects at one size."""
    for lang in LANGUAGES:
        for size in (*PROFILES, *NEAR):
            with studio.page(address, lang, size) as page:
                page.wait_for_function(DRAWN, timeout=WAIT_MS)
                studio.take(page, "live", lang, size, "the demo city")
        for subject in SUBJECTS if studio.scene == "performance" else ():
            with studio.page(address, lang, subject=subject) as page:
                page.wait_for_function(DRAWN, timeout=WAIT_MS)
                page.wait_for_selector(f"[data-subject='{subject}']", timeout=WAIT_MS)
                studio.take(page, subject, lang, STATE_SIZE, "the demo city, another subject")


def drawer(studio: Studio, address: str) -> None:
    """What a touch opens: an area's facts, the cases behind a number, why a unit stands where it does."""
    for lang in LANGUAGES:
        for state, touched, opened in TOUCHED.get(studio.scene, ()):
            for size in (STATE_SIZE, PHONE) if state == "why" else (STATE_SIZE,):
                with studio.page(address, lang, size) as page:
                    page.wait_for_function(DRAWN, timeout=WAIT_MS)
                    target = page.locator(touched).first
                    target.click(position={"x": 520, "y": 420} if state == "drawer" else None, timeout=WAIT_MS)
                    page.wait_for_selector(opened, timeout=WAIT_MS)
                    studio.take(page, state, lang, size, "a touch on the screen")


def stale(studio: Studio, address: str, city: Path) -> None:
    """The database file is moved away under the running wall, and given back."""
    pulse = f"[data-panel='{PULSE}']"
    for lang in LANGUAGES:
        with studio.page(address, lang) as page:
            page.wait_for_function(DRAWN, timeout=WAIT_MS)
            away = city.with_suffix(".away")
            city.rename(away)
            try:
                page.wait_for_selector("[data-connection='stale']", timeout=WAIT_MS)
                studio.take(page, "stale", lang, STATE_SIZE, "real: the database file was moved away")
            finally:
                away.rename(city)
            page.wait_for_selector(f"{pulse}:not([data-state='stale'])", timeout=WAIT_MS, state="attached")


def offline(studio: Studio, address: str) -> None:
    """The browser loses its network."""
    for lang in LANGUAGES:
        with studio.page(address, lang, played=CUT) as page:
            page.wait_for_function(DRAWN, timeout=WAIT_MS)
            page.context.set_offline(True)
            page.wait_for_selector("[data-connection='offline']", timeout=WAIT_MS)
            studio.take(page, "offline", lang, STATE_SIZE, "real: the browser's network was cut")


def silent_publisher(studio: Studio, address: str) -> None:
    """The same body again and again, as a dead publisher would leave it."""
    for lang in LANGUAGES:
        with studio.page(address, lang) as page:
            page.wait_for_function(DRAWN, timeout=WAIT_MS)
            page.route("**/live/**", _same_again())
            page.wait_for_selector("[data-connection='silent']", timeout=WAIT_MS)
            studio.take(page, "publisher-silent", lang, STATE_SIZE, "played: /live gives the same beat again")
            page.unroute_all(behavior="ignoreErrors")


def _same_again() -> Callable[[Route], None]:
    kept: list[bytes] = []

    def repeat(route: Route) -> None:
        answer = route.fetch()
        kept.append(answer.body())
        route.fulfill(status=200, headers=_plain(answer.headers), body=kept[0])

    return repeat


def _plain(headers: dict[str, str]) -> dict[str, str]:
    """Headers of an answer whose body is not compressed any more."""
    return {key: value for key, value in headers.items() if key not in {"content-encoding", "content-length"}}


def waiting(studio: Studio, address: str) -> None:
    """Before the first beat: the area is still being prepared."""
    for lang in LANGUAGES:
        with studio.page(BLANK, lang) as page:
            page.route(
                "**/live/**",
                lambda route: route.fulfill(status=202, content_type="application/json", body='{"preparing": true}'),
            )
            page.goto(studio.at(address, lang), timeout=WAIT_MS)
            page.wait_for_selector("[data-connection='preparing']", timeout=WAIT_MS)
            studio.take(page, "waiting", lang, STATE_SIZE, "played: /live answers 202")
            page.unroute_all(behavior="ignoreErrors")


def broken(studio: Studio, address: str) -> None:
    """Half of the panels could not be computed."""
    harmed = SCENES[studio.scene].panels[::2]

    def harm(route: Route) -> None:
        answer = route.fetch()
        body = json.loads(answer.body())
        for name in harmed:
            head = body.get("panels", {}).get(name)
            if head is not None:
                head.update({"state": "broken", "why": {"key": "contract-broken"}})
        route.fulfill(status=answer.status, headers=_plain(answer.headers), body=json.dumps(body))

    for lang in LANGUAGES:
        with studio.page(BLANK, lang) as page:
            page.route("**/live/**", harm)
            page.goto(studio.at(address, lang), timeout=WAIT_MS)
            page.wait_for_function(DRAWN, timeout=WAIT_MS)
            studio.take(page, "broken", lang, STATE_SIZE, "played: the heads of every other panel say broken")
            page.unroute_all(behavior="ignoreErrors")


def on_copies(studio: Studio, city: Path, folder: Path, wanted: Callable[[str], bool], scenes: Sequence[str]) -> None:
    """Walls on other databases: without optional columns, without orders, with a silent or a quiet source."""
    silent_sql, silent_clock = stands.gap(10, 90)
    quiet_sql, quiet_clock = stands.gap(3, 6)
    kinds = {
        "not-recorded": (stands.without_optional(city), "", "real: a database without optional columns and tables"),
        "empty": (stands.EMPTY, "", "real: a database without orders"),
        "silent": (silent_sql, silent_clock, "real: the source last wrote 90 minutes ago, in the morning"),
        "quiet": (quiet_sql, quiet_clock, "real: the source last wrote 6 minutes ago, at night"),
    }
    for state, (script, clock, how) in kinds.items():
        if not wanted(state):
            continue
        with stands.on_copy(city, folder, state, script, clock) as address:
            for studio.scene in scenes:
                for lang in LANGUAGES:
                    with studio.page(address, lang) as page:
                        page.wait_for_function(DRAWN, timeout=WAIT_MS)
                        studio.take(page, state, lang, STATE_SIZE, how)


def main() -> int:
    """Everything asked for, then the contact sheet. 1 when something did not fit, or a page said an error."""
    parser = argparse.ArgumentParser(prog="make shots", description="pictures of every scene, profile, language, state")
    parser.add_argument("--scale", choices=("town", "city"), default="town")
    parser.add_argument("--out", type=Path, default=Path("shots"))
    parser.add_argument("--data", type=Path, default=Path("var/shots"), help="where the demo city is kept")
    parser.add_argument("--address", help="a running wall; then only what needs no database of its own")
    parser.add_argument("--only", nargs="*", default=[], help="live drawer stale offline publisher-silent waiting ...")
    parser.add_argument("--scene", nargs="*", default=[], choices=(*SCENES, []), help="all of them without")
    parser.add_argument("--readme", action="store_true", help="only the pictures of the README, into docs/img")
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    asked.data.mkdir(parents=True, exist_ok=True)
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        sys.stderr.write("Chromium is not installed\n")
        return 2

    scenes = tuple(asked.scene or SCENES)

    def wanted(state: str) -> bool:
        return state == "readme" if asked.readme else not asked.only or state in asked.only

    steps = {
        "live": live,
        "drawer": drawer,
        "offline": offline,
        "publisher-silent": silent_publisher,
        "waiting": waiting,
        "broken": broken,
    }
    if asked.readme:
        steps = {"readme": for_readme}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        studio = Studio(browser, asked.out, [])
        if asked.address:
            for studio.scene in scenes:
                for state, step in steps.items():
                    if wanted(state):
                        step(studio, asked.address)
        else:
            city = (asked.data / f"demo-{asked.scale}" / "city.sqlite").resolve()
            with stands.demo(asked.scale, asked.data.resolve()) as address:
                for studio.scene in scenes:
                    for state, step in steps.items():
                        if wanted(state):
                            step(studio, address)
                    if wanted("stale"):
                        stale(studio, address, city)
            on_copies(studio, city, asked.data.resolve(), wanted, scenes)
        write_sheet(studio.shots, asked.out, browser)
        browser.close()
    return verdict(studio)


def verdict(studio: Studio) -> int:
    """What was wrong, on stderr; 1 if anything was, else 0."""
    wrong = [shot.name for shot in studio.shots if shot.wrong]
    if wrong:
        sys.stderr.write(f"{len(wrong)} of {len(studio.shots)} pictures show what does not fit: {', '.join(wrong)}\n")
    if studio.errors:
        told = "".join(f"  {error} ({times}x)\n" for error, times in Counter(studio.errors).items())
        sys.stderr.write(f"pages said {len(studio.errors)} errors:\n{told}")
    return 1 if wrong or studio.errors else 0


def for_readme(studio: Studio, address: str) -> None:
    """The pictures of the README, into ``docs/img``, made small by pngquant where it is installed."""
    images = Path(__file__).resolve().parents[3] / "docs" / "img"
    images.mkdir(parents=True, exist_ok=True)
    for lang, size, target in PICTURES[studio.scene]:
        with studio.page(address, lang, size) as page:
            page.wait_for_function(DRAWN, timeout=WAIT_MS)
            studio.take(page, "readme", lang, size, "the demo city")
        taken, kept = studio.out / studio.shots[-1].name, images / target
        if shutil.which("pngquant"):
            subprocess.run(["pngquant", "--force", "--strip", "--output", str(kept), "--", str(taken)], check=True)
        else:
            shutil.copyfile(taken, kept)


if __name__ == "__main__":
    sys.exit(main())
