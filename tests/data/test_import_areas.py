"""Polygons into areas: refusals with a mend, rings mended, parents by overlap, codes that no prefix may stand for."""

import json
from pathlib import Path

import pytest
from shapely.geometry import Point, shape

from data_access.contract import Level
from data_access.errors import ImportRefused
from data_access.reference import Area, AreaTree
from importers.areas import AreaSet, AreaSpec, read_areas
from importers.layouts import LAYOUTS, AreaRule
from tests.data.import_city import BOW_TIE, PRECINCTS, WARD_5, WARD_50, City, geojson, ring

BOSTON = LAYOUTS["boston"]


def read(*specs: str) -> AreaSet:
    return read_areas([AreaSpec.parse(text) for text in specs], BOSTON)


@pytest.fixture
def city(tmp_path: Path) -> City:
    return City(tmp_path)


def test_the_city_is_made_around_its_areas(city: City) -> None:
    areas = read_areas(city.specs, BOSTON)
    assert [(a.code, a.parent_code, a.level, a.name) for a in areas.areas] == [
        ("BOS", None, Level.CITY, "Boston"),
        ("BOS-W05", "BOS", Level.STREET, "Ward 5"),
        ("BOS-W50", "BOS", Level.STREET, "Ward 50"),
        ("BOS-0501", "BOS-W05", Level.GRID, "Precinct 0501"),
        ("BOS-0502", "BOS-W05", Level.GRID, "Precinct 0502"),
        ("BOS-5001", "BOS-W50", Level.GRID, "Precinct 5001"),
    ]
    assert areas.city.shape is not None
    assert areas.city.shape.bounds == (-71.10, 42.30, -71.00, 42.35)
    for area in areas.areas:
        row = area.row()
        inside = shape(json.loads(str(row["boundary"])))
        assert inside.contains(Point(float(str(row["lon"])), float(str(row["lat"]))))


def test_a_child_hangs_under_the_area_that_covers_most_of_it(city: City) -> None:
    """5001 begins inside ward 5; its code says nothing of its parent either."""
    areas = read_areas(city.specs, BOSTON)
    assert next(a for a in areas.areas if a.code == "BOS-5001").parent_code == "BOS-W50"
    assert not areas.notes


def test_a_code_that_begins_like_another_is_another_area(tmp_path: Path) -> None:
    shapes = [({"WARD": "W05"}, ring(0, 0, 1, 1)), ({"WARD": "W050"}, ring(1, 0, 2, 1))]
    areas = read(f"street={geojson(tmp_path / 'w.geojson', shapes)}:WARD")
    tree = AreaTree.build(Area(a.code, a.parent_code, str(a.level), a.name) for a in areas.areas)
    codes = [a.code for a in areas.of(Level.STREET)]
    assert codes[1].startswith(codes[0])
    assert tree.subtree(codes[0]) == {codes[0]}
    assert not tree.prefix_safe


def test_an_area_inside_no_area_above_is_counted_and_hangs_under_the_city(city: City, tmp_path: Path) -> None:
    island = geojson(
        tmp_path / "p.geojson", [({"P": "0501"}, PRECINCTS["0501"]), ({"P": "0115"}, ring(-70.9, 42.3, -70.8, 42.4))]
    )
    areas = read(f"street={city.wards}:WARD", f"grid={island}:P")
    assert {a.code: a.parent_code for a in areas.of(Level.GRID)} == {"BOS-0115": "BOS", "BOS-0501": "BOS-W05"}
    assert sum(areas.notes.values()) == 1


@pytest.mark.parametrize("crs", [None, "urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326", "urn:ogc:def:crs:EPSG::4326"])
def test_feet_are_refused_whatever_the_label_says(tmp_path: Path, crs: str | None) -> None:
    feet = ring(770000.5, 2950000.25, 775000, 2955000)
    path = geojson(tmp_path / "wards.geojson", [({"WARD": 1}, feet)], crs)
    with pytest.raises(ImportRefused) as refused:
        read(f"street={path}:WARD")
    sentence = str(refused.value)
    assert sentence.startswith("wards.geojson holds the point (770000.50, 2950000.25)")
    assert "-t_srs EPSG:4326" in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence


def test_feet_in_the_last_feature_are_found_too(tmp_path: Path) -> None:
    path = geojson(tmp_path / "w.geojson", [({"WARD": 5}, WARD_5), ({"WARD": 50}, ring(1, 1, 2, 200))])
    with pytest.raises(ImportRefused, match=r"w\.geojson holds the point \(2\.00, 200\.00\)"):
        read(f"street={path}:WARD")


@pytest.mark.parametrize("crs", ["EPSG:2249", "urn:ogc:def:crs:EPSG::3857", "EPSG:43261", "GCJ-02"])
def test_a_label_of_another_system_is_refused(tmp_path: Path, crs: str) -> None:
    path = geojson(tmp_path / "w.geojson", [({"WARD": 5}, WARD_5)], crs)
    with pytest.raises(ImportRefused, match=f"w.geojson says its coordinates are {crs}, not WGS-84 degrees: convert"):
        read(f"street={path}:WARD")


def test_a_ring_that_crosses_itself_is_mended_and_counted(tmp_path: Path) -> None:
    path = geojson(tmp_path / "w.geojson", [({"WARD": 5}, WARD_5), ({"WARD": 50}, BOW_TIE)])
    areas = read(f"street={path}:WARD")
    mended = areas.of(Level.STREET)[1].shape
    assert mended is not None
    assert mended.is_valid
    assert mended.geom_type == "MultiPolygon"
    assert mended.area == pytest.approx(0.05 * 0.05 / 2)
    assert areas.notes == {"street areas with invalid rings mended": 1}
    assert areas.city.shape is not None
    assert areas.city.shape.is_valid


