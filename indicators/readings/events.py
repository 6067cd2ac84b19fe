"""What just happened, and whether the sources still speak."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, Subquery, and_, case, exists, func, or_, select

from data_access.contract import source_feeds, work_order_events, work_orders, worker_positions
from data_access.engine import ScopedReader
from data_access.queries.counting import all_rows, each
from indicators.readings.deadlines import listable
from indicators.readings.moved import ended_otherwise, judged_at, with_ended
from indicators.rules import orders
from indicators.values import SKEW, At

LINES: Final = 20
_LOOK_BACK: Final = timedelta(hours=24)
_UNKNOWN_GAP_S: Final = 3600
SILENT_AFTER: Final = 4
"""A feed is silent after so many of its expected gaps."""
_HISTORY: Final = timedelta(days=92)

Speech = Literal["live", "quiet", "silent"]


@dataclass(frozen=True, slots=True)
class TickerEvent:
    """One entry of the event log, by codes; ``overdue`` says that the order was past its effective deadline then."""

    id: str
    at: datetime
    action: str
    to_stage: str | None
    category: str
    area: str
    department: str | None
    overdue: bool


@dataclass(frozen=True, slots=True)
class Ticker:
    """The newest events, newest first."""

    events: tuple[TickerEvent, ...]


def ticker(db: ScopedReader, at: At) -> Ticker:
    """From the event log of the last 24 hours; where none is kept, from the orders' own reports and closings.

    For a part of the city it relies on ``updated_at`` being no earlier than an order's events.
    """
    rows, at = db.scoped(work_orders), judged_at(db, at)
    due = orders.due(rows.c)
    if db.shape.has("work_order_events"):
        log = db.scoped(work_order_events)
        statement = (
            select(
                log.c.id, log.c.at, log.c.action, log.c.to_stage, rows.c.category_code, rows.c.area_code,
                func.coalesce(log.c.to_department, rows.c.department_code), due, log.c.order_id,
                ended_otherwise(db, rows).label("ended"),
            )
            .join_from(log, rows, rows.c.id == log.c.order_id)
            .where(log.c.at <= at.now, log.c.at > at.now - _LOOK_BACK, log.c.action.in_(at.policy.ticker.actions))
            .where(*_of_changed(db, log, rows, at), *listable(db, rows.c.category_code))
            .order_by(log.c.at.desc(), log.c.id.desc())
            .limit(LINES)
        )  # fmt: skip
        lines = [tuple(row) for row in db.rows(statement)]
    else:
        both = [
            *_from_orders(db, rows, rows.c.reported_at, "report", "reported", at),
            *_from_orders(db, rows, rows.c.closed_at, "close", "closed", at),
        ]
        lines = sorted(both, key=lambda line: (line[1], line[0]), reverse=True)[:LINES]
    at = with_ended(db, at, {line[-2] for line in lines if line[-1]})
    return Ticker(tuple(_event(at, *line[:-1]) for line in lines))


def _of_changed(db: ScopedReader, log: Subquery, rows: Subquery, at: At) -> list[ColumnElement[bool]]:
    """For a part of the city: events of the orders changed there since. The city's newest are found by time alone."""
    if not db.scope.grants:
        return []
    return [log.c.order_id.in_(select(rows.c.id).where(rows.c.updated_at > at.now - _LOOK_BACK))]


def _from_orders(
    db: ScopedReader, rows: Any, moment: ColumnElement[datetime], action: str, stage: str, at: At
) -> list[tuple[Any, ...]]:
    statement = (
        select(
            rows.c.id,
            moment,
            rows.c.category_code,
            rows.c.area_code,
            rows.c.department_code,
            orders.due(rows.c),
            ended_otherwise(db, rows).label("ended"),
        )
        .where(moment <= at.now, moment > at.now - _LOOK_BACK, *listable(db, rows.c.category_code))
        .order_by(moment.desc(), rows.c.id.desc())
        .limit(LINES)
    )
    return [(f"{row[0]}-{action}", row[1], action, stage, *row[2:6], row[0], row[6]) for row in db.rows(statement)]


def _event(
    at: At,
    event_id: object,
    moment: datetime,
    action: str,
    stage: str | None,
    category: str | None,
    area: str | None,
    department: str | None,
    due: datetime | None,
    order_id: str,
) -> TickerEvent:
    due = at.moved.due_of(order_id, due)
    return TickerEvent(
        str(event_id), moment, action, stage, category or "", area or "", department, due is not None and moment > due
    )


