"""The ledger: a lease of which exactly one process is the holder, the log of accesses, the frozen periods."""

import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import quote

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    NullPool,
    case,
    create_engine,
    event,
    insert,
    make_url,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from data_access.connecting import connect_postgresql
from data_access.errors import LedgerError, SettingError
from data_access.ledger import frozen, tables
from data_access.ledger.frozen import FrozenPeriod
from data_access.ledger.migrate import bring_up

WAIT_S: Final = 3
"""How long a statement of the ledger may wait for a lock or run, in seconds."""


@dataclass(frozen=True, slots=True)
class Lease:
    """Who holds a role, in which epoch, until when (seconds since 1970)."""

    name: str
    holder: str
    epoch: int
    until: float


@dataclass(frozen=True, slots=True)
class Access:
    """One look at something personal or protected: when (seconds since 1970), who, as what, doing what, from where."""

    at: float
    who: str
    audience: str
    action: str
    target: str = ""
    address: str = ""


class Ledger:
    """Our own database at this address (``sqlite:///file`` or ``postgresql://...``).

    Tables are made, or brought up to date, at the first use. Every method raises LedgerError when the ledger cannot be
    used; nothing is repeated behind the caller's back, the next call tries afresh. Safe for threads and processes.
    """

    def __init__(self, url: str) -> None:
        try:
            self._url = make_url(url)
        except SQLAlchemyError as error:
            raise SettingError("GRIDWALL_LEDGER_URL is not a database address", name="GRIDWALL_LEDGER_URL") from error
        self._engine = _make_engine(self._url)
        self._prepared = False
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """The address without its password."""
        return self._url.render_as_string(hide_password=True)

    def take(self, name: str, holder: str, seconds: float, now: float) -> Lease | None:
        """The lease for ``seconds`` from ``now``, when it is free, expired or already this holder's; else None.

        Taking raises the epoch, also for the same holder: an earlier run of it can no longer renew. The epoch is
        never below ``now`` in whole seconds: a ledger that was lost and made anew still goes on above the old epochs.
        """
        floor, until = int(now), now + seconds
        row = tables.lease.c
        taken = (
            update(tables.lease)
            .where(row.name == name, (row.until <= now) | (row.holder == holder))
            .values(holder=holder, until=until, epoch=case((row.epoch >= floor, row.epoch + 1), else_=floor))
            .returning(row.epoch)
        )
        with self._transaction(make_tables=True) as connection:
            epoch = connection.execute(taken).scalar()
            if epoch is None:
                insertion: Any = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(tables.lease)
                first = insertion.values(name=name, holder=holder, epoch=floor, until=until)
                epoch = connection.execute(first.on_conflict_do_nothing().returning(row.epoch)).scalar()
        return None if epoch is None else Lease(name, holder, int(epoch), until)

    def renew(self, lease: Lease, seconds: float, now: float) -> Lease | None:
        """The same lease for ``seconds`` from ``now``; None when another took it, or took it anew, in the meantime.

        A lease that ran out and that nobody took is renewed: its epoch is still the largest.
        """
        row, until = tables.lease.c, now + seconds
        statement = (
            update(tables.lease)
            .where(row.name == lease.name, row.holder == lease.holder, row.epoch == lease.epoch)
            .values(until=until)
        )
        with self._transaction() as connection:
            kept = connection.execute(statement).rowcount == 1
        return replace(lease, until=until) if kept else None

    def release(self, lease: Lease) -> None:
        """Give the lease back, so that another may take it at once. Nothing happens when it is no longer ours."""
        row = tables.lease.c
        statement = (
            update(tables.lease)
            .where(row.name == lease.name, row.holder == lease.holder, row.epoch == lease.epoch)
            .values(until=0.0)
        )
        with self._transaction() as connection:
            connection.execute(statement)

    def current(self, name: str) -> Lease | None:
        """The lease as it stands, expired or not; None when nobody ever took it."""
        row = tables.lease.c
        statement = select(row.name, row.holder, row.epoch, row.until).where(row.name == name)
        with self._transaction(make_tables=True) as connection:
            found = connection.execute(statement).first()
        return None if found is None else Lease(*found)

    def log_access(self, *accesses: Access) -> None:
        """Write these accesses, all or none."""
        if accesses:
            with self._transaction(make_tables=True) as connection:
                connection.execute(
                    insert(tables.access_log),
                    [
                        {
                            "at": a.at,
                            "who": a.who,
                            "audience": a.audience,
                            "action": a.action,
                            "target": a.target,
                            "address": a.address,
                        }
                        for a in accesses
                    ],
                )

    def accesses(self, limit: int = 100) -> Sequence[Access]:
        """The latest accesses, newest first, at most ``limit``."""
        row = tables.access_log.c
        statement = select(row.at, row.who, row.audience, row.action, row.target, row.address)
        with self._transaction(make_tables=True) as connection:
            found = connection.execute(statement.order_by(row.at.desc(), row.id.desc()).limit(limit)).all()
        return tuple(Access(*one) for one in found)

    def freeze(self, period: FrozenPeriod) -> bool:
        """Add this revision; False when there is one of its number already. Nothing is ever changed."""
        with self._transaction(make_tables=True) as connection:
            return frozen.add(connection, period)

    def frozen(self, subject: str, periods: Sequence[str]) -> Mapping[str, FrozenPeriod]:
        """The last revision of each of these periods that is frozen, by the period's name."""
        with self._transaction(make_tables=True) as connection:
            return frozen.latest(connection, subject, periods)

    def revisions(self, subject: str, period: str) -> Sequence[FrozenPeriod]:
        """All revisions of a period, the first one first."""
        with self._transaction(make_tables=True) as connection:
            return frozen.revisions(connection, subject, period)

    def close(self) -> None:
        """Close the connections; the ledger may be used again afterwards."""
        self._engine.dispose()

    @contextmanager
    def _transaction(self, *, make_tables: bool = False) -> Iterator[Connection]:
        try:
            if make_tables:
                self._prepare()
            with self._engine.begin() as connection:
                yield connection
        except (SQLAlchemyError, OSError) as error:
            self._prepared = False
            detail = " ".join(str(getattr(error, "orig", None) or error).split())
            raise LedgerError(f"the ledger cannot be used: {detail}", cause="driver") from error

    def _prepare(self) -> None:
        """Make file, folder and tables as far as needed (another process may do the same at this moment)."""
        with self._lock:
            path = _file_of(self._url)
            if self._prepared and (path is None or os.path.exists(path)):
                return
            if path is not None:
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(path, "ab"):
                    pass
            bring_up(self._engine)
            self._prepared = True


