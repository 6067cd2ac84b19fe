"""Where cases come from, at which level they are settled, and which classes rise and fall."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, and_

from data_access.contract import Level, work_orders
from data_access.engine import ScopedReader
from data_access.queries.counting import all_rows, count
from indicators.readings.history import TypeCount, class_counts, rose
from indicators.registry import REGISTRY
from indicators.values import At, NotRecorded

LADDER: Final = (Level.GRID, Level.COMMUNITY, Level.STREET, Level.COUNTY, Level.CITY)
"""Steps from the ground up; a micro grid is part of its grid."""
STEP_OF: Final = {Level.MICRO_GRID.value: Level.GRID} | {level.value: level for level in LADDER}
"""The step that a recorded level belongs to."""


@dataclass(frozen=True, slots=True)
class LadderStep:
    """Cases settled at one level in the window, and in the window before."""

    level: Level
    n: int
    before: int


@dataclass(frozen=True, slots=True)
class Ladder:
    """小事不出网格: cases closed in the last ``days`` by the level that settled them, from the grid up.

    ``unknown`` name no level (or none of these), ``forced`` were closed by force, so nobody settled them (None: not
    recorded): the steps plus both are ``total``. ``on_spot`` of the total were settled on the spot (None: not
    recorded).
    """

    days: int
    levels: tuple[LadderStep, ...]
    on_spot: int | None
    unknown: int
    total: int
    forced: int | None = None


def ladder(db: ScopedReader, at: At) -> Ladder | NotRecorded:
    """By the time of closing; the window before is as long."""
    if missing := db.shape.missing({"work_orders": ("resolved_level",)}):
        return NotRecorded(missing)
    rows, days = db.scoped(work_orders), at.policy.ladder.days

    def split(indicator: str) -> dict[str, ColumnElement[bool]]:
        return _now_and_before(rows.c.closed_at, at.now, days, REGISTRY[indicator].good(rows.c, at))

    named = split("settled") | {"forced": split("ladder_forced")["n"], "spot": split("ladder_on_spot")["n"]}
    groups = count(db, rows, named, where=[_window(rows.c.closed_at, at.now, days)], by=[rows.c.resolved_level])
    n, before = Counter[Level | None](), Counter[Level | None]()
    for group in groups:
        n[STEP_OF.get(group.key[0])] += group.n["n"]
        before[STEP_OF.get(group.key[0])] += group.n["before"]
    by_force, on_spot = (sum(group.n[name] for group in groups) for name in ("forced", "spot"))
    return Ladder(
        days,
        tuple(LadderStep(level, n[level], before[level]) for level in LADDER),
        on_spot if db.shape.has("work_orders", "handled_on_spot") else None,
        n[None],
        sum(n.values()) + by_force,
        by_force if db.shape.has("work_orders", "outcome") else None,
    )


@dataclass(frozen=True, slots=True)
class Origin:
    """Cases reported by one source (code) in the window, and in the window before."""

    source: str
    n: int
    before: int


@dataclass(frozen=True, slots=True)
class Origins:
    """Cases reported in the last ``days`` by source, most first; ``unknown`` name none: the rows plus they are all."""

    days: int
    rows: tuple[Origin, ...]
    unknown: int
    total: int


def origins(db: ScopedReader, at: At) -> Origins | NotRecorded:
    """By the time of the report; a source that was there before and is silent now has a row of 0."""
    if missing := db.shape.missing({"work_orders": ("source",)}):
        return NotRecorded(missing)
    rows, days = db.scoped(work_orders), at.policy.origins.days
    named = _now_and_before(rows.c.reported_at, at.now, days, all_rows())
    groups = count(db, rows, named, where=[_window(rows.c.reported_at, at.now, days)], by=[rows.c.source])
    found = [Origin(group.key[0], group.n["n"], group.n["before"]) for group in groups if group.key[0]]
    unknown = sum(group.n["n"] for group in groups if not group.key[0])
    listed = tuple(sorted(found, key=lambda row: (-row.n, row.source)))
    return Origins(days, listed, unknown, unknown + sum(row.n for row in listed))


def _window(time: ColumnElement[datetime], now: datetime, days: int) -> ColumnElement[bool]:
    """The window and the one before it."""
    return and_(time > now - timedelta(days=2 * days), time <= now)


def _now_and_before(
    time: ColumnElement[datetime], now: datetime, days: int, rule: ColumnElement[bool]
) -> dict[str, ColumnElement[bool]]:
    middle = now - timedelta(days=days)
    return {"n": and_(rule, time > middle), "before": and_(rule, time <= middle)}


MOVES: Final = 7
"""Classes listed as rising, and as falling."""


@dataclass(frozen=True, slots=True)
class TypeMoves:
    """Classes whose cases rose and fell most against the days before, by more than chance; most first."""

    days: int
    rising: tuple[TypeCount, ...]
    falling: tuple[TypeCount, ...]


def type_moves(db: ScopedReader, at: At) -> TypeMoves:
    """By the statistics of ``history.types``: two standard errors, and enough cases in the larger of the windows."""
    found, _ = class_counts(db, at)
    least = at.policy.samples.rising
    rising = [row for row in found if rose(row.before, row.count, least)]
    falling = [row for row in found if rose(row.count, row.before, least)]
    return TypeMoves(at.policy.windows.types_days, _most(rising), _most(falling))


def _most(rows: Sequence[TypeCount]) -> tuple[TypeCount, ...]:
    return tuple(sorted(rows, key=lambda row: (-abs(row.count - row.before), row.category))[:MOVES])
