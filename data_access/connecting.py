"""Connections to the three engines: made, opened read only with a time limit, and never waited for without end.

Two limits hold together. The database is told the time limit of a statement with each transaction. And the caller
gives up GRACE_S later, because a frozen server or a dead cable tells nobody anything; the connection is then closed.
"""

import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import cache
from importlib import import_module
from typing import Any, Final
from urllib.parse import quote
from zoneinfo import ZoneInfo

from sqlalchemy import URL, Connection, Engine, QueuePool, create_engine, event, text

from data_access.errors import SettingError, SourceUnreachable

GRACE_S: Final = 2.0
"""How much longer than the database itself the caller waits for an answer, in seconds."""

CONNECT_S: Final = 3
"""How long a new connection may take, in seconds."""

IDLE_S: Final = 1.5
"""How long a connection may take to answer when it is tested or rolled back, in seconds."""

LONGEST_TEXT: Final = 16 * 1024 * 1024
"""So many bytes MySQL and MariaDB may put together to one text (``data_access.queries.packed``); else 1 kB and 1 MB."""

SQLITE_STEPS: Final = 20_000
"""After so many steps of its machine SQLite asks whether the time is over (costs 1 to 2 %)."""


def make_engine(url: URL, *, pool_size: int) -> Engine:
    """An engine for one of sqlite, postgresql, mysql, mariadb; SettingError for others. Nothing is opened yet."""
    backend = url.get_backend_name()
    common: dict[str, Any] = {"pool_size": pool_size, "max_overflow": 0, "pool_timeout": 5}
    if backend == "sqlite":
        address = f"file:{quote(sqlite_path(url))}?mode=ro"
        engine = create_engine("sqlite://", creator=lambda: _open_sqlite(address), poolclass=QueuePool, **common)
        event.listen(engine, "before_cursor_execute", _start_clock)
    elif backend == "postgresql":
        engine = create_engine(
            url.set(drivername="postgresql+psycopg"),
            connect_args=_POSTGRESQL,
            pool_pre_ping=True,
            execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
            **common,
        )
        event.listen(engine, "do_connect", connect_postgresql)
    elif backend in {"mysql", "mariadb"}:
        server = url.set(drivername="mysql+pymysql")
        engine = create_engine(server, connect_args=_MYSQL, pool_pre_ping=True, **common)
    else:
        raise SettingError(f"no support for {backend} databases", name="GRIDWALL_DATABASE_URL")
    return engine


