"""Geometry files of the small city: what is in them, when they are made anew, and that broken boundaries only count."""

import gzip
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import brotli
import pytest

from dashboard.bodies import Shapes
from dashboard.geometry import REREAD_S, GeometryStore
from dashboard.stores import MemoryBroadcast
from data_access.crs import Crs, from_wgs84
from data_access.engine import Database
from data_access.errors import StoreError
from data_access.queries.boundaries import sign
from data_access.scope import Audience, Scope
from indicators.readings.map_cells import cells_of
from tests.fixtures import small
from tests.fixtures.contract import ContractDatabase

WALL = Scope.of(Audience.WALL)


class Hand:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def content(store: GeometryStore, address: str | None) -> Any:
    """The JSON of a file; both compressed forms must agree."""
    assert address is not None
    found = store.fetch(address.removeprefix("/geometry/").removesuffix(".json"))
    assert found is not None
    plain = brotli.decompress(found[0])
    assert plain == gzip.decompress(found[1])
    return json.loads(plain)


def made(store: GeometryStore, database: Database, area: str = small.CITY) -> Shapes:
    """The shapes of an area that has some."""
    with database.reader(WALL) as db:
        shapes = store.shapes(db, area)
    assert shapes is not None
    return shapes


@pytest.fixture
def store() -> GeometryStore:
    return GeometryStore(MemoryBroadcast())


def test_cells_come_in_the_order_in_which_values_are_counted(
    store: GeometryStore, contract_database: ContractDatabase
) -> None:
    database = contract_database.database()
    shapes = made(store, database)
    with database.reader(WALL) as db:
        level, cells = cells_of(db.reference.tree, small.CITY)
    database.close()
    assert level == "grid"
    assert shapes.cells == tuple(cell.code for cell in cells)
    file = content(store, shapes.geometry.cells)
    assert [f["properties"]["code"] for f in file["features"]] == list(shapes.cells)
    assert [f["properties"]["i"] for f in file["features"]] == list(range(24))
    assert file["bbox"] == [117.0, 34.0, 117.24, 34.04]
    assert shapes.geometry.missing == 0
    first = file["features"][0]
    assert first["properties"]["name"] == "东湖古楼第1社区1号网格"
    assert first["properties"]["up"] == "东湖区 东湖古楼街道"
    assert first["geometry"]["coordinates"][0][0] == [117.0, 34.0]
    assert shapes.geometry.cells_hash in shapes.geometry.cells


def test_outlines_are_the_levels_between_with_their_names(
    store: GeometryStore, sqlite_database: ContractDatabase
) -> None:
    database = sqlite_database.database()
    city = content(store, made(store, database).geometry.outlines)
    street = content(store, made(store, database, small.area(1, 1)).geometry.outlines)
    database.close()
    assert len(city["outlines"]["features"]) == 12
    assert len(city["borders"]["features"]) == 3
    levels = [label["level"] for label in city["labels"]]
    assert levels.count("county") == 3
    assert {"name": "东湖区", "en": "East Lake", "level": "county", "lon": 117.04, "lat": 34.02, "width": 0.08} in city[
        "labels"
    ]
    assert [f["properties"]["code"] for f in street["outlines"]["features"]] == [
        small.area(1, 1, 1),
        small.area(1, 1, 2),
    ]


def test_the_same_city_gives_the_same_names_on_every_engine(
    store: GeometryStore, contract_database: ContractDatabase, sqlite_database: ContractDatabase
) -> None:
    here, there = contract_database.database(), sqlite_database.database()
    assert made(store, here).geometry == made(GeometryStore(MemoryBroadcast()), there).geometry
    here.close()
    there.close()


def test_broken_boundaries_are_counted_and_left_out(store: GeometryStore, own_database: ContractDatabase) -> None:
    broken = {small.area(1, 1, 1, 1): "NULL", small.area(1, 1, 1, 2): "'no JSON'", small.area(2, 1, 1, 1): "''"}
    community = small.area(1, 1, 2)
    own_database.write(
        *(f"UPDATE areas SET boundary = {text} WHERE code = '{code}'" for code, text in broken.items()),
        f"UPDATE areas SET boundary = NULL WHERE code = '{community}'",
    )
    database = own_database.database()
    shapes = made(store, database)
    database.close()
    assert shapes.geometry.missing == 3
    assert len(shapes.cells) == 21
    assert not set(broken) & set(shapes.cells)
    edges = content(store, shapes.geometry.outlines)["outlines"]["features"]
    assert community in {feature["properties"]["code"] for feature in edges}


def test_a_missing_edge_is_that_of_the_cells_together(store: GeometryStore, own_sqlite: ContractDatabase) -> None:
    county = small.area(2)
    own_sqlite.write(f"UPDATE areas SET boundary = NULL WHERE code = '{county}'")
    database = own_sqlite.database()
    borders = content(store, made(store, database).geometry.outlines)["borders"]["features"]
    database.close()
    edge = next(f["geometry"] for f in borders if f["properties"]["code"] == county)
    points = [point for ring in edge["coordinates"] for point in ring]
    assert {tuple(point) for point in points} >= {(117.08, 34.0), (117.16, 34.0), (117.16, 34.04), (117.08, 34.04)}


def test_without_any_boundary_nothing_is_drawn(store: GeometryStore, own_sqlite: ContractDatabase) -> None:
    own_sqlite.write("UPDATE areas SET boundary = NULL")
    database = own_sqlite.database()
    with database.reader(WALL) as db:
        assert store.shapes(db, small.CITY) is None
        assert store.shapes(db, small.area(1)) is None
    database.close()


