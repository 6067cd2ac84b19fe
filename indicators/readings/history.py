"""How it was: the same time last week, the last fourteen days, the hours of the day, the types of the week."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Final, Literal

from sqlalchemy import ColumnElement, Subquery, and_, case

from data_access.contract import work_orders
from data_access.engine import ScopedReader
from data_access.queries.counting import all_rows, count, day_of, hour_of, total
from indicators.readings import standing
from indicators.readings.events import reach_back
from indicators.readings.moved import judged_at
from indicators.registry import REGISTRY, Indicator
from indicators.rules import orders
from indicators.values import At, Rate
from indicators.windows import Between


def inflow(db: ScopedReader) -> Indicator:
    """The indicator of what comes in: filings, or reports where the source records no filing."""
    filed = REGISTRY["filed_today"]
    return REGISTRY["reported_today"] if filed.missing(db.shape) else filed


@dataclass(frozen=True, slots=True)
class LastWeek:
    """The headline numbers at the same time of the same weekday last week; None where not recorded.

    ``comparable`` is False with ``reason`` "holiday" when one of the two days is no ordinary day, and "no-history" when
    the source has nothing that old. Overdue is judged by today's deadlines, because a source keeps only those, and the
    rate by what is known today.
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
    """Counts as of seven days ago, to the second, as they stood then as far as the source still tells."""
    then = replace(at, now=at.now - timedelta(days=7))
    if at.calendar.is_holiday(at.now.date()) or at.calendar.is_holiday(then.now.date()):
        return LastWeek(then.now, False, "holiday")
    if not any(reach_back(db, [then.midnight])):
        return LastWeek(then.now, False, "no-history")
    rows = db.scoped(work_orders)
    as_it_stood = {
        "reported_today": all_rows(),
        "filed_today": orders.counted_as_filed(rows.c, then.now),
        "closed_today": orders.had_closed(rows.c),
    }
    found: dict[str, int] = {}
    for name, rule in as_it_stood.items():
        entry = REGISTRY[name]
        if not entry.missing(db.shape):
            found[name] = total(db, rows, {"n": rule}, where=[entry.window.rows(rows.c, then)])["n"]
    rate = REGISTRY["ontime_close"]
    judged = not rate.missing(db.shape)
    was_open = orders.was_open(rows.c, then.now)
    named = {"open": was_open}
    then = judged_at(db, then, rate.window.span.bounds(then)[0])
    if judged:
        named["overdue"] = and_(was_open, orders.was_due(rows.c, then.now, then.moved))
    found.update(total(db, rows, named, either=orders.may_have_been_open(rows.c, then.now)))
    return LastWeek(
        then.now,
        True,
        "",
        filed=found.get("filed_today"),
        reported=found["reported_today"],
        open=found["open"],
        closed=found["closed_today"],
        overdue=found.get("overdue"),
        ontime=_rate_then(db, rate, then).value if judged else None,
    )


def _rate_then(db: ScopedReader, rate: Indicator, then: At) -> Rate:
    """The on-time rate of the days before ``then``. All these deadlines have passed: what closed later was late."""
    rows = db.scoped(work_orders)
    named = {"of": rate.base(rows.c, then), "good": rate.good(rows.c, then)}
    n = total(db, rows, named, either=rate.window.ranges(rows.c, then))
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
    """Flows by day; stocks as they stood when the day ended (the last: now)."""
    days = tuple(at.now.date() - timedelta(days=back) for back in reversed(range(at.policy.windows.spark_days)))
    start = datetime.combine(days[0], time())
    rows = db.scoped(work_orders)
    came = inflow(db)
    came_at, came_rule = came_by(rows, came)
    came_by_day = _by_day(db, rows, came_at, came_rule, start, at.now)
    closed_by_day = _by_day(db, rows, rows.c.closed_at, orders.is_closed(rows.c), start, at.now)
    judged = standing.judged(db)
    at = judged_at(db, at, start)
    was_open, was_late = _stocks(db, at, rows, days)
    now = standing.everything(db, at)
    rates: dict[str, Rate] = {}
    if judged:
        rate = REGISTRY["ontime_close"]
        named = {"of": rate.base(rows.c, at), "good": rate.good(rows.c, at)}
        by_day = day_of(orders.effective_due(rows.c, at.moved.between(start, at.now))).label("day")
        for group in count(db, rows, named, either=orders.due_ranges(rows.c, start, at.now, at.moved), by=[by_day]):
            rates[group.key[0]] = Rate(group.n["good"], group.n["of"])
    return Sparks(
        days,
        tuple(came_by_day[day.isoformat()] for day in days),
        tuple(closed_by_day[day.isoformat()] for day in days),
        (*was_open, now.open),
        (*was_late, now.overdue) if judged else (None,) * len(days),
        tuple(rates[day.isoformat()].value if day.isoformat() in rates else None for day in days),
    )


def _stocks(db: ScopedReader, at: At, rows: Subquery, days: Sequence[date]) -> tuple[list[int], list[int]]:
    """Open and overdue as each day but the last ended: from the days on which orders came, ended and fell due.

    Open as day d ended: reported on d or before, ended on no day up to d. Overdue: due on d or before as well.
    """
    first, ended = datetime.combine(days[0] + timedelta(days=1), time()), orders.ended(rows.c)
    still = orders.is_open(rows.c)
    by = [
        day_of(rows.c.reported_at).label("came"),
        case((still, None), else_=day_of(ended)).label("went"),
        day_of(orders.effective_due(rows.c, at.moved)).label("due"),
    ]
    ranges = orders.may_have_been_open(rows.c, first - timedelta(seconds=1))
    was_open, was_late = Counter[date](), Counter[date]()
    ends = {day: day.isoformat() for day in days[:-1]}
    for group in count(db, rows, {"n": all_rows()}, either=ranges, by=by):
        came, went, due = group.key
        for day, end in ends.items():
            if came is not None and came <= end and (went is None or went > end):
                was_open[day] += group.n["n"]
                if due is not None and due <= end:
                    was_late[day] += group.n["n"]
    return [was_open[day] for day in ends], [was_late[day] for day in ends]


