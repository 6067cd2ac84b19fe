"""What is judged by columns that the audience itself may not reach: a place by its point, a reason by its text.

A number must be the same for everybody, also for a hall that may not see what it comes from. So these statements read
the columns, and nothing but ids and numbers comes out of them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import pi, sqrt
from typing import Any, Final

from sqlalchemy import ColumnElement, Subquery, and_, case, func, or_, select

from data_access.contract import work_order_measures, work_orders
from data_access.queries.spans import seconds_between
from data_access.reader import ScopedReader

METRES_A_DEGREE: Final = 6_371_008.8 * pi / 180
"""Of latitude, on a sphere of the earth's mean radius."""
_RAD: Final = pi / 180


@dataclass(frozen=True, slots=True)
class Given:
    """The reason of one measure: whether it says nothing, and how many of the same department say the same."""

    blank: bool
    alike: int


def given_reasons(db: ScopedReader, chosen: Callable[[Subquery], ColumnElement[bool]]) -> Mapping[int, Given]:
    """For each chosen measure, by its id. Reasons are compared without blanks around them, among the chosen ones.

    A measure that names no department is like no other.
    """
    taken = db.judging(work_order_measures, "reason")
    said = func.trim(func.coalesce(taken.c.reason, ""))
    alike = func.count().over(partition_by=(taken.c.department_code, said))
    statement = select(
        taken.c.id.label("id"),
        case((said == "", 1), else_=0).label("blank"),
        case((taken.c.department_code.is_(None), 1), else_=alike).label("alike"),
    ).where(chosen(taken))
    return {row.id: Given(bool(row.blank), int(row.alike)) for row in db.rows(statement)}


@dataclass(frozen=True, slots=True)
class Again:
    """An order and the earlier ones of its class at its place: how many, the first report, the farthest in metres.

    ``metres`` is None where places were compared by address alone.
    """

    order_id: str
    earlier: int
    first_at: datetime
    metres: float | None


def seen_again(
    db: ScopedReader,
    start: datetime,
    end: datetime,
    within: timedelta,
    metres: float,
    least: int,
    counts: Callable[[Subquery], ColumnElement[bool]],
) -> list[Again]:
    """Orders reported in (start, end] with at least ``least`` earlier ones of their class and area at the same place.

    Earlier: reported within the time before, and closed no later than this one was reported (what was still open is a
    double). Same place: both have a point and lie within the metres; where either has none, the same address.
    ``counts`` says which orders count at all. Only areas and classes with enough orders are looked into.
    """
    rows = db.scoped(work_orders)
    busy = (
        select(rows.c.area_code.label("area"), rows.c.category_code.label("category"))
        .where(rows.c.reported_at > start - within, rows.c.reported_at <= end, counts(rows))
        .group_by(rows.c.area_code, rows.c.category_code)
        .having(func.count() > least)
        .cte("busy")
    )
    o = db.judging(work_orders, "lon", "lat", "address")
    pointed = and_(func.coalesce(o.c.location_quality, "point") == "point", o.c.lon.is_not(None), o.c.lat.is_not(None))
    found = (
        select(
            o.c.id.label("id"),
            o.c.area_code.label("area"),
            o.c.category_code.label("category"),
            o.c.reported_at.label("reported_at"),
            o.c.closed_at.label("closed_at"),
            case((pointed, o.c.lon)).label("lon"),
            case((pointed, o.c.lat)).label("lat"),
            func.nullif(func.trim(o.c.address), "").label("address"),
        )
        .join_from(o, busy, and_(busy.c.area == o.c.area_code, busy.c.category == o.c.category_code))
        .where(o.c.reported_at > start - within, o.c.reported_at <= end, counts(o))
        .cte("found")
    )
    later, earlier = found.alias("later"), found.alias("earlier")
    apart = _squared_metres(later.c, earlier.c)
    both_pointed = and_(later.c.lon.is_not(None), earlier.c.lon.is_not(None))
    near = or_(
        and_(both_pointed, apart <= metres * metres),
        and_(or_(later.c.lon.is_(None), earlier.c.lon.is_(None)), later.c.address == earlier.c.address),
    )
    before = and_(
        later.c.area == earlier.c.area,
        later.c.category == earlier.c.category,
        earlier.c.closed_at <= later.c.reported_at,
        seconds_between(earlier.c.reported_at, later.c.reported_at) <= within.total_seconds(),
        later.c.id != earlier.c.id,
    )
    times = func.count()
    statement = (
        select(
            later.c.id.label("id"),
            times.label("times"),
            func.min(earlier.c.reported_at).label("first_at"),
            func.max(apart).label("apart"),
        )
        .join_from(later, earlier, before)
        .where(later.c.reported_at > start, near)
        .group_by(later.c.id)
        .having(times >= least)
    )
    return [
        Again(row.id, int(row.times), row.first_at, None if row.apart is None else sqrt(max(row.apart, 0.0)))
        for row in db.rows(statement)
    ]


def _squared_metres(a: Any, b: Any) -> ColumnElement[float]:
    """Squared distance of two near points, null without both: plain arithmetic, because not every engine has a cosine.

    Equirectangular at the middle latitude, its cosine by the series to the 8th power (error under 1e-4 up to 60°).
    """
    x = (a.lat + b.lat) * (_RAD / 2)
    square = x * x
    cosine = 1 - square * (0.5 - square * (1 / 24 - square * (1 / 720 - square / 40_320)))
    north, east = (a.lat - b.lat) * METRES_A_DEGREE, (a.lon - b.lon) * METRES_A_DEGREE * cosine
    return north * north + east * east  # type: ignore[no-any-return]
