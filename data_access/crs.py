"""Coordinates of the source as WGS-84 degrees, converted once on reading (``GRIDWALL_SOURCE_CRS``)."""

import json
import math
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import Any, Final

from fast_geocn import bd09_to_wgs84, gcj02_to_wgs84, wgs84_to_bd09, wgs84_to_gcj02


class Crs(StrEnum):
    """The datum of the coordinates in the operational database."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


Point = tuple[float, float]
_INVERSE: Final[Mapping[Crs, Callable[[float, float], Point]]] = {Crs.GCJ02: gcj02_to_wgs84, Crs.BD09: bd09_to_wgs84}
_FORWARD: Final[Mapping[Crs, Callable[[float, float], Point]]] = {Crs.GCJ02: wgs84_to_gcj02, Crs.BD09: wgs84_to_bd09}


def point_to_wgs84(lon: float | None, lat: float | None, crs: Crs) -> tuple[float | None, float | None]:
    """One point in degrees; what is not a pair of finite numbers stays as it is.

    A point outside China stays too, save for the few hundred metres that BD-09 adds to GCJ-02 anywhere.
    """
    if crs is Crs.WGS84 or lon is None or lat is None or not (math.isfinite(lon) and math.isfinite(lat)):
        return lon, lat
    return _INVERSE[crs](lon, lat)


def from_wgs84(lon: float, lat: float, crs: Crs) -> Point:
    """One point in degrees of WGS-84 in another datum, for drawing upon tiles of that datum."""
    return (lon, lat) if crs is Crs.WGS84 else _FORWARD[crs](lon, lat)


def boundary_to_wgs84(boundary: str | None, crs: Crs) -> dict[str, Any] | None:
    """A boundary column as a GeoJSON geometry in WGS-84; None for a null or a text that is no such geometry."""
    try:
        geometry = json.loads(boundary or "null")
    except ValueError:
        return None
    if not isinstance(geometry, dict) or not isinstance(geometry.get("coordinates"), list):
        return None
    try:
        return geometry if crs is Crs.WGS84 else {**geometry, "coordinates": _nested(geometry["coordinates"], crs)}
    except (TypeError, ValueError):
        return None


def _nested(coordinates: Iterable[Any], crs: Crs) -> list[Any]:
    found = list(coordinates)
    if found and not isinstance(found[0], list):
        return [*_INVERSE[crs](float(found[0]), float(found[1])), *found[2:]]
    return [_nested(part, crs) for part in found]
