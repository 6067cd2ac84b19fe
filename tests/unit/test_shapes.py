"""Polygons from boundary texts: whatever stands in the column, a map comes out."""

import json
from typing import Any

import pytest
import shapely
from fast_geocn import wgs84_to_gcj02

from dashboard.shapes import box, polygons, united
from data_access.crs import Crs


def square(west: float = 117.0, south: float = 34.0, size: float = 0.1) -> dict[str, Any]:
    """A square as a GeoJSON geometry."""
    ring = [[west, south], [west + size, south], [west + size, south + size], [west, south + size], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def one(geometry: object, crs: Crs = Crs.WGS84) -> Any:
    """The shape of one boundary."""
    text = geometry if isinstance(geometry, str) or geometry is None else json.dumps(geometry)
    return polygons([text], crs)[0]


BROKEN: dict[str, object] = {
    "null": None,
    "empty text": "",
    "no JSON": "{'type': Polygon}",
    "half a JSON": json.dumps(square())[:40],
    "a JSON null": "null",
    "a number": "7",
    "a list": "[1, 2]",
    "no type": {"coordinates": [[[1, 2], [3, 4], [5, 6], [1, 2]]]},
    "a point": {"type": "Point", "coordinates": [117, 34]},
    "a line": {"type": "LineString", "coordinates": [[117, 34], [118, 35]]},
    "no rings": {"type": "Polygon", "coordinates": []},
    "a ring of two points": {"type": "Polygon", "coordinates": [[[117, 34], [118, 35]]]},
    "a ring of nothing": {"type": "Polygon", "coordinates": [[None, None, None, None]]},
    "texts for numbers": {"type": "Polygon", "coordinates": [[["a", "b"], ["c", "d"], ["e", "f"], ["a", "b"]]]},
    "a ring without area": {"type": "Polygon", "coordinates": [[[117, 34], [118, 34], [117, 34], [117, 34]]]},
    "feet": {
        "type": "Polygon",
        "coordinates": [[[775000, 295000], [776000, 295000], [77600, 29600], [775000, 295000]]],
    },
    "infinity": '{"type": "Polygon", "coordinates": [[[117, 34], [1e999, 34], [118, 35], [117, 34]]]}',
}


@pytest.mark.parametrize("crs", list(Crs))
@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_boundary_is_left_out(name: str, crs: Crs) -> None:
    assert one(BROKEN[name], crs) is None


def test_a_ring_that_crosses_itself_is_mended() -> None:
    bow_tie = {"type": "Polygon", "coordinates": [[[117, 34], [118, 35], [118, 34], [117, 35], [117, 34]]]}
    shape = one(bow_tie)
    assert shape.is_valid
    assert shape.geom_type == "MultiPolygon"
    assert shape.area == pytest.approx(0.5)


def test_coordinates_are_rounded_to_a_metre_and_heights_dropped() -> None:
    ring = [[117.1234567, 34, 9], [117.2, 34, 9], [117.2, 34.1, 9], [117.1234567, 34, 9]]
    shape = one({"type": "Polygon", "coordinates": [ring]})
    assert not shape.has_z
    assert shapely.to_geojson(shape).count("117.12346") == 2


def test_the_datum_is_converted() -> None:
    ring = [list(wgs84_to_gcj02(lon, lat)) for lon, lat in square()["coordinates"][0]]
    shape = one({"type": "Polygon", "coordinates": [ring]}, Crs.GCJ02)
    assert shape.bounds == pytest.approx((117.0, 34.0, 117.1, 34.1), abs=2e-5)


def test_shapes_together() -> None:
    shapes = polygons([json.dumps(square()), None, json.dumps(square(west=117.1))], Crs.WGS84)
    assert box(shapes) == (117.0, 34.0, 117.2, 34.1)
    both = united(shapes)
    assert both is not None
    assert both.area == pytest.approx(0.02)
    assert united(polygons([None], Crs.WGS84)) is None
    with pytest.raises(ValueError, match="no shapes"):
        box(polygons([None], Crs.WGS84))
