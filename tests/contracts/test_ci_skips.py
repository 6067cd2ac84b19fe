"""With CI=true a skip fails the run, unless it is for want of the real data."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def run(
    folder: Path, reason: str, ci: str, at_module: bool = False, workers: int = 0
) -> subprocess.CompletedProcess[str]:
    """The result of pytest on one passing test and one skip, of a test or of its module."""
    (folder / "test_passes.py").write_text("def test_passes():\n    pass\n", encoding="utf-8")
    skip = f"pytest.skip({reason!r}, allow_module_level=True)"
    (folder / "test_skips.py").write_text(
        f"import pytest\n{skip}\n" if at_module else f"import pytest\ndef test_skips():\n    {skip}\n", encoding="utf-8"
    )
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "tests.fixtures.ci", "-p", "no:cacheprovider", "-p", "no:dash",
         "-c", os.devnull, "--rootdir", str(folder), "-n", str(workers), str(folder)],
        cwd=ROOT, env={**os.environ, "CI": ci}, capture_output=True, encoding="utf-8", check=False, timeout=120,
    )  # fmt: skip


@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize("at_module", [False, True])
def test_a_skip_for_want_of_a_server_fails_a_ci_run(tmp_path: Path, at_module: bool, workers: int) -> None:
    done = run(tmp_path, "PostgreSQL is not installed", ci="true", at_module=at_module, workers=workers)
    assert done.returncode == 1, done.stdout
    assert "PostgreSQL is not installed" in done.stdout
    assert "this fails the run" in done.stdout


def test_the_same_skip_is_only_told_elsewhere(tmp_path: Path) -> None:
    done = run(tmp_path, "PostgreSQL is not installed", ci="")
    assert done.returncode == 0, done.stdout


def test_absent_real_data_may_be_skipped_in_ci(tmp_path: Path) -> None:
    done = run(tmp_path, "../shared/data is not here", ci="true")
    assert done.returncode == 0, done.stdout