def came_by(rows: Subquery, came: Indicator) -> tuple[ColumnElement[datetime], ColumnElement[bool]]:
    """The time and the condition of what comes in (``inflow``)."""
    if came.id == "reported_today":
        return rows.c.reported_at, all_rows()
    return rows.c.filed_at, orders.counts_as_filed(rows.c)


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
    """Cases by hour of ``day``. ``today`` is None for hours to come, ``last_week`` where it must not be compared."""

    kind: Literal["filed_today", "reported_today"]
    today: tuple[int | None, ...]
    now_hour: int
    last_week: tuple[int, ...] | None
    day: date

    @property
    def hourly(self) -> str:
        """The indicator that an hour is counted by, over that hour."""
        return _HOURLY[self.kind]


_HOURLY: Final = {"filed_today": "reg_n", "reported_today": "reported"}
"""What came in over any span, by what came in today."""


def trend(db: ScopedReader, at: At) -> Trend:
    """Today up to now, and the whole of the same weekday last week."""
    came, before = inflow(db), at.midnight - timedelta(days=7)
    holiday = at.calendar.is_holiday(at.now.date()) or at.calendar.is_holiday(before.date())
    today = _by_hour(db, at, came, at.midnight)
    then = None
    if not holiday and any(reach_back(db, [before])):
        then = _by_hour(db, at, came, before)
    return Trend(
        "reported_today" if came.id == "reported_today" else "filed_today",
        tuple(today[hour] if hour <= at.now.hour else None for hour in range(24)),
        at.now.hour,
        None if then is None else tuple(then[hour] for hour in range(24)),
        at.now.date(),
    )


def _by_hour(db: ScopedReader, at: At, came: Indicator, start: datetime) -> Counter[int]:
    """The hours of the day that begins then, as far as it has come."""
    rows, entry = db.scoped(work_orders), REGISTRY[_HOURLY[came.id]].over(Between(start, start + timedelta(days=1)))
    moment, _ = came_by(rows, came)
    named, by = {"n": entry.good(rows.c, at)}, [hour_of(moment).label("hour")]
    groups = count(db, rows, named, where=[entry.window.rows(rows.c, at)], by=by)
    return Counter({int(group.key[0]): group.n["n"] for group in groups})


LISTED: Final = 10
"""Classes listed."""


@dataclass(frozen=True, slots=True)
class TypeCount:
    """A class of orders ("" for those without one) with its cases in the window and in the window before."""

    category: str
    count: int
    before: int


@dataclass(frozen=True, slots=True)
class Types:
    """The most frequent classes, and those that rose most against the days before; ``total`` has all cases."""

    rows: tuple[TypeCount, ...]
    rising: tuple[TypeCount, ...]
    total: int
    days: int


def types(db: ScopedReader, at: At) -> Types:
    """Rising: more cases than before by more than chance (Poisson, two standard errors) and enough of them (policy).

    Where persons may not be seen, sensitive classes are named for a street or larger only; the total has them anyway.
    """
    found, total_now = class_counts(db, at)
    top = sorted((row for row in found if row.count), key=lambda row: (-row.count, row.category))
    risen = sorted(
        (row for row in found if rose(row.before, row.count, at.policy.samples.rising)),
        key=lambda row: (row.before - row.count, row.category),
    )
    return Types(tuple(top[:LISTED]), tuple(risen[:3]), total_now, at.policy.windows.types_days)


def class_counts(db: ScopedReader, at: At) -> tuple[tuple[TypeCount, ...], int]:
    """All classes that may be named, in the window of ``types`` and in the one before, and how many cases there are."""

    def read() -> tuple[tuple[TypeCount, ...], int]:
        rows, days = db.scoped(work_orders), at.policy.windows.types_days
        moment, rule = came_by(rows, inflow(db))
        middle, start = at.now - timedelta(days=days), at.now - timedelta(days=2 * days)
        named = {"count": and_(rule, moment > middle), "before": and_(rule, moment <= middle)}
        groups = count(db, rows, named, where=[moment > start, moment <= at.now], by=[rows.c.category_code])
        found = [TypeCount(group.key[0] or "", group.n["count"], group.n["before"]) for group in groups]
        if not db.scope.persons and is_small(db, at.area):
            hidden = {code for code, category in db.reference.categories.items() if category.sensitive}
            found = [row for row in found if row.category not in hidden]
        return tuple(found), sum(group.n["count"] for group in groups)

    return db.once(("classes", at.now), read)


def is_small(db: ScopedReader, place: str | None) -> bool:
    """Smaller than a street: too few people for a sensitive class to be named."""
    area = db.reference.tree.by_code.get(place or "")
    return area is not None and area.level not in _NAMED_FROM


_NAMED_FROM: Final = frozenset({"city", "county", "street"})


def rose(before: int, after: int, minimum: int) -> bool:
    """Whether a count rose by more than chance (Poisson, two standard errors), to at least the minimum."""
    more = after - before
    return after >= minimum and more > 0 and more * more > 4 * (before + after)
