"""A city with years of history: the demo city and closed copies of its past, on SQLite, PostgreSQL and MariaDB.

What is open, today and this month is the same at every size; only the past grows, as it does in a city. Copies get
their own ids and numbers and are moved back by whole quarters. Only work orders are copied: events are read by time.
"""

import hashlib
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pymysql
from sqlalchemy import Column, Table, create_engine
from sqlalchemy.schema import CreateIndex, CreateTable, Index

from data_access import contract
from demo.build import HISTORY_DAYS, build
from tests.fixtures.servers import MariaDB, PostgreSQL

END: Final = datetime(2026, 3, 11, 15, 0)
"""The moment at which the city stands: a Wednesday afternoon."""
CLOSED: Final = "('closed', 'void', 'cancelled')"
MARKED: Final = ("id", "case_no")
"""Columns in which a copy differs by more than its times."""
KEPT: Final = (
    "areas", "departments", "categories", "work_orders", "work_order_events", "work_order_measures", "workers",
    "worker_areas", "worker_positions", "shifts", "source_feeds", "duty_roster", "area_links",
)  # fmt: skip
"""All tables but the pings, which no reading of these scenes asks."""


def base_city(folder: Path) -> Path:
    """The demo city as it is; made once for a contract and its indexes, and kept beside the folders of the benches."""
    base = folder.parent / f"city-{_contract_mark()}.sqlite"
    if not base.exists():
        build(base, "city", END, seed=7)
    return base


def _contract_mark() -> str:
    tables = [(name, [str(column) for column in table.columns]) for name, table in contract.metadata.tables.items()]
    return hashlib.sha256(repr((tables, contract.INDEXES)).encode()).hexdigest()[:8]


class Grown(ABC):
    """One database that is grown to a size: the city as it is, and closed copies of its past."""

    def __init__(self, folder: Path) -> None:
        self.base = base_city(folder)
        self._copies = 0

    @property
    @abstractmethod
    def url(self) -> str:
        """The address for gridwall."""

    @abstractmethod
    def run(self, statement: str) -> int:
        """Run one statement; how many rows it wrote."""

    @abstractmethod
    def count(self) -> int:
        """How many orders there are."""

    @abstractmethod
    def close(self) -> None:
        """Let go of it."""

    @abstractmethod
    def settle(self) -> None:
        """After rows were written: statistics for the planner."""

    @abstractmethod
    def moved(self, column: Column[Any], days: int) -> str:
        """A column of an order so many days earlier, as SQL."""

    def grow(self, orders: int) -> None:
        """Copy the closed orders back in time, a history's length a copy, until there are so many; then settle.

        Without indexes while it grows, as a loader would.
        """
        table = contract.work_orders
        have = self.count()
        if have < orders:
            for number in range(1, len(contract.INDEXES[table.name]) + 1):
                self.run(self.drop_index(f"ix_{table.name}_{number}"))
            while have < orders:
                self._copies += 1
                chosen = ", ".join(self.moved(column, HISTORY_DAYS * self._copies) for column in table.columns)
                names = ", ".join(str(column.name) for column in table.columns)
                have += self.run(
                    f"INSERT INTO work_orders ({names}) SELECT {chosen} FROM work_orders "
                    f"WHERE stage IN {CLOSED} AND case_no NOT LIKE '%~%' LIMIT {orders - have}"
                )
            for statement in index_statements(table, self.url):
                self.run(statement)
        self.settle()

    def drop_index(self, name: str) -> str:
        """DROP INDEX as this engine says it."""
        return f"DROP INDEX {name}"

    def make(self, table: Table) -> str:
        """CREATE TABLE of the contract as this engine says it."""
        return str(CreateTable(table).compile(dialect=_dialect(self.url)))

    def indexes(self, table: Table) -> None:
        """The contract's indexes of a table."""
        for statement in index_statements(table, self.url):
            self.run(statement)


class GrownSqlite(Grown):
    """A file."""

    def __init__(self, folder: Path, name: str) -> None:
        super().__init__(folder)
        self._path = folder / f"grown-{name}.sqlite"
        self._path.unlink(missing_ok=True)
        self._connection = sqlite3.connect(self._path, isolation_level=None)
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-400000"):
            self.run(f"PRAGMA {pragma}")
        self._connection.execute("ATTACH ? AS base", (str(self.base),))
        for kept in KEPT:
            table = contract.metadata.tables[kept]
            self.run(self.make(table))
            self.run(f'INSERT INTO main."{kept}" SELECT * FROM base."{kept}"')
            self.indexes(table)

    @property
    def url(self) -> str:
        """The file's."""
        return f"sqlite:///{self._path}"

    def run(self, statement: str) -> int:
        """Without a journal: the file can be made again."""
        return self._connection.execute(statement).rowcount

    def count(self) -> int:
        """By the table."""
        (found,) = self._connection.execute("SELECT count(*) FROM main.work_orders").fetchone()
        return int(found)

    def moved(self, column: Column[Any], days: int) -> str:
        """Times are texts."""
        if column.name in MARKED:
            return f"{column.name} || '~{days}'"
        if isinstance(column.type, contract.LocalTime):
            return f"strftime('%Y-%m-%d %H:%M:%S', {column.name}, '-{days} days')"
        return str(column.name)

    def settle(self) -> None:
        """A sample, as SQLite recommends."""
        self.run("PRAGMA analysis_limit=2000")
        self.run("ANALYZE")

    def close(self) -> None:
        """Let go of the file and remove it."""
        self._connection.close()
        self._path.unlink()


