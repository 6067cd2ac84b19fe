"""The source's deadlines against ours: limit and working calendar applied to the start of the clock."""

from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from sqlalchemy import String, func, null, select, type_coerce

from data_access import contract
from data_access.check.asking import Asker
from data_access.check.findings import Finding, Severity, finding

SAMPLE: Final = 2_000
"""So many of the latest orders with a deadline and a limit are computed again."""
TOLERANCE: Final = timedelta(minutes=1)

_OWN: Final = ("limit_value", "limit_unit", "limit_clock")


class Calendar(Protocol):
    """The working calendar, as far as it is needed here (``indicators.workcalendar`` has it)."""

    def due(self, start: datetime, value: float, unit: Any, clock: Any) -> datetime:
        """When a limit of so many ``unit`` (minute hour day) on a ``clock`` (work continuous) is used up."""
        ...


def differing(asker: Asker, calendar: Calendar | None) -> list[Finding]:
    """How many recent deadlines differ from the computed ones. Orders with extensions or suspensions are left out."""
    if not asker.has("work_orders", "close_due_at", "category_code", "reported_at"):
        return []
    if calendar is None:
        asker.not_checked("deadlines", "work_orders.close_due_at", "no working calendar was given")
        return []
    orders = contract.work_orders
    o, c = orders.c, contract.categories.c
    own = [o[name] if asker.has("work_orders", name) else type_coerce(null(), String) for name in _OWN]
    classes = asker.has("categories", "code")
    standard = [c[name] if asker.has("categories", name) else type_coerce(null(), String) for name in _OWN]
    starts = [o[n] for n in ("clock_started_at", "filed_at", "reported_at") if asker.has("work_orders", n)]
    statement = (
        select(o.id, o.close_due_at, func.coalesce(*starts, o.reported_at), *own, *standard)
        .select_from(orders.outerjoin(contract.categories, c.code == o.category_code) if classes else orders)
        .where(o.close_due_at.is_not(None), o.reported_at.is_not(None))
        .order_by(o.reported_at.desc())
        .limit(SAMPLE)
    )
    if asker.has("work_orders", "extensions"):
        statement = statement.where(func.coalesce(o.extensions, 0) == 0)
    if asker.has("work_order_measures", "order_id", "kind"):
        m = contract.work_order_measures.c
        moved = select(m.order_id).where(m.kind.in_(("extension", "suspension")))
        statement = statement.where(o.id.not_in(moved))
    judged = 0
    different: list[tuple[str, datetime, datetime]] = []
    for key, due, start, *limits in asker.rows(statement):
        value, unit, clock = limits[:3] if limits[0] is not None and limits[1] is not None else limits[3:]
        if value is None or unit not in {"minute", "hour", "day"} or start is None or due is None:
            continue
        ours = calendar.due(start, float(value), unit, clock if clock in {"work", "continuous"} else "work")
        judged += 1
        if abs(ours - due) > TOLERANCE:
            different.append((key, due, ours))
    if not different:
        return []
    key, due, ours = different[0]
    params = {"of": judged, "theirs": due, "ours": ours}
    return [
        finding(
            "deadline-differs",
            Severity.NOTE,
            "work_orders.close_due_at",
            count=len(different),
            example=key,
            params=params,
        )
    ]
