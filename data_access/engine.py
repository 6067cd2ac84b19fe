"""The only opening to the operational database: ``Database.reader(scope)``, a read-only snapshot with a time limit."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection, Engine, make_url
from sqlalchemy.exc import SQLAlchemyError

from data_access.connecting import close_snapshot, make_engine, open_read_only, sqlite_identity, sqlite_path
from data_access.crs import Crs
from data_access.driver_errors import translate
from data_access.errors import SettingError
from data_access.reader import ScopedReader, Sights, UnscopedStatement
from data_access.reading import read_reference
from data_access.reference import Reference
from data_access.scope import Scope
from data_access.shape import Shape, read_shape

__all__ = ["Database", "ReadOptions", "ScopedReader", "UnscopedStatement"]

REFERENCE_SECONDS: Final = 60.0
"""How long the tree of areas, the names and the shape are used before they are read again."""


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How the database is read."""

    timezone: str = "Asia/Shanghai"
    """The city's zone: what naive times mean."""
    timeout_s: float = 5.0
    """Time limit of a statement in seconds, kept by the database; the caller waits 2 s longer at most."""
    pool_size: int = 4
    """Connections kept at most."""
    crs: Crs = Crs.WGS84
    """The datum of coordinates in the database (GRIDWALL_SOURCE_CRS)."""


@dataclass(frozen=True)
class _State:
    """Shape and reference data as last read, with the subqueries made for them."""

    shape: Shape
    reference: Reference
    read_at: float
    sights: Sights = field(default_factory=dict)


class Database:
    """An operational database. Engines and connections never leave this package. Safe for threads and after a fork."""

    def __init__(self, url: str, options: ReadOptions | None = None) -> None:
        self.options = options or ReadOptions()
        try:
            self._url = make_url(url)
        except SQLAlchemyError as error:
            said = "GRIDWALL_DATABASE_URL is not a database address"
            raise SettingError(said, name="GRIDWALL_DATABASE_URL") from error
        if self.is_sqlite:
            sqlite_path(self._url)
        self._lock = threading.Lock()
        self._engine: Engine | None = None
        self._process = os.getpid()
        self._file: tuple[int, int] | None = None
        self._state: _State | None = None

    @property
    def name(self) -> str:
        """The address without its password, for logs and messages."""
        return self._url.render_as_string(hide_password=True)

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a SQLite file."""
        return self._url.get_backend_name() == "sqlite"

    @contextmanager
    def reader(
        self, scope: Scope, *, timeout_s: float | None = None, answered: Callable[[], None] = lambda: None
    ) -> Iterator[ScopedReader]:
        """A read-only snapshot seen through the scope; it ends with the block.

        ``answered`` is called after each statement, for somebody who watches whether the database still answers.
        Raises SourceUnreachable, SourceTooSlow, SourceRefused or ContractBroken, here or inside the block.
        """
        with self._snapshot(timeout_s or self.options.timeout_s) as connection:
            state = self._state_of(connection)
            yield ScopedReader(
                connection, scope, state.shape, state.reference, state.sights, self.options.crs, answered=answered
            )

    def close(self) -> None:
        """Let go of all connections, those in use when their snapshot ends. It may be read again afterwards."""
        with self._lock:
            if self._engine is not None:
                self._engine.dispose()
            self._engine = None

    def forget(self) -> None:
        """Read shape and reference data again at the next opening."""
        self._state = None

    @contextmanager
    def _snapshot(self, timeout_s: float) -> Iterator[Connection]:
        """A connection inside a transaction that can only read. For this package alone."""
        engine = self._current_engine()
        try:
            connection = engine.connect()
        except SQLAlchemyError as error:
            raise translate(error) from error
        try:
            try:
                open_read_only(connection, timeout_s, self.options.timezone)
            except SQLAlchemyError as error:
                raise translate(error) from error
            yield connection
        finally:
            close_snapshot(connection)

    def _current_engine(self) -> Engine:
        """The engine; made anew after a fork and when the path of a SQLite file is now another file."""
        with self._lock:
            if self._engine is not None and self._process != os.getpid():
                self._engine.dispose(close=False)  # the connections are the parent's
                self._engine = None
            if self.is_sqlite:
                seen = sqlite_identity(self._url)
                if self._engine is not None and seen != self._file:
                    self._engine.dispose()
                    self._engine = None
                    self.forget()
                self._file = seen
            if self._engine is None:
                self._engine = make_engine(self._url, pool_size=self.options.pool_size)
                self._process = os.getpid()
            return self._engine

    def _state_of(self, connection: Connection) -> _State:
        """Shape and reference data, read again once a minute; what did not change stays the same object."""
        old = self._state
        if old is not None and time.monotonic() - old.read_at <= REFERENCE_SECONDS:
            return old
        try:
            shape = read_shape(connection).require()
            reference = read_reference(connection, shape, self.options.crs)
        except SQLAlchemyError as error:
            raise translate(error) from error
        now = time.monotonic()
        if old is not None and old.shape == shape and old.reference == reference:
            new = _State(old.shape, old.reference, now, old.sights)
        else:
            new = _State(shape, reference, now)
        self._state = new
        return new
