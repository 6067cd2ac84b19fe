"""Polygons from boundary texts: read, mended, rounded. Broken ones are left out, never raised."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from data_access.crs import Crs, boundary_to_wgs84, from_wgs84

DECIMALS: Final = 5
"""About a metre: far below a pixel of any wall."""
_POLYGON, _MULTI_POLYGON = 3, 6

Shapes = NDArray[np.object_]
"""Shapely polygons or multipolygons in WGS-84 degrees; None where there is none."""


def polygons(texts: Sequence[str | None], crs: Crs) -> Shapes:
    """The polygons of boundary texts, rounded, shape (n,); None for a null, for what is no polygon and for no degrees.

    Rings that cross themselves are mended. About 40 microseconds a boundary, more where the datum is converted.
    """
    if crs is not Crs.WGS84:
        converted = (boundary_to_wgs84(text, crs) for text in texts)
        texts = [None if geometry is None else orjson.dumps(geometry).decode() for geometry in converted]
    with np.errstate(all="ignore"):
        shapes: Shapes = shapely.force_2d(shapely.from_geojson(np.array(texts, dtype=object), on_invalid="ignore"))
    shapes[~_usable(shapes)] = None
    shapes = shapely.transform(shapes, lambda points: np.round(points, DECIMALS))
    broken = ~shapely.is_missing(shapes) & ~shapely.is_valid(shapes)
    for i in np.flatnonzero(broken):
        shapes[i] = _polygonal(shapely.make_valid(shapes[i]))
    shapes[~_usable(shapes)] = None
    return shapes


def redrawn(shapes: Shapes, crs: Crs) -> Shapes:
    """The same shapes in the datum of the tiles they lie on. About 10 microseconds a point, nothing for WGS-84."""
    if crs is Crs.WGS84:
        return shapes

    def moved(points: NDArray[np.float64]) -> NDArray[np.float64]:
        pairs = [from_wgs84(lon, lat, crs) for lon, lat in points.tolist()]
        return np.round(np.array(pairs, dtype=float).reshape(-1, 2), DECIMALS)

    drawn: Shapes = shapely.transform(shapes, moved)
    return drawn


def _usable(shapes: Shapes) -> NDArray[np.bool_]:
    kinds = shapely.get_type_id(shapes)
    bounds = shapely.bounds(shapes)
    with np.errstate(invalid="ignore"):
        degrees = (np.abs(bounds[:, [0, 2]]) <= 180).all(axis=1) & (np.abs(bounds[:, [1, 3]]) <= 90).all(axis=1)
    usable: NDArray[np.bool_] = ((kinds == _POLYGON) | (kinds == _MULTI_POLYGON)) & ~shapely.is_empty(shapes) & degrees
    return usable


def _polygonal(shape: BaseGeometry) -> BaseGeometry | None:
    """The polygons of a mended shape; lines and points that mending left over are dropped."""
    parts = [part for part in shapely.get_parts(shapely.get_parts(shape)) if shapely.get_type_id(part) == _POLYGON]
    return shapely.multipolygons(parts) if parts else None


def united(shapes: Shapes) -> BaseGeometry | None:
    """The union of these polygons; None of none."""
    there = shapes[~shapely.is_missing(shapes)]
    return shapely.union_all(there) if len(there) else None


def box(shapes: Shapes) -> tuple[float, float, float, float]:
    """West, south, east and north of all of them in degrees. Raises ValueError when there is none."""
    there = shapes[~shapely.is_missing(shapes)]
    if not len(there):
        raise ValueError("no shapes")
    west, south, east, north = (round(float(value), DECIMALS) for value in shapely.total_bounds(there))
    return west, south, east, north


def feature(shape: BaseGeometry, properties: dict[str, Any]) -> dict[str, Any]:
    """A GeoJSON feature; the geometry is a piece of JSON that orjson copies as it is."""
    return {"type": "Feature", "properties": properties, "geometry": orjson.Fragment(shapely.to_geojson(shape))}


def collection(features: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """A GeoJSON feature collection with further members."""
    return {"type": "FeatureCollection", "features": features, **more}
