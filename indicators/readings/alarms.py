"""Alarms: events of the last moments that may take a screen, of the kinds and urgencies that the policy names."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select

from data_access.codes import among
from data_access.contract import work_order_measures, work_orders
from data_access.engine import ScopedReader
from indicators.policy import AlarmKind
from indicators.readings.book import book_of
from indicators.readings.deadlines import listable
from indicators.readings.events import SILENT_AFTER, feeds, last_change, speech
from indicators.readings.supervision import NEEDS
from indicators.registry import REGISTRY
from indicators.rules import measures, orders
from indicators.values import At

LISTED: Final = 7
"""Alarms at most."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """One event: ``id`` stays the same from reading to reading; what it concerns by codes, as far as it does."""

    id: str
    kind: AlarmKind
    at: datetime
    order_id: str | None = None
    category: str | None = None
    area: str | None = None
    department: str | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Alarms:
    """Alarms of the last ``window_s`` seconds (policy), the newest first."""

    rows: tuple[Alarm, ...]


def alarms(db: ScopedReader, at: At) -> Alarms:
    """What a source does not record raises no alarm; orders of sensitive classes raise none where persons are not seen.

    A hundred alarms are no alarm: the newest are kept.
    """
    taken = {"long_overdue_urgent": _long_overdue, "supervision_unanswered": _unanswered, "source_silent": _silent}
    found = [alarm for kind in at.policy.alarms.kinds for alarm in taken[kind](db, at)]
    return Alarms(tuple(sorted(found, key=lambda alarm: (-alarm.at.timestamp(), alarm.id))[:LISTED]))


def _start(at: At) -> datetime:
    return at.now - timedelta(seconds=at.policy.alarms.window_s)


def _long_overdue(db: ScopedReader, at: At) -> Iterator[Alarm]:
    """Urgent orders that have just used more than the policy's multiple of their time: the open book knows which."""
    if REGISTRY["overdue"].missing(db.shape) or not db.shape.has("work_orders", "urgency"):
        return
    book = book_of(db, at)
    turned = book.turned_long(book.seen(db.scope, db.reference), _start(at), at.now)
    if not turned:
        return
    rows = db.scoped(work_orders)
    statement = (
        select(rows.c.id, rows.c.category_code, rows.c.area_code, rows.c.department_code)
        .where(among(rows.c.id, turned, db.dialect), rows.c.urgency.in_(at.policy.alarms.urgency))
        .where(orders.is_open(rows.c), *listable(db, rows.c.category_code))
    )
    for order_id, category, area, department in db.rows(statement):
        moment = turned[order_id].replace(microsecond=0)
        name = f"long_overdue_urgent:{order_id}:{moment:%Y%m%d%H%M%S}"
        yield Alarm(name, "long_overdue_urgent", moment, order_id, category or "", area or "", department)


def _unanswered(db: ScopedReader, at: At) -> Iterator[Alarm]:
    """Supervisions whose reply was due just now and did not come."""
    if db.shape.missing({"work_order_measures": NEEDS}):
        return
    taken, rows = db.scoped(work_order_measures), db.scoped(work_orders)
    department = func.coalesce(taken.c.department_code, rows.c.department_code)
    statement = (
        select(taken.c.id, taken.c.reply_due_at, taken.c.order_id, rows.c.category_code, rows.c.area_code, department)
        .join_from(taken, rows, rows.c.id == taken.c.order_id)
        .where(taken.c.reply_due_at >= _start(at), taken.c.reply_due_at < at.now, *measures.unanswered(taken.c))
        .where(orders.is_open(rows.c))
        .where(*listable(db, rows.c.category_code))
        .order_by(taken.c.reply_due_at.desc(), taken.c.id)
        .limit(LISTED)
    )
    for measure, due, order_id, category, area, held_by in db.rows(statement):
        yield Alarm(
            f"supervision_unanswered:{measure}", "supervision_unanswered", due, order_id, category or "", area or "",
            held_by,
        )  # fmt: skip


def _silent(db: ScopedReader, at: At) -> Iterator[Alarm]:
    """Feeds that have just exceeded their expected gap several times, and the orders themselves when nothing comes."""
    for feed in feeds(db, at):
        if feed.last_at is None or not feed.expected_s:
            continue
        moment = feed.last_at + timedelta(seconds=SILENT_AFTER * feed.expected_s)
        if _start(at) <= moment < at.now:
            yield Alarm(
                f"source_silent:{feed.code}:{feed.last_at:%Y%m%d%H%M%S}", "source_silent", moment, source=feed.code
            )
    last = last_change(db, at)
    if last is None or speech(db, at, last) != "silent" or _silent_at(db, at, last, _start(at)):
        return
    before, after = _start(at), at.now
    while after - before > timedelta(seconds=1):
        middle = (before + (after - before) / 2).replace(microsecond=0)
        before, after = (before, middle) if _silent_at(db, at, last, middle) else (middle, after)
    yield Alarm(f"source_silent:orders:{last:%Y%m%d%H%M%S}", "source_silent", after, source="orders")


def _silent_at(db: ScopedReader, at: At, last: datetime, moment: datetime) -> bool:
    return moment > last and speech(db, replace(at, now=moment), last) == "silent"
