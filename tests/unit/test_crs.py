"""Coordinates of the source as WGS-84."""

import json
import math

import numpy as np
import pytest
from fast_geocn import wgs84_to_bd09, wgs84_to_gcj02

from data_access.crs import Crs, boundary_to_wgs84, point_to_wgs84

FORWARD = {Crs.GCJ02: wgs84_to_gcj02, Crs.BD09: wgs84_to_bd09, Crs.WGS84: lambda lon, lat: (lon, lat)}
XUZHOU = (117.1843, 34.2616)
METRE = 1e-5


@pytest.mark.parametrize("crs", list(Crs))
def test_there_and_back_is_the_same_place_to_a_metre(crs: Crs) -> None:
    there = FORWARD[crs](*XUZHOU)
    lon, lat = point_to_wgs84(there[0], there[1], crs)
    assert (lon, lat) == pytest.approx(XUZHOU, abs=METRE)
    if crs is not Crs.WGS84:
        assert math.dist(there, XUZHOU) > 300 * METRE, "the datum differs by hundreds of metres"


@pytest.mark.parametrize("crs", [Crs.WGS84, Crs.GCJ02])
def test_a_point_outside_china_stays_where_it_is(crs: Crs) -> None:
    boston = (-71.06, 42.36)
    assert point_to_wgs84(*boston, crs) == pytest.approx(boston, abs=METRE)


def test_a_point_without_a_number_is_left_alone() -> None:
    assert point_to_wgs84(None, 34.0, Crs.GCJ02) == (None, 34.0)
    assert point_to_wgs84(math.inf, 34.0, Crs.BD09) == (math.inf, 34.0)


def test_boundaries_keep_their_shape() -> None:
    ring = [[*wgs84_to_gcj02(117 + x, 34 + y)] for x, y in ((0, 0), (0.1, 0), (0.1, 0.1), (0, 0))]
    for kind, coordinates in (("Polygon", [ring]), ("MultiPolygon", [[ring], [ring, ring]])):
        found = boundary_to_wgs84(json.dumps({"type": kind, "coordinates": coordinates}), Crs.GCJ02)
        assert found is not None and found["type"] == kind
        flat = np.array(found["coordinates"][0] if kind == "Polygon" else found["coordinates"][1][1])
        assert flat.reshape(-1, 2)[1] == pytest.approx([117.1, 34.0], abs=METRE)


@pytest.mark.parametrize(
    "text", [None, "", "POLYGON((1 2))", "[]", "{}", '{"type":"Polygon","coordinates":[[["a","b"]]]}']
)
@pytest.mark.parametrize("crs", [Crs.GCJ02, Crs.BD09])
def test_what_is_no_geometry_is_none(text: str | None, crs: Crs) -> None:
    assert boundary_to_wgs84(text, crs) is None
