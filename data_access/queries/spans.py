"""The time between two moments of a row, on every engine."""

from typing import Any

from sqlalchemy import Integer
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class seconds_between(FunctionElement[int]):  # noqa: N801 - reads as the SQL function it is
    """Whole seconds of wall time from the first moment to the second, negative when it is before; null with a null."""

    type = Integer()
    inherit_cache = True


@compiles(seconds_between, "sqlite")
def _sqlite(element: seconds_between, compiler: SQLCompiler, **kw: Any) -> str:
    start, end = (compiler.process(moment, **kw) for moment in element.clauses)
    return f"(CAST(strftime('%s', {end}) AS INTEGER) - CAST(strftime('%s', {start}) AS INTEGER))"


@compiles(seconds_between, "postgresql")
def _postgresql(element: seconds_between, compiler: SQLCompiler, **kw: Any) -> str:
    start, end = (compiler.process(moment, **kw) for moment in element.clauses)
    return f"CAST(floor(extract(epoch FROM ({end}) - ({start}))) AS BIGINT)"


@compiles(seconds_between)
def _other(element: seconds_between, compiler: SQLCompiler, **kw: Any) -> str:
    start, end = (compiler.process(moment, **kw) for moment in element.clauses)
    return f"TIMESTAMPDIFF(SECOND, {start}, {end})"
