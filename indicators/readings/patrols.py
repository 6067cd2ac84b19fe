"""What people on duty did: minutes online, grids visited, times off post; from their positions, asked when wanted.

Not for a beat: all positions of the window are read. Of people only running numbers leave the database.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise
from math import cos, radians
from typing import Any, Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Select, Subquery, and_, func, select

from data_access.contract import patrol_pings, shifts, worker_areas
from data_access.engine import ScopedReader
from data_access.queries.boundaries import boundaries
from indicators.readings.people import serves
from indicators.registry import REGISTRY
from indicators.registry.patrol import ACCURACY_M, AWAY_S, FENCE_M, INSIDE
from indicators.values import At, Count, NotRecorded, Rate
from indicators.windows import AnySpan

PATROL: Final = ("online", "cover", "offpost")
"""The indicators of this reading."""
_METRES: Final = 111_320.0
"""A degree of latitude."""

Piece = tuple[datetime, datetime]
"""A stretch of time [start, end)."""
_Shapes = dict[str, tuple[str, BaseGeometry]]


@dataclass(frozen=True, slots=True)
class _Ping:
    at: datetime
    lon: float
    lat: float
    accuracy: float | None


@dataclass(slots=True)
class _Person:
    """One person of the window, without a name or an id: planned times, areas, positions by time."""

    duty: list[Piece] = field(default_factory=list)
    leave: list[Piece] = field(default_factory=list)
    outing: list[Piece] = field(default_factory=list)
    areas: set[str] = field(default_factory=set)
    pings: list[_Ping] = field(default_factory=list)

    @property
    def on_duty(self) -> list[Piece]:
        """Duty without leave."""
        return without(merged(self.duty), merged(self.leave))

    def seen_on_duty(self) -> Iterator[_Ping]:
        """Positions of duty time that are accurate enough to say where."""
        pieces = self.on_duty
        for ping in self.pings:
            sharp = ping.accuracy is None or ping.accuracy <= ACCURACY_M
            if sharp and any(start <= ping.at < end for start, end in pieces):
                yield ping


def patrols(
    db: ScopedReader, at: At, ids: Sequence[str], span: AnySpan | None = None
) -> dict[str, Rate | Count | NotRecorded]:
    """Any of ``PATROL`` over their own window or over ``span``: online in whole minutes, cover in grids.

    ``db`` is of the whole city, because an own area may reach beyond ``at.area``: of a place are the people one of
    whose areas lies in it, and its grids, whoever was there. Boundaries and positions are compared in the datum of the
    source. Raises LookupError for another id, and the errors of ``ScopedReader.rows``.
    """
    tree, found = db.reference.tree, dict[str, Rate | Count | NotRecorded]()
    inside = None if at.area in (None, tree.root) else frozenset(tree.subtree(at.area or ""))
    age = timedelta(seconds=at.policy.duty.position_max_age_s)
    for name in dict.fromkeys(ids):
        if name not in PATROL:
            raise LookupError(f"{name} is no number of patrols")
        if missing := _lacking(db, name):
            found[name] = NotRecorded(missing)
            continue
        start, end = (span or REGISTRY[name].window.span).bounds(at)
        everybody = db.once(("patrols", start, end), partial(_people, db, start, end))
        people = [one for one in everybody if inside is None or one.areas & inside]
        if name == "online":
            found[name] = _online(people, age)
        elif name == "cover":
            found[name] = _cover(everybody, _shapes(db), inside)
        else:
            found[name] = _off_post(people, _shapes(db), age)
    return found


def merged(pieces: Iterable[Piece]) -> list[Piece]:
    """The same time in pieces that neither overlap nor touch, by their start."""
    found: list[Piece] = []
    for start, end in sorted(piece for piece in pieces if piece[0] < piece[1]):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((start, end))
    return found


def without(pieces: Sequence[Piece], away: Sequence[Piece]) -> list[Piece]:
    """The time of ``pieces`` that is not in ``away``; both as ``merged`` gives them."""
    found = list(pieces)
    for gone, back in away:
        parts = (((start, min(end, gone)), (max(start, back), end)) for start, end in found)
        found = [piece for pair in parts for piece in pair if piece[0] < piece[1]]
    return found


def _lacking(db: ScopedReader, name: str) -> tuple[str, ...]:
    missing = REGISTRY[name].missing(db.shape)
    if (
        name == "offpost"
        and not missing
        and not db.shape.has("shifts", "area_code")
        and not db.shape.has("worker_areas")
    ):
        missing = ("shifts.area_code", "worker_areas")
    return missing


def _people(db: ScopedReader, start: datetime, end: datetime) -> list[_Person]:
    """Three statements: shifts, areas served, positions, of those with a duty shift in [start, end)."""
    rows, tracks = db.scoped(shifts), db.scoped(patrol_pings)
    within = and_(rows.c.end_at > start, rows.c.start_at < end)
    planned = select(rows.c.worker_id).where(rows.c.kind == "duty", within, rows.c.worker_id.is_not(None)).distinct()
    numbered = _numbered(planned)
    found: dict[int, _Person] = defaultdict(_Person)
    of_shifts = select(numbered.c.n, rows.c.kind, rows.c.start_at, rows.c.end_at, rows.c.area_code)
    joined = of_shifts.join_from(rows, numbered, numbered.c.worker_id == rows.c.worker_id).where(within)
    for n, kind, begins, ends, area in db.rows(joined):
        pieces = {"duty": found[n].duty, "leave": found[n].leave, "outing": found[n].outing}.get(kind)
        if pieces is not None:
            pieces.append((max(begins, start), min(ends, end)))
        if kind == "duty" and area:
            found[n].areas.add(area)
    told = {n for n, person in found.items() if person.areas}
    for n, area in _served(db, numbered, end):
        if area and n not in told:
            found[n].areas.add(area)
    of_tracks = (
        select(numbered.c.n, tracks.c.at, tracks.c.lon, tracks.c.lat, tracks.c.accuracy_m)
        .join_from(tracks, numbered, numbered.c.worker_id == tracks.c.worker_id)
        .where(tracks.c.at >= start, tracks.c.at <= end, tracks.c.lon.is_not(None), tracks.c.lat.is_not(None))
        .order_by(numbered.c.n, tracks.c.at, tracks.c.id)
    )
    for n, moment, lon, lat, accuracy in db.rows(of_tracks):
        found[n].pings.append(_Ping(moment, float(lon), float(lat), None if accuracy is None else float(accuracy)))
    return [found[n] for n in sorted(found)]


def _numbered(planned: Select[Any]) -> Subquery:
    """Workers with a running number, so that no id of a person leaves the database."""
    one = planned.subquery("planned")
    number = func.row_number().over(order_by=one.c.worker_id).label("n")
    return select(one.c.worker_id, number).subquery("numbered")


def _served(db: ScopedReader, numbered: Subquery, end: datetime) -> Sequence[Any]:
    """The areas that people serve at the end of the window; nothing where that is not recorded."""
    if not db.shape.has("worker_areas"):
        return ()
    served = db.scoped(worker_areas)
    statement = select(numbered.c.n, served.c.area_code)
    theirs = statement.join_from(served, numbered, numbered.c.worker_id == served.c.worker_id)
    return db.rows(theirs.where(serves(served, end)))


def _online(people: Sequence[_Person], age: timedelta) -> Rate:
    online, planned = timedelta(), timedelta()
    for person in people:
        pieces = person.on_duty
        planned += sum((end - start for start, end in pieces), timedelta())
        near = merged((a.at, b.at) for a, b in pairwise(person.pings) if b.at - a.at <= age)
        online += sum((min(e, end) - max(s, start) for s, e in near for start, end in pieces if s < end and e > start),
                      timedelta())  # fmt: skip
    minute = timedelta(minutes=1)
    return Rate(online // minute, planned // minute)


def _shapes(db: ScopedReader) -> _Shapes:
    """Level and shape of every area that has a usable boundary."""
    return db.once("shapes of patrols", lambda: _read_shapes(db))


def _read_shapes(db: ScopedReader) -> _Shapes:
    found = boundaries(db, tuple(sorted({area.level for area in db.reference.tree.by_code.values()})))
    shapes = shapely.from_geojson([one.geojson for one in found], on_invalid="ignore")
    return {
        one.code: (one.level, shapely.make_valid(shape))
        for one, shape in zip(found, shapes, strict=True)
        if shape is not None and shape.geom_type in ("Polygon", "MultiPolygon") and not shape.is_empty
    }


def _cover(people: Sequence[_Person], shapes: _Shapes, inside: frozenset[str] | None) -> Rate:
    grids = [shape for code, (level, shape) in shapes.items() if level == "grid" and (inside is None or code in inside)]
    places = sorted({(ping.lon, ping.lat) for person in people for ping in person.seen_on_duty()})
    if not grids or not places:
        return Rate(0, len(grids))
    _, visited = shapely.STRtree(grids).query(shapely.points(places), predicate="intersects")
    return Rate(len(np.unique(visited)), len(grids))


def _off_post(people: Sequence[_Person], shapes: _Shapes, age: timedelta) -> Count:
    """People whose area has no boundary have no fence: nobody can say that they left it."""
    fences: dict[frozenset[str], BaseGeometry | None] = {}
    n = 0
    for person in people:
        codes = frozenset(person.areas)
        if codes not in fences:
            own = [shapes[code][1] for code in codes if code in shapes]
            fences[codes] = _in_metres(shapely.union_all(own)) if own and len(own) == len(codes) else None
        fence = fences[codes]
        if fence is None:
            continue
        seen = list(person.seen_on_duty())
        for start, end in without(person.on_duty, merged(person.outing)):
            pings = [ping for ping in seen if start <= ping.at < end]
            n += _times_away(pings, fence, age)
    return Count(n)


def _in_metres(shape: BaseGeometry) -> BaseGeometry:
    """The shape in metres, as long and wide as it is at its own latitude."""
    middle = (shape.bounds[1] + shape.bounds[3]) / 2
    return shapely.transform(shape, lambda points: _scaled(points, middle))


def _scaled(points: Any, middle: float) -> Any:
    return points * np.array([_METRES * cos(radians(middle)), _METRES])


def _times_away(pings: Sequence[_Ping], fence: BaseGeometry, age: timedelta) -> int:
    """How often the positions of one piece of duty were outside for long enough."""
    if not pings:
        return 0
    middle = (fence.bounds[1] + fence.bounds[3]) / 2 / _METRES
    points = shapely.points(_scaled(np.array([(ping.lon, ping.lat) for ping in pings]), middle))
    allowed = np.array([FENCE_M + (ping.accuracy or 0.0) for ping in pings])
    outside = (shapely.distance(points, fence) > allowed).tolist()
    times, inside, counted, before = 0, 0, False, pings[0].at
    since: datetime | None = None
    for ping, out in zip(pings, outside, strict=True):
        if ping.at - before > age:  # no data: what was seen until then counts
            since, inside = None, 0
        before = ping.at
        if out:
            inside = 0
            if since is None:
                since, counted = ping.at, False
            if not counted and (ping.at - since).total_seconds() >= AWAY_S:
                times, counted = times + 1, True
        elif since is not None:
            inside += 1
            if inside >= INSIDE:
                since, inside = None, 0
    return times
