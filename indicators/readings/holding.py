"""Who held the orders, and for how long: from the event log, in working time, without the waits for others."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
from sqlalchemy import ColumnElement, Select, and_, func, not_, or_, select

from data_access.contract import Stage, work_order_events, work_order_measures, work_orders
from data_access.engine import ScopedReader
from indicators.readings.deadlines import clock_of, light_now, listable, pauses_of
from indicators.readings.moved import judged_at
from indicators.rules import orders
from indicators.values import At, Light, NotRecorded
from indicators.workcalendar import Clock, Pause, WorkCalendar

LISTED: Final = 14
"""Orders listed that went from hand to hand."""
_WITH_DEPARTMENT: Final = (Stage.DISPATCHED.value, Stage.HANDLING.value)
"""Stages in which an order waits for its department; dispatch and the check before closing are the work of others."""
_SUSPENSION: Final = ("kind", "result", "from_at", "until_at")


@dataclass(frozen=True, slots=True)
class HeldBy:
    """What one department held: ``orders`` of them, ``seconds`` of their clocks together, ``per_order`` of them each.

    ``share`` is the part of all such seconds. ``limit_share`` is seconds by limit, pooled over the orders whose limit
    is known: 1.0 is all the time that was allowed; None where no limit is known.
    """

    department: str
    orders: int
    seconds: float
    share: float
    per_order: float
    limit_share: float | None


@dataclass(frozen=True, slots=True)
class PingPong:
    """One open order that went from hand to hand, by codes: ``departments`` in the order in which they got it.

    ``hands`` counts them, a department that got it twice with another between counts twice. ``since`` is the first
    dispatch. The light is none without a deadline.
    """

    order_id: str
    category: str
    area: str
    hands: int
    departments: tuple[str, ...]
    since: datetime
    light: Light


@dataclass(frozen=True, slots=True)
class Holding:
    """Of the orders open now or ended in the last ``days``: who held them, most seconds first, and the ping-pong."""

    days: int
    rows: tuple[HeldBy, ...]
    ping_pong: tuple[PingPong, ...]
    ping_pong_total: int


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A department held an order from one event of the log to the next."""

    order_id: str
    department: str
    start: datetime
    end: datetime
    is_open: bool
    category: str | None
    limit: tuple[float | None, str | None, str | None]


def holding(db: ScopedReader, at: At) -> Holding | NotRecorded:
    """Time between consecutive events, charged to the earlier one's ``to_department`` while the order waits for it.

    Suspensions that were granted are out. An order's whole life counts, whenever it began, so that a long wait is not
    cut at the edge of the window. Events that say no stage, or while with a department not which, change nothing.
    """
    if missing := db.shape.missing({"work_order_events": ("to_stage", "to_department")}):
        return NotRecorded(missing)
    at, rule = judged_at(db, at), at.policy.holding
    stretches = [_stretch(*row) for chosen in _chosen(db, at) for row in db.rows(_log(db, at, chosen))]
    held = _seconds(db, at, stretches)
    hands = _hands(one for one in stretches if one.is_open)
    many = {order_id: went for order_id, went in hands.items() if len(went) >= rule.hands}
    return Holding(rule.days, _by_department(db, at, stretches, held), _listed(db, at, many), len(many))


def _chosen(db: ScopedReader, at: At) -> tuple[ColumnElement[bool], ...]:
    """The orders asked about, as ranges without a common row: open now, or ended within the days."""
    return orders.may_have_been_open(db.scoped(work_orders).c, at.now - timedelta(days=at.policy.holding.days))


