"""People on duty and planned, and the maps of people: against SQL by hand, on each engine."""

from data_access.scope import Audience, Scope
from indicators.readings.map_cells import map_duty
from indicators.readings.people import AreaDuty, Duty, duty, on_duty_by_area
from indicators.values import NotRecorded
from tests.fixtures import small
from tests.fixtures.edges import FOREIGN, Edges, when
from tests.fixtures.small import area

WALL = Scope.of(Audience.WALL)
COVERS = "start_at <= '2026-03-11 10:30:00' AND end_at > '2026-03-11 10:30:00'"
PLANNED = (
    f"SELECT DISTINCT worker_id FROM shifts s WHERE kind = 'duty' AND {COVERS} AND NOT EXISTS"
    f" (SELECT 1 FROM shifts l WHERE l.worker_id = s.worker_id AND l.kind = 'leave'"
    " AND l.start_at <= '2026-03-11 10:30:00' AND l.end_at > '2026-03-11 10:30:00')"
)
FRESH = "SELECT worker_id FROM worker_positions WHERE at >= '2026-03-11 10:20:00' AND at <= '2026-03-11 10:35:00'"


def test_heads_are_counted_once_and_equal_a_recount_by_hand(edges: Edges) -> None:
    with edges.database.reader(WALL) as db:
        taken = duty(db, when())
    assert isinstance(taken, Duty)
    assert taken.planned == edges.hand.one(f"SELECT count(*) FROM ({PLANNED}) p") == 18
    assert taken.on_duty == edges.hand.one(f"SELECT count(*) FROM ({PLANNED}) p WHERE worker_id IN ({FRESH})") == 11


def test_by_county_on_paper(edges: Edges) -> None:
    """County 1: w01-w04, n01, n03, n04, n06-n08; county 2: w05-w08, n09; county 3: n11; nowhere: n10 and n13."""
    with edges.database.reader(WALL) as db:
        taken = duty(db, when())
    assert isinstance(taken, Duty)
    assert taken.by_area == (AreaDuty(area(1), 8, 10), AreaDuty(area(2), 1, 5), AreaDuty(area(3), 0, 1))
    assert taken.not_located == 2
    assert taken.planned == 18


def test_the_parts_and_the_not_located_are_the_whole(edges: Edges) -> None:
    with edges.database.reader(WALL) as db:
        city, cells = duty(db, when()), map_duty(db, when())
        by_code = on_duty_by_area(db, when())
    assert isinstance(city, Duty)
    assert not isinstance(cells, NotRecorded)
    assert sum(row.planned for row in city.by_area) + city.not_located == city.planned
    assert sum(cells.counts.values()) + cells.not_located == cells.total == city.on_duty
    assert by_code[FOREIGN] == (1, 1)
    assert by_code[None] == (1, 1)
    assert by_code[area(3)] == (0, 1)
    assert by_code[area(2, 2, 2, 1)] == (1, 1), "the area served now, neither the one before nor the one after"
    assert cells.level == "grid"
    assert cells.counts == {
        area(1, 1, 1, 1): 1,
        area(1, 1, 1, 2): 1,
        area(1, 1, 2, 1): 1,
        area(1, 2, 1, 1): 1,
        area(1, 1, 2, 2): 4,
        area(2, 2, 2, 1): 1,
    }
    assert cells.not_located == 2
    assert set(cells.values) == {row["code"] for row in small.AREAS if row["level"] == "grid"}
    assert cells.unit == "count"


def test_a_smaller_place_shows_its_own_people(edges: Edges) -> None:
    with edges.database.reader(WALL) as db:
        county = duty(db.narrowed(area(1)), when(place=area(1)))
        street = duty(db.narrowed(area(1, 1)), when(place=area(1, 1)))
    assert isinstance(county, Duty)
    assert isinstance(street, Duty)
    assert (county.on_duty, county.planned, county.not_located) == (8, 10, 0)
    assert county.by_area == (AreaDuty(area(1, 1), 7, 9), AreaDuty(area(1, 2), 1, 1))
    assert (street.on_duty, street.planned) == (7, 9)
    assert [row.area for row in street.by_area] == [area(1, 1, 1), area(1, 1, 2)]


def test_without_shifts_or_positions_it_is_not_recorded(own_edges: Edges) -> None:
    own_edges.made.write("DROP TABLE worker_positions")
    own_edges.database.forget()
    with own_edges.database.reader(WALL) as db:
        assert duty(db, when()) == map_duty(db, when()) == NotRecorded(("worker_positions",))


def test_without_areas_of_shifts_the_areas_of_the_workers_say_where(own_edges: Edges) -> None:
    own_edges.drop("shifts", "area_code")
    with own_edges.database.reader(WALL) as db:
        taken = duty(db, when())
    assert isinstance(taken, Duty)
    assert (taken.on_duty, taken.planned) == (11, 18)
    assert taken.not_located == 2, "n10 serves nowhere, n13 in no area either"
    own_edges.made.write("DROP TABLE worker_areas")
    own_edges.database.forget()
    with own_edges.database.reader(WALL) as db:
        nowhere = duty(db, when())
    assert isinstance(nowhere, Duty)
    assert (nowhere.on_duty, nowhere.planned, nowhere.not_located) == (11, 18, 18)
