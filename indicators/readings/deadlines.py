"""Deadlines that press: the list of the most urgent orders, and the lights of all open ones."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Row, and_, select

from data_access.contract import work_order_measures, work_orders
from data_access.engine import ScopedReader
from data_access.queries.counting import total
from data_access.reference import Category
from indicators.policy import LightLevels, Policy
from indicators.registry import REGISTRY
from indicators.rules import orders
from indicators.values import At, Light, NotRecorded
from indicators.workcalendar import Clock, Pause

PAGE = 14
"""Overdue orders listed, and as many that are due next."""


@dataclass(frozen=True, slots=True)
class SlaRow:
    """One pressing order; area and department are codes.

    ``remaining_s`` are seconds of its clock, negative when overdue; they stand while not ``running``. ``flips_at`` is
    when the clock next stops or starts (None: not within 60 days).
    """

    order_id: str
    category: str
    area: str
    department: str | None
    due: datetime
    light: Light
    remaining_s: float
    running: bool
    flips_at: datetime | None


@dataclass(frozen=True, slots=True)
class Sla:
    """The most urgent open orders: overdue ones, oldest deadline first, then those due next; with the totals."""

    rows: tuple[SlaRow, ...]
    overdue: int
    cut: datetime
    due_by_cut: int
    truncated: bool


def sla(db: ScopedReader, at: At) -> Sla | NotRecorded:
    """Orders of sensitive classes count in the totals but are never listed where persons may not be seen."""
    entry = REGISTRY["overdue"]
    if missing := entry.missing(db.shape):
        return NotRecorded(missing)
    rows = db.scoped(work_orders)
    due, cut = orders.due(rows.c), next_cut(at)
    open_now = orders.is_open(rows.c)
    n = total(
        db,
        rows,
        {"overdue": orders.is_overdue(rows.c, at.now), "soon": and_(open_now, due >= at.now, due <= cut)},
        where=[open_now],
    )
    late = _listed(db, rows, [due < at.now])
    soon = _listed(db, rows, [due >= at.now])
    pauses = _pauses(db, [row.id for row in (*late, *soon)])
    listed = tuple(_row(db, at, row, pauses.get(row.id, ())) for row in (*late[:PAGE], *soon[:PAGE]))
    return Sla(listed, n["overdue"], cut, n["soon"], len(late) > PAGE or len(soon) > PAGE)


def next_cut(at: At) -> datetime:
    """The next of the policy's moments of the day after now, tomorrow's first after the last."""
    times = sorted(time.fromisoformat(cut) for cut in at.policy.horizon.cuts)
    today = [datetime.combine(at.now.date(), cut) for cut in times]
    return next((cut for cut in today if cut > at.now), today[0] + timedelta(days=1))


def listable(db: ScopedReader, category: ColumnElement[str]) -> list[ColumnElement[bool]]:
    """Conditions that keep orders of sensitive classes out of lists for eyes that may not see persons."""
    if db.scope.persons:
        return []
    hidden = sorted(code for code, entry in db.reference.categories.items() if entry.sensitive)
    return [category.not_in(hidden)] if hidden else []


def _listed(db: ScopedReader, rows: Any, conditions: list[ColumnElement[bool]]) -> list[Row[*tuple[Any, ...]]]:
    due = orders.due(rows.c)
    statement = (
        select(
            rows.c.id,
            rows.c.category_code,
            rows.c.area_code,
            rows.c.department_code,
            due.label("due"),
            orders.clock_start(rows.c).label("start"),
            rows.c.limit_clock,
        )
        .where(orders.is_open(rows.c), due.is_not(None), *conditions, *listable(db, rows.c.category_code))
        .order_by(due, rows.c.id)
        .limit(PAGE + 1)
    )
    return list(db.rows(statement))


def clock_of(own: str | None, category: Category | None, policy: Policy) -> Clock:
    """The clock of an order: its own, else its class's, else the policy's. An unknown word counts as not said."""
    for said in (own, category.limit_clock if category else None):
        if said in (Clock.WORK.value, Clock.CONTINUOUS.value):
            return Clock(said)
    return Clock(policy.clock.default)


def light_of(use: float, levels: LightLevels, *, overdue: bool) -> Light:
    """The light of a use of working time. Overdue is decided by the deadline itself, never by the division."""
    if overdue:
        return Light.LONG if use > levels.long else Light.OVERDUE
    if use >= levels.near:
        return Light.NEAR
    return Light.WATCH if use >= levels.watch else Light.CALM


def _pauses(db: ScopedReader, order_ids: list[str]) -> dict[str, tuple[Pause, ...]]:
    """Approved suspensions by order."""
    if not order_ids or not db.shape.has("work_order_measures", "kind", "result", "from_at", "until_at"):
        return {}
    taken = db.scoped(work_order_measures)
    statement = (
        select(taken.c.order_id, taken.c.from_at, taken.c.until_at)
        .where(taken.c.order_id.in_(order_ids), taken.c.kind == "suspension", taken.c.result == "approved")
        .where(taken.c.from_at.is_not(None))
        .order_by(taken.c.id)
    )
    found: dict[str, tuple[Pause, ...]] = {}
    for order_id, start, end in db.rows(statement):
        found[order_id] = (*found.get(order_id, ()), Pause(start, end))
    return found


def _row(db: ScopedReader, at: At, row: Row[*tuple[Any, ...]], pauses: tuple[Pause, ...]) -> SlaRow:
    clock = clock_of(row.limit_clock, db.reference.categories.get(row.category_code), at.policy)
    late = row.due < at.now
    paused = any(pause.start <= at.now and (pause.end is None or at.now < pause.end) for pause in pauses)
    use = at.calendar.use(row.start, row.due, at.now, clock, pauses) if row.start is not None else 0.0
    light = Light.PAUSED if paused and not late else light_of(use, at.policy.lights, overdue=late)
    return SlaRow(
        row.id,
        row.category_code,
        row.area_code,
        row.department_code,
        row.due,
        light,
        at.calendar.remaining(at.now, row.due, clock, pauses),
        at.calendar.running(at.now, clock, pauses),
        at.calendar.next_flip(at.now, clock, pauses),
    )


@dataclass(frozen=True, slots=True)
class Lights:
    """Open orders by light; ``none`` have no deadline. Paused ones count as what their deadline says."""

    calm: int
    watch: int
    near: int
    overdue: int
    long: int
    none: int


def lights(db: ScopedReader, at: At) -> Lights | NotRecorded:
    """All open orders through the working calendar, in numpy; a few columns of a few thousand rows."""
    entry = REGISTRY["overdue"]
    if missing := entry.missing(db.shape):
        return NotRecorded(missing)
    rows = db.scoped(work_orders)
    statement = select(orders.due(rows.c), orders.clock_start(rows.c), rows.c.limit_clock, rows.c.category_code).where(
        orders.is_open(rows.c)
    )
    found = db.rows(statement)
    dated = [row for row in found if row[0] is not None]
    tally: Counter[Light] = Counter()
    for clock in Clock:
        mine = [row for row in dated if clock_of(row[2], db.reference.categories.get(row[3]), at.policy) is clock]
        if not mine:
            continue
        dues = np.array([row[0] for row in mine], dtype="datetime64[s]")
        starts = np.array([row[1] or row[0] for row in mine], dtype="datetime64[s]")
        nows = np.full(len(mine), np.datetime64(at.now, "s"))
        uses = at.calendar.use_many(starts, dues, nows, clock)
        tally.update(
            light_of(float(use), at.policy.lights, overdue=bool(late))
            for use, late in zip(uses, dues < nows, strict=True)
        )
    return Lights(
        tally[Light.CALM],
        tally[Light.WATCH],
        tally[Light.NEAR],
        tally[Light.OVERDUE],
        tally[Light.LONG],
        none=len(found) - len(dated),
    )
