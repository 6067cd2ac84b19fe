"""Writing the demo database: contract tables in SQLite, whole columns at a time, indexes afterwards."""

import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Index, Table
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from data_access import contract
from demo.mark import APPLICATION, Mark
from demo.rows import Columns

DIALECT: Final = sqlite.dialect()


def open_for_building(path: Path) -> sqlite3.Connection:
    """A new file without journal: it gets its name only when it is whole."""
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in (
        "journal_mode=OFF",
        "synchronous=OFF",
        "locking_mode=EXCLUSIVE",
        "cache_size=-200000",
        f"application_id={APPLICATION}",
    ):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("BEGIN")
    return connection


def create_tables(connection: sqlite3.Connection) -> None:
    """All tables of the contract."""
    for table in contract.metadata.sorted_tables:
        connection.execute(str(CreateTable(table).compile(dialect=DIALECT)))


def create_indexes(connection: sqlite3.Connection) -> Iterable[str]:
    """The indexes of the contract, one after the other; yields the name of each when it is done."""
    for name, groups in contract.INDEXES.items():
        table = contract.metadata.tables[name]
        for number, columns in enumerate(groups, 1):
            index = Index(f"ix_{name}_{number}", *(table.c[column] for column in columns), _table=table)
            connection.execute(str(CreateIndex(index).compile(dialect=DIALECT)))
            table.indexes.discard(index)
            yield name


def insert_statement(table: Table, columns: Sequence[str], *, replace: bool = False) -> str:
    """INSERT of these columns; with ``replace`` a row that is there is updated in place."""
    names = ", ".join(f'"{c}"' for c in columns)
    marks = ", ".join("?" * len(columns))
    statement = f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})'  # noqa: S608 - names of the contract
    if not replace:
        return statement
    keys = [c.name for c in table.primary_key]
    updates = ", ".join(f'"{c}" = excluded."{c}"' for c in columns if c not in keys)
    return f"{statement} ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {updates}"


def write(connection: sqlite3.Connection, table: Table, columns: Columns, *, replace: bool = False) -> int:
    """Insert rows given as columns; returns how many."""
    statement = insert_statement(table, list(columns), replace=replace)
    connection.executemany(statement, zip(*columns.values(), strict=True))
    return len(next(iter(columns.values())))


def columns_of(rows: Sequence[dict[str, Any]], table: Table) -> Columns:
    """Rows as columns of the table; what a row does not have is null."""
    names = [c.name for c in table.columns if any(c.name in row for row in rows)]
    return {name: [row.get(name) for row in rows] for name in names}


def finish(connection: sqlite3.Connection, mark: Mark) -> None:
    """Commit, mark the file as a demo city, gather statistics, switch to write-ahead logging and close."""
    connection.execute("COMMIT")
    connection.execute(f"PRAGMA user_version={mark.user_version}")
    connection.execute("PRAGMA analysis_limit=2000")
    connection.execute("ANALYZE")
    connection.execute("PRAGMA locking_mode=NORMAL")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.close()


def open_live(path: Path, busy_s: float) -> sqlite3.Connection:
    """The connection of the simulator: write-ahead log, waits up to ``busy_s`` seconds for a lock."""
    connection = sqlite3.connect(path, isolation_level=None, timeout=busy_s)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA journal_size_limit=67108864")
    return connection
