"""The entrances of the repository: what ``make`` would run, and the script that installs what the tests need."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "tests" / "install" / "system.sh"
TOOLS = ("sh", "tr", "ls", "cat", "printf", "tee", "chmod", "rm", "env", "echo", "mkdir", "touch", "cp")


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


PYTHON = """case "$*" in
-c*print*) echo 3.11;;
-c*) exit 0;;
"-m venv .venv")
    mkdir -p .venv/bin
    [ -e {bin}/{package} ] || {{ echo "ensurepip is not available" >&2; exit 1; }}
    printf '#!/bin/sh\\nexit 0\\n' > .venv/bin/python
    chmod 755 .venv/bin/python;;
*) exit 1;;
esac"""
"""A Debian's Python: without its package it leaves half an environment and fails."""


def environment_made(folder: Path, work: Path) -> subprocess.CompletedProcess[str]:
    """The first step of every target, in a folder of its own with these programs alone."""
    make = shutil.which("make")
    assert make is not None
    work.mkdir()
    return subprocess.run(
        [make, "--no-print-directory", "-f", str(ROOT / "Makefile"), ".venv/.created"],
        cwd=work, env={"PATH": str(folder)}, capture_output=True, encoding="utf-8", check=False, timeout=60,
    )  # fmt: skip


@pytest.mark.parametrize("package", ["python3.11-venv", "python3-venv"])
def test_as_root_the_package_that_makes_environments_is_installed(bare: Path, tmp_path: Path, package: str) -> None:
    """The package of this very Python, else the one of the system's; a mirror that fails for the index ends nothing."""
    program(bare, "python3.11", PYTHON.format(bin=bare, package=package))
    program(bare, "id", "echo 0")
    program(
        bare,
        "apt-get",
        f'echo "$*" >> {bare}/asked\ncase "$*" in *update) exit 100;; *" {package}") touch {bare}/{package};; '
        "*) exit 100;; esac",
    )
    done = environment_made(bare, tmp_path / "work")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "work" / ".venv" / ".created").exists()
    asked = (bare / "asked").read_text(encoding="utf-8").splitlines()
    wanted = ["-q update", "-q -y install python3.11-venv", "-q -y install python3-venv"]
    assert asked == wanted[: 2 + (package == "python3-venv")]


@pytest.mark.parametrize(("user", "apt"), [("0", "exit 100"), ("0", ""), ("1000", "touch {bin}/asked")])
def test_where_no_environment_can_be_made_it_is_said_how(bare: Path, tmp_path: Path, user: str, apt: str) -> None:
    program(bare, "python3.11", PYTHON.format(bin=bare, package="never"))
    program(bare, "id", f"echo {user}")
    if apt:
        program(bare, "apt-get", apt.format(bin=bare))
    done = environment_made(bare, tmp_path / "work")
    assert done.returncode != 0
    assert "apt-get install python3-venv" in done.stderr
    assert not (tmp_path / "work" / ".venv").exists()
    assert not (bare / "asked").exists(), "only root installs"


def test_where_python_makes_environments_nothing_is_installed(bare: Path, tmp_path: Path) -> None:
    program(bare, "python3.11", PYTHON.format(bin=bare, package="sh"))
    program(bare, "id", "echo 0")
    program(bare, "apt-get", f"touch {bare}/asked")
    assert environment_made(bare, tmp_path / "work").returncode == 0
    assert not (bare / "asked").exists()


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


@pytest.mark.parametrize(("ci", "code"), [("", 0), ("true", 1)])
def test_an_apt_that_fails_ends_in_our_own_words(bare: Path, ci: str, code: int) -> None:
    """No mirror, as root: the tests run with what is there, in CI it is an error; each package is asked for alone."""
    program(bare, "id", "echo 0")
    program(bare, "apt-get", f'echo "$*" >> {bare}/asked; echo "E: no mirror" >&2; exit 100')
    done = install(bare, ci=ci)
    assert done.returncode == code
    assert "The tests need what this machine does not have: chromium" in done.stderr
    assert "skipped" in done.stderr
    asked = (bare / "asked").read_text(encoding="utf-8").splitlines()
    assert any(line.endswith("--no-install-recommends redis-server") for line in asked)
    assert any(line.endswith("--no-install-recommends nodejs") for line in asked)
    assert not (bare / "policy").exists()


def test_one_package_that_is_not_to_be_had_keeps_no_other_away(bare: Path) -> None:
    """All together fail because of one; alone the others come."""
    program(bare, "id", "echo 0")
    for name in ("chromium", "postgres", "mariadbd", "nginx"):
        program(bare, name, "exit 0")
    program(bare, "fc-list", "echo 'Noto Sans CJK SC'")
    program(
        bare,
        "apt-get",
        f'case "$*" in *nodejs*) exit 100;; *" redis-server") cp {bare}/fc-list {bare}/redis-server;; esac',
    )
    done = install(bare)
    assert (bare / "redis-server").exists()
    assert done.returncode == 0
    assert "The tests need what this machine does not have: nodejs" in done.stderr


def test_where_everything_is_there_it_does_nothing(bare: Path) -> None:
    for name in ("chromium", "postgres", "mariadbd", "redis-server", "nginx", "node"):
        program(bare, name, "exit 0")
    program(bare, "fc-list", "echo 'Noto Sans CJK SC'")
    program(bare, "apt-get", f"touch {bare}/asked")
    done = install(bare, ci="true")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not (bare / "asked").exists()
