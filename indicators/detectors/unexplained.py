"""无故延期受理: accepted late without a record of why, or given more time without a reason of its own."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Subquery, and_, case, exists, literal, not_, or_, select

from data_access.contract import LocalTime, Stage, work_order_events, work_order_measures, work_orders
from data_access.engine import ScopedReader
from data_access.queries.spans import seconds_between
from data_access.queries.unseen import given_reasons
from indicators.detectors.found import DetectedCase, DetectedRule, Fact, Why
from indicators.detectors.gathering import case_columns, case_of, ruled
from indicators.rules import orders
from indicators.values import At

EXPLAINING: Final = ("verify", "return", "transfer", "escalate")
"""What may be recorded before the acceptance that says why it took longer."""
FAR: Final = 1 << 62


def unexplained(db: ScopedReader, at: At) -> DetectedRule:
    """Acceptances and extensions of the last days (policy); an order that still waits to be accepted counts too."""
    judged: list[Why] = []
    missing: list[str] = []
    found: list[DetectedCase] = []
    if db.shape.has("work_orders", "accepted_at"):
        judged.append("late_acceptance")
        found += _accepted_late(db, at)
        missing += db.shape.missing({"work_order_events": ()})
    else:
        missing.append("work_orders.accepted_at")
    if db.shape.has("work_order_measures", "kind", "result"):
        recorded = db.shape.columns["work_order_measures"]
        if "old_due_at" in recorded:
            judged.append("extension_after_due")
        if "reason" in recorded:
            judged.append("extension_without_reason")
        if {"reason", "department_code"} <= recorded:
            judged.append("extension_same_reason")
        lost = db.shape.missing({"work_order_measures": ("old_due_at", "reason", "department_code")})
        missing += lost
        found += _extended(db, at, judged)
    else:
        missing += db.shape.missing({"work_order_measures": ("kind", "result")})
    return ruled(db, "unexplained_extension", found, judged, missing)


def _accepted_late(db: ScopedReader, at: At) -> list[DetectedCase]:
    rows, limit = db.scoped(work_orders), timedelta(minutes=at.policy.detectors.unexplained_extension.accept_minutes)
    start, seconds = at.now - timedelta(days=at.policy.detectors.days), limit.total_seconds()
    late = and_(
        rows.c.accepted_at > start, rows.c.accepted_at <= at.now,
        seconds_between(rows.c.reported_at, rows.c.accepted_at) > seconds,
    )  # fmt: skip
    # "is null" would lure SQLite to the index of acceptances, and so through all that never were accepted
    still = and_(rows.c.stage == Stage.REPORTED.value, case((rows.c.accepted_at.is_(None), 1), else_=0) == 1)
    waits = and_(still, rows.c.reported_at < at.now - limit)
    found = []
    for within, until in ((late, rows.c.accepted_at), (waits, literal(at.now, LocalTime()))):
        statement = select(*case_columns(db, rows.c), rows.c.reported_at, rows.c.accepted_at).where(
            within, orders.off_spot(rows.c), not_(_explained(db, rows, until))
        )
        for row in db.rows(statement):
            waited = ((row.accepted_at or at.now) - row.reported_at).total_seconds() / 60
            found.append(case_of(row, row.reported_at + limit, "late_acceptance", {"waited_min": waited}))
    return found


def _explained(db: ScopedReader, rows: Subquery, until: ColumnElement[datetime]) -> ColumnElement[bool]:
    """Something was recorded before this moment that says why; without an event log only a visit is known."""
    visited = and_(rows.c.verified_at.is_not(None), rows.c.verified_at <= until)
    if not db.shape.has("work_order_events"):
        return visited
    log = db.scoped(work_order_events)
    said = select(log.c.order_id).where(log.c.order_id == rows.c.id, log.c.at <= until, log.c.action.in_(EXPLAINING))
    return or_(visited, exists(said))


def _extended(db: ScopedReader, at: At, judged: list[Why]) -> list[DetectedCase]:
    """Approved extensions asked for in the last days."""
    if len(judged) == judged.count("late_acceptance"):
        return []
    rows, taken, rule = db.scoped(work_orders), db.scoped(work_order_measures), at.policy.detectors
    start = at.now - timedelta(days=rule.days)

    def asked(m: Subquery) -> ColumnElement[bool]:
        return and_(m.c.kind == "extension", m.c.asked_at > start, m.c.asked_at <= at.now, m.c.result == "approved")

    reasons = given_reasons(db, asked) if "extension_without_reason" in judged else {}
    alike = rule.unexplained_extension.same_reason if "extension_same_reason" in judged else FAR
    statement = (
        select(*case_columns(db, rows.c), taken.c.id.label("measure"), taken.c.asked_at, taken.c.old_due_at)
        .join_from(taken, rows, rows.c.id == taken.c.order_id)
        .where(asked(taken))
    )
    found = []
    for row in db.rows(statement):
        given = reasons.get(row.measure)
        facts: dict[Fact, float | datetime] = {"asked_at": row.asked_at}
        if row.old_due_at is not None and row.asked_at > row.old_due_at:
            found.append(case_of(row, row.asked_at, "extension_after_due", {**facts, "due_at": row.old_due_at}))
        if given is not None and given.blank:
            found.append(case_of(row, row.asked_at, "extension_without_reason", facts))
        elif given is not None and given.alike >= alike:
            found.append(case_of(row, row.asked_at, "extension_same_reason", {**facts, "times": given.alike}))
    return found
