"""A PostgreSQL connection that does not wait for ever, and that reads moments Python cannot hold. Needs psycopg."""

import time
from collections.abc import Generator
from datetime import datetime
from typing import Any

import psycopg
from psycopg.abc import RV, PQGen
from psycopg.types.datetime import TimestampLoader, TimestamptzLoader


class PatientConnection(psycopg.Connection[Any]):
    """Waits at most ``patience_s`` for each answer; then the connection is closed and OperationalError raised.

    A frozen server keeps its connections open and its kernel goes on answering keepalives, so nothing else would tell.
    """

    patience_s: float = 4.0

    def wait(self, gen: PQGen[RV], *rest: Any, **named: Any) -> RV:
        """Run one exchange with the server."""
        try:
            return super().wait(_limited(gen, time.monotonic() + self.patience_s), *rest, **named)
        except _TookTooLong as error:
            self.pgconn.finish()
            raise psycopg.OperationalError(f"no answer within {self.patience_s:.1f} s, connection closed") from error


class _TookTooLong(Exception):
    """Never leaves this module."""


def _limited(exchange: PQGen[RV], deadline: float) -> Generator[Any, Any, RV]:
    """The same exchange, given up at the deadline (psycopg looks in ten times a second while it waits)."""
    try:
        wanted = next(exchange)
        while True:
            ready = yield wanted
            if time.monotonic() > deadline:
                raise _TookTooLong
            wanted = exchange.send(ready)
    except StopIteration as end:
        result: RV = end.value
        return result


class _Timestamp(TimestampLoader):
    """``infinity`` and years beyond Python's are no moment: None, as with any text that is no time."""

    def load(self, data: Any) -> datetime | None:  # type: ignore[override]
        try:
            return super().load(data)
        except psycopg.DataError:
            return None


class _Timestamptz(TimestamptzLoader):
    """The same for instants."""

    def load(self, data: Any) -> datetime | None:  # type: ignore[override]
        try:
            return super().load(data)
        except psycopg.DataError:
            return None


def connect(*arguments: Any, **named: Any) -> PatientConnection:
    """A new connection; arguments as of ``psycopg.connect``."""
    connection = PatientConnection.connect(*arguments, **named)
    connection.adapters.register_loader("timestamp", _Timestamp)
    connection.adapters.register_loader("timestamptz", _Timestamptz)
    return connection