def test_an_area_that_changes_is_drawn_anew_and_old_pages_keep_their_file(own_database: ContractDatabase) -> None:
    keep = MemoryBroadcast()
    store = GeometryStore(keep)
    database = own_database.database()
    before = made(store, database)
    assert made(store, database) is before
    own_database.write(f"UPDATE areas SET boundary = NULL WHERE code = '{small.area(3, 2, 2, 2)}'")
    database.forget()
    after = made(store, database)
    database.close()
    assert after.geometry.cells != before.geometry.cells
    assert len(after.cells) == len(before.cells) - 1
    assert len(content(store, before.geometry.cells)["features"]) == 24


def test_a_boundary_redrawn_with_as_many_characters_is_seen_within_the_hour(own_sqlite: ContractDatabase) -> None:
    clock = Hand()
    store = GeometryStore(MemoryBroadcast(), clock=clock)
    database = own_sqlite.database()
    before = made(store, database)
    with database.reader(WALL) as db:
        mark = sign(db)
    code = small.area(1, 1, 1, 1)
    own_sqlite.write(f"UPDATE areas SET boundary = REPLACE(boundary, '117.0,', '117.1,') WHERE code = '{code}'")
    with database.reader(WALL) as db:
        assert sign(db) == mark
    assert made(store, database) is before
    clock.now = REREAD_S + 1
    assert made(store, database).geometry.cells != before.geometry.cells
    database.close()


def test_generations_of_files_do_not_pile_up(own_sqlite: ContractDatabase) -> None:
    keep = MemoryBroadcast()
    store = GeometryStore(keep)
    database = own_sqlite.database()
    addresses = []
    for number in range(5):
        own_sqlite.write(f"UPDATE areas SET name = '{'x' * (number + 1)}' WHERE code = '{small.area(1, 1, 1, 1)}'")
        database.forget()
        addresses.append(made(store, database).geometry.cells)
    database.close()
    names = [address.removeprefix("/geometry/").removesuffix(".json") for address in addresses]
    assert [store.fetch(name) is not None for name in names] == [False, False, True, True, True]


def test_another_process_serves_the_files_and_a_lost_store_is_filled_again(sqlite_database: ContractDatabase) -> None:
    keep = MemoryBroadcast()
    publisher, web = GeometryStore(keep), GeometryStore(keep)
    database = sqlite_database.database()
    shapes = made(publisher, database)
    assert len(content(web, shapes.geometry.cells)["features"]) == 24
    keep.clear()
    made(publisher, database)
    assert len(content(GeometryStore(keep), shapes.geometry.cells)["features"]) == 24
    database.close()


def test_only_names_are_looked_up() -> None:
    class Refusing(MemoryBroadcast):
        def fetch(self, key: str) -> bytes | None:
            raise AssertionError(key)

    store = GeometryStore(Refusing())
    for name in ("", "..", "x" * 20, "wishes", "0" * 19, "0" * 21, "ABCDEF0123456789ABCD"):
        assert store.fetch(name) is None


def test_without_the_store_this_process_has_its_own_files(sqlite_database: ContractDatabase) -> None:
    class Lost(MemoryBroadcast):
        def fetch(self, key: str) -> bytes | None:
            raise StoreError(key)

        def put(self, entries: Mapping[str, bytes]) -> None:
            raise StoreError(str(len(entries)))

    store = GeometryStore(Lost())
    database = sqlite_database.database()
    assert len(content(store, made(store, database).geometry.cells)["features"]) == 24
    database.close()


def test_water_near_the_place_is_drawn_and_credited(tmp_path: Path, sqlite_database: ContractDatabase) -> None:
    def lake(west: float) -> dict[str, Any]:
        ring = [[west, 34.0], [west + 0.02, 34.0], [west + 0.02, 34.02], [west, 34.0]]
        return {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [ring]}}

    path = tmp_path / "water.json"
    path.write_text(
        json.dumps({"type": "FeatureCollection", "features": [lake(117.25), lake(120.0)]}), encoding="utf-8"
    )
    store = GeometryStore(MemoryBroadcast(), backdrop=path, credit="© someone", schematic=True)
    database = sqlite_database.database()
    geometry = made(store, database).geometry
    database.close()
    assert len(content(store, geometry.water)["features"]) == 1
    assert (geometry.credit, geometry.schematic) == ("© someone", True)


@pytest.mark.parametrize("text", ["", "[]", '{"features": [1, null]}', '{"features": [{"geometry": null}]}', "{}"])
def test_a_backdrop_that_cannot_be_read_is_only_missing(
    text: str, tmp_path: Path, sqlite_database: ContractDatabase
) -> None:
    path = tmp_path / "water.json"
    path.write_text(text, encoding="utf-8")
    store = GeometryStore(MemoryBroadcast(), backdrop=path)
    database = sqlite_database.database()
    assert made(store, database).geometry.water is None
    database.close()


def test_upon_tiles_of_another_datum_everything_is_drawn_in_it(sqlite_database: ContractDatabase) -> None:
    store = GeometryStore(MemoryBroadcast(), tiles="https://tiles.example/{z}/{x}/{y}.png", tiles_crs=Crs.GCJ02)
    database = sqlite_database.database()
    geometry = made(store, database).geometry
    database.close()
    assert geometry.tiles == "https://tiles.example/{z}/{x}/{y}.png"
    corner = content(store, geometry.cells)["features"][0]["geometry"]["coordinates"][0][0]
    assert corner == pytest.approx(from_wgs84(117.0, 34.0, Crs.GCJ02), abs=1e-5)
    assert abs(corner[0] - 117.0) > 0.001
    label = next(label for label in content(store, geometry.outlines)["labels"] if label["name"] == "东湖区")
    assert (label["lon"], label["lat"]) == pytest.approx(from_wgs84(117.04, 34.02, Crs.GCJ02), abs=1e-5)
