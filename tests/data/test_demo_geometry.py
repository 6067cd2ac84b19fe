"""The schematic areas of the demo city: exact counts, no gap, no overlap, nothing across a border."""

import json

import numpy as np
import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from demo import geometry
from demo import reference_data as reference
from demo.areas import area_rows, category_rows, department_rows
from demo.clusters import cluster
from demo.geometry import Tiling

SEED = 3


@pytest.fixture(scope="module")
def city() -> Tiling:
    return geometry.build("city", SEED)


def shapes(level: dict[str, BaseGeometry]) -> np.ndarray:
    return np.array(list(level.values()))


def test_the_city_has_exactly_its_areas(city: Tiling) -> None:
    assert [len(x) for x in (city.grids, city.communities, city.streets, city.counties, city.city)] == [
        9000,
        2812,
        186,
        11,
        1,
    ]
    assert set(city.streets) == {street.code for street in reference.streets()}
    assert set(city.communities) == {code for street in reference.streets() for code in street.communities}


@pytest.mark.parametrize("level", ["grids", "communities", "streets", "counties"])
def test_each_level_covers_the_city_without_gap_or_overlap(city: Tiling, level: str) -> None:
    found = shapes(getattr(city, level))
    assert shapely.is_valid(found).all()
    assert shapely.coverage_is_valid(found)
    whole = next(iter(city.city.values()))
    assert shapely.area(found).sum() == pytest.approx(shapely.area(whole), rel=1e-9)


def test_the_city_is_the_union_of_its_real_districts(city: Tiling) -> None:
    real = shapely.union_all(list(geometry.districts().values()))
    whole = next(iter(city.city.values()))
    assert shapely.area(shapely.symmetric_difference(whole, real)) < 2e-5 * shapely.area(real)


def test_grids_are_simple_polygons_inside_their_own_area_only(city: Tiling) -> None:
    grids = shapes(city.grids)
    assert {shape.geom_type for shape in grids} == {"Polygon"}
    for length, level in ((12, city.communities), (9, city.streets), (6, city.counties)):
        parents = np.array([level[code[:length]] for code in city.grids])
        outside = shapely.area(grids) - shapely.area(shapely.intersection(grids, parents))
        assert np.abs(outside).max() < 1e-12


def test_no_grid_lies_in_two_districts(city: Tiling) -> None:
    borders = geometry.districts()
    for code, shape in city.grids.items():
        if code[:6] in borders:
            away = shapely.area(shape) - shapely.area(shapely.intersection(shape, borders[code[:6]]))
            assert away < 2e-7, code


def test_grids_hold_their_point_and_are_no_slivers(city: Tiling) -> None:
    grids = shapes(city.grids)
    points = shapely.points([city.points[code] for code in city.grids])
    assert shapely.contains(grids, points).all()
    roundness = 4 * np.pi * shapely.area(grids) / shapely.length(grids) ** 2
    assert np.quantile(roundness, 0.01) > 0.3
    assert np.median(roundness) > 0.7


def test_the_same_seed_gives_the_same_polygons_and_another_one_others() -> None:
    first, again, other = (geometry.build("town", seed) for seed in (SEED, SEED, SEED + 1))
    assert all(first.grids[code].wkb == again.grids[code].wkb for code in first.grids)
    assert any(first.grids[code].wkb != other.grids[code].wkb for code in first.grids if code in other.grids)


def test_the_town_is_pizhou_below_the_same_root() -> None:
    town = geometry.build("town", SEED)
    assert list(town.city) == ["3203"]
    assert list(town.counties) == ["320382"]
    assert len(town.communities) == 516
    assert shapely.coverage_is_valid(shapes(town.grids))


def test_area_rows_nest_and_add_up(city: Tiling) -> None:
    rows = {row["code"]: row for row in area_rows(city, SEED)}
    assert len(rows) == 9000 + 2812 + 186 + 11 + 1
    for row in rows.values():
        assert row["name"]
        assert row["name_en"].isascii() or "ü" in row["name_en"]
        assert row["level"] == "city" or row["parent_code"] in rows
        assert json.loads(row["boundary"])["type"] in {"Polygon", "MultiPolygon"}
    for length in (4, 6, 9, 12):
        parent = next(code for code in rows if len(code) == length)
        below = [row for row in rows.values() if row["parent_code"] == parent]
        assert rows[parent]["households"] == sum(row["households"] for row in below)
        assert rows[parent]["population"] == sum(row["population"] for row in below)
    town = [row["households"] for row in rows.values() if row["level"] == "grid" and row["kind"] == "residential"]
    village = [row["households"] for row in rows.values() if row["level"] == "grid" and row["kind"] == "village"]
    assert min(town) >= 300
    assert max(town) <= 500
    assert max(village) < 300


def test_reference_names_are_complete_in_both_languages(city: Tiling) -> None:
    for row in (*department_rows(area_rows(city, SEED)), *category_rows()):
        assert row["name"]
        assert row["name_en"]
        assert row["name_en"].replace("ü", "u").isascii()


@pytest.mark.parametrize("count", [1, 2, 7, 40])
def test_clusters_are_exact_in_number_even_where_points_coincide(count: int) -> None:
    rng = np.random.default_rng(5)
    points = np.repeat(rng.random((8, 2)), 5, axis=0)
    label = cluster(points, count, rng)
    assert set(label.tolist()) == set(range(count))


def test_an_unknown_limit_unit_is_refused() -> None:
    assert [one.value for one in reference.parse_limits("2eh:1|4h:3")] == [2, 4]
    with pytest.raises(KeyError):
        reference.parse_limits("2w")
