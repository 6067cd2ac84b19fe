"""Rates over deadlines: the city's on-time closing rate, the departments' and the map's."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, Subquery, and_, func, select

from data_access.contract import work_order_measures, work_orders
from data_access.engine import ScopedReader
from data_access.queries.counting import count, total
from data_access.reference import LEVELS
from indicators.registry import REGISTRY
from indicators.rules import orders
from indicators.values import At, NotRecorded, Rate
from indicators.windows import DueIn, Span

_ENTRY = REGISTRY["ontime_close"]


@dataclass(frozen=True, slots=True)
class OnTime:
    """The on-time closing rate and, beside it, what could make it look good; None where not recorded."""

    rate: Rate
    days: int
    extended: int | None
    suspended: int | None
    exempt: int | None
    forced: int | None
    void: int
    no_deadline: int


def ontime(db: ScopedReader, at: At) -> OnTime | NotRecorded:
    """Cases due in the last days (policy) before now."""
    if missing := _ENTRY.missing(db.shape):
        return NotRecorded(missing)
    rows, days = db.scoped(work_orders), at.policy.windows.ontime_days
    window = DueIn(Span(days)).rows(rows.c, at)
    judged = orders.is_judged(rows.c)
    marks: dict[str, tuple[str, ColumnElement[bool]]] = {
        "extended": ("extensions", rows.c.extensions > 0),
        "exempt": ("exempt", rows.c.exempt == 1),
        "forced": ("outcome", rows.c.outcome == "forced"),
    }
    recorded = {name: rule for name, (column, rule) in marks.items() if db.shape.has("work_orders", column)}
    named = {"of": judged, "good": and_(judged, orders.on_time(rows.c)), "void": rows.c.stage == "void"}
    n = total(db, rows, named | {name: and_(judged, rule) for name, rule in recorded.items()}, where=[window])
    start, end = Span(days).bounds(at)
    filed = rows.c.reported_at
    no_deadline = total(
        db, rows, {"n": and_(judged, orders.due(rows.c).is_(None))}, where=[filed >= start, filed <= end]
    )["n"]
    return OnTime(
        Rate(n["good"], n["of"]),
        days,
        suspended=_suspended(db, rows, window),
        void=n["void"],
        no_deadline=no_deadline,
        extended=n.get("extended"),
        exempt=n.get("exempt"),
        forced=n.get("forced"),
    )


def _suspended(db: ScopedReader, rows: Subquery, window: ColumnElement[bool]) -> int | None:
    """Orders of the window with an approved suspension (挂账)."""
    if not db.shape.has("work_order_measures", "kind", "result"):
        return None
    taken = db.scoped(work_order_measures)
    statement = (
        select(func.count(rows.c.id.distinct()))
        .join_from(rows, taken, taken.c.order_id == rows.c.id)
        .where(window, taken.c.kind == "suspension", taken.c.result == "approved")
    )
    return int(db.rows(statement)[0][0])


@dataclass(frozen=True, slots=True)
class DepartmentRate:
    """A department (by code) and its rate; ``rank`` is shared by equals, None below the smallest sample."""

    department: str
    rate: Rate
    rank: int | None = None


@dataclass(frozen=True, slots=True)
class Departments:
    """Departments by on-time closing rate, best first; those with too few cases apart, by code."""

    rows: tuple[DepartmentRate, ...]
    too_few: tuple[DepartmentRate, ...]
    minimum: int
    days: int


def departments(db: ScopedReader, at: At) -> Departments | NotRecorded:
    """Cases due in the last days (policy), charged to the department that holds them now or held them at closing."""
    missing = _ENTRY.missing(db.shape)
    if not db.shape.has("work_orders", "department_code"):
        missing = (*missing, "work_orders.department_code")
    if missing:
        return NotRecorded(missing)
    rows, days = db.scoped(work_orders), at.policy.windows.departments_days
    judged = orders.is_judged(rows.c)
    groups = count(
        db,
        rows,
        {"of": judged, "good": and_(judged, orders.on_time(rows.c))},
        where=[DueIn(Span(days)).rows(rows.c, at)],
        by=[rows.c.department_code],
    )
    by_code = {group.key[0]: Rate(group.n["good"], group.n["of"]) for group in groups if group.key[0] is not None}
    for code in db.reference.departments:
        by_code.setdefault(code, Rate(0, 0))
    minimum = at.policy.samples.department
    enough = sorted(
        (DepartmentRate(code, rate) for code, rate in by_code.items() if rate.of >= minimum),
        key=lambda row: (-(row.rate.value or 0.0), -row.rate.of, row.department),
    )
    few = tuple(DepartmentRate(code, by_code[code]) for code in sorted(by_code) if by_code[code].of < minimum)
    return Departments(_ranked(enough), few, minimum, days)


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
    if missing := _ENTRY.missing(db.shape):
        return NotRecorded(missing)
    rows, tree = db.scoped(work_orders), db.reference.tree
    judged = orders.is_judged(rows.c)
    groups = count(
        db,
        rows,
        {"of": judged, "good": and_(judged, orders.on_time(rows.c))},
        where=[DueIn(Span(at.policy.windows.departments_days)).rows(rows.c, at)],
        by=[rows.c.area_code],
    )
    by_area = {group.key[0]: Rate(group.n["good"], group.n["of"]) for group in groups}
    total_cases = sum(rate.of for rate in by_area.values())
    place = at.area or tree.root
    levels = [level for level in LEVELS if place is not None and tree.below(place, level)]
    minimum = at.policy.samples.cell
    chosen, rates = levels[0] if levels else LEVELS[0], dict[str, Rate]()
    for level in reversed(levels):
        chosen, rates = level, {}
        for code, rate in by_area.items():
            if (area := tree.up_to(code, level)) is not None:
                rates[area.code] = rates.get(area.code, Rate(0, 0)) + rate
        enough = sum(rate.of >= minimum for rate in rates.values())
        if rates and enough >= at.policy.samples.cells_share * len(rates):
            break
    located = sum(rate.of for rate in rates.values())
    return CellRates(chosen, rates, minimum, total_cases - located, total_cases)
