"""``gridwall contract --sql``: example views over a platform's tables, the indexes, and an account that can only read.

The names of the platform's tables and columns are placeholders (``SOURCE``): they stand for what a real platform has.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Literal, get_args

from sqlalchemy import Table
from sqlalchemy.dialects import mysql, postgresql, sqlite

from data_access import contract

EngineName = Literal["postgresql", "mariadb", "mysql", "sqlite"]
ENGINES: Final[tuple[EngineName, ...]] = get_args(EngineName)
READER: Final = "gridwall_reader"
PASSWORD: Final = "change-me"  # noqa: S105  (a placeholder, printed for the operator to replace)

SOURCE: Final[Mapping[str, Mapping[str, str]]] = {
    "areas": {"code": "cell_code", "parent_code": "parent_cell_code", "boundary": "geojson"},
    "departments": {"code": "unit_id", "name": "unit_name"},
    "categories": {"code": "type_code", "name": "type_name"},
    "work_orders": {"id": "rec_id", "case_no": "task_num", "category_code": "type_code", "area_code": "cell_code",
                    "department_code": "unit_id", "reported_at": "create_time", "closed_at": "archive_time"},
    "workers": {"id": "human_id", "name": "human_name"},
}  # fmt: skip
"""Where the placeholder platform calls a column otherwise than the contract does."""


def source_column(table: str, column: str) -> str:
    """What the placeholder platform calls this column."""
    return SOURCE.get(table, {}).get(column, column)


def source_table(table: str) -> str:
    """What the placeholder platform calls this table."""
    return f"t_{table}"


def as_sql(engine: EngineName) -> str:
    """The whole script: statements end with ``;`` at the end of a line, comments begin with ``--``."""
    return "\n".join(_script(engine)) + "\n"


def _script(engine: EngineName) -> Iterator[str]:
    yield f"-- gridwall: an example of the read contract on {engine}, for the owner of the platform's database to run."
    yield "-- What the columns mean stands in docs/contract.md. t_... and its columns are placeholders: write your own."
    yield "-- Leave out optional columns, and optional tables, that you do not record."
    yield "-- Where your codes differ map them, for example CASE status WHEN 10 THEN 'reported' ... END AS stage, and"
    yield "-- make that expression a stored column or index it, else no index can serve it."
    yield ""
    yield "-- 1. Views"
    yield from _schema(engine)
    for table in contract.metadata.tables.values():
        yield from _view(engine, table)
    yield "-- 2. Indexes, on the tables behind the views"
    for name, lists in contract.INDEXES.items():
        for number, columns in enumerate(lists):
            yield _index(engine, name, number, columns)
    yield ""
    yield "-- 3. An account that can only read"
    yield from _account(engine)


def _quoted(engine: EngineName, name: str) -> str:
    dialect = {"postgresql": postgresql, "sqlite": sqlite}.get(engine, mysql).dialect()
    return str(dialect.identifier_preparer.quote(name))


def _platform(engine: EngineName, table: str) -> str:
    return source_table(table) if engine == "sqlite" else f"platform.{source_table(table)}"


def _schema(engine: EngineName) -> Iterator[str]:
    if engine == "postgresql":
        yield "CREATE SCHEMA IF NOT EXISTS gridwall;"
    elif engine != "sqlite":
        yield "CREATE DATABASE IF NOT EXISTS gridwall CHARACTER SET utf8mb4;"
    yield ""


def _view(engine: EngineName, table: Table) -> Iterator[str]:
    place = table.name if engine == "sqlite" else f"gridwall.{table.name}"
    yield f"CREATE VIEW {place} AS SELECT" + ("" if table.info["required"] else "  -- optional")
    columns = list(table.columns)
    for column in columns:
        source, name = source_column(table.name, column.name), column.name
        shown = f"s.{_quoted(engine, source)}" + (f" AS {_quoted(engine, name)}" if source != name else "")
        comma = "" if column is columns[-1] else ","
        yield f"    {shown}{comma}" + ("" if column.info["required"] else "  -- optional")
    yield f"FROM {_platform(engine, table.name)} AS s;"
    yield ""


def _index(engine: EngineName, table: str, number: int, columns: Sequence[str]) -> str:
    listed = ", ".join(_quoted(engine, source_column(table, column)) for column in columns)
    return f"CREATE INDEX gridwall_{table}_{number} ON {_platform(engine, table)} ({listed});"


def _account(engine: EngineName) -> Iterator[str]:
    if engine == "sqlite":
        yield "-- SQLite has no accounts: run gridwall as a user that may read the file and not write it."
        yield "-- A platform that writes while gridwall reads needs PRAGMA journal_mode = WAL."
        return
    if engine == "postgresql":
        yield f"CREATE ROLE {READER} LOGIN PASSWORD '{PASSWORD}';"
        yield f"ALTER ROLE {READER} SET default_transaction_read_only = on;"
        yield f"ALTER ROLE {READER} SET search_path = gridwall;"
        yield f"GRANT USAGE ON SCHEMA gridwall TO {READER};"
        yield f"GRANT SELECT ON ALL TABLES IN SCHEMA gridwall TO {READER};"
        yield "-- Before PostgreSQL 15 everybody may create tables in the schema public:"
        yield "REVOKE CREATE ON SCHEMA public FROM PUBLIC;"
        yield f"-- GRIDWALL_DATABASE_URL=postgresql://{READER}:{PASSWORD}@HOST/DATABASE"
        return
    yield f"CREATE USER '{READER}'@'%' IDENTIFIED BY '{PASSWORD}';"
    yield f"GRANT SELECT ON gridwall.* TO '{READER}'@'%';"
    yield f"-- GRIDWALL_DATABASE_URL=mysql://{READER}:{PASSWORD}@HOST/gridwall"
