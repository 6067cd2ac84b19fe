"""The working clock and effective deadlines once more, day by day and without the product's tables, for recounts."""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import chinese_calendar

Ask = Callable[..., Sequence[tuple[Any, ...]]]
HOURS = ((time(8), time(12)), (time(14), time(18)))
AT_WORK = "'dispatched', 'handling', 'checking', 'closed'"


def windows(start: datetime, continuous: bool) -> Iterator[tuple[datetime, datetime]]:
    """Spans in which the clock runs from a moment on, a day at a time."""
    day: date = start.date()
    while True:
        if continuous:
            spans = [(datetime.combine(day, time()), datetime.combine(day + timedelta(days=1), time()))]
        else:
            works = chinese_calendar.is_workday(day)
            spans = [(datetime.combine(day, a), datetime.combine(day, b)) for a, b in HOURS] if works else []
        for begin, end in spans:
            if end > start:
                yield max(begin, start), end
        day += timedelta(days=1)


def worked(start: datetime, end: datetime, continuous: bool) -> timedelta:
    """How long the clock runs between two moments."""
    total = timedelta()
    for begin, stop in windows(start, continuous):
        if begin >= end:
            return total
        total += min(stop, end) - begin
    raise AssertionError("days do not end")


def later(start: datetime, length: timedelta, continuous: bool) -> datetime:
    """The moment by which the clock has run so long; a limit that ends with a window is due at its end."""
    for begin, stop in windows(start, continuous):
        if length <= stop - begin:
            return begin + length
        length -= stop - begin
    raise AssertionError("days do not end")


def moment(text: str | None) -> datetime | None:
    """A time of SQLite."""
    return None if text is None else datetime.fromisoformat(text)


def judged_by_hand(ask: Ask) -> dict[str, datetime | None]:
    """Effective deadlines (None: parked) of the orders that are judged by another one than the source's."""
    found: dict[str, datetime | None] = {}
    sql = (
        "SELECT o.id, o.handle_due_at, o.close_due_at, o.closed_at, coalesce(o.limit_clock, c.limit_clock, 'work'),"
        " m.kind, m.from_at, m.until_at, m.decided_at, m.old_due_at, m.new_due_at"
        " FROM work_orders o JOIN work_order_measures m ON m.order_id = o.id"
        " LEFT JOIN categories c ON c.code = o.category_code"
        " WHERE m.result = 'approved' AND o.stage NOT IN ('void', 'cancelled')"
        " AND (m.kind = 'suspension' OR (m.kind = 'extension' AND m.decided_at > m.old_due_at))"
    )
    for order, handle, close, closed, clock, kind, *times in ask(sql):
        assert order not in found, "nobody is suspended twice here, or suspended and extended"
        begin, until, _, old, new = map(moment, times)
        due, end, continuous = moment(close) or moment(handle), moment(closed), clock == "continuous"
        if due is None:
            continue
        if kind == "extension" and old is not None and new in (moment(handle), moment(close)):
            assert new is not None
            found[order] = later(old, worked(new, due, continuous), continuous) if due > new else old
        elif kind == "suspension" and begin is not None and begin <= due:
            ends = [one for one in (until, end) if one is not None]
            stood = worked(begin, min(ends), continuous) if ends else None
            found[order] = None if stood is None else later(due, stood, continuous) if stood else due
    without = (
        "SELECT o.id, coalesce(o.clock_started_at, o.dispatched_at), coalesce(o.limit_value, c.limit_value),"
        " coalesce(o.limit_unit, c.limit_unit), coalesce(o.limit_clock, c.limit_clock, 'work') FROM work_orders o"
        " LEFT JOIN categories c ON c.code = o.category_code WHERE coalesce(o.close_due_at, o.handle_due_at) IS NULL"
        f" AND o.stage IN ({AT_WORK}) AND coalesce(o.handled_on_spot, 0) = 0"
    )
    for order, start, value, unit, clock in ask(without):
        if start is not None and value is not None and unit is not None:
            continuous = clock == "continuous"
            hours = {"minute": 1 / 60, "hour": 1.0, "day": 24.0 if continuous else 8.0}[unit] * value
            found[order] = later(datetime.fromisoformat(start), timedelta(hours=hours), continuous)
    return found


def originals_by_hand(ask: Ask, start: datetime) -> dict[str, datetime]:
    """The closing deadlines from ``start`` on as they were before any extension."""
    sql = (
        "SELECT o.id, o.handle_due_at, o.close_due_at, coalesce(o.limit_clock, c.limit_clock, 'work'),"
        " min(m.old_due_at), max(m.new_due_at) FROM work_orders o JOIN work_order_measures m ON m.order_id = o.id"
        " LEFT JOIN categories c ON c.code = o.category_code WHERE m.kind = 'extension' AND m.result = 'approved'"
        f" AND coalesce(o.close_due_at, o.handle_due_at) >= '{start:%Y-%m-%d %H:%M:%S}' GROUP BY 1, 2, 3, 4"
    )
    found = {}
    for order, handle, close, clock, *times in ask(sql):
        old, new = map(moment, times)
        due = moment(close) or moment(handle)
        assert old and new and due
        gap = worked(new, due, clock == "continuous") if new in (moment(handle), moment(close)) else timedelta()
        found[order] = later(old, gap, clock == "continuous") if gap else old
    return found


def as_json(times: dict[str, Any]) -> str:
    """Moments by order, as a parameter of a statement."""
    return json.dumps({one: None if time is None else f"{time:%Y-%m-%d %H:%M:%S}" for one, time in times.items()})
