"""Values of the map's cells: open and overdue orders and people on duty, by the lowest level of areas there is."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from data_access.engine import ScopedReader
from data_access.reference import Area, AreaTree
from indicators.readings import standing
from indicators.readings.people import on_duty_by_area
from indicators.registry import REGISTRY
from indicators.values import At, NotRecorded

CELL_LEVELS = ("grid", "community", "street", "county", "city")
"""Levels a map may be drawn in, the first that exists under a place wins."""


@dataclass(frozen=True, slots=True)
class CellCounts:
    """Counts by cell; what is coded above the cells is "not located", and the parts plus it are the total.

    ``values`` are what the colour says: the count, or with unit "per_1000_households" the count by 1,000 households
    (None for a cell whose households are not recorded).
    """

    level: str
    counts: Mapping[str, int]
    values: Mapping[str, float | None]
    not_located: int
    total: int
    unit: Literal["count", "per_1000_households"]


def cells_of(tree: AreaTree, place: str | None) -> tuple[str, tuple[Area, ...]]:
    """The level and the cells under a place, sorted by code: the order in which map files and values agree."""
    root = place or tree.root
    for level in CELL_LEVELS:
        if root is not None and (cells := tree.below(root, level)):
            return level, cells
    return "city", ()


def map_workload(db: ScopedReader, at: At) -> CellCounts:
    """Open orders, by 1,000 households where at least nine in ten cells record them."""
    _, cells = cells_of(db.reference.tree, at.area)
    known = sum(cell.households is not None and cell.households > 0 for cell in cells)
    by_area = {code: here for code, (here, _) in standing.by_area(db, at).items()}
    return _cells(db, at, by_area, per_households=bool(cells) and known >= 0.9 * len(cells))


def map_overdue(db: ScopedReader, at: At) -> CellCounts | NotRecorded:
    """Overdue orders."""
    if missing := REGISTRY["overdue"].missing(db.shape):
        return NotRecorded(missing)
    by_area = {code: late for code, (_, late) in standing.by_area(db, at).items()}
    return _cells(db, at, by_area, per_households=False)


def map_duty(db: ScopedReader, at: At) -> CellCounts | NotRecorded:
    """People on duty now."""
    if missing := REGISTRY["on_duty"].missing(db.shape):
        return NotRecorded(missing)
    by_area = {code: here for code, (here, _) in on_duty_by_area(db, at).items()}
    return _cells(db, at, by_area, per_households=False)


def _cells(db: ScopedReader, at: At, by_area: Mapping[str | None, int], *, per_households: bool) -> CellCounts:
    tree = db.reference.tree
    level, cells = cells_of(tree, at.area)
    mine = {cell.code for cell in cells}
    counts: Counter[str] = Counter()
    total = 0
    for code, n in by_area.items():
        total += n
        cell = tree.up_to(code, level) if n else None
        if cell is not None and cell.code in mine:
            counts[cell.code] += n
    by_cell = dict(counts)
    values: dict[str, float | None]
    if per_households:
        values = {
            cell.code: 1000.0 * by_cell.get(cell.code, 0) / cell.households if cell.households else None
            for cell in cells
        }
    else:
        values = {cell.code: float(by_cell.get(cell.code, 0)) for cell in cells}
    return CellCounts(
        level,
        by_cell,
        values,
        total - sum(counts.values()),
        total,
        "per_1000_households" if per_households else "count",
    )
