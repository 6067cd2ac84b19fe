"""Who may import whom: the contracts of import-linter, and two rules it cannot say."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LAYOUTS_MAY_KNOW = {"errors", "reference", "contract"}
RULES_MAY_KNOW = {"contract", "errors"}


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Each imported name of a module as ``package.module.name``, with its line."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), str(path))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: a relative import"
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def from_data_access(package: str, allowed: set[str]) -> list[str]:
    """Where a package takes something of ``data_access`` that it may not."""
    return [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in modules(package)
        for line, name in imports(path)
        if re.match(r"data_access\b", name) and name.split(".")[1:2] and name.split(".")[1] not in allowed
    ]


def test_the_import_contracts_hold() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=ROOT, capture_output=True, encoding="utf-8", check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"Contracts: [4-9]\d* kept, 0 broken", done.stdout), done.stdout


def test_layouts_take_only_errors_and_plain_types_of_the_data() -> None:
    assert modules("layouts")
    assert from_data_access("layouts", LAYOUTS_MAY_KNOW) == []


def test_rules_know_columns_and_nothing_that_connects() -> None:
    assert modules("indicators/rules")
    assert from_data_access("indicators/rules", RULES_MAY_KNOW) == []


@pytest.mark.parametrize("package", ["dashboard", "callbacks", "layouts", "importers", "demo", "indicators"])
def test_engines_stay_private_to_their_module(package: str) -> None:
    """The only opening is ``Database.reader``: nobody above takes an underscored name of the data access."""
    private = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in modules(package)
        for line, name in imports(path)
        if name.startswith("data_access.") and re.search(r"\._[a-z]", name)
    ]
    assert private == []


def test_the_rule_would_see_a_breach(tmp_path: Path) -> None:
    breach = tmp_path / "breach.py"
    breach.write_text("from data_access.engine import Database\nimport dash\n", encoding="utf-8")
    assert list(imports(breach)) == [(1, "data_access.engine.Database"), (2, "dash")]
