"""What is judged by columns that the audience itself may not reach: a place by its point, a reason by its text.

A number must be the same for everybody, also for a hall that may not see what it comes from. So this module reads the
columns, and nothing but ids, moments and numbers leaves it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import cos, floor, hypot, pi
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, Subquery, and_, case, func, select

from data_access.codes import among
from data_access.contract import work_order_measures, work_orders
from data_access.reader import ScopedReader

METRES_A_DEGREE: Final = 6_371_008.8 * pi / 180
"""Of latitude, on a sphere of the earth's mean radius."""
ASKED_AT_ONCE: Final = 4_000
"""Orders asked for by id in one statement."""
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
) -> Iterator[Again]:
    """Orders reported in (start, end] with at least ``least`` earlier ones of their class and area at the same place.

    Earlier: reported within the time before, and closed no later than this one was reported (what was still open is a
    double). Same place: both have a point and lie within the metres; where either has none, the same address.
    ``counts`` says which orders count at all. Only areas and classes with enough orders are looked into.
    """
    groups = _groups(db, start, end, within, least, counts)
    wanted = [seen.id for group in groups for seen in group]
    places = {place.id: place for part in _batched(wanted) for place in _looked_at(db, part)}
    for group in groups:
        yield from again([places[seen.id] for seen in group if seen.id in places], start, within, metres, least)


class _Report(NamedTuple):
    """One order of an area and class."""

    id: str
    reported_at: datetime


def _groups(
    db: ScopedReader,
    start: datetime,
    end: datetime,
    within: timedelta,
    least: int,
    counts: Callable[[Subquery], ColumnElement[bool]],
) -> list[list[_Report]]:
    """The orders of each area and class that has enough of them within the time, in order of time.

    From an index alone: of the many orders of these days only a few need to be looked at themselves.
    """
    rows = db.scoped(work_orders)
    spanned = and_(rows.c.reported_at > start - within, rows.c.reported_at <= end, counts(rows))
    key = (rows.c.area_code, rows.c.category_code)
    busy = (
        select(rows.c.area_code.label("area"), rows.c.category_code.label("category"))
        .where(spanned)
        .group_by(*key)
        .having(and_(func.count() > least, func.max(rows.c.reported_at) > start))
        .cte("busy")
    )
    statement = (
        select(*key, rows.c.id, rows.c.reported_at)
        .join_from(rows, busy, and_(busy.c.area == rows.c.area_code, busy.c.category == rows.c.category_code))
        .where(spanned)
        .order_by(rows.c.reported_at, rows.c.id)
    )
    found: dict[tuple[str, str], list[_Report]] = {}
    for area, category, *report in db.rows(statement):
        found.setdefault((area, category), []).append(_Report(*report))
    kept = (_close_in_time(group, start, within, least) for group in found.values())
    return [group for group in kept if len(group) > least]


def _close_in_time(group: Sequence[_Report], start: datetime, within: timedelta, least: int) -> list[_Report]:
    """Those of a group that are reported with enough others before them in time, and these others."""
    kept, first = set[int](), 0
    for place, report in enumerate(group):
        while report.reported_at - group[first].reported_at > within:
            first += 1
        if report.reported_at > start and place - first >= least:
            kept.update(range(first, place + 1))
    return [group[place] for place in sorted(kept)]


def _batched(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """In parts that one statement may ask for."""
    return (ids[start : start + ASKED_AT_ONCE] for start in range(0, len(ids), ASKED_AT_ONCE))


def _looked_at(db: ScopedReader, ids: Sequence[str]) -> Iterator["Seen"]:
    o = db.judging(work_orders, "lon", "lat", "address")
    pointed = and_(func.coalesce(o.c.location_quality, "point") == "point", o.c.lon.is_not(None), o.c.lat.is_not(None))
    statement = select(
        o.c.id,
        o.c.reported_at,
        o.c.closed_at,
        case((pointed, o.c.lon)).label("lon"),
        case((pointed, o.c.lat)).label("lat"),
        o.c.address,
    ).where(among(o.c.id, ids, db.dialect))
    return (Seen(*row) for row in db.rows(statement))


class Seen(NamedTuple):
    """What is asked of each order: by columns that do not leave this module."""

    id: str
    reported_at: datetime
    closed_at: datetime | None
    lon: float | None
    lat: float | None
    address: str | None


def again(rows: Sequence[Seen], start: datetime, within: timedelta, metres: float, least: int) -> Iterator[Again]:
    """Of the orders of one area and class those reported after the start that come again; see ``seen_again``."""
    place = _Places(rows, metres)
    for later in rows:
        if later.reported_at <= start:
            continue
        earlier = {
            other.id: (other, apart)
            for other, apart in place.near(later)
            if other.closed_at is not None
            and other.closed_at <= later.reported_at
            and later.reported_at - other.reported_at <= within
            and other.id != later.id
        }
        if len(earlier) >= least:
            apart = [metres for _, metres in earlier.values() if metres is not None]
            first = min(other.reported_at for other, _ in earlier.values())
            yield Again(later.id, len(earlier), first, max(apart, default=None))


class _Places:
    """Orders by where they are: those with a point by squares as wide as what counts as near, all by their address."""

    def __init__(self, rows: Sequence[Seen], metres: float) -> None:
        self._metres = metres
        self._squeeze = min((cos(row.lat * _RAD) for row in rows if row.lat is not None), default=1.0)
        self._squares: dict[tuple[int, int], list[Seen]] = {}
        self._named: dict[str, list[Seen]] = {}
        for row in rows:
            if row.lon is not None and row.lat is not None:
                self._squares.setdefault(self._square(row.lon, row.lat), []).append(row)
            if address := _address(row):
                self._named.setdefault(address, []).append(row)

    def near(self, row: Seen) -> Iterator[tuple[Seen, float | None]]:
        """Orders at the same place, this one among them, with the distance where both have a point."""
        if row.lon is not None and row.lat is not None:
            x, y = self._square(row.lon, row.lat)
            for square in ((x + east, y + north) for east in (-1, 0, 1) for north in (-1, 0, 1)):
                for other in self._squares.get(square, ()):
                    if (apart := metres_between(row.lon, row.lat, other.lon or 0.0, other.lat or 0.0)) <= self._metres:
                        yield other, apart
        for other in self._named.get(_address(row), ()):
            if row.lon is None or other.lon is None:
                yield other, None

    def _square(self, lon: float, lat: float) -> tuple[int, int]:
        """Places within the metres lie in the same square or in two that touch."""
        scale = METRES_A_DEGREE / self._metres
        return floor(lon * scale * self._squeeze), floor(lat * scale)


def _address(row: Seen) -> str:
    return (row.address or "").strip()


def metres_between(lon: float, lat: float, other_lon: float, other_lat: float) -> float:
    """Distance of two near points: equirectangular at the middle latitude."""
    north = (lat - other_lat) * METRES_A_DEGREE
    east = (lon - other_lon) * METRES_A_DEGREE * cos((lat + other_lat) / 2 * _RAD)
    return hypot(north, east)