def open_read_only(connection: Connection, timeout_s: float, timezone: str) -> None:
    """Begin the transaction that sees one state of the database and can write nothing.

    ``timezone`` is the city's: what the database keeps as an instant (timestamptz, MariaDB's TIMESTAMP) is read in it.
    """
    dialect = connection.dialect
    run: Callable[[str], object] = connection.exec_driver_sql
    if dialect.name == "sqlite":
        _be_patient(connection, timeout_s)
        run("BEGIN")
        run("SELECT 1 FROM sqlite_master LIMIT 1")  # the state is fixed by the first reading, not by BEGIN
        return
    _be_patient(connection, timeout_s + GRACE_S)
    if dialect.name == "postgresql":
        connection.execute(
            text(
                "SELECT set_config('statement_timeout', :limit, true), set_config('lock_timeout', '1000', true),"
                " set_config('TimeZone', :zone, true), set_config('jit', 'off', true)"
            ),
            {"limit": str(int(timeout_s * 1000)), "zone": timezone},
        )
        return
    limit = (
        f"max_statement_time = {timeout_s:.3f}"
        if getattr(dialect, "is_mariadb", False)
        else f"max_execution_time = {int(timeout_s * 1000)}"
    )
    zone = _mysql_zone(connection, timezone)
    run(f"SET SESSION {limit}, lock_wait_timeout = 1, time_zone = '{zone}', group_concat_max_len = {LONGEST_TEXT}")
    # For the session, because a statement like CREATE ends the transaction and would run in none.
    run("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
    run("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")


def close_snapshot(connection: Connection) -> None:
    """End the transaction and give the connection back; one that does not answer is thrown away. Never raises."""
    try:
        _be_patient(connection, IDLE_S)
        _stop_clock(connection)
        connection.rollback()
    except Exception:  # noqa: BLE001  (whatever a broken driver says here, the connection goes)
        _throw_away(connection)
    try:
        connection.close()
    except Exception:  # noqa: BLE001
        _throw_away(connection)


def _throw_away(connection: Connection) -> None:
    with suppress(Exception):  # it is gone already
        connection.invalidate()


def _be_patient(connection: Connection, seconds: float) -> None:
    """Limit how long the caller waits for each answer from now on."""
    if connection.invalidated or connection.closed:
        return
    driver: Any = connection.connection.driver_connection
    if isinstance(driver, sqlite3.Connection):
        connection.info["gridwall_seconds"] = seconds
    elif connection.dialect.name == "postgresql":
        driver.patience_s = seconds
    else:
        driver._read_timeout = driver._write_timeout = seconds


# -- SQLite ------------------------------------------------------------------------------------------------------------


def sqlite_path(url: URL) -> str:
    """The absolute path of the file an address names; raises SettingError when it names none."""
    path = str(url.database or "").removeprefix("file:").partition("?")[0]
    if path in {"", ":memory:"}:
        raise SettingError("a SQLite database must be a file", name="GRIDWALL_DATABASE_URL")
    return os.path.abspath(path)


def sqlite_identity(url: URL) -> tuple[int, int]:
    """Device and inode of the file; raises SourceUnreachable when it is not there."""
    try:
        status = os.stat(sqlite_path(url))
    except OSError as error:
        raise SourceUnreachable(f"the SQLite file cannot be opened: {error.strerror}", cause="file") from error
    return status.st_dev, status.st_ino


def _open_sqlite(address: str) -> sqlite3.Connection:
    """A connection that cannot write. No memory map: a file cut short under it would end the process, not the query."""
    connection = sqlite3.connect(address, uri=True, timeout=2, check_same_thread=False, isolation_level=None)
    connection.execute("PRAGMA query_only = ON")
    connection.execute("PRAGMA cache_size = -32768")
    connection.execute("PRAGMA mmap_size = 0")
    connection.execute("PRAGMA temp_store = MEMORY")
    return connection


def _start_clock(connection: Connection, *_rest: object) -> None:
    """Let the statement that begins now, with the fetching of its rows, end when its time is over."""
    deadline = time.monotonic() + connection.info.get("gridwall_seconds", IDLE_S)
    driver: Any = connection.connection.driver_connection
    driver.set_progress_handler(lambda: time.monotonic() > deadline, SQLITE_STEPS)


def _stop_clock(connection: Connection) -> None:
    """The time of the last statement says nothing about what comes after it."""
    if connection.dialect.name == "sqlite" and not connection.invalidated:
        driver: Any = connection.connection.driver_connection
        driver.set_progress_handler(None, 0)


# -- PostgreSQL --------------------------------------------------------------------------------------------------------

_POSTGRESQL: Final[dict[str, Any]] = {
    "connect_timeout": CONNECT_S,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 8000,
    "application_name": "gridwall",
    "prepare_threshold": None,  # behind pgbouncer a prepared statement may be looked for on another server
}


def connect_postgresql(_dialect: object, _record: object, arguments: list[Any], named: dict[str, Any]) -> Any:
    """For the event ``do_connect``: a connection that does not wait without end."""
    patient = import_module("data_access.patient")  # psycopg is an extra
    return patient.connect(*arguments, **named)


# -- MariaDB and MySQL -------------------------------------------------------------------------------------------------

_MYSQL: Final[dict[str, Any]] = {
    "connect_timeout": CONNECT_S,
    "read_timeout": IDLE_S,
    "write_timeout": IDLE_S,
    "charset": "utf8mb4",
}


def _mysql_zone(connection: Connection, timezone: str) -> str:
    """The city's zone in words the server understands: +08:00 where the zone keeps one offset, else its name.

    A name needs the server's time zone tables, which are often not loaded. Then it is the offset of this moment: right
    for every DATETIME, and for a TIMESTAMP on this side of a clock change; ``gridwall check`` says so.
    """
    offsets = _offsets(timezone)
    if len(offsets) == 1:
        return next(iter(offsets))
    if zone_is_known(connection, timezone):
        return timezone
    return _written(datetime.now(ZoneInfo(timezone)).utcoffset())


def zone_is_known(connection: Connection, timezone: str) -> bool:
    """Whether a MariaDB or MySQL server can keep this zone: one with a single offset always, others by its tables."""
    if len(_offsets(timezone)) == 1:
        return True
    if "gridwall_zone_known" not in connection.info:
        known = connection.exec_driver_sql(f"SELECT CONVERT_TZ('2000-01-01', 'UTC', '{timezone}')").scalar()
        connection.info["gridwall_zone_known"] = known is not None
    return bool(connection.info["gridwall_zone_known"])


@cache
def _offsets(timezone: str) -> frozenset[str]:
    zone = ZoneInfo(timezone)
    moments = (datetime(year, month, 1, tzinfo=zone) for year in range(2000, 2038) for month in (1, 7))
    return frozenset(_written(moment.utcoffset()) for moment in moments)


def _written(offset: timedelta | None) -> str:
    minutes = (offset or timedelta()) // timedelta(minutes=1)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
