"""What is installed: the wheel holds the whole product and nothing else."""

import ast
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("dashboard", "callbacks", "layouts", "indicators", "data_access", "importers", "demo", "assets")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[zipfile.ZipFile]:
    """The wheel, built without an index from the build backend of the lock."""
    folder = tmp_path_factory.mktemp("wheel")
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT, capture_output=True, encoding="utf-8", check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    (path,) = folder.glob("gridwall-*.whl")
    with zipfile.ZipFile(path) as opened:
        yield opened


def tracked(*packages: str) -> set[str]:
    """The committed files of the packages."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", *packages], cwd=ROOT, capture_output=True, encoding="utf-8", check=True, timeout=60
    )
    return {name for name in listed.stdout.split("\0") if name and (ROOT / name).exists()}


def test_every_file_of_the_product_is_in_the_wheel(wheel: zipfile.ZipFile) -> None:
    assert tracked(*PACKAGES) - set(wheel.namelist()) == set()


@pytest.mark.parametrize(
    "name",
    ["layouts/i18n/zh.json", "layouts/i18n/en.json", "indicators/policy.toml", "assets/00-tokens.css",
     "assets/js/live.js", "dashboard/cli.py"],
)  # fmt: skip
def test_what_is_not_python_is_shipped_too(wheel: zipfile.ZipFile, name: str) -> None:
    assert wheel.getinfo(name).file_size > 0


def test_the_facts_of_the_demo_city_are_shipped(wheel: zipfile.ZipFile) -> None:
    shipped = [name for name in wheel.namelist() if name.startswith("demo/reference/")]
    assert any(name.endswith(".csv") for name in shipped)
    assert any(name.endswith((".geojson", ".json")) for name in shipped)


def test_nothing_else_is_in_the_wheel(wheel: zipfile.ZipFile) -> None:
    strange = [
        name
        for name in wheel.namelist()
        if (name.partition("/")[0] not in PACKAGES and ".dist-info/" not in name)
        or name.endswith((".pyc", ".sqlite"))
    ]  # fmt: skip
    assert strange == []


def test_the_command_and_the_licence_are_in_the_wheel(wheel: zipfile.ZipFile) -> None:
    (folder,) = {name.partition("/")[0] for name in wheel.namelist() if ".dist-info/" in name}
    assert "gridwall = dashboard.cli:main" in wheel.read(f"{folder}/entry_points.txt").decode()
    assert "The gridwall authors" in wheel.read(f"{folder}/licenses/LICENSE").decode()
    metadata = wheel.read(f"{folder}/METADATA").decode()
    assert "Requires-Python: >=3.11" in metadata
    for extra in ("postgres", "mysql", "redis", "tests"):
        assert f"Provides-Extra: {extra}" in metadata


def declared() -> list[Requirement]:
    """What the project file asks for, the extras of its users included."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    return [
        Requirement(line)
        for line in (*project["dependencies"], *(x for e in extras if e != "tests" for x in extras[e]))
    ]


def imported() -> set[str]:
    """The modules of others that the product imports by name."""
    found: set[str] = set()
    for name in tracked(*PACKAGES):
        if name.endswith(".py"):
            for node in ast.walk(ast.parse((ROOT / name).read_text(encoding="utf-8"))):
                if isinstance(node, ast.Import):
                    found |= {alias.name.partition(".")[0] for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    found.add(node.module.partition(".")[0])
    return found - set(sys.stdlib_module_names) - set(PACKAGES) - {"_typeshed"}


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_what_is_imported_is_declared() -> None:
    """Not only brought along by another package, which may stop doing so."""
    names, modules = {plain(one.name) for one in declared()}, packages_distributions()
    undeclared = {module for module in imported() if not names & {plain(name) for name in modules.get(module, ())}}
    assert undeclared == set()


def test_the_lock_holds_what_is_declared() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    locked = {plain(name): version for name, version in re.findall(r"^([A-Za-z0-9._-]+)==([^ ;]+)", lock, re.MULTILINE)}
    missed = [str(one) for one in declared() if not one.specifier.contains(locked.get(plain(one.name), "0"))]
    assert missed == []