def _log(db: ScopedReader, at: At, chosen: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """The events by which an order came to wait for a department, each with the moment of the next event."""
    rows, log = db.scoped(work_orders), db.scoped(work_order_events)
    speaks = and_(
        log.c.to_stage.is_not(None), or_(log.c.to_department.is_not(None), log.c.to_stage.not_in(_WITH_DEPARTMENT))
    )
    events = (
        select(
            log.c.order_id, log.c.to_department, log.c.to_stage, log.c.id, log.c.at,
            func.lead(log.c.at).over(partition_by=log.c.order_id, order_by=(log.c.at, log.c.id)).label("next_at"),
            rows.c.stage, rows.c.category_code, rows.c.limit_value, rows.c.limit_unit, rows.c.limit_clock,
        )
        .join_from(rows, log, log.c.order_id == rows.c.id)
        .where(chosen, speaks, log.c.at <= at.now)
        .subquery("log")
    )  # fmt: skip
    c = events.c
    return (
        select(
            c.order_id, c.to_department, c.at, func.coalesce(c.next_at, at.now), c.stage, c.category_code,
            c.limit_value, c.limit_unit, c.limit_clock,
        )
        .where(c.to_stage.in_(_WITH_DEPARTMENT))
        .order_by(c.order_id, c.at, c.id)
    )  # fmt: skip


def _stretch(order_id: str, department: str, start: datetime, end: datetime, stage: str, *rest: Any) -> _Stretch:
    category, *limit = rest
    value, unit, clock = limit
    return _Stretch(order_id, department, start, end, stage in orders.OPEN_STAGES, category, (value, unit, clock))


def _clock(db: ScopedReader, at: At, one: _Stretch) -> Clock:
    return clock_of(one.limit[2], db.reference.categories.get(one.category or ""), at.policy)


def _seconds(db: ScopedReader, at: At, stretches: Sequence[_Stretch]) -> list[float]:
    """Seconds of the order's clock in each stretch, suspensions out; those never suspended in one go."""
    pauses = _suspensions(db, at)
    seconds = [0.0] * len(stretches)
    by_clock: dict[Clock, list[int]] = defaultdict(list)
    for place, one in enumerate(stretches):
        clock = _clock(db, at, one)
        if one.order_id in pauses:
            seconds[place] = at.calendar.worked_between(one.start, one.end, clock, pauses[one.order_id])
        else:
            by_clock[clock].append(place)
    for clock, places in by_clock.items():
        starts, ends = (
            np.array([getattr(stretches[place], name) for place in places], dtype="datetime64[s]")
            for name in ("start", "end")
        )
        for place, worked in zip(places, at.calendar.worked_many(starts, ends, clock).tolist(), strict=True):
            seconds[place] = worked
    return seconds


def _suspensions(db: ScopedReader, at: At) -> Mapping[str, tuple[Pause, ...]]:
    """Approved suspensions of the orders asked about, by order."""
    if not db.shape.has("work_order_measures", *_SUSPENSION):
        return {}
    taken, rows = db.scoped(work_order_measures), db.scoped(work_orders)
    found: dict[str, tuple[Pause, ...]] = {}
    for chosen in _chosen(db, at):
        statement = (
            select(taken.c.order_id, taken.c.from_at, taken.c.until_at)
            .join_from(rows, taken, taken.c.order_id == rows.c.id)
            .where(chosen, taken.c.kind == "suspension", taken.c.result == "approved", taken.c.from_at.is_not(None))
        )
        for order_id, start, end in db.rows(statement):
            found[order_id] = (*found.get(order_id, ()), Pause(start, end))
    return found


def _by_department(
    db: ScopedReader, at: At, stretches: Sequence[_Stretch], seconds: Sequence[float]
) -> tuple[HeldBy, ...]:
    pairs: dict[tuple[str, str], list[Any]] = {}
    for one, worked in zip(stretches, seconds, strict=True):
        pairs.setdefault((one.department, one.order_id), [one, 0.0])[1] += worked
    held: dict[str, list[tuple[float, float | None]]] = defaultdict(list)
    for (department, _), (one, worked) in pairs.items():
        held[department].append((worked, _limit_seconds(db, at, one)))
    everything = sum(seconds)
    rows = []
    for department, of in held.items():
        mine, limits = sum(worked for worked, _ in of), sum(limit for _, limit in of if limit)
        used = sum(worked for worked, limit in of if limit)
        share = mine / everything if everything else 0.0
        rows.append(HeldBy(department, len(of), mine, share, mine / len(of), used / limits if limits else None))
    return tuple(sorted(rows, key=lambda row: (-row.seconds, row.department)))


def _limit_seconds(db: ScopedReader, at: At, one: _Stretch) -> float | None:
    """Seconds of its clock that the order's limit allows: its own, else its class's; None where neither is known."""
    category = db.reference.categories.get(one.category or "")
    value, unit, _ = one.limit
    if value is None and category is not None:
        value, unit = category.limit_value, category.limit_unit
    day = 24.0 if _clock(db, at, one) is Clock.CONTINUOUS else at.calendar.work_day_hours
    length = {"minute": 60.0, "hour": 3600.0, "day": day * 3600}.get(unit or "")
    return None if value is None or value <= 0 or length is None else value * length


def _hands(stretches: Iterable[_Stretch]) -> dict[str, list[tuple[str, datetime]]]:
    """By order, the departments that got it one after the other, each with the moment."""
    hands: dict[str, list[tuple[str, datetime]]] = defaultdict(list)
    for one in stretches:
        went = hands[one.order_id]
        if not went or went[-1][0] != one.department:
            went.append((one.department, one.start))
    return hands


def _listed(db: ScopedReader, at: At, many: Mapping[str, Sequence[tuple[str, datetime]]]) -> tuple[PingPong, ...]:
    """Most hands first, then the longest; sensitive classes are not listed where persons may not be seen."""
    rows = db.scoped(work_orders)
    ranked = sorted(many, key=lambda order_id: (-len(many[order_id]), many[order_id][0][1], order_id))
    listed: list[PingPong] = []
    while ranked and len(listed) < LISTED:
        ids, ranked = ranked[: 2 * LISTED], ranked[2 * LISTED :]
        statement = select(
            rows.c.id, rows.c.category_code, rows.c.area_code, orders.due(rows.c).label("due"),
            orders.clock_start(rows.c).label("start"), rows.c.limit_clock,
        ).where(rows.c.id.in_(ids), *listable(db, rows.c.category_code))  # fmt: skip
        found = {row.id: row for row in db.rows(statement)}
        pauses = pauses_of(db, list(found))
        for order_id in ids:
            if (row := found.get(order_id)) is None:
                continue
            went = many[order_id]
            clock = clock_of(row.limit_clock, db.reference.categories.get(row.category_code or ""), at.policy)
            light = Light.NONE
            if row.due is not None:
                light = light_now(at, row.due, row.start, clock, pauses.get(order_id, ()))
            listed.append(
                PingPong(
                    order_id, row.category_code or "", row.area_code or "", len(went),
                    tuple(department for department, _ in went), went[0][1], light,
                )
            )  # fmt: skip
    return tuple(listed[:LISTED])
