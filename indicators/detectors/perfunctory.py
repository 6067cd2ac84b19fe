"""敷衍应付: closed although several signs speak against it."""

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, case, func, literal, or_, select

from data_access.codes import among
from data_access.contract import work_orders
from data_access.engine import ScopedReader
from data_access.queries.spans import seconds_between
from indicators.detectors.found import DetectedCase, DetectedRule, Fact, Why
from indicators.detectors.gathering import case_columns, case_of, ruled
from indicators.rules import orders
from indicators.rules.orders import Columns
from indicators.values import At
from indicators.workcalendar import Clock

_NEEDS: Final[dict[Why, tuple[str, ...]]] = {
    "dissatisfied": ("satisfaction|solved",),
    "too_fast": ("taken_at|dispatched_at", "handled_at"),
    "rework": ("reworks",),
    "no_photo": ("photos_after",),
}
"""Columns of work_orders without which a sign cannot be judged; ``a|b``: either will do."""


def perfunctory(db: ScopedReader, at: At) -> DetectedRule:
    """Orders closed in the last days (policy) against which at least ``signs`` of the four signs speak."""
    rows, rule = db.scoped(work_orders), at.policy.detectors.perfunctory
    judged, missing = _judgeable(db)
    if len(judged) < rule.signs:
        return ruled(db, "perfunctory", (), (), missing)
    signs = {why: condition for why, condition in _signs(db, rows.c, at).items() if why in judged}
    flags = {why: case((condition, 1), else_=0) for why, condition in signs.items()}
    # not in the range itself: it would lure SQLite to the index of stages, and so through all that was ever closed
    total = case((and_(orders.is_closed(rows.c), orders.is_judged(rows.c)), sum(flags.values(), literal(0))), else_=0)
    statement = select(
        *case_columns(db, rows.c), rows.c.closed_at, _handling_s(rows.c).label("took"), rows.c.reworks,
        rows.c.photos_after, *(flag.label(why) for why, flag in flags.items()),
    ).where(
        rows.c.closed_at > at.now - timedelta(days=at.policy.detectors.days), rows.c.closed_at <= at.now,
        total >= rule.signs,
    )  # fmt: skip
    return ruled(db, "perfunctory", [_case(row, judged) for row in db.rows(statement)], judged, missing)


def _judgeable(db: ScopedReader) -> tuple[list[Why], list[str]]:
    judged: list[Why] = []
    missing: list[str] = []
    for why, needs in _NEEDS.items():
        lost = [need for need in needs if not any(db.shape.has("work_orders", one) for one in need.split("|"))]
        missing += [f"work_orders.{need}" for need in lost]
        if not lost:
            judged.append(why)
    return judged, missing


def _signs(db: ScopedReader, o: Columns, at: At) -> dict[Why, ColumnElement[bool]]:
    rule = at.policy.detectors.perfunctory
    heard = func.coalesce(o.followup_valid, 1) == 1
    return {
        "dissatisfied": and_(heard, or_(o.satisfaction == "dissatisfied", o.solved == 0)),
        "too_fast": and_(_handling_s(o) < rule.fast_minutes * 60, _takes_long(db, o, at)),
        "rework": o.reworks >= rule.reworks,
        "no_photo": and_(o.photos_after == 0, or_(o.photos_before.is_(None), o.photos_before > 0)),
    }


def _handling_s(o: Columns) -> ColumnElement[int]:
    """Seconds from taking (or the dispatch, where that is not recorded) to the last handling."""
    return seconds_between(func.coalesce(o.taken_at, o.dispatched_at), o.handled_at)


def _takes_long(db: ScopedReader, o: Columns, at: At) -> ColumnElement[bool]:
    """The limit is long enough that nobody is expected to be done at once; that of the class where it has none."""
    hours = at.policy.detectors.perfunctory.fast_limit_hours
    day = case((o.limit_clock == Clock.CONTINUOUS.value, 24.0), else_=at.calendar.work_day_hours)
    own = case((o.limit_unit == "minute", o.limit_value / 60.0), (o.limit_unit == "day", o.limit_value * day),
               (o.limit_unit == "hour", o.limit_value))  # fmt: skip
    long_classes = []
    for code, category in db.reference.categories.items():
        if category.limit_value is not None and category.limit_unit is not None:
            whole = 24.0 if category.limit_clock == Clock.CONTINUOUS else at.calendar.work_day_hours
            unit = {"minute": 1 / 60, "hour": 1.0, "day": whole}.get(category.limit_unit, 0.0)
            if category.limit_value * unit >= hours:
                long_classes.append(code)
    by_class = and_(o.limit_value.is_(None), among(o.category_code, long_classes, db.dialect))
    return or_(own >= hours, by_class)


def _case(row: Any, judged: list[Why]) -> DetectedCase:
    signs = [why for why in judged if row._mapping[why]]
    facts: dict[Fact, float | datetime] = {}
    if row.took is not None:
        facts["handled_min"] = row.took / 60
    if row.reworks:
        facts["reworks"] = row.reworks
    if row.photos_after is not None:
        facts["photos"] = row.photos_after
    if "dissatisfied" in signs:
        facts["dissatisfied"] = 1
    return case_of(row, row.closed_at, signs[0], facts)
