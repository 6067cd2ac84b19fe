"""Who held the orders, and for how long: from the event log, in working time, without the waits for others."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
from sqlalchemy import ColumnElement, Select, or_, select

from data_access.codes import among
from data_access.contract import work_order_events, work_order_measures, work_orders
from data_access.engine import ScopedReader
from indicators.effective import limit_of
from indicators.readings.deadlines import (
    clock_of,
    light_of_row,
    listable,
    measures_of,
    pauses_of,
    row_columns,
    said_light,
)
from indicators.readings.moved import judged_at, records_measures
from indicators.registry import REGISTRY
from indicators.rules import orders
from indicators.rules.holding import came_to_department, speaks
from indicators.values import At, Light, NotRecorded
from indicators.workcalendar import Clock, Pause

LISTED: Final = 14
"""Orders listed that went from hand to hand."""


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
class _Limit:
    """What an order is measured by: its clock, and the seconds of that clock it is allowed (None: not known)."""

    clock: Clock
    seconds: float | None


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A department held an order from one event of the log to the next."""

    event: int
    order_id: str
    department: str
    start: datetime
    end: datetime
    is_open: bool
    limit: _Limit


def holding(db: ScopedReader, at: At) -> Holding | NotRecorded:
    """Time between consecutive events, charged to the earlier one's ``to_department`` while the order waits for it.

    Suspensions that were granted are out. An order's whole life counts, whenever it began, so that a long wait is not
    cut at the edge of the window. Events that say no stage, or while with a department not which, change nothing.
    """
    if missing := db.shape.missing({"work_order_events": ("to_stage", "to_department")}):
        return NotRecorded(missing)
    at, rule = judged_at(db, at), at.policy.holding
    stretches = _stretches(db, at, _chosen(db, at))
    held = zip(stretches, _seconds(db, at, stretches), strict=True)
    many = _passed(at, (one for one in stretches if one.is_open))
    return Holding(rule.days, _by_department(held), _listed(db, at, many), len(many))


def _chosen(db: ScopedReader, at: At) -> tuple[ColumnElement[bool], ...]:
    """The orders asked about, as ranges without a common row: open now, or ended within the days."""
    return REGISTRY["held"].window.ranges(db.scoped(work_orders).c, at)


def held_longest(db: ScopedReader, at: At, department: str) -> Mapping[str, float]:
    """The orders that one department held, with the seconds of their clocks it held them, the longest held first.

    They are the cases of ``HeldBy.orders``. Asked order by order for one list: the log of one department alone.
    """
    stretches = _stretches(db, at, _chosen(db, at), department)
    seconds: dict[str, float] = defaultdict(float)
    for one, ran in zip(stretches, _seconds(db, at, stretches), strict=True):
        seconds[one.order_id] += ran
    return dict(sorted(seconds.items(), key=lambda pair: (-pair[1], pair[0])))


def passed_around(db: ScopedReader, at: At) -> frozenset[str]:
    """The open orders that went from hand to hand: those that ``Holding.ping_pong_total`` counts."""

    def read() -> frozenset[str]:
        return frozenset(_passed(at, _stretches(db, at, (orders.is_open(db.scoped(work_orders).c),))))

    return db.once(("passed around", at.now), read)


def _passed(at: At, stretches: Iterable[_Stretch]) -> dict[str, list[tuple[str, datetime]]]:
    return {order_id: went for order_id, went in _hands(stretches).items() if len(went) >= at.policy.holding.hands}


def _stretches(
    db: ScopedReader, at: At, ranges: Iterable[ColumnElement[bool]], department: str | None = None
) -> list[_Stretch]:
    limits: dict[tuple[Any, ...], _Limit] = {}
    found = []
    for chosen in ranges:
        for event, order_id, department_, start, end, stage, *said in db.rows(_log(db, at, chosen, department)):
            limit = limits.get(key := tuple(said))
            if limit is None:
                limit = limits[key] = _limit(db, at, *said)
            found.append(_Stretch(event, order_id, department_, start, end or at.now, stage in _OPEN, limit))
    return found


_OPEN: Final = frozenset(stage.value for stage in orders.OPEN_STAGES)


def _log(db: ScopedReader, at: At, chosen: ColumnElement[bool], department: str | None) -> Select[*tuple[Any, ...]]:
    """The events by which an order came to wait for a department, each with the moment of the next one that counts.

    The next one is asked event by event, of the index: a window over the whole log costs three times as much.
    """
    rows, log = db.scoped(work_orders), db.scoped(work_order_events)
    later = log.alias("later")
    following = (
        select(later.c.at)
        .where(later.c.order_id == log.c.order_id, later.c.at >= log.c.at, later.c.at <= at.now, speaks(later.c))
        .where(or_(later.c.at > log.c.at, later.c.id > log.c.id))
        .order_by(later.c.at, later.c.id)
        .limit(1)
        .correlate(log)
        .scalar_subquery()
    )
    return (
        select(
            log.c.id, log.c.order_id, log.c.to_department, log.c.at, following.label("next_at"), rows.c.stage,
            rows.c.category_code, rows.c.limit_value, rows.c.limit_unit, rows.c.limit_clock,
        )
        .join_from(rows, log, log.c.order_id == rows.c.id)
        .where(chosen, came_to_department(log.c, at.now, department))
    )  # fmt: skip


