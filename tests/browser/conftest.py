"""One Chromium for all browser tests, and pages that fail the test on any error of theirs."""

import shutil
from collections.abc import Callable, Iterator
from typing import Final

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from tests.fixtures.servers import unavailable

NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
LOADING: Final = "Failed to load resource"
"""How Chromium itself notes an answer that is no success; expected where the test takes the server away."""

OpenPage = Callable[..., Page]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A headless browser without a sandbox (the tests may run as root)."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        unavailable("Chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[OpenPage]:
    """Opens an address: ``open_page(url, losses=False, width=1920, height=1080, scale=1, script="")``.

    Any error on the console or thrown in a page fails the test at its end; ``losses`` allows answers that fail;
    ``script`` runs before the page's own.
    """
    opened: list[Page] = []
    errors: list[str] = []

    def opener(
        url: str, *, losses: bool = False, width: int = 1920, height: int = 1080, scale: float = 1, script: str = ""
    ) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": height}, device_scale_factor=scale, reduced_motion="reduce"
        )
        page = context.new_page()

        def heard(message: ConsoleMessage) -> None:
            if message.type == "error" and not (losses and LOADING in message.text):
                errors.append(f"{message.text} ({message.location.get('url', '')})")

        page.on("console", heard)
        page.on("pageerror", lambda error: errors.append(str(error)))
        opened.append(page)
        if script:
            page.add_init_script(script)
        page.goto(url)
        return page

    yield opener
    for page in opened:
        page.context.close()
    assert errors == []
