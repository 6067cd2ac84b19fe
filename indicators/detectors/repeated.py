"""反复发案: the same class at the same place again and again, each closed before it was reported once more."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select

from data_access.codes import among
from data_access.contract import work_orders
from data_access.engine import ScopedReader
from data_access.queries.unseen import Again, seen_again
from indicators.detectors.found import DetectedCase, DetectedRule, Fact
from indicators.detectors.gathering import case_columns, case_of, ruled
from indicators.rules import orders
from indicators.rules.orders import Columns
from indicators.values import At

_POINT, _ADDRESS = ("lon", "lat"), ("address",)


def repeated(db: ScopedReader, at: At) -> DetectedRule:
    """Reports of the last days (policy) that are at least the n-th at their place. Void ones and doubles do not count.

    Solved on the spot does not count either: what a patrol sees to each day is its work.
    """
    missing = db.shape.missing({"work_orders": (*_POINT, *_ADDRESS)})
    if not db.shape.has("work_orders", *_POINT) and not db.shape.has("work_orders", *_ADDRESS):
        return ruled(db, "repeated", (), (), missing)
    rule = at.policy.detectors.repeated
    again = seen_again(
        db,
        at.now - timedelta(days=at.policy.detectors.days),
        at.now,
        timedelta(days=rule.days),
        rule.metres,
        rule.times - 1,
        lambda o: _counts(o.c),
    )
    return ruled(db, "repeated", _cases(db, {one.order_id: one for one in again}), ("same_place",), missing)


def _counts(o: Columns) -> ColumnElement[bool]:
    """``orders.is_judged`` in words that planners can estimate: from "coalesce" PostgreSQL expects hardly a row."""
    return and_(orders.stands(o), or_(o.handled_on_spot.is_(None), o.handled_on_spot == 0))


def _cases(db: ScopedReader, again: Mapping[str, Again]) -> list[DetectedCase]:
    if not again:
        return []
    rows = db.scoped(work_orders)
    ids = among(rows.c.id, again.keys(), db.dialect)
    found = []
    for row in db.rows(select(*case_columns(db, rows.c), rows.c.reported_at).where(ids)):
        one = again[row.id]
        facts: dict[Fact, float | datetime] = {"times": one.earlier + 1, "first_at": one.first_at}
        if one.metres is not None:
            facts["metres"] = one.metres
        found.append(case_of(row, row.reported_at, "same_place", facts))
    return found