def _file_of(url: URL) -> str | None:
    if url.get_backend_name() != "sqlite":
        return None
    if not url.database or url.database == ":memory:":
        raise SettingError("the ledger must be a file or a server", name="GRIDWALL_LEDGER_URL")
    return os.path.abspath(url.database)


def _make_engine(url: URL) -> Engine:
    backend = url.get_backend_name()
    if backend == "sqlite":
        # A connection for each transaction, none creates the file: one that was removed is noticed, not written on.
        address = URL.create(
            "sqlite", database=f"file:{quote(_file_of(url) or '')}", query={"mode": "rw", "uri": "true"}
        )
        return create_engine(address, poolclass=NullPool, connect_args={"timeout": WAIT_S})
    if backend == "postgresql":
        arguments = {
            "connect_timeout": WAIT_S,
            "options": f"-c statement_timeout={WAIT_S * 1000} -c lock_timeout={WAIT_S * 1000}",
            "keepalives_idle": 5,
            "keepalives_interval": 2,
            "keepalives_count": 3,
            "tcp_user_timeout": 5000,
            "application_name": "gridwall-ledger",
        }
        engine = create_engine(
            url.set(drivername="postgresql+psycopg"),
            connect_args=arguments,
            pool_pre_ping=True,
            pool_size=2,
            max_overflow=0,
            pool_timeout=WAIT_S,
        )
        event.listen(engine, "do_connect", connect_postgresql)
        return engine
    raise SettingError(f"the ledger cannot live in {backend}", name="GRIDWALL_LEDGER_URL")
