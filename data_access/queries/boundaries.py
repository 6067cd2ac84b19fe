"""Areas with their boundaries: the shapes of the map, and a cheap sign that they have changed."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select

from data_access import contract
from data_access.reader import ScopedReader

Sign = tuple[int, int, int, int, str, str]
"""Areas, boundaries, length of all boundaries and of all names in characters, first and last code."""


@dataclass(frozen=True, slots=True)
class Boundary:
    """One area; ``geojson`` is the boundary column's text as it is, None where it is not recorded."""

    code: str
    level: str
    geojson: str | None


def sign(db: ScopedReader) -> Sign:
    """What changes when areas are added, removed, renamed or redrawn, from one aggregate over the areas in scope.

    A boundary redrawn with exactly as many characters keeps the sign. Raises the errors of ``ScopedReader.rows``.
    """
    areas = db.scoped(contract.areas).c
    statement: Select[Any] = select(
        func.count(areas.code).label("areas"),
        func.count(areas.boundary).label("drawn"),
        func.coalesce(func.sum(func.length(areas.boundary)), 0).label("length"),
        func.coalesce(func.sum(func.length(areas.name)), 0).label("named"),
        func.coalesce(func.min(areas.code), "").label("first"),
        func.coalesce(func.max(areas.code), "").label("last"),
    )
    (row,) = db.rows(statement)
    return row.areas, row.drawn, int(row.length), int(row.named), row.first, row.last


def boundaries(db: ScopedReader, levels: tuple[str, ...]) -> list[Boundary]:
    """The areas of these levels in scope, by code; coordinates as the source has them.

    Raises the errors of ``ScopedReader.rows``.
    """
    areas = db.scoped(contract.areas).c
    statement: Select[Any] = select(areas.code, areas.level, areas.boundary)
    rows = db.rows(statement.where(areas.level.in_(levels)).order_by(areas.code))
    return [Boundary(row.code, row.level, row.boundary) for row in rows]
