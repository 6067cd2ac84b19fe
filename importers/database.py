"""A contract database that holds only what an import knows: tables and columns of the contract, and two of our own.

``import_about`` (key, value) says what was imported and up to which moment, so that a replay can go on from there;
``import_verdicts`` (order_id, verdict) keeps the city's own judgement for comparison. Both are outside the contract.
"""

import contextlib
import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Index,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    event,
    inspect,
    select,
)
from sqlalchemy.dialects.mysql import LONGTEXT
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import NullPool
from sqlalchemy.types import TypeEngine

from data_access import contract
from data_access.errors import ImportRefused

ABOUT: Final = "import_about"
VERDICTS: Final = "import_verdicts"
_TABLES: Final = ("areas", "departments", "categories", "work_orders", ABOUT, VERDICTS)
_COLUMNS: Final[dict[str, frozenset[str]]] = {
    "areas": frozenset({"code", "parent_code", "level", "name", "boundary", "lon", "lat"}),
    "departments": frozenset({"code", "name"}),
    "categories": frozenset({"code", "parent_code", "name", "kind"}),
}
_ORDER_COLUMNS: Final = frozenset({"location_quality"})
_LONGEST_WAIT_S: Final = 30
_DRIVERS: Final = {"postgresql": "postgresql+psycopg", "mysql": "mysql+pymysql", "mariadb": "mariadb+pymysql"}


def target(out: str) -> URL:
    """The database's address from a URL, or from the path of a SQLite file."""
    if "://" not in out:
        return URL.create("sqlite", database=str(Path(out).resolve()))
    try:
        return make_url(out)
    except ArgumentError as error:
        raise ImportRefused(f"The address of the database cannot be read: {error}.") from error


def file_of(url: URL) -> Path | None:
    """The SQLite file behind the address; None for another engine."""
    if url.get_backend_name() != "sqlite":
        return None
    if not url.database or url.database == ":memory:":
        raise ImportRefused("A database in memory would be lost at once: give the path of a file.")
    return Path(url.database.removeprefix("file:").partition("?")[0])


def layout_tables(order_columns: frozenset[str]) -> MetaData:
    """The tables of an import. ``order_columns`` are the optional columns of ``work_orders`` that the file can fill."""
    metadata = MetaData()
    wanted = _COLUMNS | {"work_orders": order_columns | _ORDER_COLUMNS}
    for name, extra in wanted.items():
        table = contract.metadata.tables[name]
        kept = [c for c in table.columns if c.info["required"] or c.name in extra]
        copies = (Column(c.name, _type(c), primary_key=c.primary_key, nullable=c.nullable) for c in kept)
        copy = Table(name, metadata, *copies)
        for number, columns in enumerate(_indexes(name, copy), start=1):
            Index(f"ix_{name}_{number}", *(copy.columns[column] for column in columns))
    Table(ABOUT, metadata, Column("key", String(40), primary_key=True), Column("value", Text, nullable=False))
    Table(
        VERDICTS,
        metadata,
        Column("order_id", String(contract.CODE), primary_key=True),
        Column("verdict", String(10), nullable=False),
    )
    return metadata


def _type(column: Column[Any]) -> TypeEngine[Any]:
    """The contract's type; a boundary may be longer than the 64 kB that MariaDB and MySQL call a text."""
    return Text().with_variant(LONGTEXT(), "mysql", "mariadb") if column.name == "boundary" else column.type


def _indexes(name: str, table: Table) -> list[tuple[str, ...]]:
    """The contract's indexes without the columns that are not recorded; what another index begins with is left out."""
    left = [tuple(c for c in columns if c in table.columns) for columns in contract.INDEXES.get(name, ())]
    longest_first = sorted(dict.fromkeys(filter(None, left)), key=len, reverse=True)
    kept: list[tuple[str, ...]] = []
    for columns in longest_first:
        if not any(other[: len(columns)] == columns for other in kept):
            kept.append(columns)
    return kept


