"""Rates over deadlines: the city's on-time closing rate, the departments' and the map's."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, Subquery, and_, exists, select

from data_access.contract import Stage, work_order_measures, work_orders
from data_access.engine import ScopedReader
from data_access.queries.counting import count, total
from data_access.reference import AreaTree
from indicators.readings.map_cells import CELL_LEVELS
from indicators.readings.moved import judged_at, records_measures
from indicators.readings.original import original_at
from indicators.registry import REGISTRY, Indicator
from indicators.rules import orders
from indicators.values import NO_CASES, At, NotRecorded, Rate

_ENTRY = REGISTRY["ontime_close"]
_ORIGINAL = REGISTRY["ontime_original"]


@dataclass(frozen=True, slots=True)
class OnTime:
    """The on-time closing rate and, beside it, what could make it look good; None where not recorded.

    ``extended``, ``suspended``, ``exempt``, ``forced`` and ``computed`` (推算) are among ``rate.of``; ``void``,
    ``no_deadline`` and ``parked`` are not: parked cases, suspended without an end, would be due in the window by the
    source's deadline. ``by_original`` judges the same cases by their deadlines before extensions.
    """

    rate: Rate
    days: int
    extended: int | None
    suspended: int | None
    exempt: int | None
    forced: int | None
    void: int
    no_deadline: int
    by_original: Rate | None = None
    parked: int | None = None
    computed: int = 0


def ontime(db: ScopedReader, at: At) -> OnTime | NotRecorded:
    """Cases due in the last days (policy) before now; ``no_deadline`` of those reported in the same days."""
    if missing := _ENTRY.missing(db.shape):
        return NotRecorded(missing)
    rows, span = db.scoped(work_orders), _ENTRY.window.span
    start, end = span.bounds(at)
    at = judged_at(db, at, start)
    recorded = not _ORIGINAL.missing(db.shape)
    at = original_at(db, at, span) if recorded else at
    base, good, computed = _ENTRY.base(rows.c, at), _ENTRY.good(rows.c, at), at.moved.computed()
    named = {"of": base, "good": good, "void": rows.c.stage == Stage.VOID.value}
    named |= {name: and_(base, rule) for name, rule in _marks(db, rows).items()}
    if recorded:
        named["original"] = _ORIGINAL.good(rows.c, at)
    if computed:
        named["computed"] = and_(base, at.moved.among(rows.c.id, computed))
    ranges = _ENTRY.window.ranges(rows.c, at)
    n = total(db, rows, named, either=ranges)
    without = orders.lacks_deadline(rows.c, at.moved)
    no_deadline = total(db, rows, {"n": without}, where=[span.holds(rows.c.reported_at, at)])["n"]
    return OnTime(
        Rate(n["good"], n["of"]),
        span.length(at.policy),
        suspended=n.get("suspended"),
        void=n["void"],
        no_deadline=no_deadline,
        extended=n.get("extended"),
        exempt=n.get("exempt"),
        forced=n.get("forced"),
        by_original=Rate(n["original"], n["of"]) if "original" in n else None,
        parked=_parked(db, at, start, end) if records_measures(db) else None,
        computed=n.get("computed", 0),
    )


def _parked(db: ScopedReader, at: At, start: datetime, end: datetime) -> int:
    """Parked cases whose deadline of the source lies in [start, end)."""
    here = [
        one for one, found in at.moved.by_id.items() if found.parked and found.source and start <= found.source < end
    ]
    if not here:
        return 0
    rows = db.scoped(work_orders)
    return total(db, rows, {"n": orders.is_open(rows.c)}, where=[at.moved.among(rows.c.id, here)])["n"]


def _marks(db: ScopedReader, rows: Subquery) -> dict[str, ColumnElement[bool]]:
    """What makes a rate look good, as far as the source records it."""
    marks: dict[str, tuple[str, ColumnElement[bool]]] = {
        "extended": ("extensions", rows.c.extensions > 0),
        "exempt": ("exempt", rows.c.exempt == 1),
        "forced": ("outcome", orders.is_forced(rows.c)),
    }
    found = {name: rule for name, (column, rule) in marks.items() if db.shape.has("work_orders", column)}
    if db.shape.has("work_order_measures", "kind", "result"):
        found["suspended"] = _granted(db, rows, "suspension")
    return found


def _granted(db: ScopedReader, rows: Subquery, kind: str) -> ColumnElement[bool]:
    """Has an approved measure of this kind. Asked order by order: all measures are a history that grows."""
    taken = db.scoped(work_order_measures)
    mine = and_(taken.c.order_id == rows.c.id, taken.c.kind == kind, taken.c.result == "approved")
    return exists(select(taken.c.order_id).where(mine))


@dataclass(frozen=True, slots=True)
class DepartmentRate:
    """A department (by code) and its rate; ``rank`` is shared by equals, None below the smallest sample."""

    department: str
    rate: Rate
    rank: int | None = None


@dataclass(frozen=True, slots=True)
class Departments:
    """Departments by on-time closing rate, best first; those with too few cases apart, by code.

    Only units of the place's own level are compared: bureaus of the city are not ranked against streets. ``others`` are
    the cases of all other units together, ``nobody`` those that name no department: the parts plus both are all cases.
    """

    rows: tuple[DepartmentRate, ...]
    too_few: tuple[DepartmentRate, ...]
    minimum: int
    days: int
    nobody: Rate = NO_CASES
    others: Rate = NO_CASES


def departments(db: ScopedReader, at: At) -> Departments | NotRecorded:
    """Cases due in the last days (policy), charged to the department that holds them now or held them at closing."""
    entry = REGISTRY["ontime_department"]
    if missing := entry.missing(db.shape):
        return NotRecorded(missing)
    by_code = _rates_by(db, at, entry, "department_code")
    nobody = by_code.pop(None, NO_CASES)
    for code in db.reference.departments:
        by_code.setdefault(code, NO_CASES)
    minimum, days = at.policy.samples.department, entry.window.span.length(at.policy)
    level = _own_level(db, at)
    rated = [DepartmentRate(code, rate) for code, rate in by_code.items() if code is not None and level(code)]
    others = sum((rate for code, rate in by_code.items() if code is not None and not level(code)), NO_CASES)
    enough = sorted(
        (row for row in rated if row.rate.of >= minimum),
        key=lambda row: (-(row.rate.value or 0.0), -row.rate.of, row.department),
    )
    few = sorted((row for row in rated if row.rate.of < minimum), key=lambda row: row.department)
    return Departments(_ranked(enough), tuple(few), minimum, days, nobody, others)


def _own_level(db: ScopedReader, at: At) -> Callable[[str], bool]:
    """Whether a unit is one of the place's own: it has no area or just this one. Where no unit is, all are."""
    here = (None, at.area or db.reference.tree.root)
    below = {code for code, unit in db.reference.departments.items() if unit.area_code not in here}
    return (lambda code: code not in below) if len(below) < len(db.reference.departments) else (lambda code: True)