def _limit(
    db: ScopedReader, at: At, category: str | None, value: float | None, unit: str | None, clock: str | None
) -> _Limit:
    """By the order's own limit, else that of its class."""
    kind = db.reference.categories.get(category or "")
    runs, known = clock_of(clock, kind, at.policy), limit_of(value, unit, kind)
    if known is None or known[0] <= 0:
        return _Limit(runs, None)
    day = 24.0 if runs is Clock.CONTINUOUS else at.calendar.work_day_hours
    return _Limit(runs, known[0] * {"minute": 60.0, "hour": 3600.0, "day": day * 3600}[known[1]])


def _seconds(db: ScopedReader, at: At, stretches: Sequence[_Stretch]) -> list[float]:
    """Seconds of the order's clock in each stretch, suspensions out; orders never suspended in one go."""
    pauses = _suspensions(db, at)
    seconds = [0.0] * len(stretches)
    by_clock: dict[Clock, list[int]] = defaultdict(list)
    for place, one in enumerate(stretches):
        if one.order_id in pauses:
            ran = at.calendar.worked_between(one.start, one.end, one.limit.clock, pauses[one.order_id])
            seconds[place] = ran
        else:
            by_clock[one.limit.clock].append(place)
    for clock, places in by_clock.items():
        starts = np.array([stretches[place].start for place in places], dtype="datetime64[s]")
        ends = np.array([stretches[place].end for place in places], dtype="datetime64[s]")
        for place, ran in zip(places, at.calendar.worked_many(starts, ends, clock).tolist(), strict=True):
            seconds[place] = ran
    return seconds


def _suspensions(db: ScopedReader, at: At) -> Mapping[str, tuple[Pause, ...]]:
    """Approved suspensions of the orders asked about, by order: which of them have any is asked order by order."""
    if not records_measures(db):
        return {}
    taken, rows = db.scoped(work_order_measures), db.scoped(work_orders)
    suspended = (
        select(taken.c.order_id)
        .where(taken.c.order_id == rows.c.id, taken.c.kind == "suspension", taken.c.result == "approved")
        .exists()
    )
    ids = [one for chosen in _chosen(db, at) for (one,) in db.rows(select(rows.c.id).where(chosen, suspended))]
    return pauses_of(db, ids)


def _by_department(held: Iterable[tuple[_Stretch, float]]) -> tuple[HeldBy, ...]:
    pairs: dict[tuple[str, str], float] = defaultdict(float)
    limits: dict[str, float | None] = {}
    for one, ran in held:
        pairs[one.department, one.order_id] += ran
        limits[one.order_id] = one.limit.seconds
    n, seconds, used, allowed = Counter[str](), *(defaultdict[str, float](float) for _ in range(3))
    for (department, order_id), ran in pairs.items():
        n[department] += 1
        seconds[department] += ran
        if (limit := limits[order_id]) is not None:
            used[department] += ran
            allowed[department] += limit
    total = sum(seconds.values())
    rows = [
        HeldBy(
            code, n[code], seconds[code], seconds[code] / total if total else 0.0, seconds[code] / n[code],
            used[code] / allowed[code] if allowed[code] else None,
        )
        for code in n
    ]  # fmt: skip
    return tuple(sorted(rows, key=lambda row: (-row.seconds, row.department)))


def _hands(stretches: Iterable[_Stretch]) -> dict[str, list[tuple[str, datetime]]]:
    """By order, the departments that got it one after the other, each with the moment."""
    hands: dict[str, list[tuple[str, datetime]]] = defaultdict(list)
    for one in sorted(stretches, key=lambda one: (one.start, one.event)):
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
        statement = select(*row_columns(rows)).where(among(rows.c.id, ids, db.dialect))
        found = {row.id: row for row in db.rows(statement.where(*listable(db, rows.c.category_code)))}
        taken = measures_of(db, list(found))
        for order_id in ids:
            if (row := found.get(order_id)) is None:
                continue
            went, light = many[order_id], said_light(db, light_of_row(db, at, row, taken))
            departments = tuple(department for department, _ in went)
            code, area = row.category_code or "", row.area_code or ""
            listed.append(PingPong(order_id, code, area, len(went), departments, went[0][1], light))
    return tuple(listed[:LISTED])
