"""Write what is derived from the code: docs/contract.md, docs/indicators.md, .env.example, the tables of both READMEs.

``python docs/generate.py`` writes them (``make docs``); a test compares each with what would be written now.
"""

import re
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Column, Table

from dashboard import settings
from data_access import contract
from indicators import registry

ROOT: Final = Path(__file__).resolve().parents[1]
BEGIN: Final = "<!-- settings: made by docs/generate.py -->"
END: Final = "<!-- /settings -->"

_TYPES: Final = {str: "text", int: "whole number", float: "number"}
_READING: Final = (
    "gridwall reads these tables, or views of these names, and never writes to them. A null, an absent optional column "
    "or an absent optional table means *not recorded*, never 0. `gridwall contract --sql` prints views to start from, "
    "the indexes and the grants; `gridwall check` compares a database with this page. An optional table that the "
    "source does not have is left out, and that is no fault. A few optional tables and columns are read by no number "
    "yet ([indicators.md](indicators.md) says what each number needs); they may be left out until one does."
)
_VALUES: Final = (
    "Times are stored as the database has them; `GRIDWALL_TIMEZONE` says what a time without a zone means. "
    "Coordinates are WGS-84 degrees unless `GRIDWALL_SOURCE_CRS` says otherwise. Flags are 0, 1 or null."
)


def contract_document() -> str:
    """Every table and column of the read contract with type, necessity and meaning.

    Raises LookupError when a column has no meaning or a meaning no column.
    """
    words = tomllib.loads((ROOT / "docs" / "contract_words.toml").read_text(encoding="utf-8"))
    tables = contract.metadata.tables
    if strange := set(words) ^ set(tables):
        raise LookupError(f"contract_words.toml and the contract differ in the tables {sorted(strange)}")
    required = [name for name, table in tables.items() if table.info["required"]]
    optional = [name for name in tables if name not in required]
    parts = [
        "# The read contract",
        "Made by `make docs` from `data_access/contract.py` and `docs/contract_words.toml`; do not edit.",
        _READING,
        _VALUES,
        "## Required tables",
        *(_section(tables[name], words[name]) for name in required),
        "## Optional tables",
        *(_section(tables[name], words[name]) for name in optional),
    ]
    return "\n\n".join(parts) + "\n"


def _section(table: Table, words: Mapping[str, str]) -> str:
    columns = {column.name: column for column in table.columns}
    if strange := set(words) - {""} ^ set(columns):
        raise LookupError(f"contract_words.toml and the contract differ in {table.name}: {sorted(strange)}")
    lines = [f"### {table.name}", "", words[""], "", "| column | type | | meaning |", "|---|---|---|---|"]
    for name, column in columns.items():
        need = "key" if column.primary_key else "required" if column.info.get("required") else ""
        lines.append(f"| `{name}` | {_type(column)} | {need} | {words[name]} |")
    if indexes := contract.INDEXES.get(table.name):
        lines += ["", "Indexes: " + "; ".join(f"`({', '.join(columns)})`" for columns in indexes)]
    return "\n".join(lines)


def _type(column: Column[Any]) -> str:
    return "time" if isinstance(column.type, contract.LocalTime) else _TYPES[column.type.python_type]


def settings_in_chinese() -> str:
    """The table of the settings with the meanings of ``settings_words.zh.toml``; LookupError when they differ."""
    words = tomllib.loads((ROOT / "docs" / "settings_words.zh.toml").read_text(encoding="utf-8"))
    rows = settings.table()
    if strange := {settings.variable(name) for name in words} ^ {name for name, *_ in rows}:
        raise LookupError(f"settings_words.zh.toml and the settings differ: {sorted(strange)}")
    meanings = {settings.variable(name): meaning for name, meaning in words.items()}
    lines = ["| 设置 | 默认 | 允许 | 含义 |", "|---|---|---|---|"]
    for name, default, bounds, _ in rows:
        allowed = bounds.replace(" to ", " 至 ")
        lines.append(f"| `{name}` | {f'`{default}`' if default else ''} | {allowed} | {meanings[name]} |")
    return "\n".join(lines) + "\n"


def with_settings(name: str, table: str) -> str:
    """The text of a README with the table of the settings written anew between its two marks."""
    text = (ROOT / name).read_text(encoding="utf-8")
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        raise LookupError(f"{name} has no place for the table of the settings")
    return re.sub(f"{re.escape(BEGIN)}.*?{re.escape(END)}", lambda _: f"{BEGIN}\n{table}{END}", text, flags=re.DOTALL)


def documents() -> dict[str, str]:
    """What each derived file should hold now, by its path in the repository."""
    return {
        "docs/contract.md": contract_document(),
        "docs/indicators.md": registry.document(),
        ".env.example": settings.as_example(),
        "README.md": with_settings("README.md", settings.as_markdown()),
        "README.zh.md": with_settings("README.zh.md", settings_in_chinese()),
    }


def main() -> int:
    """Write the files that differ and name them."""
    for name, text in documents().items():
        path = ROOT / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            print(name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
