"""A city with years of history: the demo city and closed copies of its past, on SQLite, PostgreSQL and MariaDB.

What is open, today and this month is the same at every size; only the past grows, as it does in a city. Copies get
their own ids and numbers and are moved back by whole quarters. Only work orders are copied: events are read by time.
"""

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pymysql
from sqlalchemy import Table, create_engine
from sqlalchemy.schema import CreateIndex, CreateTable, Index

from data_access import contract
from demo.build import HISTORY_DAYS, build
from tests.fixtures.servers import MariaDB, PostgreSQL

END: Final = datetime(2026, 3, 11, 15, 0)
"""The moment at which the city stands: a Wednesday afternoon."""
CLOSED: Final = "('closed', 'void', 'cancelled')"
KEPT: Final = (
    "areas", "departments", "categories", "work_orders", "work_order_events", "work_order_measures", "workers",
    "worker_areas", "worker_positions", "shifts", "source_feeds", "duty_roster", "area_links",
)  # fmt: skip
"""All tables but the pings, which no reading of the overview asks."""


def base_city(folder: Path) -> Path:
    """The demo city as it is; made once for a contract and its indexes, and kept beside the folders of the benches."""
    base = folder.parent / f"city-{_contract_mark()}.sqlite"
    if not base.exists():
        build(base, "city", END, seed=7)
    return base


def _contract_mark() -> str:
    tables = [(name, [str(column) for column in table.columns]) for name, table in contract.metadata.tables.items()]
    return hashlib.sha256(repr((tables, contract.INDEXES)).encode()).hexdigest()[:8]


def city(folder: Path, orders: int) -> Path:
    """The SQLite file of a city with about so many orders; made once and kept."""
    path = folder / f"city-{orders}-{_contract_mark()}.sqlite"
    if path.exists():
        return path
    base = base_city(folder)
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    with closing(sqlite3.connect(part, isolation_level=None)) as connection:
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-400000"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("ATTACH ? AS base", (str(base),))
        connection.execute("BEGIN")
        for name in KEPT:
            table = contract.metadata.tables[name]
            connection.execute(str(CreateTable(table).compile(dialect=_dialect("sqlite://"))))
            connection.execute(f'INSERT INTO main."{name}" SELECT * FROM base."{name}"')
        _age(connection, orders)
        for name in KEPT:
            for statement in index_statements(contract.metadata.tables[name], "sqlite://"):
                connection.execute(statement)
        connection.execute("COMMIT")
        connection.execute("PRAGMA analysis_limit=2000")
        connection.execute("ANALYZE")
    part.rename(path)
    return path


def _age(connection: sqlite3.Connection, orders: int) -> None:
    """Copy the closed orders back in time until there are so many."""
    table = contract.work_orders
    (have,) = connection.execute("SELECT count(*) FROM main.work_orders").fetchone()
    back = 0
    while have < orders:
        back += HISTORY_DAYS
        chosen = ", ".join(_moved(column, back) for column in table.columns)
        done = connection.execute(
            f"INSERT INTO main.work_orders SELECT {chosen} FROM base.work_orders WHERE stage IN {CLOSED} LIMIT ?",
            (orders - have,),
        )
        have += done.rowcount


def _moved(column: Any, days: int) -> str:
    if column.name in {"id", "case_no"}:
        return f"\"{column.name}\" || '-{days}'"
    if isinstance(column.type, contract.LocalTime):
        return f"strftime('%Y-%m-%d %H:%M:%S', \"{column.name}\", '-{days} days')"
    return f'"{column.name}"'


def _dialect(url: str) -> Any:
    return create_engine(url).dialect


def index_statements(table: Table, url: str) -> Iterator[str]:
    """CREATE INDEX of the contract's indexes of a table, in the words of that engine."""
    for number, columns in enumerate(contract.INDEXES.get(table.name, ()), 1):
        index = Index(f"ix_{table.name}_{number}", *(table.c[column] for column in columns))
        yield str(CreateIndex(index).compile(dialect=_dialect(url)))
        table.indexes.discard(index)


def rows_of(path: Path, table: Table) -> Iterator[tuple[Any, ...]]:
    """All rows of a table of the SQLite file."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        yield from connection.execute(f'SELECT * FROM "{table.name}"')


def into_postgresql(path: Path, server: PostgreSQL) -> str:
    """A database with what the file holds; its address."""
    name = server.create()
    url = server.url(name)
    with server.connect(name) as connection, connection.cursor() as cursor:
        for table_name in KEPT:
            table = contract.metadata.tables[table_name]
            cursor.execute(str(CreateTable(table).compile(dialect=_dialect(url))).encode())
            with cursor.copy(f'COPY "{table_name}" FROM STDIN'.encode()) as copy:
                for row in rows_of(path, table):
                    copy.write_row(row)
            for statement in index_statements(table, url):
                cursor.execute(statement.encode())
        cursor.execute("VACUUM ANALYZE")
    return url


def into_mariadb(path: Path, server: MariaDB, folder: Path) -> str:
    """A database with what the file holds; its address."""
    name = server.create()
    url = server.url(name)
    server.execute("SET GLOBAL local_infile = 1", "SET GLOBAL innodb_buffer_pool_size = 1073741824")
    with closing(
        pymysql.connect(
            host="127.0.0.1", port=server.port, user=server.admin, database=name, autocommit=True,
            charset="utf8mb4", local_infile=True, read_timeout=3600, write_timeout=3600,
        )
    ) as connection, connection.cursor() as cursor:  # fmt: skip
        for table_name in KEPT:
            table = contract.metadata.tables[table_name]
            cursor.execute(str(CreateTable(table).compile(dialect=_dialect(url))))
            file = folder / f"{table_name}.tsv"
            with file.open("w", encoding="utf-8", newline="") as out:
                out.writelines("\t".join(map(_field, row)) + "\n" for row in rows_of(path, table))
            cursor.execute(f"LOAD DATA LOCAL INFILE '{file}' INTO TABLE `{table_name}` CHARACTER SET utf8mb4")
            if cursor.execute("SHOW WARNINGS LIMIT 1"):
                raise RuntimeError(f"MariaDB took {table_name} otherwise than written: {cursor.fetchone()}")
            file.unlink()
            for statement in index_statements(table, url):
                cursor.execute(statement)
            cursor.execute(f"ANALYZE TABLE `{table_name}`")
    return url


def _field(value: object) -> str:
    if value is None:
        return "\\N"
    return str(value).replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")
