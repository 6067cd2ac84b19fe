"""Runs the tests of the browser's pure parts with Node's own test runner."""

import re
import shutil
import subprocess
from pathlib import Path

from tests.fixtures.servers import unavailable

HERE = Path(__file__).resolve().parent
ASSETS = HERE.parents[1] / "assets" / "js"


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


def test_scripts_are_plain_for_old_browsers() -> None:
    """Chromium 90 parses them: no syntax that came later, and nothing is evaluated from text."""
    later = r"\?\?=|\|\|=|&&=|\bstatic\s*\{|\.at\(|structuredClone|\bimport\b|\bexport\b|\beval\(|new Function"
    for file in sorted(ASSETS.glob("*.js")):
        assert not re.search(later, _code_of(file.read_text(encoding="utf-8"))), file.name


def _code_of(text: str) -> str:
    return re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