def connect(url: URL, *, create: bool = False) -> Engine:
    """An engine that may write, with a new connection each time: a file put in another's place is seen at once.

    On SQLite a writer waits for others instead of failing, and a missing file is made only if asked for.
    """
    if (path := file_of(url)) is not None and not create:
        url = url.set(database=f"file:{quote(str(path))}", query={"mode": "rw", "uri": "true"})
    if driver := _DRIVERS.get(url.drivername):
        url = url.set(drivername=driver)
    try:
        engine = create_engine(url, poolclass=NullPool)
    except ImportError as error:
        raise ImportRefused(f"The driver of {url.drivername} is not installed: {error}.") from error
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def _wait(connection: sqlite3.Connection, _record: object) -> None:
            connection.execute(f"PRAGMA busy_timeout = {_LONGEST_WAIT_S * 1000}")

    return engine


def write_beside_readers(engine: Engine) -> None:
    """On SQLite from now on readers and a writer do not wait for each other (write-ahead log); elsewhere they never do.

    The file stays so; reading it then needs the right to make files beside it.
    """
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode = WAL")


@contextlib.contextmanager
def fresh_database(url: URL, metadata: MetaData) -> Iterator[Connection]:
    """A transaction on a new, empty set of tables; on success they take the place of an earlier import's.

    A SQLite file is written beside its place and renamed, so that readers see the old file or the new one. On other
    engines it is one transaction (on MariaDB and MySQL, which commit each table, not one). A database that is not an
    import's is refused, not overwritten.
    """
    path = file_of(url)
    try:
        if path is not None:
            with _renamed_file(url, path, metadata) as connection:
                yield connection
            return
        with connect(url).begin() as connection:  # no pool: nothing to dispose of
            _refuse_foreign(connection, url)
            _drop_import(connection)
            metadata.create_all(connection)
            yield connection
    except SQLAlchemyError as error:
        raise ImportRefused(f"{shown(url)} cannot be written: {_first_line(error)}.") from error


@contextlib.contextmanager
def _renamed_file(url: URL, path: Path, metadata: MetaData) -> Iterator[Connection]:
    if not path.parent.is_dir():
        raise ImportRefused(f"The folder {path.parent} does not exist.")
    if path.exists():
        with connect(url).connect() as old:
            _refuse_foreign(old, url)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    part.unlink(missing_ok=True)
    engine = connect(URL.create("sqlite", database=str(part)), create=True)
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode = MEMORY")
            connection.exec_driver_sql("PRAGMA synchronous = OFF")  # nothing reads the file before it is whole
            metadata.create_all(connection)
            yield connection
            connection.commit()
            connection.exec_driver_sql("ANALYZE")
            connection.commit()
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        for beside in ("-wal", "-shm"):  # of the old file: they would be taken for the new one's
            path.with_name(path.name + beside).unlink(missing_ok=True)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _refuse_foreign(connection: Connection, url: URL) -> None:
    try:
        names = set(inspect(connection).get_table_names())
    except SQLAlchemyError as error:
        raise ImportRefused(f"{shown(url)} is not a database: choose another place.") from error
    if ABOUT not in names and names & contract.metadata.tables.keys():
        raise ImportRefused(f"{shown(url)} holds a database that no import wrote: choose another place or remove it.")


def _drop_import(connection: Connection) -> None:
    names = set(inspect(connection).get_table_names())
    for name in reversed(_TABLES):
        if name in names:
            Table(name, MetaData()).drop(connection)


def write(connection: Connection, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
    """Inserts rows; keys that the table has no column for are left out."""
    if rows:
        names = [column.name for column in table.columns]
        connection.execute(table.insert(), [{name: row[name] for name in names} for row in rows])


def read_about(connection: Connection, url: URL) -> dict[str, str]:
    """What the import said of itself. Raises ImportRefused when this database was not written by an import."""
    if not inspect(connection).has_table(ABOUT):
        raise ImportRefused(f"{shown(url)} was not written by an import: run gridwall import-311 first.")
    about = Table(ABOUT, MetaData(), Column("key", String(40)), Column("value", Text))
    return {row.key: row.value for row in connection.execute(select(about.c.key, about.c.value))}


def stamp(moment: datetime) -> str:
    """A moment as ``import_about`` has it."""
    return moment.isoformat(sep=" ", timespec="seconds")


def shown(url: URL) -> str:
    """The address for a message: no password, and of a SQLite file its path."""
    path = file_of(url)
    return str(path) if path is not None else url.render_as_string(hide_password=True)


def _first_line(error: SQLAlchemyError) -> str:
    return str(error).splitlines()[0].rstrip(".")
