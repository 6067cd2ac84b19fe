"""督办: orders under supervision, the replies that are due, and those that did not come."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Subquery, and_, func, select

from data_access.contract import Stage, work_order_measures, work_orders
from data_access.engine import ScopedReader
from data_access.queries.counting import all_rows, count, total
from indicators.readings.deadlines import listable
from indicators.rules import orders
from indicators.values import At, NotRecorded, Rate

LISTED: Final = 28
"""Supervisions listed."""
NEEDS: Final = ("kind", "replied_at", "reply_due_at")


@dataclass(frozen=True, slots=True)
class SupervisionRow:
    """One supervision without a reply, by codes; ``late``: its reply was due before now."""

    order_id: str
    category: str
    area: str
    department: str | None
    grade: str
    asked_at: datetime | None
    reply_due: datetime | None
    late: bool


@dataclass(frozen=True, slots=True)
class Supervision:
    """Supervisions of open orders that were not answered yet, the reply due first on top.

    ``unanswered`` of the ``open`` ones should have been answered before now, ``due_today`` are due in the rest of the
    day. ``by_grade`` has "" for those without a grade, most first. ``answered_30d``: of the replies that came within
    the last ``days`` (policy), or fell due then and did not come, those that came in time. Closing an order is no
    reply: it takes a supervision out of the open ones, not out of the rate.
    """

    open: int
    by_grade: tuple[tuple[str, int], ...]
    due_today: int
    unanswered: int
    rows: tuple[SupervisionRow, ...]
    answered_30d: Rate
    days: int = 30


def supervision(db: ScopedReader, at: At) -> Supervision | NotRecorded:
    """Orders of sensitive classes count but are not listed where persons may not be seen."""
    if missing := db.shape.missing({"work_order_measures": NEEDS}):
        return NotRecorded(missing)
    taken, rows = db.scoped(work_order_measures), db.scoped(work_orders)
    tomorrow, due = at.midnight + timedelta(days=1), taken.c.reply_due_at
    asked = (
        select(taken.c.grade, due)
        .join_from(taken, rows, rows.c.id == taken.c.order_id)
        .where(*unanswered(taken, rows))
        .subquery("asked")
    )
    named = {
        "open": all_rows(),
        "today": and_(asked.c.reply_due_at >= at.now, asked.c.reply_due_at < tomorrow),
        "late": asked.c.reply_due_at < at.now,
    }
    groups = count(db, asked, named, by=[asked.c.grade])
    by_grade = Counter[str]()
    for group in groups:
        by_grade[group.key[0] or ""] += group.n["open"]
    return Supervision(
        sum(by_grade.values()),
        tuple(sorted(by_grade.items(), key=lambda pair: (-pair[1], pair[0]))),
        sum(group.n["today"] for group in groups),
        sum(group.n["late"] for group in groups),
        _rows(db, at, taken, rows),
        _answered(db, at, taken, rows),
        at.policy.supervision.days,
    )


def unanswered(taken: Subquery, rows: Subquery) -> tuple[ColumnElement[bool], ...]:
    """Supervisions asked for and not answered, of orders that are still open; a rejected one never was."""
    return (
        taken.c.replied_at.is_(None),
        taken.c.kind == "supervision",
        func.coalesce(taken.c.result, "") != "rejected",
        orders.is_open(rows.c),
    )


def _rows(db: ScopedReader, at: At, taken: Subquery, rows: Subquery) -> tuple[SupervisionRow, ...]:
    department = func.coalesce(taken.c.department_code, rows.c.department_code)
    statement = (
        select(
            taken.c.order_id, rows.c.category_code, rows.c.area_code, department, taken.c.grade, taken.c.asked_at,
            taken.c.reply_due_at,
        )
        .join_from(taken, rows, rows.c.id == taken.c.order_id)
        .where(*unanswered(taken, rows), *listable(db, rows.c.category_code))
        .order_by(taken.c.reply_due_at.is_(None), taken.c.reply_due_at, taken.c.id)
        .limit(LISTED)
    )  # fmt: skip
    return tuple(
        SupervisionRow(
            order_id, category or "", area or "", held_by, grade or "", asked, due, due is not None and due < at.now
        )
        for order_id, category, area, held_by, grade, asked, due in db.rows(statement)
    )


def _answered(db: ScopedReader, at: At, taken: Subquery, rows: Subquery) -> Rate:
    """Replies that came are asked of the index alone; of those that did not, void and cancelled orders are left out."""
    start = at.now - timedelta(days=at.policy.supervision.days)
    asked = and_(taken.c.kind == "supervision", func.coalesce(taken.c.result, "") != "rejected")
    came = total(
        db,
        taken,
        {"of": all_rows(), "good": taken.c.replied_at <= taken.c.reply_due_at},
        where=[asked, taken.c.replied_at > start, taken.c.replied_at <= at.now],
    )
    missed = (
        select(taken.c.id)
        .join_from(taken, rows, rows.c.id == taken.c.order_id)
        .where(asked, taken.c.replied_at.is_(None), taken.c.reply_due_at > start, taken.c.reply_due_at < at.now)
        .where(rows.c.stage.not_in((Stage.VOID.value, Stage.CANCELLED.value)))
        .subquery("missed")
    )
    return Rate(came["good"], came["of"] + total(db, missed, {"n": all_rows()})["n"])