@dataclass(frozen=True, slots=True)
class Feed:
    """One source system: when it last sent something, how often it should (seconds), and how it stands."""

    code: str
    name: str
    last_at: datetime | None
    expected_s: int | None
    state: Speech


@dataclass(frozen=True, slots=True)
class Sources:
    """The freshness of what we read: newest change of an order, newest position, rows from the future, feeds.

    ``state`` is that of the orders.
    """

    orders_at: datetime | None
    positions_at: datetime | None
    future_rows: int
    feeds: tuple[Feed, ...]
    state: Speech


def sources(db: ScopedReader, at: At) -> Sources:
    """Quiet: a gap as usual for this hour and weekday. Silent: one that chance would hardly bring (policy)."""
    rows, edge = db.scoped(work_orders), at.now + SKEW
    orders_at = last_change(db, at)
    changed_ahead, known = rows.c.updated_at > edge, or_(rows.c.updated_at.is_(None), rows.c.updated_at <= edge)
    ahead = each(db, rows, {"changed": (changed_ahead, all_rows()), "reported": (rows.c.reported_at > edge, known)})
    positions_at = None
    if db.shape.has("worker_positions"):
        last = db.scoped(worker_positions)
        positions_at = db.rows(select(func.max(last.c.at)).where(last.c.at <= edge))[0][0]
    return Sources(orders_at, positions_at, sum(ahead.values()), feeds(db, at), speech(db, at, orders_at))


def last_change(db: ScopedReader, at: At) -> datetime | None:
    """The newest change of an order that is not from the future."""
    changed = db.scoped(work_orders).c.updated_at

    def read() -> datetime | None:
        ((newest,),) = db.rows(select(func.max(changed)).where(changed <= at.now + SKEW))
        return newest if isinstance(newest, datetime) else None

    return db.once(("last change", at.now), read)


def _usual(db: ScopedReader, at: At, start: datetime, end: datetime) -> float | None:
    """Mean number of reports between the same moments of the weeks before (policy), None without such history."""
    rows = db.scoped(work_orders)
    weeks = [timedelta(days=7 * back) for back in range(1, at.policy.sources.weeks + 1)]
    lived = sum(reach_back(db, [start - back for back in weeks]))
    if not lived:
        return None
    spans = [and_(rows.c.reported_at >= start - back, rows.c.reported_at < end - back) for back in weeks]
    return sum(each(db, rows, {str(n): (span, all_rows()) for n, span in enumerate(spans)}).values()) / lived


def reach_back(db: ScopedReader, moments: Sequence[datetime]) -> list[bool]:
    """For each moment, whether anything was reported in the quarter before it: if not, there is no history."""
    rows = db.scoped(work_orders)
    reported = [
        exists(select(rows.c.id).where(rows.c.reported_at > moment - _HISTORY, rows.c.reported_at <= moment))
        for moment in moments
    ]
    ((*found,),) = db.rows(select(*(case((one, 1), else_=0).label(f"n_{i}") for i, one in enumerate(reported))))
    return [bool(there) for there in found]


def speech(db: ScopedReader, at: At, last: datetime | None) -> Speech:
    """How the orders' source stands whose last change was then.

    Judged by what usually comes in just such a gap: the same moments of the weeks before.
    """
    if last is None:
        return "silent"
    rule, gap = at.policy.sources, at.now - last
    if gap.total_seconds() <= rule.live_s:
        return "live"
    if gap.total_seconds() > rule.unknown_silent_s:
        return "silent"
    usual = _usual(db, at, last, at.now)
    return "silent" if usual is not None and exp(-usual) < rule.silence_odds else "quiet"


def feeds(db: ScopedReader, at: At) -> tuple[Feed, ...]:
    """The source systems by code, as they stand now."""
    if not db.shape.has("source_feeds"):
        return ()
    table = db.scoped(source_feeds)
    statement = select(table.c.code, table.c.name, table.c.last_received_at, table.c.expected_every_s)
    return tuple(
        Feed(code, name or code, last, expected, _feed_state(at, last, expected))
        for code, name, last, expected in db.rows(statement.order_by(table.c.code))
    )


def _feed_state(at: At, last: datetime | None, expected_s: int | None) -> Speech:
    """Live within twice its expected gap, silent after four times. Nothing expected: quiet when older than an hour."""
    if last is None:
        return "silent"
    gap = (at.now - last).total_seconds()
    if not expected_s:
        return "live" if gap <= _UNKNOWN_GAP_S else "quiet"
    return "live" if gap <= 2 * expected_s else "quiet" if gap <= SILENT_AFTER * expected_s else "silent"
