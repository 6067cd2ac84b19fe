"""Who is on duty: people within a shift now, and those of them whose position is fresh."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Subquery, and_, case, func, or_, select

from data_access.contract import shifts, worker_areas, worker_positions
from data_access.engine import ScopedReader
from data_access.queries.packed import packed
from indicators.registry import REGISTRY
from indicators.values import SKEW, At, NotRecorded


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
    """By the areas below the place (``AreaTree.spread``). People coded higher than these are "not located"."""
    if missing := REGISTRY["on_duty"].missing(db.shape):
        return NotRecorded(missing)
    found = on_duty_by_area(db, at)
    tree = db.reference.tree
    place = at.area or tree.root
    children = tree.spread(place) if place else ()
    below = tree.branches(children[0].parent_code or "") if children else {}
    planned: Counter[str] = Counter()
    present: Counter[str] = Counter()
    for code, (here, due) in found.items():
        child = below.get(code or "", "")
        planned[child] += due
        present[child] += here
    return Duty(
        sum(present.values()),
        sum(planned.values()),
        tuple(AreaDuty(child.code, present[child.code], planned[child.code]) for child in children),
        planned[""],
    )


def on_duty_by_area(db: ScopedReader, at: At) -> Mapping[str | None, tuple[int, int]]:
    """(on duty, planned) by the area code of the shift, or, where it carries none, of the worker's first area.

    The scope shows the people who serve in a place, wherever they are planned; of these, a place counts those who are
    planned in it.
    """
    found = db.once(("on duty by area", at.now), lambda: _on_duty_by_area(db, at))
    tree = db.reference.tree
    if at.area in (None, tree.root):
        return found
    inside = tree.subtree(at.area or "")
    return {code: people for code, people in found.items() if code in inside}


def _on_duty_by_area(db: ScopedReader, at: At) -> dict[str | None, tuple[int, int]]:
    """Sets, not a question for each person: shifts and leaves that cover now, and positions that are fresh.

    In SQL, so that of people only numbers leave the database.
    """
    rows, last = db.scoped(shifts), db.scoped(worker_positions)
    covers = and_(rows.c.end_at > at.now, rows.c.start_at <= at.now)
    away = select(rows.c.worker_id).where(rows.c.kind == "leave", covers, rows.c.worker_id.is_not(None))
    planned = (
        select(rows.c.worker_id, func.min(_area_of_shift(db, rows, at)).label("area"))
        .where(rows.c.kind == "duty", covers, rows.c.worker_id.not_in(away))
        .group_by(rows.c.worker_id)
        .subquery("planned")
    )
    oldest = at.now - timedelta(seconds=at.policy.duty.position_max_age_s)
    seen = select(last.c.worker_id).where(last.c.at >= oldest, last.c.at <= at.now + SKEW)
    here = func.count(case((planned.c.worker_id.in_(seen), 1)))
    by_area = select(planned.c.area, here.label("here"), func.count().label("due")).group_by(planned.c.area)
    return {area: (present, due) for area, (present, due) in packed(db, by_area, "area", "here", "due")}


def serves(served: Subquery, moment: datetime) -> ColumnElement[bool]:
    """A row of ``worker_areas`` holds at a moment: from its first to before its last, either of them open."""
    return and_(
        or_(served.c.valid_from.is_(None), served.c.valid_from <= moment),
        or_(served.c.valid_to.is_(None), served.c.valid_to > moment),
    )


def _area_of_shift(db: ScopedReader, rows: Subquery, at: At) -> Any:
    if not db.shape.has("worker_areas"):
        return rows.c.area_code
    served = db.scoped(worker_areas)
    mine = and_(served.c.worker_id == rows.c.worker_id, serves(served, at.now))
    first = select(func.min(served.c.area_code)).where(mine).scalar_subquery()
    return func.coalesce(rows.c.area_code, first) if db.shape.has("shifts", "area_code") else first
