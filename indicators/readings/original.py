"""The orders of a window that are on time by an extension alone: late by the deadline they had before it."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import case, select, union_all

from data_access.contract import work_order_events, work_order_measures, work_orders
from data_access.engine import ScopedReader
from indicators.effective import original
from indicators.readings.moved import facts_of_orders
from indicators.rules import measures, orders
from indicators.rules.seen import Seen
from indicators.values import At
from indicators.windows import AnySpan


def original_at(db: ScopedReader, at: At, span: AnySpan) -> At:
    """The same moment, knowing which orders due in the span are on time by an extension alone.

    ``at.moved`` must be known since the start of the span: only what is on time is asked. Found once a snapshot.
    """
    start, end = span.bounds(at)
    found = db.once(("original", start, end), lambda: _by_extension(db, at, start, end))
    return replace(at, by_extension=at.by_extension | found)


def _by_extension(db: ScopedReader, at: At, start: datetime, end: datetime) -> frozenset[str]:
    """Those due in [start, end). Closed after some earlier deadline are few; the calendar says by which they are late.

    Not all of these are late by the original one: an extension of the handling leaves the closing its distance.
    """
    rows = db.scoped(work_orders)
    o = Seen(rows.c, db.scoped(work_order_measures).c, db.scoped(work_order_events).c)
    met = case((measures.outlasted(o, at.moved), 1), else_=0) == 1  # of the range alone may an index be used
    ranges = orders.due_ranges(o, start, end, at.moved)
    every = union_all(*(select(rows.c.id).where(within, met) for within in ranges)).subquery("outlasted")
    ids = [one for (one,) in db.rows(select(every.c.id))]
    late = set[str]()
    for one, facts in facts_of_orders(db, at, ids).items():
        before = original(at.calendar, facts)
        if facts.closed_at is not None and before is not None and facts.closed_at > before:
            late.add(one)
    return frozenset(late)
