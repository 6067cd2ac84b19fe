"""Counting in SQL: several named conditions over the same rows in one pass, grouped as asked."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, Subquery, case, cast, func, literal, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from data_access.engine import ScopedReader


@dataclass(frozen=True, slots=True)
class Group:
    """One group of a count: the values it was grouped by, and the number for each named condition."""

    key: tuple[Any, ...]
    n: Mapping[str, int]


def count(
    db: ScopedReader,
    rows: Subquery,
    named: Mapping[str, ColumnElement[bool]],
    *,
    where: Sequence[ColumnElement[bool]] = (),
    either: Sequence[ColumnElement[bool]] = (),
    by: Sequence[ColumnElement[Any]] = (),
) -> list[Group]:
    """For each group, how many of the rows meet each condition.

    ``rows`` comes from ``db.scoped``; ``where`` limits what is read at all and should be a range that an index serves.
    Several ranges go into ``either``: no row may lie in two of them. Each is asked for itself, because an index answers
    one range without the table, but seldom two. Without ``by`` there is exactly one group with an empty key. Raises the
    errors of ``ScopedReader.rows``.
    """
    if either:
        parts = [count(db, rows, named, where=[*where, one], by=by) for one in either]
        return _merged(group for part in parts for group in part)
    sums = [_met(condition).label(f"n_{i}") for i, condition in enumerate(named.values())]
    statement: Select[*tuple[Any, ...]] = select(*by, *sums).select_from(rows).where(*where)
    if by:
        statement = statement.group_by(*by)
    width = len(by)
    return [
        Group(tuple(row[:width]), {name: int(row[width + i]) for i, name in enumerate(named)})
        for row in db.rows(statement)
    ]


def _met(condition: ColumnElement[bool]) -> ColumnElement[int]:
    """How many rows meet it. Not a sum of ones: that comes from MariaDB as a decimal, which takes its driver long."""
    return func.count(case((condition, 1)))


def _merged(groups: Iterable[Group]) -> list[Group]:
    found: dict[tuple[Any, ...], Group] = {}
    for group in groups:
        have = found.get(group.key)
        n = group.n if have is None else {name: have.n[name] + more for name, more in group.n.items()}
        found[group.key] = Group(group.key, n)
    return list(found.values())


def total(
    db: ScopedReader,
    rows: Subquery,
    named: Mapping[str, ColumnElement[bool]],
    *,
    where: Sequence[ColumnElement[bool]] = (),
    either: Sequence[ColumnElement[bool]] = (),
) -> Mapping[str, int]:
    """How many of the rows meet each condition, all together."""
    return count(db, rows, named, where=where, either=either)[0].n


def each(
    db: ScopedReader, rows: Subquery, named: Mapping[str, tuple[ColumnElement[bool], ColumnElement[bool]]]
) -> Mapping[str, int]:
    """For each (range, condition), how many rows of the range meet the condition: one statement, an index for each.

    Only the range is in the WHERE: a condition there could lure the engine to another index that grows with history.
    """
    counts = [
        select(_met(condition)).select_from(rows).where(within).scalar_subquery().label(f"n_{i}")
        for i, (within, condition) in enumerate(named.values())
    ]
    (found,) = db.rows(select(*counts))
    return {name: int(found[i]) for i, name in enumerate(named)}


class hour_of(FunctionElement[int]):  # noqa: N801 - reads as the SQL function it is
    """The hour 0 to 23 of a city time, on every engine."""

    type = Integer()
    inherit_cache = True


class day_of(FunctionElement[str]):  # noqa: N801
    """The day of a city time as text YYYY-MM-DD, on every engine."""

    inherit_cache = True


@compiles(hour_of, "sqlite")
def _hour_sqlite(element: hour_of, compiler: SQLCompiler, **kw: Any) -> str:
    (moment,) = element.clauses
    return compiler.process(cast(func.substr(moment, 12, 2), Integer), **kw)


@compiles(hour_of)
def _hour(element: hour_of, compiler: SQLCompiler, **kw: Any) -> str:
    (moment,) = element.clauses
    whole = "SIGNED" if compiler.dialect.name in ("mysql", "mariadb") else "INTEGER"
    return f"CAST(EXTRACT(HOUR FROM {compiler.process(moment, **kw)}) AS {whole})"


@compiles(day_of, "sqlite")
def _day_sqlite(element: day_of, compiler: SQLCompiler, **kw: Any) -> str:
    (moment,) = element.clauses
    return f"substr({compiler.process(moment, **kw)}, 1, 10)"


@compiles(day_of, "postgresql")
def _day_postgresql(element: day_of, compiler: SQLCompiler, **kw: Any) -> str:
    (moment,) = element.clauses
    return f"to_char({compiler.process(moment, **kw)}, 'YYYY-MM-DD')"


@compiles(day_of)
def _day(element: day_of, compiler: SQLCompiler, **kw: Any) -> str:
    (moment,) = element.clauses
    return f"DATE_FORMAT({compiler.process(moment, **kw)}, '%%Y-%%m-%%d')"


def all_rows() -> ColumnElement[bool]:
    """The condition that every row meets."""
    return literal(1) == literal(1)
