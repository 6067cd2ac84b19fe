"""The source's deadlines against ours: limit and working calendar applied to the start of the clock."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from sqlalchemy import ColumnElement, Select, Table, exists, func, or_, select

from data_access import contract
from data_access.check.asking import Asker
from data_access.check.findings import Finding, Severity, finding
from data_access.shape import absent

SAMPLE: Final = 2_000
"""So many of the latest orders with a deadline and a limit are computed again."""
TOLERANCE: Final = timedelta(minutes=1)

_LIMIT: Final = ("limit_value", "limit_unit", "limit_clock")


class Calendar(Protocol):
    """The working calendar, as far as it is needed here (``indicators.workcalendar`` has it)."""

    def due(self, start: datetime, value: float, unit: Any, clock: Any) -> datetime:
        """When a limit of so many ``unit`` (minute hour day) on a ``clock`` (work continuous) is used up."""
        ...


_DUES: Final = ("handle_due_at", "close_due_at")


def differing(asker: Asker, calendar: Calendar | None) -> list[Finding]:
    """How many recent orders have no deadline that is the computed one: a limit may be for handling or for closing.

    Orders with extensions or suspensions are left out.
    """
    place = "work_orders.close_due_at"
    dues = [name for name in _DUES if asker.has("work_orders", name)]
    if not dues or not asker.has("work_orders", "category_code", "reported_at"):
        return []
    if calendar is None:
        asker.not_checked("deadlines", place, "no working calendar was given")
        return []
    judged = 0
    different: list[tuple[str, datetime, datetime]] = []
    for key, start, handle_due, close_due, *limits in asker.rows(_latest(asker, dues)):
        value, unit, clock = limits[:3] if limits[0] is not None and limits[1] is not None else limits[3:]
        theirs = [due for due in (close_due, handle_due) if due is not None]
        if value is None or unit not in {"minute", "hour", "day"} or start is None or not theirs:
            continue
        ours = calendar.due(start, float(value), unit, clock if clock in {"work", "continuous"} else "work")
        judged += 1
        if all(abs(ours - due) > TOLERANCE for due in theirs):
            different.append((key, theirs[0], ours))
    if not different:
        return []
    key, due, ours = different[0]
    params = {"of": judged, "theirs": due, "ours": ours}
    return [finding("deadline-differs", Severity.NOTE, place, count=len(different), example=key, params=params)]


def _latest(asker: Asker, dues: Sequence[str]) -> Select[Any]:
    """Key, start of the clock, both deadlines, own limit, limit of the class; of the latest orders with a deadline."""
    orders = contract.work_orders
    o, c, m = orders.c, contract.categories.c, contract.work_order_measures.c

    def known(table: Table, *names: str) -> list[ColumnElement[Any]]:
        return [table.c[name] if asker.has(table, name) else absent(table.c[name], asker.dialect) for name in names]

    starts = [o[name] for name in ("clock_started_at", "filed_at") if asker.has("work_orders", name)]
    classes = asker.has("categories", "code")
    statement = (
        select(
            o.id,
            func.coalesce(*starts, o.reported_at),
            *known(orders, *_DUES),
            *known(orders, *_LIMIT),
            *known(contract.categories, *_LIMIT),
        )
        .select_from(orders.outerjoin(contract.categories, c.code == o.category_code) if classes else orders)
        .where(or_(*(o[name].is_not(None) for name in dues)), o.reported_at.is_not(None))
        .order_by(o.reported_at.desc())
        .limit(SAMPLE)
    )
    if asker.has("work_orders", "extensions"):
        statement = statement.where(func.coalesce(o.extensions, 0) == 0)
    if asker.has("work_order_measures", "order_id", "kind"):
        moved = exists().where(m.order_id == o.id, m.kind.in_(("extension", "suspension")))
        statement = statement.where(~moved)
    return statement
