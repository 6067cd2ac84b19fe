"""How long the open orders have been where they are: ages by stage, and those that have waited longest."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, Select, case, func, literal, select, union_all

from data_access.codes import among
from data_access.contract import Stage, work_orders
from data_access.engine import ScopedReader
from indicators.readings import standing
from indicators.readings.deadlines import (
    clock_of,
    light_of_row,
    listable,
    measures_of,
    pause_now,
    row_columns,
    said_light,
)
from indicators.readings.moved import judged_at
from indicators.rules import orders
from indicators.values import At, Light
from indicators.workcalendar import Pause

LISTED: Final = 28
"""Orders listed among those that have waited longest."""


@dataclass(frozen=True, slots=True)
class StageAge:
    """One open stage: orders waiting, how many entered it within each band of hours, overdue, the oldest entry.

    ``by_band`` goes from young to old, one more than there are bounds; None where the source does not record the entry.
    ``unknown`` of the waiting have no time of entry: the bands plus they are all. ``overdue`` None without deadlines.
    """

    stage: Stage
    waiting: int
    by_band: tuple[int, ...] | None
    overdue: int | None
    oldest: datetime | None
    unknown: int = 0


@dataclass(frozen=True, slots=True)
class Ageing:
    """The open stages in the order of the flow. ``bands`` are the bounds in hours that pass by day and by night."""

    bands: tuple[float, ...]
    stages: tuple[StageAge, ...]


def ageing(db: ScopedReader, at: At) -> Ageing:
    """Ages since the (last) entry into the stage; an order that has been there exactly a bound is in the older band."""
    at = judged_at(db, at)
    bands = at.policy.ageing.hours
    late, judged = standing.by_stage(db, at), standing.judged(db)
    found = {str(row[0]): row for row in db.rows(_ages(db, at))}
    return Ageing(
        bands,
        tuple(
            _stage_age(
                stage, found[stage.value], db, late.get(stage.value, standing.Standing()).overdue if judged else None
            )
            for stage in orders.OPEN_STAGES
        ),
    )


def _ages(db: ScopedReader, at: At) -> Select[*tuple[Any, ...]]:
    """For each stage: its code, all, in each band of ages, the oldest entry."""
    rows = db.scoped(work_orders)
    parts = []
    for stage in orders.OPEN_STAGES:
        entry = rows.c[orders.ENTERED_BY[stage]]
        bounds = at.policy.ageing.hours
        ages = [orders.aged(rows.c, stage, at.now, bounds, age) for age in range(len(bounds) + 1)]
        parts.append(
            select(
                literal(stage.value).label("stage"),
                func.count().label("n"),
                *(func.count(case((one, 1))).label(f"age_{i}") for i, one in enumerate(ages)),
                func.min(entry).label("oldest"),
            )
            .select_from(rows)
            .where(rows.c.stage == stage.value)
        )
    every = union_all(*parts).subquery("ages")
    return select(*every.c)


def _stage_age(stage: Stage, row: Row[*tuple[Any, ...]], db: ScopedReader, overdue: int | None) -> StageAge:
    _, waiting, *found, oldest = row
    if not db.shape.has("work_orders", orders.ENTERED_BY[stage]):
        return StageAge(stage, int(waiting), None, overdue, None, int(waiting))
    bands = tuple(int(n) for n in found)
    return StageAge(stage, int(waiting), bands, overdue, oldest, int(waiting) - sum(bands))


@dataclass(frozen=True, slots=True)
class LongestRow:
    """One open order, by codes: in its stage ``since`` then, ``held_s`` seconds of its clock without suspensions."""

    order_id: str
    category: str
    area: str
    department: str | None
    stage: Stage
    since: datetime
    held_s: float
    light: Light


@dataclass(frozen=True, slots=True)
class Longest:
    """Of the open orders that entered their stage first, those held longest by their own clocks, most hours first.

    ``total`` are all that are open.
    """

    rows: tuple[LongestRow, ...]
    total: int


def longest(db: ScopedReader, at: At) -> Longest:
    """Orders that stand still by a suspension granted in time are left out: nobody waits for these.

    Those of sensitive classes count in the total but are not listed where persons may not be seen.
    """
    at = judged_at(db, at)
    most = 2 * LISTED
    while True:
        found = _oldest(db, most)
        listed = _waiting(db, at, found)
        if len(listed) >= LISTED or len(found) < most:
            held = sorted(listed, key=lambda row: (-row.held_s, row.since, row.order_id))
            return Longest(tuple(held[:LISTED]), standing.everything(db, at).open)
        most *= 4


def _oldest(db: ScopedReader, most: int) -> list[tuple[datetime, Any]]:
    """The open orders that entered their stage first: which ones is asked of the indexes, stage by stage."""
    rows, parts = db.scoped(work_orders), []
    for stage in orders.OPEN_STAGES:
        entry = rows.c[orders.ENTERED_BY[stage]]
        first = select(rows.c.id, entry.label("since")).where(rows.c.stage == stage.value, entry.is_not(None))
        first = first.where(*listable(db, rows.c.category_code)).order_by(entry, rows.c.id).limit(most)
        parts.append(select(*first.subquery(f"in_{stage.value}").c))
    every = union_all(*parts).subquery("entered")
    first_in = select(every.c.id, every.c.since).order_by(every.c.since, every.c.id).limit(most)
    since = {str(order_id): moment for order_id, moment in db.rows(first_in)}
    if not since:
        return []
    found = db.rows(select(*row_columns(rows)).where(among(rows.c.id, since, db.dialect)))
    return sorted(((since[row.id], row) for row in found), key=lambda pair: (pair[0], pair[1].id))


def _waiting(db: ScopedReader, at: At, found: Sequence[tuple[datetime, Any]]) -> list[LongestRow]:
    """Without those that stand still."""
    taken = measures_of(db, [row.id for _, row in found])
    listed = []
    for since, row in found:
        pauses = [Pause(one.start, one.end) for one in taken.of(row.id)[0]]
        light = light_of_row(db, at, row, taken)
        if light is Light.PAUSED or (light is Light.NONE and pause_now(at, pauses)):
            continue
        clock = clock_of(row.limit_clock, db.reference.categories.get(row.category_code), at.policy)
        held = at.calendar.worked_between(since, at.now, clock, pauses)
        code, area = row.category_code or "", row.area_code or ""
        listed.append(
            LongestRow(row.id, code, area, row.department_code, Stage(row.stage), since, held, said_light(db, light))
        )
    return listed
