"""督办: orders under supervision, the replies that are due, and those that did not come."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select

from data_access.contract import work_order_measures, work_orders
from data_access.engine import ScopedReader
from indicators.readings.figures import figures
from indicators.rules import measures, orders
from indicators.values import NO_CASES, At, NotRecorded, Rate

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
    """Open orders under supervision that was not answered yet, the reply due first on top.

    An order asked about more than once counts once, by the reply due first. ``unanswered`` of the ``open`` ones should
    have been answered before now, ``due_today`` are due in the rest of the day. ``by_grade`` has "" for those without a
    grade, most first.
    """

    open: int
    by_grade: tuple[tuple[str, int], ...]
    due_today: int
    unanswered: int
    rows: tuple[SupervisionRow, ...]


@dataclass(frozen=True, slots=True)
class Replies:
    """The indicator ``supervision_replied`` over the last ``days`` (policy).

    Of the cases whose last supervision was answered then, or fell due without an answer, those answered in time.
    Closing an order is no reply: it takes it out of the open ones, not out of the rate.
    """

    rate: Rate
    days: int


def supervision(db: ScopedReader, at: At) -> Supervision | NotRecorded:
    """Orders of sensitive classes count but are not listed where persons may not be seen."""
    if missing := db.shape.missing({"work_order_measures": NEEDS}):
        return NotRecorded(missing)
    tomorrow, hidden = at.midnight + timedelta(days=1), unlisted(db)
    rows = first_due(db, at)
    grades = Counter(row.grade for row in rows)
    listed = [row for row in rows if row.category not in hidden]
    return Supervision(
        len(rows),
        tuple(sorted(grades.items(), key=lambda pair: (-pair[1], pair[0]))),
        sum(row.reply_due is not None and not row.late and row.reply_due < tomorrow for row in rows),
        sum(row.late for row in rows),
        tuple(listed[:LISTED]),
    )


def replies(db: ScopedReader, at: At) -> Replies | NotRecorded:
    """As the registry counts it."""
    found = figures(db, at, ["supervision_replied"])["supervision_replied"]
    if isinstance(found, NotRecorded):
        return found
    rate = found[None]
    return Replies(rate if isinstance(rate, Rate) else NO_CASES, at.policy.supervision.days)


def unlisted(db: ScopedReader) -> frozenset[str]:
    """Classes whose orders are not listed for these eyes."""
    if db.scope.persons:
        return frozenset()
    return frozenset(code for code, kind in db.reference.categories.items() if kind.sensitive)


def first_due(db: ScopedReader, at: At) -> list[SupervisionRow]:
    """One row an order, of the supervision whose reply is due first; few at any moment."""
    taken, rows = db.scoped(work_order_measures), db.scoped(work_orders)
    department = func.coalesce(taken.c.department_code, rows.c.department_code)
    statement = (
        select(
            taken.c.order_id, rows.c.category_code, rows.c.area_code, department, taken.c.grade, taken.c.asked_at,
            taken.c.reply_due_at,
        )
        .join_from(taken, rows, rows.c.id == taken.c.order_id)
        .where(*measures.unanswered(taken.c), orders.is_open(rows.c))
        .order_by(taken.c.reply_due_at.is_(None), taken.c.reply_due_at, taken.c.id)
    )  # fmt: skip
    found: dict[str, SupervisionRow] = {}
    for order_id, category, area, held_by, grade, asked, due in db.rows(statement):
        late = due is not None and due < at.now
        row = SupervisionRow(order_id, category or "", area or "", held_by, grade or "", asked, due, late)
        found.setdefault(order_id, row)
    return list(found.values())
