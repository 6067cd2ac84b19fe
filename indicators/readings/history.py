"""How it was: the same time last week, the last fourteen days, the hours of the day, the types of the week."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from sqlalchemy import ColumnElement, Subquery, and_, func, select

from data_access.contract import work_orders
from data_access.engine import ScopedReader
from data_access.queries.counting import all_rows, count, day_of, hour_of, total
from indicators.registry import REGISTRY, Indicator
from indicators.rules import orders
from indicators.values import At, Rate


def inflow(db: ScopedReader) -> Indicator:
    """The indicator of what comes in: filings, or reports where the source records no filing."""
    filed = REGISTRY["filed_today"]
    return REGISTRY["reported_today"] if filed.missing(db.shape) else filed


@dataclass(frozen=True, slots=True)
class LastWeek:
    """The headline numbers at the same time of the same weekday last week; None where not recorded.

    ``comparable`` is False with ``reason`` "holiday" when one of the two days is no ordinary day, and "no-history" when
    the source has nothing that old. Overdue is judged by today's deadlines, because a source keeps only those.
    """

    moment: datetime
    comparable: bool
    reason: Literal["", "holiday", "no-history"]
    filed: int | None = None
    reported: int | None = None
    open: int | None = None
    closed: int | None = None
    overdue: int | None = None
    ontime: float | None = None


def last_week(db: ScopedReader, at: At) -> LastWeek:
    """Counts as of seven days ago, to the second."""
    then = At(at.now - timedelta(days=7), at.calendar, at.policy, at.area, at.department)
    if at.calendar.is_holiday(at.now.date()) or at.calendar.is_holiday(then.now.date()):
        return LastWeek(then.now, False, "holiday")
    rows = db.scoped(work_orders)
    oldest = db.rows(select(func.min(rows.c.reported_at)))[0][0]
    if oldest is None or oldest > then.midnight:
        return LastWeek(then.now, False, "no-history")
    found: dict[str, int | None] = {}
    for name in ("reported_today", "filed_today", "closed_today"):
        entry = REGISTRY[name]
        if not entry.missing(db.shape):
            window = entry.window.rows(rows.c, then)
            # a case closed then may have been reopened since; it was closed then all the same
            rule = rows.c.closed_at.is_not(None) if name == "closed_today" else entry.rows(rows.c, then)
            found[name] = total(db, rows, {"n": rule}, where=[window])["n"]
    was_open = orders.was_open(rows.c, then.now)
    named = {"open": was_open}
    if not REGISTRY["overdue"].missing(db.shape):
        named["overdue"] = and_(was_open, orders.due(rows.c) < then.now)
    found.update(total(db, rows, named, where=[orders.may_have_been_open(rows.c, then.now)]))
    return LastWeek(
        then.now,
        True,
        "",
        filed=found.get("filed_today"),
        reported=found["reported_today"],
        open=found["open"],
        closed=found["closed_today"],
        overdue=found.get("overdue"),
        ontime=_rate_then(db, then).value if "overdue" in named else None,
    )


def _rate_then(db: ScopedReader, then: At) -> Rate:
    """The on-time rate of the days before ``then``. A case closed after it, but by its deadline, does not exist."""
    entry = REGISTRY["ontime_close"]
    rows = db.scoped(work_orders)
    assert entry.denominator is not None and entry.predicate is not None
    named = {"of": entry.denominator(rows.c, then), "good": entry.predicate(rows.c, then)}
    n = total(db, rows, named, where=[entry.window.rows(rows.c, then)])
    return Rate(n["good"], n["of"])


@dataclass(frozen=True, slots=True)
class Sparks:
    """One value a day, oldest first, the last day only so far; None where not recorded."""

    days: tuple[date, ...]
    inflow: tuple[int, ...]
    closed: tuple[int, ...]
    open: tuple[int, ...]
    overdue: tuple[int | None, ...]
    ontime: tuple[float | None, ...]


def sparks(db: ScopedReader, at: At) -> Sparks:
    """Flows by day; stocks as they stood at each day's end (the last: now)."""
    n_days = at.policy.windows.spark_days
    days = tuple(at.now.date() - timedelta(days=back) for back in reversed(range(n_days)))
    start = at.midnight - timedelta(days=n_days - 1)
    rows = db.scoped(work_orders)
    came = inflow(db)
    came_at = rows.c.reported_at if came.id == "reported_today" else rows.c.filed_at
    came_rule = all_rows() if came.id == "reported_today" else orders.counts_as_filed(rows.c)
    came_by_day = _by_day(db, rows, came_at, came_rule, start, at.now)
    closed_by_day = _by_day(db, rows, rows.c.closed_at, orders.is_closed(rows.c), start, at.now)
    ends = [min(start + timedelta(days=i + 1), at.now) for i in range(n_days)]
    judged = not REGISTRY["overdue"].missing(db.shape)
    stock = {f"open{i}": orders.was_open(rows.c, end) for i, end in enumerate(ends)}
    if judged:
        stock |= {
            f"late{i}": and_(orders.was_open(rows.c, end), orders.due(rows.c) < end) for i, end in enumerate(ends)
        }
    stocks = total(db, rows, stock, where=[orders.may_have_been_open(rows.c, start)])
    rates: dict[str, Rate] = {}
    if judged:
        named = {"of": orders.is_judged(rows.c), "good": and_(orders.is_judged(rows.c), orders.on_time(rows.c))}
        by_day = day_of(orders.due(rows.c)).label("day")
        for group in count(db, rows, named, where=[orders.due_in(rows.c, start, at.now)], by=[by_day]):
            rates[group.key[0]] = Rate(group.n["good"], group.n["of"])
    return Sparks(
        days,
        tuple(came_by_day[day.isoformat()] for day in days),
        tuple(closed_by_day[day.isoformat()] for day in days),
        tuple(stocks[f"open{i}"] for i in range(n_days)),
        tuple(stocks[f"late{i}"] if judged else None for i in range(n_days)),
        tuple(rates[day.isoformat()].value if day.isoformat() in rates else None for day in days),
    )