def _rates_by(db: ScopedReader, at: At, entry: Indicator, column: str) -> dict[str | None, Rate]:
    """Rates over the entry's window by a column of the orders; None is the key of those that have none."""
    rows = db.scoped(work_orders)
    at = judged_at(db, at, entry.window.span.bounds(at)[0])
    named = {"of": entry.base(rows.c, at), "good": entry.good(rows.c, at)}
    groups = count(db, rows, named, either=entry.window.ranges(rows.c, at), by=[rows.c[column]])
    return {group.key[0]: Rate(group.n["good"], group.n["of"]) for group in groups}


def _ranked(rows: list[DepartmentRate]) -> tuple[DepartmentRate, ...]:
    ranked: list[DepartmentRate] = []
    for place, row in enumerate(rows, start=1):
        tied = ranked and ranked[-1].rate.value == row.rate.value
        ranked.append(replace(row, rank=ranked[-1].rank if tied else place))
    return tuple(ranked)


@dataclass(frozen=True, slots=True)
class CellRates:
    """On-time rates of the areas of one level: the lowest at which enough areas have enough cases (policy)."""

    level: str
    rates: Mapping[str, Rate]
    minimum: int
    not_located: int
    total: int


def map_ontime(db: ScopedReader, at: At) -> CellRates | NotRecorded:
    """The departments' window. Cases coded above the level are "not located"; the parts plus they are the total."""
    entry = REGISTRY["ontime_area"]
    if missing := entry.missing(db.shape):
        return NotRecorded(missing)
    tree, place, minimum = db.reference.tree, at.area or db.reference.tree.root, at.policy.samples.cell
    by_area = _rates_by(db, at, entry, "area_code")
    levels = [level for level in CELL_LEVELS if place is not None and tree.below(place, level)] or [CELL_LEVELS[-1]]
    chosen, rates = levels[-1], dict[str, Rate]()
    for level in levels:
        chosen, rates = level, _rolled_up(tree, by_area, level)
        enough = sum(rate.of >= minimum for rate in rates.values())
        if rates and enough >= at.policy.samples.cells_share * len(rates):
            break
    total_cases, located = (sum(rate.of for rate in found.values()) for found in (by_area, rates))
    return CellRates(chosen, rates, minimum, total_cases - located, total_cases)


def _rolled_up(tree: AreaTree, by_area: Mapping[str | None, Rate], level: str) -> dict[str, Rate]:
    """Pooled by the areas of a level that have cases; what is coded above the level is in none of them."""
    good, of = Counter[str](), Counter[str]()
    for code, rate in by_area.items():
        if rate.of and (area := tree.up_to(code, level)) is not None:
            good[area.code] += rate.good
            of[area.code] += rate.of
    return {code: Rate(good[code], n) for code, n in of.items()}
