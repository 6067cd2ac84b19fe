"""Minutes online, grids visited, times off post: on paper, on each engine.

Grid 1111 lies from 117.00 to 117.02 east and from 34.00 to 34.02 north, 1112 east of it, 1121 north of it. It is 10:30.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

import pytest
from sqlalchemy import Select

from data_access.scope import Audience, Scope
from indicators.readings.patrols import merged, patrols, without
from indicators.values import Count, NotRecorded, Rate
from indicators.windows import Between
from tests.fixtures.contract import ENGINES, ContractServers
from tests.fixtures.edges import Edges, Row, at, city_with, when
from tests.fixtures.small import area

WALL = Scope.of(Audience.WALL)
HOME: Final = area(1, 1, 1, 1)
NORTH: Final = area(1, 1, 2, 1)
IN: Final = (117.01, 34.01)
EAST: Final = (117.03, 34.01)
"""In the next grid, a mile from home."""


def _south(metres: float) -> tuple[float, float]:
    """So far outside of grid 1111 and of the city."""
    return 117.01, 34.0 - metres / 111_320


def _shift(worker: str, start: str, end: str, kind: str = "duty", place: str | None = HOME) -> Row:
    return {"worker_id": worker, "start_at": at(start), "end_at": at(end), "kind": kind, "area_code": place}


SHIFTS: Final = [
    # a1: two shifts that overlap, and half an hour of leave: 8:00 to 9:00 and 9:30 to 10:30
    _shift("a1", "03-11 08:00", "03-11 10:00"),
    _shift("a1", "03-11 09:00", "03-11 11:00"),
    _shift("a1", "03-11 09:00", "03-11 09:30", "leave"),
    # a2: until noon, with an approved outing from 10:00 to 10:20
    _shift("a2", "03-11 08:00", "03-11 12:00"),
    _shift("a2", "03-11 10:00", "03-11 10:20", "outing"),
    # a3: where the person serves; a4: nobody knows where; a5: never on duty; a6: since yesterday evening; a7: tomorrow
    _shift("a3", "03-11 08:00", "03-11 09:00", place=None),
    _shift("a4", "03-11 08:00", "03-11 08:30", place=None),
    _shift("a5", "03-11 08:00", "03-11 10:00", "outing"),
    _shift("a6", "03-10 20:00", "03-11 10:00", place=NORTH),
    _shift("a7", "03-12 08:00", "03-12 10:00"),
]
SERVED: Final[list[Row]] = [
    {"worker_id": "a3", "area_code": HOME},
    {"worker_id": "a3", "area_code": area(3), "valid_to": at("03-10 00:00")},
]


def _pings(worker: str, place: tuple[float, float], *times: str, accuracy: float | None = 12.0) -> list[Row]:
    return [
        {"worker_id": worker, "at": at(f"03-11 {time}"), "lon": place[0], "lat": place[1], "accuracy_m": accuracy}
        for time in times
    ]


PINGS: Final[list[Row]] = [
    # ten minutes are near enough, a second more is not; nothing counts on leave, but up to it and from it on
    *_pings("a1", IN, "08:00", "08:10", "08:20:01", "08:30", "08:55", "09:00", "09:25", "09:35"),
    *_pings("a1", (117.01, 34.03), "09:05"),
    # away for half an hour; back; away for fifteen minutes with one look inside; back
    *_pings("a2", EAST, "08:00", "08:05", "08:10", "08:15", "08:20", "08:25", "08:30"),
    *_pings("a2", IN, "08:35", "08:40", "08:45"),
    *_pings("a2", EAST, "08:50", "08:55", "09:05"),
    *_pings("a2", IN, "09:00", "09:10", "09:15", "09:20"),
    # away, no data for a quarter of an hour, away: twice too short; an outing; away until now: too short
    *_pings("a2", EAST, "09:25", "09:30", "09:45", "09:50", "09:55"),
    *_pings("a2", EAST, "10:00", "10:05", "10:10", "10:15", "10:20", "10:25", "10:30"),
    # within the fence; within it as far as the position is known; not known well enough; outside for fifteen minutes
    *_pings("a3", _south(40), "08:00", "08:10"),
    *_pings("a3", _south(60), "08:20"),
    *_pings("a3", _south(900), "08:30", accuracy=60.0),
    *_pings("a3", _south(70), "08:40", "08:50", "08:55", accuracy=None),
    # not accurate enough for a visit; a visit in another county
    *_pings("a4", (117.05, 34.01), "08:00", accuracy=51.0),
    *_pings("a4", (117.09, 34.01), "08:05", accuracy=50.0),
    # nobody on duty: not looked at
    *_pings("a5", (117.13, 34.01), "08:00", "08:05", "08:10", "08:15", "08:20"),
    *_pings("a7", (117.15, 34.01), "08:00", "08:05"),
]

ROWS: Final = {
    "shifts": [{"id": n, **row} for n, row in enumerate(SHIFTS, 1)],
    "worker_areas": SERVED,
    "patrol_pings": [{"id": n, **row} for n, row in enumerate(PINGS, 1)],
}
ALL: Final = ("online", "cover", "offpost")


@pytest.fixture(scope="module", params=ENGINES)
def walked(request: pytest.FixtureRequest, contract_servers: ContractServers) -> Iterator[Edges]:
    """On SQLite, PostgreSQL and MariaDB in turn; never write to it."""
    yield from city_with(contract_servers, request.param, ROWS, alone=True)


@pytest.fixture
def own_walked(contract_servers: ContractServers) -> Iterator[Edges]:
    """On SQLite, a copy for this test alone."""
    yield from city_with(contract_servers, "sqlite", ROWS, alone=True)


def asked(edges: Edges, place: str | None = None, **more: Any) -> dict[str, Rate | Count | NotRecorded]:
    with edges.database.reader(WALL) as db:
        return patrols(db, when(place=place), ALL, **more)


def test_the_city_on_paper(walked: Edges) -> None:
    """Duty: 120, 150, 60, 30 and 600 minutes. Online: 29:59, 135, 55 and 5. Grids 1111, 1112 and 2111. a2 twice, a3."""
    assert asked(walked) == {"online": Rate(224, 960), "cover": Rate(3, 24), "offpost": Count(3)}


def test_a_place_has_its_people_and_its_grids(walked: Edges) -> None:
    """a4 belongs nowhere, and was in county 2."""
    assert asked(walked, area(1)) == {"online": Rate(219, 930), "cover": Rate(2, 8), "offpost": Count(3)}
    assert asked(walked, area(2)) == {"online": Rate(0, 0), "cover": Rate(1, 8), "offpost": Count(0)}
    assert asked(walked, NORTH) == {"online": Rate(0, 600), "cover": Rate(0, 1), "offpost": Count(0)}


def test_another_span(walked: Edges) -> None:
    """Of a6 four hours were yesterday."""
    yesterday = Between(datetime(2026, 3, 10), datetime(2026, 3, 11))
    assert asked(walked, span=yesterday) == {"online": Rate(0, 240), "cover": Rate(0, 24), "offpost": Count(0)}


def test_few_statements_and_no_id_of_a_person(walked: Edges, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[Select[Any]] = []
    with walked.database.reader(WALL) as db:
        rows = db.rows

        def hear(statement: Select[Any]) -> Any:
            heard.append(statement)
            return rows(statement)

        monkeypatch.setattr(db, "rows", hear)
        patrols(db, when(), ALL)
    assert len(heard) <= 4, "shifts, areas served, positions, boundaries"
    assert [column.name for one in heard for column in one.selected_columns if "worker" in column.name] == []


def test_what_is_not_recorded_is_said(own_walked: Edges) -> None:
    own_walked.drop("shifts", "area_code")
    assert asked(own_walked)["offpost"] == Count(1), "only a3 is known to serve anywhere"
    own_walked.made.write("DROP TABLE worker_areas")
    own_walked.database.forget()
    found = asked(own_walked)
    assert found["offpost"] == NotRecorded(("shifts.area_code", "worker_areas"))
    assert (found["online"], found["cover"]) == (Rate(224, 960), Rate(3, 24))
    own_walked.made.write("DROP TABLE patrol_pings")
    own_walked.database.forget()
    assert asked(own_walked) == dict.fromkeys(ALL, NotRecorded(("patrol_pings",)))


def test_without_boundaries_there_are_no_grids_and_no_fences(own_walked: Edges) -> None:
    own_walked.made.write("UPDATE areas SET boundary = '{'")
    assert asked(own_walked) == {"online": Rate(224, 960), "cover": Rate(0, 0), "offpost": Count(0)}


def test_an_unknown_number_is_an_error(own_walked: Edges) -> None:
    with own_walked.database.reader(WALL) as db, pytest.raises(LookupError):
        patrols(db, when(), ["overdue"])


def test_time_is_merged_and_taken_away() -> None:
    hour = [datetime(2026, 3, 11, 8) + timedelta(hours=n) for n in range(6)]
    assert merged([(hour[2], hour[3]), (hour[0], hour[1]), (hour[1], hour[2]), (hour[5], hour[5])]) == [
        (hour[0], hour[3])
    ]
    assert without([(hour[0], hour[5])], [(hour[1], hour[2]), (hour[4], hour[5])]) == [
        (hour[0], hour[1]), (hour[2], hour[4]),
    ]  # fmt: skip
    assert without([(hour[1], hour[2])], [(hour[0], hour[3])]) == []