def _by_day(
    db: ScopedReader,
    rows: Subquery,
    time: ColumnElement[datetime],
    rule: ColumnElement[bool],
    start: datetime,
    end: datetime,
) -> Counter[str]:
    groups = count(db, rows, {"n": rule}, where=[time >= start, time <= end], by=[day_of(time).label("day")])
    return Counter({group.key[0]: group.n["n"] for group in groups})


@dataclass(frozen=True, slots=True)
class Trend:
    """Cases by hour of the day. ``today`` is None for hours to come; ``last_week`` None where it must not be compared."""

    kind: Literal["filed_today", "reported_today"]
    today: tuple[int | None, ...]
    now_hour: int
    last_week: tuple[int, ...] | None


def trend(db: ScopedReader, at: At) -> Trend:
    """Today up to now, and the whole of the same weekday last week."""
    entry = inflow(db)
    before = at.now - timedelta(days=7)
    comparable = not (at.calendar.is_holiday(at.now.date()) or at.calendar.is_holiday(before.date()))
    today = _by_hour(db, at, entry, at.midnight, at.now)
    then = _by_hour(db, at, entry, at.midnight - timedelta(days=7), at.midnight - timedelta(days=6, seconds=1))
    hours = range(24)
    return Trend(
        "reported_today" if entry.id == "reported_today" else "filed_today",
        tuple(today[hour] if hour <= at.now.hour else None for hour in hours),
        at.now.hour,
        tuple(then[hour] for hour in hours) if comparable and then else None,
    )


def _by_hour(db: ScopedReader, at: At, entry: Indicator, start: datetime, end: datetime) -> Counter[int]:
    rows = db.scoped(work_orders)
    time = rows.c.reported_at if entry.id == "reported_today" else rows.c.filed_at
    rule = all_rows() if entry.id == "reported_today" else orders.counts_as_filed(rows.c)
    groups = count(db, rows, {"n": rule}, where=[time >= start, time <= end], by=[hour_of(time).label("hour")])
    return Counter({int(group.key[0]): group.n["n"] for group in groups})


@dataclass(frozen=True, slots=True)
class TypeCount:
    """A class of orders with its cases in the window and in the window before."""

    category: str
    count: int
    before: int


@dataclass(frozen=True, slots=True)
class Types:
    """The most frequent classes, and those that rose most against the days before."""

    rows: tuple[TypeCount, ...]
    rising: tuple[TypeCount, ...]
    total: int
    days: int


def types(db: ScopedReader, at: At) -> Types:
    """Rising: more cases than before by more than chance (Poisson, two standard errors) and enough of them (policy)."""
    entry, days = inflow(db), at.policy.windows.types_days
    rows = db.scoped(work_orders)
    time = rows.c.reported_at if entry.id == "reported_today" else rows.c.filed_at
    rule = all_rows() if entry.id == "reported_today" else orders.counts_as_filed(rows.c)
    middle, start = at.now - timedelta(days=days), at.now - timedelta(days=2 * days)
    named = {"count": and_(rule, time > middle), "before": and_(rule, time <= middle)}
    groups = count(db, rows, named, where=[time > start, time <= at.now], by=[rows.c.category_code])
    found = sorted(
        (TypeCount(group.key[0] or "", group.n["count"], group.n["before"]) for group in groups),
        key=lambda row: (-row.count, row.category),
    )
    risen = sorted(
        (row for row in found if _rose(row, at.policy.samples.rising)), key=lambda row: row.before - row.count
    )
    return Types(tuple(found[:10]), tuple(risen[:3]), sum(row.count for row in found), days)


def _rose(row: TypeCount, minimum: int) -> bool:
    more = row.count - row.before
    return row.count >= minimum and more > 0 and more * more > 4 * (row.count + row.before)
