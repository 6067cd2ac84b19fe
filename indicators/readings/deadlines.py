"""Deadlines that press: the list of the most urgent orders, and the lights of all open ones."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
from sqlalchemy import ColumnElement, Row, Select, Subquery, and_, exists, not_, or_, select

from data_access.contract import work_order_measures, work_orders
from data_access.engine import ScopedReader
from data_access.queries.counting import total
from data_access.reference import Category
from indicators.policy import LightLevels, Policy
from indicators.readings import standing
from indicators.registry import REGISTRY, next_cut
from indicators.rules import orders
from indicators.values import At, Light, NotRecorded
from indicators.workcalendar import Clock, Pause

PAGE = 14
"""Overdue orders listed, and as many that are due next."""
_SUSPENSION: Final = ("kind", "result", "from_at", "until_at")


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
    """The most urgent open orders: overdue ones, oldest deadline first, then those due next; with the totals.

    ``overdue`` are all past the source's deadline; ``suspended`` of them stand still by a suspension that began before
    it: nobody is late with these, so they are not listed.
    """

    rows: tuple[SlaRow, ...]
    overdue: int
    cut: datetime
    due_by_cut: int
    truncated: bool
    suspended: int = 0


def sla(db: ScopedReader, at: At) -> Sla | NotRecorded:
    """Orders of sensitive classes count in the totals but are never listed where persons may not be seen."""
    entry = REGISTRY["overdue"]
    if missing := entry.missing(db.shape):
        return NotRecorded(missing)
    rows = db.scoped(work_orders)
    n = standing.everything(db, at)
    overdue = orders.due_ranges(rows.c, orders.PAST, at.now)
    still = _stands_still(db, rows, at)
    moving = [] if still is None else [not_(still)]
    # some of these turn out not to be late (``_late``): enough are asked for that the page is full all the same
    past_due = [row for one in overdue for row in _listed(db, rows, and_(one, *moving), 4 * PAGE)]
    past_due.sort(key=lambda row: (row.due, row.id))
    late = _late(db, at, past_due[: 4 * PAGE])
    soon = _next(db, rows, at.now)
    listed = (*late[:PAGE], *soon[:PAGE])
    pauses = pauses_of(db, [row.id for row in listed])
    return Sla(
        tuple(_row(db, at, row, pauses.get(row.id, ())) for row in listed),
        n.overdue,
        next_cut(at),
        n.soon,
        len(late) > PAGE or len(soon) > PAGE,
        0 if still is None else total(db, rows, {"n": still}, where=[orders.is_open(rows.c)], either=overdue)["n"],
    )


def _late(db: ScopedReader, at: At, rows: Sequence[Row[*tuple[Any, ...]]]) -> list[Row[*tuple[Any, ...]]]:
    """Without those whose deadline a suspension, over by now, has moved past now."""
    pauses = pauses_of(db, [row.id for row in rows])

    def late(row: Row[*tuple[Any, ...]]) -> bool:
        clock = clock_of(row.limit_clock, db.reference.categories.get(row.category_code), at.policy)
        return effective_due(at, row.due, clock, pauses.get(row.id, ())) < at.now

    return [row for row in rows if row.id not in pauses or late(row)]


def _stands_still(db: ScopedReader, rows: Subquery, at: At) -> ColumnElement[bool] | None:
    """Suspended now, since before the deadline; None where suspensions are not recorded."""
    if not db.shape.has("work_order_measures", *_SUSPENSION):
        return None
    taken = db.scoped(work_order_measures)
    runs = and_(
        taken.c.from_at <= at.now,
        taken.c.from_at <= orders.due(rows.c),
        or_(taken.c.until_at.is_(None), taken.c.until_at > at.now),
    )
    return exists(select(taken.c.order_id).where(taken.c.order_id == rows.c.id, *_suspended(taken), runs))


def listable(db: ScopedReader, category: ColumnElement[str]) -> list[ColumnElement[bool]]:
    """Conditions that keep orders of sensitive classes out of lists for eyes that may not see persons.

    An order without a class is listed: nothing says that it is sensitive.
    """
    if db.scope.persons:
        return []
    hidden = sorted(code for code, entry in db.reference.categories.items() if entry.sensitive)
    return [or_(category.is_(None), category.not_in(hidden))] if hidden else []


def _next(db: ScopedReader, rows: Subquery, now: datetime) -> list[Row[*tuple[Any, ...]]]:
    """The open orders that are due next. Where the page ends is asked first, of the index alone.

    Without that the engine would fetch and sort every open order of the city for the few that are shown.
    """
    found = []
    for place, due_in in enumerate(orders.due_ranges(rows.c, now, orders.FAR)):
        edge = select(rows.c.close_due_at, rows.c.handle_due_at)
        edge = edge.where(orders.is_open(rows.c), due_in, *listable(db, rows.c.category_code))
        edge = edge.order_by(rows.c.close_due_at, rows.c.handle_due_at).offset(PAGE).limit(1)
        last = [close or handle for close, handle in db.rows(edge)]
        end = last[0] + timedelta(seconds=1) if last else orders.FAR
        found += _listed(db, rows, orders.due_ranges(rows.c, now, end)[place])
    return sorted(found, key=lambda row: (row.due, row.id))


def _listed(
    db: ScopedReader, rows: Subquery, condition: ColumnElement[bool], most: int = 0
) -> list[Row[*tuple[Any, ...]]]:
    """Open orders by deadline, one more than a page or ``most``."""
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
        .where(orders.is_open(rows.c), condition, *listable(db, rows.c.category_code))
        .order_by(due, rows.c.id)
        .limit(max(PAGE + 1, most))
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


def pauses_of(db: ScopedReader, order_ids: Sequence[str]) -> Mapping[str, tuple[Pause, ...]]:
    """Approved suspensions of these orders (a short list), by order."""
    if not order_ids or not db.shape.has("work_order_measures", *_SUSPENSION):
        return {}
    taken = db.scoped(work_order_measures)
    return _pauses(db, select(*_spans(taken)).where(*_suspended(taken), taken.c.order_id.in_(order_ids)))


def _pauses_of_open(db: ScopedReader) -> Mapping[str, tuple[Pause, ...]]:
    """Approved suspensions of all open orders, by order."""
    if not db.shape.has("work_order_measures", *_SUSPENSION):
        return {}
    taken, rows = db.scoped(work_order_measures), db.scoped(work_orders)
    mine = taken.c.order_id.in_(select(rows.c.id).where(orders.is_open(rows.c)))
    return _pauses(db, select(*_spans(taken)).where(mine, *_suspended(taken)))


def _spans(taken: Subquery) -> tuple[ColumnElement[Any], ...]:
    return taken.c.order_id, taken.c.from_at, taken.c.until_at


def _suspended(taken: Subquery) -> tuple[ColumnElement[bool], ...]:
    return taken.c.kind == "suspension", taken.c.result == "approved", taken.c.from_at.is_not(None)


def _pauses(db: ScopedReader, statement: Select[*tuple[Any, ...]]) -> Mapping[str, tuple[Pause, ...]]:
    found: dict[str, tuple[Pause, ...]] = {}
    for order_id, start, end in db.rows(statement):
        found[order_id] = (*found.get(order_id, ()), Pause(start, end))
    return found


def pause_now(at: At, pauses: Sequence[Pause]) -> Pause | None:
    """The suspension that runs now, None when none does."""
    return next((p for p in pauses if p.start <= at.now and (p.end is None or at.now < p.end)), None)


def effective_due(at: At, due: datetime, clock: Clock, pauses: Sequence[Pause] = ()) -> datetime:
    """The deadline moved by the working time of the suspensions that began before it, so far as they have lasted."""
    for pause in sorted(pauses, key=lambda pause: pause.start):
        if pause.start <= due:
            stood = at.calendar.worked_between(pause.start, min(pause.end or at.now, at.now), clock)
            due = at.calendar.due(due, stood / 60, "minute", clock) if stood else due
    return due


def remaining(at: At, due: datetime, clock: Clock, pauses: Sequence[Pause] = ()) -> float:
    """Seconds of the clock left, negative when overdue; a suspended order keeps what it had when that began."""
    pause = pause_now(at, pauses)
    if pause is None or due < pause.start:
        return at.calendar.remaining(at.now, effective_due(at, due, clock, pauses), clock, pauses)
    return at.calendar.remaining(pause.start, due, clock, [other for other in pauses if other is not pause])


def light_now(at: At, due: datetime, start: datetime | None, clock: Clock, pauses: Sequence[Pause] = ()) -> Light:
    """The light of one open order with a deadline; paused while a suspension runs that began before it was late."""
    pause = pause_now(at, pauses)
    if pause is not None and pause.start <= due:
        return Light.PAUSED
    due = effective_due(at, due, clock, pauses)
    late = due < at.now
    use = at.calendar.use(start, due, at.now, clock, pauses) if start is not None else float(late)
    return light_of(use, at.policy.lights, overdue=late)


def _row(db: ScopedReader, at: At, row: Row[*tuple[Any, ...]], pauses: Sequence[Pause]) -> SlaRow:
    clock = clock_of(row.limit_clock, db.reference.categories.get(row.category_code), at.policy)
    return SlaRow(
        row.id,
        row.category_code or "",
        row.area_code or "",
        row.department_code,
        row.due,
        light_now(at, row.due, row.start, clock, pauses),
        remaining(at, row.due, clock, pauses),
        at.calendar.running(at.now, clock, pauses),
        at.calendar.next_flip(at.now, clock, pauses),
    )


@dataclass(frozen=True, slots=True)
class Lights:
    """Open orders by light; ``none`` have no deadline (yet).

    ``paused`` stand still by a suspension that began before their deadline, whether that has passed since or not.
    """

    calm: int
    watch: int
    near: int
    overdue: int
    long: int
    none: int
    paused: int = 0


def lights(db: ScopedReader, at: At) -> Lights | NotRecorded:
    """All open orders through the working calendar, in numpy; those that were ever suspended one by one."""
    entry = REGISTRY["overdue"]
    if missing := entry.missing(db.shape):
        return NotRecorded(missing)
    rows = db.scoped(work_orders)
    statement = select(
        rows.c.id, orders.due(rows.c), orders.clock_start(rows.c), rows.c.limit_clock, rows.c.category_code
    ).where(orders.is_open(rows.c))
    pauses = _pauses_of_open(db)
    tally: Counter[Light] = Counter()
    by_clock: dict[Clock, list[tuple[datetime, datetime]]] = {clock: [] for clock in Clock}
    for order_id, due, start, said, category in db.rows(statement):
        if due is None:
            tally[Light.NONE] += 1
            continue
        clock = clock_of(said, db.reference.categories.get(category), at.policy)
        if order_id in pauses:
            tally[light_now(at, due, start, clock, pauses[order_id])] += 1
        else:
            by_clock[clock].append((due, start or due))
    for clock, found in by_clock.items():
        tally.update(_lights_of(at, clock, found))
    return Lights(
        tally[Light.CALM],
        tally[Light.WATCH],
        tally[Light.NEAR],
        tally[Light.OVERDUE],
        tally[Light.LONG],
        none=tally[Light.NONE],
        paused=tally[Light.PAUSED],
    )


def _lights_of(at: At, clock: Clock, found: Sequence[tuple[datetime, datetime]]) -> Counter[Light]:
    """Orders that were never suspended: deadlines and starts, by light."""
    if not found:
        return Counter()
    dues, starts = (np.array(times, dtype="datetime64[s]") for times in zip(*found, strict=True))
    late = dues < np.datetime64(at.now, "s")
    use = at.calendar.use_many(starts, dues, np.datetime64(at.now, "s"), clock)
    levels = at.policy.lights
    return Counter(
        {
            Light.LONG: int((late & (use > levels.long)).sum()),
            Light.OVERDUE: int((late & ~(use > levels.long)).sum()),
            Light.NEAR: int((~late & (use >= levels.near)).sum()),
            Light.WATCH: int((~late & (use >= levels.watch) & (use < levels.near)).sum()),
            Light.CALM: int((~late & (use < levels.watch)).sum()),
        }
    )
