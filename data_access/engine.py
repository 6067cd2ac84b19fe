"""The only opening to the operational database: ``Database.reader(scope)``, a read-only snapshot with a time limit."""

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    URL,
    ColumnElement,
    Connection,
    Engine,
    Row,
    Select,
    Subquery,
    Table,
    create_engine,
    event,
    false,
    make_url,
    null,
    or_,
    select,
    text,
    type_coerce,
)
from sqlalchemy.exc import SQLAlchemyError

from data_access import contract
from data_access.driver_errors import translate
from data_access.errors import SettingError, SourceUnreachable
from data_access.reference import Area, AreaTree, Category, Department, Reference
from data_access.scope import Grant, Scope
from data_access.shape import Shape, read_shape

REFERENCE_SECONDS: Final = 60.0
"""How long the tree of areas, the names and the shape are used before they are read again."""

_BY_AREA: Final = frozenset({"work_orders", "worker_areas", "duty_roster"})
_BY_ORDER: Final = frozenset({"work_order_events", "work_order_measures"})
_BY_WORKER: Final = frozenset({"workers", "worker_positions", "patrol_pings", "shifts"})
_OPEN_TO_ALL: Final = frozenset({"departments", "categories", "source_feeds"})
_BY_CODE: Final = frozenset({"areas", "area_links"})


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How the database is read: time zone of naive times, time limit of a statement in seconds, connections kept."""

    timezone: str = "Asia/Shanghai"
    timeout_s: float = 5.0
    pool_size: int = 4


class ScopedReader:
    """One read-only snapshot, seen through one scope. Statements start from ``scoped(table)``."""

    def __init__(self, connection: Connection, scope: Scope, shape: Shape, reference: Reference) -> None:
        self._connection = connection
        self.scope = scope
        self.shape = shape
        self.reference = reference

    def narrowed(self, area: str | None = None, department: str | None = None) -> "ScopedReader":
        """The same snapshot, seen narrower."""
        return ScopedReader(self._connection, self.scope.within(area, department), self.shape, self.reference)

    def scoped(self, table: Table) -> Subquery:
        """The rows and columns of a contract table that this scope may see, as a subquery named like the table.

        Optional columns that the database does not have are null; withheld columns are not there at all.
        Raises ContractBroken when the table itself does not exist (ask ``shape.has`` first for optional tables).
        """
        self.shape.require() if table.info["required"] else None
        have, hidden = self.shape.columns.get(table.name, frozenset()), self.scope.withheld(table.name)
        columns = [
            column if column.name in have else type_coerce(null(), column.type).label(column.name)
            for column in table.columns
            if column.name not in hidden
        ]
        statement = select(*columns)
        if table.name not in self.shape.columns:
            statement = statement.where(false())
        for grant in self.scope.grants:
            if not grant.everything and (allowed := self._allowed(table, grant)) is not None:
                statement = statement.where(allowed)
        return statement.subquery(table.name)

    def rows(self, statement: Select[*tuple[Any, ...]]) -> Sequence[Row[*tuple[Any, ...]]]:
        """All rows of a statement that starts from ``scoped``. Driver errors become ours (``data_access.errors``)."""
        try:
            return self._connection.execute(statement).all()
        except SQLAlchemyError as error:
            raise translate(error) from error

    def _subtree(self, column: ColumnElement[str], codes: frozenset[str]) -> ColumnElement[bool]:
        tree = self.reference.tree
        if tree.prefix_safe and all(code in tree.by_code and code.rstrip("9") for code in codes):
            return or_(*((column >= code) & (column < _successor(code)) for code in sorted(codes)))
        return column.in_(sorted({below for code in codes for below in tree.subtree(code)}))

    def _allowed(self, table: Table, grant: Grant) -> ColumnElement[bool] | None:
        name, c = table.name, table.columns
        if name in _OPEN_TO_ALL:
            return None
        if name in _BY_CODE:
            return None if grant.areas is None else self._subtree(c.code, grant.areas)
        if name in _BY_ORDER:
            orders = contract.work_orders
            allowed = self._allowed(orders, grant)
            return None if allowed is None else c.order_id.in_(select(orders.c.id).where(allowed))
        if name in _BY_WORKER:
            if grant.areas is None:
                return false()
            served = contract.worker_areas
            if served.name not in self.shape.columns:
                return false()
            column = c.id if name == "workers" else c.worker_id
            return column.in_(select(served.c.worker_id).where(self._subtree(served.c.area_code, grant.areas)))
        if name in _BY_AREA:
            ways: list[ColumnElement[bool]] = []
            if grant.areas is not None:
                ways.append(self._subtree(c.area_code, grant.areas))
            if grant.departments is not None and self.shape.has(name, "department_code"):
                ways.append(c.department_code.in_(sorted(grant.departments)))
            return or_(*ways) if ways else false()
        raise LookupError(f"no rule says who may see {name}")


class Database:
    """An operational database. Engines and connections never leave this class."""

    def __init__(self, url: str, options: ReadOptions | None = None) -> None:
        self.options = options or ReadOptions()
        try:
            self._url = make_url(url)
        except SQLAlchemyError as error:
            raise SettingError("GRIDWALL_DATABASE_URL is not a database address", name="GRIDWALL_DATABASE_URL") from error
        self._lock = threading.Lock()
        self._engine: Engine | None = None
        self._file: tuple[int, int] | None = None
        self._shape: Shape | None = None
        self._reference: Reference | None = None
        self._read_at = float("-inf")

    @property
    def name(self) -> str:
        """The address without its password, for logs and messages."""
        return self._url.render_as_string(hide_password=True)

    @contextmanager
    def reader(self, scope: Scope, *, timeout_s: float | None = None) -> Iterator[ScopedReader]:
        """A read-only snapshot seen through the scope; it ends with the block.

        Raises SourceUnreachable, SourceTooSlow, SourceRefused or ContractBroken, here or inside the block.
        """
        with self._snapshot(timeout_s or self.options.timeout_s) as connection:
            shape, reference = self._reference_of(connection)
            yield ScopedReader(connection, scope, shape, reference)

    def close(self) -> None:
        """Close all connections. The database may be read again afterwards."""
        with self._lock:
            if self._engine is not None:
                self._engine.dispose()
            self._engine = None

    def forget(self) -> None:
        """Read shape and reference data again at the next opening."""
        self._read_at = float("-inf")

    @contextmanager
    def _snapshot(self, timeout_s: float) -> Iterator[Connection]:
        engine = self._current_engine()
        try:
            connection = engine.connect()
        except SQLAlchemyError as error:
            raise translate(error) from error
        try:
            try:
                _open_read_only(connection, timeout_s, self.options.timezone)
            except SQLAlchemyError as error:
                raise translate(error) from error
            yield connection
        finally:
            try:
                connection.rollback()
                connection.close()
            except SQLAlchemyError:
                connection.invalidate()

    def _current_engine(self) -> Engine:
        """The engine; for SQLite opened anew when the path is another file than the one that is open."""
        with self._lock:
            if self._url.get_backend_name() == "sqlite":
                seen = _file_identity(self._url)
                if self._engine is not None and seen != self._file:
                    self._engine.dispose()
                    self._engine = None
                    self.forget()
                self._file = seen
            if self._engine is None:
                self._engine = _make_engine(self._url, self.options)
            return self._engine

    def _reference_of(self, connection: Connection) -> tuple[Shape, Reference]:
        if self._shape is None or self._reference is None or time.monotonic() - self._read_at > REFERENCE_SECONDS:
            try:
                shape = read_shape(connection).require()
                self._shape, self._reference = shape, _read_reference(connection, shape)
            except SQLAlchemyError as error:
                raise translate(error) from error
            self._read_at = time.monotonic()
        return self._shape, self._reference


def _successor(code: str) -> str:
    """The first digit string after all that start with this one: 320302 -> 320303, 3209 -> 321."""
    kept = code.rstrip("9")
    return kept[:-1] + str(int(kept[-1]) + 1)


def _file_identity(url: URL) -> tuple[int, int]:
    path = str(url.database).removeprefix("file:").split("?")[0]
    try:
        status = os.stat(path)
    except OSError as error:
        raise SourceUnreachable(f"the SQLite file cannot be opened: {error.strerror}", cause="file") from error
    return status.st_dev, status.st_ino


def _make_engine(url: URL, options: ReadOptions) -> Engine:
    backend = url.get_backend_name()
    common: dict[str, Any] = {"pool_size": options.pool_size, "max_overflow": 0, "pool_timeout": 5}
    if backend == "sqlite":
        path = str(url.database).removeprefix("file:").split("?")[0]
        address = URL.create("sqlite", database=f"file:{os.path.abspath(path)}", query={"mode": "ro", "uri": "true"})
        engine = create_engine(address, connect_args={"timeout": 2, "check_same_thread": False}, **common)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "before_cursor_execute", _start_sqlite_clock)
        return engine
    if backend == "postgresql":
        arguments = {
            "connect_timeout": 3,
            "keepalives_idle": 5,
            "keepalives_interval": 2,
            "keepalives_count": 3,
            "application_name": "gridwall",
        }
        return create_engine(
            url.set(drivername="postgresql+psycopg"),
            connect_args=arguments,
            pool_pre_ping=True,
            execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
            **common,
        )
    if backend in ("mysql", "mariadb"):
        arguments = {"connect_timeout": 3, "read_timeout": options.timeout_s + 5, "charset": "utf8mb4"}
        return create_engine(
            url.set(drivername=f"{backend}+pymysql"), connect_args=arguments, pool_pre_ping=True, **common
        )
    raise SettingError(f"no support for {backend} databases", name="GRIDWALL_DATABASE_URL")


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA query_only = ON")
    connection.execute("PRAGMA cache_size = -65536")
    connection.execute("PRAGMA mmap_size = 1073741824")


def _start_sqlite_clock(connection: Connection, *_rest: object) -> None:
    limit = connection.info.get("gridwall_timeout_s")
    if limit is not None:
        deadline = time.monotonic() + limit
        connection.connection.driver_connection.set_progress_handler(lambda: time.monotonic() > deadline, 20_000)  # type: ignore[union-attr]


def _open_read_only(connection: Connection, timeout_s: float, timezone: str) -> None:
    """Begin the transaction that sees one state of the database and can write nothing."""
    dialect = connection.dialect
    run: Callable[[str], object] = connection.exec_driver_sql
    if dialect.name == "sqlite":
        connection.info["gridwall_timeout_s"] = timeout_s
        run("BEGIN")
    elif dialect.name == "postgresql":
        connection.execute(
            text(
                "SELECT set_config('statement_timeout', :limit, true), set_config('lock_timeout', '1000', true),"
                " set_config('TimeZone', :zone, true), set_config('jit', 'off', true)"
            ),
            {"limit": str(int(timeout_s * 1000)), "zone": timezone},
        )
    else:
        if getattr(dialect, "is_mariadb", False):
            run(f"SET SESSION max_statement_time = {float(timeout_s)}, innodb_lock_wait_timeout = 1")
        else:
            run(f"SET SESSION max_execution_time = {int(timeout_s * 1000)}, innodb_lock_wait_timeout = 1")
        run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        run("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")


def _read_reference(connection: Connection, shape: Shape) -> Reference:
    def columns(table: Table, *names: str) -> Select[Any]:
        have = shape.columns[table.name]
        return select(
            *(
                table.c[name] if name in have else type_coerce(null(), table.c[name].type).label(name)
                for name in names
            )
        )

    fields = ("code", "parent_code", "level", "name", "name_en", "kind", "lon", "lat", "households", "population")
    areas = connection.execute(columns(contract.areas, *fields)).all()
    fields = ("code", "name", "parent_code", "area_code", "group", "short_name", "name_en")
    departments = connection.execute(columns(contract.departments, *fields)).all()
    fields = ("code", "parent_code", "name", "kind", "edition", "name_en", "limit_value", "limit_unit", "limit_clock")
    categories = connection.execute(columns(contract.categories, *fields, "sensitive")).all()
    return Reference(
        tree=AreaTree.build(Area(*row) for row in areas),
        departments={row[0]: Department(*row) for row in departments},
        categories={row[0]: Category(*row[:-1], sensitive=bool(row[-1])) for row in categories},
    )
