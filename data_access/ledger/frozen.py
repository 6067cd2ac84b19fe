"""A period that a named person froze: the scores as they stood, never changed, only followed by a revision."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Select, func, insert, select
from sqlalchemy.exc import IntegrityError

from data_access.ledger.tables import frozen_period


@dataclass(frozen=True, slots=True)
class FrozenPeriod:
    """One revision. ``document`` is the JSON text of the scores with their scheme; ``at`` is seconds since 1970."""

    subject: str
    """department, county or street."""
    period: str
    """The name of the period, such as 2026-10."""
    revision: int
    """1, and one more each time a later change of the data was taken over."""
    scheme: str
    version: str
    by: str
    at: float
    document: str
    reason: str = ""


def add(connection: Connection, period: FrozenPeriod) -> bool:
    """Add a revision; False when there is one of its number already."""
    row = {
        "subject": period.subject,
        "period": period.period,
        "revision": period.revision,
        "scheme": period.scheme,
        "version": period.version,
        "frozen_by": period.by,
        "frozen_at": period.at,
        "reason": period.reason,
        "document": period.document,
    }
    try:
        with connection.begin_nested():
            connection.execute(insert(frozen_period), row)
    except IntegrityError:
        return False
    return True


def latest(connection: Connection, subject: str, periods: Sequence[str]) -> Mapping[str, FrozenPeriod]:
    """The last revision of each of these periods, by the period's name."""
    row = frozen_period.c
    newest = (
        select(row.period, func.max(row.revision).label("revision"))
        .where(row.subject == subject, row.period.in_(list(periods)))
        .group_by(row.period)
        .subquery()
    )
    statement = _periods().join(
        newest, (row.subject == subject) & (row.period == newest.c.period) & (row.revision == newest.c.revision)
    )
    return {found.period: found for found in _made(connection, statement.order_by(row.period))}


def revisions(connection: Connection, subject: str, period: str) -> Sequence[FrozenPeriod]:
    """All revisions of a period, the first one first."""
    row = frozen_period.c
    return _made(connection, _periods().where(row.subject == subject, row.period == period).order_by(row.revision))


def _periods() -> Select[str, str, int, str, str, str, float, str, str]:
    row = frozen_period.c
    return select(
        row.subject, row.period, row.revision, row.scheme, row.version, row.frozen_by, row.frozen_at, row.document,
        row.reason,
    )  # fmt: skip


def _made(
    connection: Connection, statement: Select[str, str, int, str, str, str, float, str, str]
) -> tuple[FrozenPeriod, ...]:
    return tuple(FrozenPeriod(*found) for found in connection.execute(statement))
