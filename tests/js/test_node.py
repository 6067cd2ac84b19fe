"""Runs the tests of the browser's pure parts with Node's own test runner."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from data_access.errors import SourceError
from layouts import ids
from layouts.words import LANGUAGES, browser_words
from tests.fixtures.servers import unavailable

HERE = Path(__file__).resolve().parent
ASSETS = HERE.parents[1] / "assets" / "js"
CLASSES = ("map-label", "map-legend", "map-note", "map-swatch", "map-colour", "map-tip", "map-frame")
"""Names in the scripts that are classes of the style sheet, not words."""


def _node() -> str:
    node = shutil.which("node")
    if node is None:
        unavailable("Node.js is not installed")
    return node


def test_pure_parts() -> None:
    files = sorted(str(file) for file in HERE.glob("*.test.mjs"))
    assert files
    run = subprocess.run([_node(), "--test", *files], capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0, run.stdout[-6000:] + run.stderr[-2000:]
    passed = re.search(r"^# pass (\d+)$", run.stdout, re.MULTILINE) or re.search(r"ℹ pass (\d+)", run.stdout)
    assert passed is not None and int(passed[1]) > 30, run.stdout[-2000:]


def test_scripts_hold_no_words() -> None:
    """Every text of the interface comes from the catalogues: no script contains a Chinese character."""
    strange = {
        file.name: found
        for file in sorted(ASSETS.glob("*.js"))
        if (found := re.findall(r"[\u3000-\u9fff\uff00-\uffef]+", _code_of(file.read_text(encoding="utf-8"))))
    }
    assert strange == {}


STATES = ("waiting", "quiet", "silent", "stale", "broken", "not_recorded")
CONNECTIONS = ("waiting", "ok", "silent", "offline", "preparing", "refused", "missing")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_word_the_scripts_say_is_in_the_catalogue(lang: str) -> None:
    said = {
        key
        for file in ASSETS.glob("*.js")
        for key in re.findall(r"""'((?:live|map)-[a-z_-]+[a-z])'""", _code_of(file.read_text(encoding="utf-8")))
        if key not in {name for name in vars(ids).values() if isinstance(name, str)} and not key.startswith(CLASSES)
    }
    assert {"live-because", "map-loading"} <= said
    said |= {f"live-state-{state}" for state in STATES} | {f"live-connection-{state}" for state in CONNECTIONS}
    said |= {f"live-why-{error.key}" for error in _below(SourceError)} | {"live-why-unknown", "live-why-not-recorded"}
    assert sorted(said - set(browser_words(lang))) == []


def _below(error: type[SourceError]) -> list[type[SourceError]]:
    return [error, *(found for child in error.__subclasses__() for found in _below(child))]


def test_scripts_are_plain_for_old_browsers() -> None:
    """Chromium 90 parses them: no syntax that came later, and nothing is evaluated from text."""
    later = r"\?\?=|\|\|=|&&=|\bstatic\s*\{|\.at\(|structuredClone|\bimport\b|\bexport\b|\beval\(|new Function"
    for file in sorted(ASSETS.glob("*.js")):
        assert not re.search(later, _code_of(file.read_text(encoding="utf-8"))), file.name


def _code_of(text: str) -> str:
    return re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
