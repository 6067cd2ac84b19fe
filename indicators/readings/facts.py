"""One area and one order, for somebody who asks: the conversation behind the map and the lists."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from data_access.contract import Stage, work_order_events, work_orders
from data_access.engine import ScopedReader
from data_access.errors import UnknownPlace
from indicators.effective import effective
from indicators.readings import standing
from indicators.readings.counts import Pulse, pulse
from indicators.readings.deadlines import light_at, light_of_row, listable, row_columns
from indicators.readings.moved import Measures, facts_of, judged_at, measures_of, with_log
from indicators.readings.people import on_duty_by_area
from indicators.registry import REGISTRY
from indicators.rules import orders
from indicators.values import At, Light

LISTED = 50


@dataclass(frozen=True, slots=True)
class FactOrder:
    """One open order of an area; ``title`` is None for an audience that may not read it."""

    id: str
    category: str
    area: str
    department: str | None
    stage: Stage | str
    reported_at: datetime
    due: datetime | None
    light: Light
    title: str | None


@dataclass(frozen=True, slots=True)
class AreaFacts:
    """An area (by code) with its counts and its open orders, most urgent first; people are None where not recorded."""

    area: str
    pulse: Pulse
    on_duty: int | None
    planned: int | None
    by_stage: tuple[tuple[str, int], ...]
    orders: tuple[FactOrder, ...]
    truncated: bool


def area_facts(db: ScopedReader, at: At) -> AreaFacts:
    """The facts of ``at.area`` within the scope. Raises UnknownPlace for an area that does not exist.

    Whether the viewer may ask for it is decided before, by the viewer's rights; the scope then limits every row.
    """
    code = at.area or db.reference.tree.root
    if code is None or code not in db.reference.tree.by_code:
        raise UnknownPlace(f"no area {code}", place=code)
    # the city as a whole is not narrowed: there everything counts, also what is coded to no known area
    here = db if code == db.reference.tree.root else db.narrowed(area=code)
    rows = here.scoped(work_orders)
    open_now = orders.is_open(rows.c)
    stages = standing.by_stage(here, at)
    people = None
    if not REGISTRY["on_duty"].missing(db.shape) and not _departments_alone(here, code):
        people = list(on_duty_by_area(here, at).values())
    at = judged_at(here, at)
    due = orders.effective_due(rows.c, at.moved)
    title = [rows.c.title] if db.scope.persons else []
    statement = (
        select(*row_columns(rows), rows.c.reported_at, due.label("due"), *title)
        .where(open_now, *listable(here, rows.c.category_code))
        .order_by(due.is_(None), due, rows.c.id)
        .limit(LISTED + 1)
    )
    found = here.rows(statement)
    taken = measures_of(here, [row.id for row in found[:LISTED]])
    return AreaFacts(
        code,
        pulse(here, at),
        sum(present for present, _ in people) if people is not None else None,
        sum(planned for _, planned in people) if people is not None else None,
        tuple((s.value, stages[s.value].open if s.value in stages else 0) for s in orders.OPEN_STAGES),
        tuple(_order(here, at, row, taken) for row in found[:LISTED]),
        len(found) > LISTED,
    )


def _departments_alone(db: ScopedReader, code: str) -> bool:
    """Whether the rows of an area are seen by a department's right: it lies in none of the areas granted beside it.

    People belong to areas, and nothing says to which department, so that there nobody could be counted.
    """
    way = {code, *db.reference.tree.ancestors(code)}
    return any(grant.departments is not None and way.isdisjoint(grant.areas or ()) for grant in db.scope.grants)


def _order(db: ScopedReader, at: At, row: Any, taken: Measures) -> FactOrder:
    return FactOrder(
        row.id,
        row.category_code or "",
        row.area_code or "",
        row.department_code,
        row.stage,
        row.reported_at,
        row.due,
        light_of_row(db, at, row, taken),
        row.title if db.scope.persons else None,
    )


@dataclass(frozen=True, slots=True)
class Step:
    """One entry of an order's history."""

    at: datetime
    action: str
    from_stage: str | None
    to_stage: str | None
    department: str | None
    note: str | None


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """One order whole, as an official or leader may read it; None where not recorded.

    ``due`` is the effective deadline (None while parked), ``computed`` (推算) where it comes from the limit.
    """

    id: str
    case_no: str
    title: str | None
    description: str | None
    address: str | None
    category: str
    area: str
    department: str | None
    stage: str
    reported_at: datetime
    due: datetime | None
    closed_at: datetime | None
    result: str | None
    light: Light
    steps: tuple[Step, ...]
    source_due: datetime | None = None
    computed: bool = False


def order_facts(db: ScopedReader, at: At, order_id: str) -> OrderFacts:
    """The order with its history. Raises UnknownPlace when it does not exist or lies outside the scope (alike)."""
    if not db.scope.persons:
        raise UnknownPlace("orders are not opened for this audience", place=order_id)
    rows = db.scoped(work_orders)
    start = (func.coalesce(rows.c.clock_started_at, rows.c.dispatched_at), orders.clock_start(rows.c))
    found = db.rows(
        select(rows, start[0].label("clock_started"), start[1].label("start")).where(rows.c.id == order_id).limit(1)
    )
    if not found:
        raise UnknownPlace(f"no order {order_id}", place=order_id)
    row = found[0]
    facts = with_log(db, {order_id: facts_of(db, at, row, *measures_of(db, [order_id]).of(order_id))})[order_id]
    judged = effective(at.calendar, facts)
    light = light_at(at, facts, row.start) if row.stage in orders.OPEN_CODES else Light.NONE
    return OrderFacts(
        row.id, row.case_no or "", row.title, row.description, row.address, row.category_code or "",
        row.area_code or "", row.department_code, row.stage, row.reported_at, judged.due, row.closed_at, row.result,
        light, _steps(db, order_id), judged.source, judged.computed,
    )  # fmt: skip


def _steps(db: ScopedReader, order_id: str) -> tuple[Step, ...]:
    if not db.shape.has("work_order_events"):
        return ()
    log = db.scoped(work_order_events)
    statement = (
        select(log.c.at, log.c.action, log.c.from_stage, log.c.to_stage, log.c.to_department, log.c.note)
        .where(log.c.order_id == order_id)
        .order_by(log.c.at, log.c.id)
        .limit(200)
    )
    return tuple(Step(*row) for row in db.rows(statement))