def test_a_spike_leaves_no_line_behind(tmp_path: Path) -> None:
    spiked = [*WARD_5[:2], [-71.05, 42.35], [-71.05, 42.40], *WARD_5[2:]]
    path = geojson(tmp_path / "w.geojson", [({"WARD": 5}, spiked)])
    found = read(f"street={path}:WARD").of(Level.STREET)[0].shape
    assert found is not None
    assert found.geom_type == "Polygon"
    assert found.bounds == (-71.10, 42.30, -71.05, 42.35)


def test_features_of_one_name_are_one_area(tmp_path: Path) -> None:
    path = geojson(tmp_path / "w.geojson", [({"WARD": 5}, WARD_5), ({"WARD": 5}, WARD_50)])
    areas = read(f"street={path}:WARD")
    assert [a.code for a in areas.of(Level.STREET)] == ["BOS-W05"]
    assert areas.notes == {"street areas joined from several features": 1}


def test_names_an_order_cannot_tell_apart_are_refused(tmp_path: Path) -> None:
    path = geojson(tmp_path / "w.geojson", [({"WARD": "5"}, WARD_5), ({"WARD": "05"}, WARD_50)])
    with pytest.raises(ImportRefused, match="two areas are called '5' and '05'"):
        read(f"street={path}:WARD")


def test_codes_of_two_levels_may_not_meet(tmp_path: Path, city: City) -> None:
    bare = BOSTON.model_copy(update={"areas": {"street": AreaRule(), "grid": AreaRule()}})
    path = geojson(tmp_path / "g.geojson", [({"G": "5"}, WARD_5)])
    specs = [AreaSpec.parse(f"street={city.wards}:WARD"), AreaSpec.parse(f"grid={path}:G")]
    with pytest.raises(ImportRefused, match="the grid '5' would have the code BOS-5, which the street '5' has"):
        read_areas(specs, bare)


def test_features_without_a_polygon_or_a_name_are_counted(tmp_path: Path) -> None:
    path = geojson(tmp_path / "w.geojson", [({"WARD": 5}, WARD_5), ({"WARD": None}, WARD_50)])
    data = json.loads(path.read_text(encoding="utf-8"))
    data["features"] += [
        {"type": "Feature", "properties": {"WARD": 6}, "geometry": None},
        {"type": "Feature", "properties": {"WARD": 7}, "geometry": {"type": "Point", "coordinates": [-71.0, 42.3]}},
    ]
    path.write_text(json.dumps(data), encoding="utf-8")
    areas = read(f"street={path}:WARD")
    assert areas.notes == {"street features left out: no polygon": 2, "street features left out: no WARD": 1}


def test_heights_are_dropped(tmp_path: Path) -> None:
    path = geojson(tmp_path / "w.geojson", [({"WARD": 5}, [[*point, 12.5] for point in WARD_5])])
    found = read(f"street={path}:WARD").of(Level.STREET)[0].shape
    assert found is not None
    assert not found.has_z


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("{", "is not GeoJSON"),
        ("[]", "has no list of features"),
        ('{"type": "FeatureCollection", "features": []}', "holds no polygon"),
        (
            '{"features": [{"properties": {"Ward": 1}, "geometry": null}]}',
            "feature 1 has no property 'WARD'; it has Ward",
        ),
        (
            '{"features": [{"properties": {"WARD": 1}, "geometry": {"type": "Polygon", "coordinates": [[[1]]]}}]}',
            "the geometry of feature 1 cannot be read",
        ),
    ],
)
def test_what_is_no_geojson_of_polygons_is_refused(tmp_path: Path, content: str, sentence: str) -> None:
    path = tmp_path / "w.geojson"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ImportRefused, match=sentence):
        read(f"street={path}:WARD")


def test_a_coordinate_that_is_no_number_is_refused(tmp_path: Path) -> None:
    path = geojson(tmp_path / "w.geojson", [({"WARD": 5}, [[1, 1], [2, float("nan")], [2, 2], [1, 1]])])
    with pytest.raises(ImportRefused, match=r"holds the point \(2.*, nan\), which cannot be degrees"):
        read(f"street={path}:WARD")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("street", "must read LEVEL=FILE"),
        ("street=w.geojson", "must read LEVEL=FILE"),
        ("street=w.geojson:", "must read LEVEL=FILE"),
        ("city=w.geojson:X", "the level must be one of county, street"),
        ("zone=w.geojson:X", "the level must be one of county, street"),
        ("street=nowhere.geojson:X", r"nowhere\.geojson cannot be read"),
    ],
)
def test_arguments_that_cannot_be_meant_are_refused(text: str, sentence: str) -> None:
    with pytest.raises(ImportRefused, match=sentence):
        read(text)


def test_one_level_twice_is_refused(city: City) -> None:
    with pytest.raises(ImportRefused, match="the level street twice"):
        read(f"street={city.wards}:WARD", f"street={city.wards}:WARD")


def test_a_name_of_its_own(tmp_path: Path) -> None:
    path = geojson(tmp_path / "w.geojson", [({"WARD": 5, "LABEL": "Back Bay"}, WARD_5)])
    assert read(f"street={path}:WARD:LABEL").of(Level.STREET)[0].name == "Back Bay"