class GrownPostgresql(Grown):
    """A database of a private server."""

    def __init__(self, folder: Path, server: PostgreSQL) -> None:
        super().__init__(folder)
        name = server.create()
        self._url = server.url(name)
        self._connection = server.connect(name)
        self._connection.autocommit = True
        with self._connection.cursor() as cursor:
            for table_name in KEPT:
                table = contract.metadata.tables[table_name]
                self.run(self.make(table))
                with cursor.copy(f'COPY "{table_name}" FROM STDIN'.encode()) as copy:
                    for row in rows_of(self.base, table):
                        copy.write_row(row)
                self.indexes(table)

    @property
    def url(self) -> str:
        """The server's."""
        return self._url

    def run(self, statement: str) -> int:
        """In a transaction of its own."""
        return int(self._connection.execute(statement.encode()).rowcount)

    def count(self) -> int:
        """By the table."""
        row = self._connection.execute(b"SELECT count(*) FROM work_orders").fetchone()
        assert row is not None and isinstance(row[0], int)
        return row[0]

    def moved(self, column: Column[Any], days: int) -> str:
        """Times are timestamps."""
        if column.name in MARKED:
            return f"{column.name} || '~{days}'"
        return f"{column.name} - interval '{days} days'" if isinstance(column.type, contract.LocalTime) else column.name

    def settle(self) -> None:
        """With the visibility map, without which no index answers alone."""
        self.run("VACUUM ANALYZE")

    def close(self) -> None:
        """Let go; the server is removed as a whole."""
        self._connection.close()


class GrownMariadb(Grown):
    """A database of a private server with a buffer as a server of a city would have."""

    def __init__(self, folder: Path, server: MariaDB) -> None:
        super().__init__(folder)
        name = server.create()
        self._url = server.url(name)
        server.execute("SET GLOBAL local_infile = 1", "SET GLOBAL innodb_buffer_pool_size = 2147483648")
        server.execute("SET GLOBAL innodb_flush_log_at_trx_commit = 0")
        self._connection = pymysql.connect(
            host="127.0.0.1", port=server.port, user=server.admin, database=name, autocommit=True,
            charset="utf8mb4", local_infile=True, read_timeout=3600, write_timeout=3600,
        )  # fmt: skip
        for table_name in KEPT:
            table = contract.metadata.tables[table_name]
            self.run(self.make(table))
            file = folder / f"{table_name}.tsv"
            with file.open("w", encoding="utf-8", newline="") as out:
                out.writelines("\t".join(map(_field, row)) + "\n" for row in rows_of(self.base, table))
            self.run(f"LOAD DATA LOCAL INFILE '{file}' INTO TABLE `{table_name}` CHARACTER SET utf8mb4")
            with self._connection.cursor() as cursor:
                if cursor.execute("SHOW WARNINGS LIMIT 1"):
                    raise RuntimeError(f"MariaDB took {table_name} otherwise than written: {cursor.fetchone()}")
            file.unlink()
            self.indexes(table)

    @property
    def url(self) -> str:
        """The server's."""
        return self._url

    def run(self, statement: str) -> int:
        """Committed at once."""
        with self._connection.cursor() as cursor:
            return int(cursor.execute(statement))

    def count(self) -> int:
        """By the table."""
        with self._connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM work_orders")
            row = cursor.fetchone()
        assert row is not None
        return int(row[0])

    def moved(self, column: Column[Any], days: int) -> str:
        """Times are datetimes."""
        if column.name in MARKED:
            return f"CONCAT({column.name}, '~{days}')"
        return f"{column.name} - INTERVAL {days} DAY" if isinstance(column.type, contract.LocalTime) else column.name

    def drop_index(self, name: str) -> str:
        """Indexes belong to their table."""
        return f"DROP INDEX {name} ON work_orders"

    def settle(self) -> None:
        """A sample of pages, kept by the server."""
        for name in KEPT:
            self.run(f"ANALYZE TABLE `{name}`")

    def close(self) -> None:
        """Let go; the server is removed as a whole."""
        self._connection.close()


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


def _field(value: object) -> str:
    if value is None:
        return "\\N"
    return str(value).replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")
