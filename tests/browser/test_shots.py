"""Taking pictures hears what the pages say in error: the run ends with 1, but for what a state is meant to bring."""

from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser

from tests.browser.shots.__main__ import BLANK, CUT, Studio, verdict
from tests.browser.shots.sheet import Shot

ASK: Final = "fetch('http://127.0.0.1:9/').catch(() => null)"


@pytest.fixture
def studio(chromium: Browser, tmp_path: Path) -> Studio:
    return Studio(chromium, tmp_path, [Shot("one.png", "overview", "live", "1920 × 1080", "zh", "", ())])


def test_pages_without_errors_end_with_0(studio: Studio, capsys: pytest.CaptureFixture[str]) -> None:
    with studio.page(BLANK, "zh") as page:
        page.evaluate("console.warn('it may be'); console.info('it is')")
    assert verdict(studio) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("console.error('no such layer')", "no such layer"),
        ("setTimeout(() => { throw new Error('no such cell'); })", "no such cell"),
        (ASK, "Failed to load resource"),
    ],
)
def test_an_error_is_printed_and_ends_with_1(
    studio: Studio, capsys: pytest.CaptureFixture[str], script: str, told: str
) -> None:
    with studio.page(BLANK, "zh", played=CUT) as page:
        page.evaluate(script)
        page.evaluate("new Promise((then) => setTimeout(then))")
    assert verdict(studio) == 1
    assert told in capsys.readouterr().err


def test_a_network_that_was_cut_on_purpose_is_no_error_and_any_other_is(studio: Studio) -> None:
    for played, code in ((CUT, 0), ("", 1)):
        with studio.page(BLANK, "zh", played=played) as page:
            page.context.set_offline(True)
            page.evaluate(ASK)
            page.evaluate("new Promise((then) => setTimeout(then))")
        assert verdict(studio) == code
