"""The entrances of the repository: what ``make`` would run, and the script that installs what the tests need."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "tests" / "install" / "system.sh"
TOOLS = ("sh", "tr", "ls", "cat", "printf", "tee", "chmod", "rm", "env", "echo")


def planned(*arguments: str) -> str:
    """What make would run when the environment were new; the make that runs this test has no say in it."""
    ours = {"MAKEFLAGS", "MFLAGS", "MAKELEVEL", "PORT", "SCALE", "PYTEST_ARGS", "WORKERS", "PYTHON"}
    done = subprocess.run(
        ["make", "--no-print-directory", "-n", "-B", *arguments],
        cwd=ROOT, env={name: value for name, value in os.environ.items() if name not in ours},
        capture_output=True, encoding="utf-8", check=True, timeout=60,
    )  # fmt: skip
    return done.stdout


def test_the_demo_takes_port_and_scale_and_replaces_the_shell() -> None:
    assert planned("demo").rstrip().endswith("exec .venv/bin/gridwall demo --port 8050 --scale city")
    assert planned("demo", "PORT=8123", "SCALE=town").rstrip().endswith(
        "exec .venv/bin/gridwall demo --port 8123 --scale town"
    )  # fmt: skip


def test_the_demo_installs_the_runtime_alone_and_by_hash() -> None:
    plan = planned("demo")
    assert "--require-hashes -r requirements.lock" in plan
    assert "--no-deps --no-build-isolation -e ." in plan
    assert "requirements-tests.lock" not in plan
    assert "uv " not in plan and "npm" not in plan


def test_the_tests_install_their_tools_and_servers_and_run_all() -> None:
    plan = planned("test").rstrip()
    assert "--require-hashes -r requirements-tests.lock" in plan
    assert "sh tests/install/system.sh" in plan
    shared = "exec .venv/bin/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder"
    assert plan.endswith(shared), "all of them, no file and no mark chosen"
    one = planned("test", "WORKERS=0", "PYTEST_ARGS=tests/unit").rstrip()
    assert one.endswith(f"{shared.replace('2', '0')} tests/unit")


def test_check_runs_all_four() -> None:
    plan = planned("check")
    for tool in ("ruff check .", "ruff format --check .", "lint-imports", "mypy"):
        assert f".venv/bin/{tool}" in plan


def test_ci_calls_make_test_and_allows_no_skip() -> None:
    text = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert text.startswith("#!/usr/bin/env bash\n")
    assert "export CI=true" in text
    assert text.rstrip().endswith("exec make test")
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A folder of programs that has a shell's tools and nothing of what the tests need."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in TOOLS:
        if found := shutil.which(tool):
            (folder / tool).symlink_to(found)
    return folder


def program(folder: Path, name: str, text: str) -> None:
    """A small shell program."""
    path = folder / name
    path.unlink(missing_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)


def install(folder: Path, ci: str = "") -> subprocess.CompletedProcess[str]:
    environment = {"PATH": str(folder), "CI": ci, "POLICY_RC_D": str(folder / "policy")}
    return subprocess.run(
        [str(folder / "sh"), str(SCRIPT)], cwd=ROOT, env=environment, capture_output=True, encoding="utf-8",
        check=False, timeout=60,
    )  # fmt: skip


def test_without_rights_it_names_what_is_missing_and_lets_the_tests_run(bare: Path) -> None:
    program(bare, "id", "echo 1000")
    done = install(bare)
    assert done.returncode == 0
    for package in ("chromium", "fonts-noto-cjk", "nodejs"):
        assert package in done.stderr
    assert "skipped" in done.stderr


def test_in_ci_what_is_missing_is_an_error(bare: Path) -> None:
    program(bare, "id", "echo 1000")
    assert install(bare, ci="true").returncode == 1


def test_as_root_it_asks_the_index_once_and_keeps_services_off(bare: Path) -> None:
    program(bare, "id", "echo 0")
    program(bare, "apt-get", f'echo "$* $(cat {bare}/policy)" >> {bare}/asked')
    done = install(bare, ci="true")
    asked = (bare / "asked").read_text(encoding="utf-8").splitlines()
    updates = [line for line in asked if " update" in line]
    assert len(updates) == 1
    text = "\n".join(asked)
    assert "install --no-install-recommends chromium" in text
    assert "exit 101" in text
    assert not (bare / "policy").exists()
    assert done.returncode == 1, "nothing was installed, and that is told"


def test_where_everything_is_there_it_does_nothing(bare: Path) -> None:
    for name in ("chromium", "postgres", "mariadbd", "redis-server", "nginx", "node"):
        program(bare, name, "exit 0")
    program(bare, "fc-list", "echo 'Noto Sans CJK SC'")
    program(bare, "apt-get", f"touch {bare}/asked")
    done = install(bare, ci="true")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not (bare / "asked").exists()
