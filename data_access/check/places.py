"""Places: coordinates outside the city, coordinates that look like another datum, codes that do not nest."""

import json
import math
from collections.abc import Callable, Mapping
from typing import Final

from fast_geocn import bd09_to_wgs84, gcj02_to_wgs84, wgs84_to_bd09, wgs84_to_gcj02
from shapely import GEOSException
from shapely.geometry import Point, shape
from shapely.geometry.base import BaseGeometry
from sqlalchemy import ColumnElement, and_, func, or_, select

from data_access import contract
from data_access.check.asking import Asker, Probe, key_of
from data_access.check.findings import Finding, Severity, finding
from data_access.reference import Area, AreaTree

MARGIN: Final = 0.2
"""Degrees (about 20 km) around the city that still count as in it."""
SAMPLE: Final = 600
ENOUGH: Final = 20
"""So many points in known cells at least before a datum is suspected."""

_LOCATED: Final = ("areas", "work_orders", "worker_positions", "patrol_pings")
_SHIFTS: Final[Mapping[str, Callable[[float, float], tuple[float, float]]]] = {
    "gcj02": gcj02_to_wgs84,
    "bd09": bd09_to_wgs84,
    "wgs84 beside gcj02 boundaries": wgs84_to_gcj02,
    "wgs84 beside bd09 boundaries": wgs84_to_bd09,
}

Box = tuple[float, float, float, float]


def geometry(text: str | None) -> BaseGeometry | None:
    """A boundary column as a shape; None when it is none."""
    try:
        found = shape(json.loads(text or "null"))
    except (ValueError, TypeError, AttributeError, KeyError, IndexError, GEOSException):
        return None
    return None if found.is_empty else found


def boundaries(asker: Asker) -> tuple[Box | None, list[Finding]]:
    """The box of the city from the boundaries of its highest level that has any, and boundaries that are none."""
    if not asker.has("areas", "code", "level", "boundary"):
        return None, []
    c = contract.areas.c
    shapes: dict[str, list[BaseGeometry]] = {}
    broken: list[str] = []
    for code, level, text in asker.rows(select(c.code, c.level, c.boundary).order_by(c.code)):
        found = geometry(text)
        if text is not None and (found is None or not _degrees(found)):
            broken.append(code)
        elif found is not None:
            shapes.setdefault(level, []).append(found)
    said = (
        [finding("broken-boundary", Severity.FAULT, "areas.boundary", count=len(broken), example=broken[0])]
        if broken
        else []
    )
    for level in ("city", "county", "street", "community", "grid"):
        if level in shapes:
            all_bounds = [one.bounds for one in shapes[level]]
            west, south = min(b[0] for b in all_bounds), min(b[1] for b in all_bounds)
            east, north = max(b[2] for b in all_bounds), max(b[3] for b in all_bounds)
            return (west - MARGIN, south - MARGIN, east + MARGIN, north + MARGIN), said
    return None, said


def _degrees(found: BaseGeometry) -> bool:
    west, south, east, north = found.bounds
    return all(map(math.isfinite, found.bounds)) and west >= -180 and east <= 180 and south >= -90 and north <= 90


def outside(asker: Asker, box: Box | None) -> list[Finding]:
    """Coordinates outside the city's box, (0, 0) and swapped pairs among them."""
    located = [contract.metadata.tables[name] for name in _LOCATED if asker.has(name, "lon", "lat")]
    if box is None:
        if located:
            asker.not_checked("coordinates", "areas.boundary", "no usable boundary says where the city is")
        return []
    west, south, east, north = box
    found: list[Finding] = []
    for table in located:
        lon, lat = table.c.lon, table.c.lat
        beyond: ColumnElement[bool] = or_(lon < west, lon > east, lat < south, lat > north)
        if "location_quality" in table.c and asker.has(table, "location_quality"):
            # A default point stands in for a place that is not known, the city hall of a larger city perhaps.
            beyond = and_(beyond, func.coalesce(table.c.location_quality, "point") != "default")
        swapped = and_(lat >= west, lat <= east, lon >= south, lon <= north)
        probes = [
            Probe("outside-city", Severity.WARNING, "lon", and_(beyond, ~swapped), lon),
            Probe("swapped-coordinates", Severity.FAULT, "lon", and_(beyond, swapped), lon),
        ]
        found += asker.scan("coordinates", table, key_of(table), probes)
    return found


def datum(asker: Asker) -> list[Finding]:
    """Whether recent orders lie in the cells they are coded to only after a change of datum."""
    o, a = contract.work_orders.c, contract.areas.c
    if not (
        asker.has("work_orders", "lon", "lat", "area_code", "reported_at") and asker.has("areas", "boundary", "level")
    ):
        return []
    points = (
        select(o.lon, o.lat, a.boundary)
        .join(contract.areas, a.code == o.area_code)
        .where(
            o.lon.is_not(None),
            o.lat.is_not(None),
            a.boundary.is_not(None),
            a.level.in_(("grid", "micro_grid", "community")),
        )
    )
    if asker.has("work_orders", "location_quality"):
        points = points.where(func.coalesce(o.location_quality, "point") == "point")
    cells: dict[str, BaseGeometry | None] = {}
    inside = dict.fromkeys(("as it is", *_SHIFTS), 0)
    judged = 0
    for lon, lat, text in asker.rows(points.order_by(o.reported_at.desc()).limit(SAMPLE)):
        cell = cells[text] if text in cells else cells.setdefault(text, geometry(text))
        if cell is None or not (math.isfinite(lon) and math.isfinite(lat)):
            continue
        judged += 1
        inside["as it is"] += cell.covers(Point(lon, lat))
        for name, moved in _SHIFTS.items():
            inside[name] += cell.covers(Point(*moved(lon, lat)))
    best = max(_SHIFTS, key=lambda name: inside[name])
    if judged < ENOUGH or inside[best] < 0.6 * judged or inside[best] < inside["as it is"] + 0.25 * judged:
        return []
    params = {"datum": best, "inside": f"{inside['as it is'] / judged:.0%}", "better": f"{inside[best] / judged:.0%}"}
    return [finding("datum", Severity.FAULT, "work_orders.lon", count=judged, params=params)]


def nesting(asker: Asker) -> list[Finding]:
    """Areas whose code does not begin with their parent's: subtrees are then asked for as sets, not as ranges."""
    if not asker.has("areas", "code", "parent_code", "level"):
        return []
    c = contract.areas.c
    rows = asker.rows(select(c.code, c.parent_code, c.level))
    tree = AreaTree.build(Area(code, parent, level, code) for code, parent, level in rows)
    loose = sorted(code for code, parent in tree.parent_of.items() if not code.startswith(parent))
    found: list[Finding] = []
    if not tree.prefix_safe:
        found.append(
            finding(
                "codes-do-not-nest", Severity.NOTE, "areas.code", count=len(loose), example=loose[0] if loose else None
            )
        )
    circular = sorted(
        code for code, area in tree.by_code.items() if area.parent_code in tree.by_code and code not in tree.parent_of
    )
    if circular:
        found.append(
            finding("circle-of-areas", Severity.FAULT, "areas.parent_code", count=len(circular), example=circular[0])
        )
    return found
