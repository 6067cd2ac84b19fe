"""Who is on duty: people within a shift now, and those of them whose position is fresh."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, Subquery, and_, case, exists, func, select

from data_access.contract import shifts, worker_areas, worker_positions
from data_access.engine import ScopedReader
from indicators.registry import REGISTRY
from indicators.values import At, NotRecorded


@dataclass(frozen=True, slots=True)
class AreaDuty:
    """People on duty and planned in one area (by code)."""

    area: str
    on_duty: int
    planned: int


@dataclass(frozen=True, slots=True)
class Duty:
    """Everybody planned for now and on duty now, and the same by the areas right below; a person counts once."""

    on_duty: int
    planned: int
    by_area: tuple[AreaDuty, ...]
    not_located: int


def duty(db: ScopedReader, at: At) -> Duty | NotRecorded:
    """By child areas of the place. People coded higher than these are "not located"."""
    if missing := REGISTRY["on_duty"].missing(db.shape):
        return NotRecorded(missing)
    found = on_duty_by_area(db, at)
    tree = db.reference.tree
    place = at.area or tree.root
    children = tree.children(place) if place else ()
    planned: Counter[str] = Counter()
    present: Counter[str] = Counter()
    for code, (here, due) in found.items():
        lineage = (code, *tree.ancestors(code)) if code else ()
        below = next((child.code for child in children if child.code in lineage), "")
        planned[below] += due
        present[below] += here
    return Duty(
        sum(present.values()),
        sum(planned.values()),
        tuple(AreaDuty(child.code, present[child.code], planned[child.code]) for child in children),
        planned[""],
    )


def on_duty_by_area(db: ScopedReader, at: At) -> dict[str | None, tuple[int, int]]:
    """(on duty, planned) by the area code of the shift, or, where shifts carry none, of the worker's first area."""
    rows, last = db.scoped(shifts), db.scoped(worker_positions)
    area = _area_of_shift(db, rows)
    away = rows.alias("away")
    covers = and_(rows.c.start_at <= at.now, rows.c.end_at > at.now)
    planned = (
        select(rows.c.worker_id, func.min(area).label("area"))
        .where(rows.c.kind == "duty", covers)
        .where(
            ~exists(
                select(1).where(
                    away.c.worker_id == rows.c.worker_id,
                    away.c.kind == "leave",
                    away.c.start_at <= at.now,
                    away.c.end_at > at.now,
                )
            )
        )
        .group_by(rows.c.worker_id)
        .subquery("planned")
    )
    fresh = and_(last.c.at >= at.now - timedelta(seconds=at.policy.duty.position_max_age_s), last.c.at <= at.now)
    statement: Select[*tuple[Any, ...]] = (
        select(planned.c.area, func.coalesce(func.sum(case((fresh, 1), else_=0)), 0), func.count())
        .select_from(planned.outerjoin(last, last.c.worker_id == planned.c.worker_id))
        .group_by(planned.c.area)
    )
    return {row[0]: (int(row[1]), int(row[2])) for row in db.rows(statement)}


def _area_of_shift(db: ScopedReader, rows: Subquery) -> Any:
    if db.shape.has("shifts", "area_code") or not db.shape.has("worker_areas"):
        return rows.c.area_code
    served = db.scoped(worker_areas)
    return select(func.min(served.c.area_code)).where(served.c.worker_id == rows.c.worker_id).scalar_subquery()
