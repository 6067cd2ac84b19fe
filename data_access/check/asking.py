"""Asking a database that may be large: each question in a snapshot of its own, in limited time, never left out."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from sqlalchemy import ColumnElement, Connection, Executable, Table, case, func, select
from sqlalchemy.exc import SQLAlchemyError

from data_access import contract
from data_access.check.findings import Finding, Severity, finding
from data_access.driver_errors import translate
from data_access.engine import Database
from data_access.errors import SourceError, SourceUnreachable
from data_access.shape import Shape, read_shape

T = TypeVar("T")

RECENT_DAYS: Final = 7
"""Where a whole table takes too long, only rows of so many days are looked at, and the finding says so."""
RECENT_IDS: Final = 200_000
_BY_TIME: Final = {"work_orders": "reported_at", "work_order_events": "at", "worker_positions": "at"}


@dataclass(frozen=True, slots=True)
class Probe:
    """One condition that no row of a table should meet; ``shown`` is the value an example shows."""

    kind: str
    severity: Severity
    column: str
    wrong: ColumnElement[bool]
    shown: ColumnElement[Any] | None = None
    params: Mapping[str, object] = field(default_factory=dict)


class Asker:
    """Questions to one database as of ``now``, with the shape it has; findings about the asking are kept here."""

    def __init__(self, database: Database, now: datetime, seconds: float) -> None:
        self.database = database
        self.now = now
        self.seconds = seconds
        self.findings: list[Finding] = []
        with database._snapshot(seconds) as connection:
            self.dialect = connection.dialect.name
            try:
                self.shape: Shape = read_shape(connection)
            except SQLAlchemyError as error:
                raise translate(error) from error

    def has(self, table: Table | str, *columns: str) -> bool:
        """Whether the database has this table with these columns."""
        return self.shape.has(table if isinstance(table, str) else table.name, *columns)

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """A snapshot of its own. Raises the errors of ``data_access.errors``."""
        with self.database._snapshot(self.seconds) as connection:
            try:
                yield connection
            except SQLAlchemyError as error:
                raise translate(error) from error

    def rows(self, statement: Executable, parameters: Mapping[str, object] | None = None) -> Sequence[Any]:
        """All rows. Raises the errors of ``data_access.errors``."""
        with self.connection() as connection:
            return connection.execute(statement, parameters).all()

    def recent(self, table: Table) -> ColumnElement[bool] | None:
        """The condition for recent rows that an index serves; None where the table has none."""
        name = table.name
        if name in _BY_TIME and self.has(name, _BY_TIME[name]):
            return table.c[_BY_TIME[name]] >= self.now - timedelta(days=RECENT_DAYS)
        if name == "patrol_pings":
            return table.c.id > select(func.max(table.c.id)).scalar_subquery() - RECENT_IDS
        return None

    def on_all_or_recent(self, what: str, table: Table, ask: Callable[[ColumnElement[bool] | None], T]) -> T | None:
        """The answer over all rows, over recent ones where that takes too long, or None; the latter two are said."""
        try:
            return ask(None)
        except SourceUnreachable:
            raise
        except SourceError as error:
            recent = self.recent(table)
            if recent is None:
                self.not_checked(what, table.name, error)
                return None
        try:
            answer = ask(recent)
        except SourceUnreachable:
            raise
        except SourceError as error:
            self.not_checked(what, table.name, error)
            return None
        limits = {"what": what, "days": RECENT_DAYS, "seconds": f"{self.seconds:g}"}
        self.findings.append(finding("only-recent", Severity.NOTE, table.name, params=limits))
        return answer

    def not_checked(self, what: str, place: str, why: object) -> None:
        """Say that something could not be checked."""
        said = {"what": what, "why": " ".join(str(why).split())[:200]}
        self.findings.append(finding("not-checked", Severity.WARNING, place, params=said))

    def scan(self, what: str, table: Table, key: ColumnElement[Any], probes: Sequence[Probe]) -> list[Finding]:
        """What the probes find, in one passage over the table: how many rows, an example key, the value there."""
        if not probes:
            return []

        def ask(recent: ColumnElement[bool] | None) -> Any:
            sums = [
                column
                for probe in probes
                for column in (
                    func.coalesce(func.sum(case((probe.wrong, 1), else_=0)), 0),
                    func.min(case((probe.wrong, key))),
                )
            ]
            statement = select(*sums).select_from(table)
            return self.rows(statement if recent is None else statement.where(recent))[0]

        answer = self.on_all_or_recent(what, table, ask)
        if answer is None:
            return []
        found: list[Finding] = []
        for probe, count, example in zip(probes, answer[0::2], answer[1::2], strict=True):
            if count:
                params = dict(probe.params)
                if probe.shown is not None:
                    params["value"] = self.value(probe.shown, table, key == example)
                place = f"{table.name}.{probe.column}" if probe.column else table.name
                found.append(
                    finding(probe.kind, probe.severity, place, count=int(count), example=example, params=params)
                )
        return found

    def value(self, shown: ColumnElement[Any], table: Table, where: ColumnElement[bool]) -> object:
        """What stands in one row, for an example."""
        rows = self.rows(select(shown).select_from(table).where(where).limit(1))
        return rows[0][0] if rows else ""


def tables_present(asker: Asker) -> list[Table]:
    """The contract's tables that the database has."""
    return [table for table in contract.metadata.sorted_tables if asker.has(table)]


def key_of(table: Table) -> ColumnElement[Any]:
    """The first column of the key, which names a row well enough for an example."""
    return next(iter(table.primary_key.columns))
