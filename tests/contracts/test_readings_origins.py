"""Levels that settled, sources, classes that rise and fall: against SQL by hand, on each engine."""

import pytest

from data_access.contract import Level
from data_access.scope import Audience, Scope
from indicators.readings.history import TypeCount, rose, types
from indicators.readings.origins import Ladder, LadderStep, Origin, Origins, ladder, origins, type_moves
from indicators.values import NotRecorded
from tests.fixtures.edges import Edges, when
from tests.fixtures.small import area

WALL, LEADER = Scope.of(Audience.WALL), Scope.of(Audience.LEADER)
NOW, MIDDLE, START = "2026-03-11 10:30:00", "2026-03-04 10:30:00", "2026-02-25 10:30:00"
PLACES = pytest.mark.parametrize("place", [None, area(1, 1), area(3)])


def counted(edges: Edges, place: str | None, condition: str) -> int:
    mine = "1 = 1" if place is None else f"area_code LIKE '{place}%'"
    return int(edges.hand.one(f"SELECT count(*) FROM work_orders WHERE {mine} AND {condition}"))


def between(column: str, start: str, end: str) -> str:
    return f"{column} > '{start}' AND {column} <= '{end}'"


def assert_ladder(edges: Edges, place: str | None) -> None:
    with edges.database.reader(WALL) as whole:
        found = ladder(whole if place is None else whole.narrowed(place), when(place=place))
    assert isinstance(found, Ladder)
    now, before = (f"stage = 'closed' AND {between('closed_at', *ends)}" for ends in ((MIDDLE, NOW), (START, MIDDLE)))
    settled = "(outcome IS NULL OR outcome <> 'forced')"
    by = {
        "grid": "resolved_level IN ('grid', 'micro_grid')", "community": "resolved_level = 'community'",
        "street": "resolved_level = 'street'", "county": "resolved_level = 'county'", "city": "resolved_level = 'city'",
    }  # fmt: skip
    assert found.levels == tuple(
        LadderStep(
            Level(level),
            counted(edges, place, f"{now} AND {settled} AND {here}"),
            counted(edges, place, f"{before} AND {settled} AND {here}"),
        )
        for level, here in by.items()
    )
    unknown = f"{now} AND {settled} AND (resolved_level IS NULL OR NOT ({' OR '.join(by.values())}))"
    assert found.unknown == counted(edges, place, unknown)
    assert found.forced == counted(edges, place, f"{now} AND outcome = 'forced'")
    assert found.on_spot == counted(edges, place, f"{now} AND {settled} AND handled_on_spot = 1")
    assert found.total == counted(edges, place, now)
    assert sum(step.n for step in found.levels) + found.unknown + found.forced == found.total


@PLACES
def test_levels_equal_a_count_by_hand(scenery: Edges, place: str | None) -> None:
    assert_ladder(scenery, place)


@PLACES
def test_so_do_those_of_the_city_with_edges(edges: Edges, place: str | None) -> None:
    assert_ladder(edges, place)


def test_there_is_something_on_each_step(scenery: Edges) -> None:
    with scenery.database.reader(WALL) as db:
        found = ladder(db, when())
    assert isinstance(found, Ladder)
    assert all(step.n and step.before for step in found.levels)
    assert found.unknown
    assert found.forced
    assert found.on_spot


def assert_origins(edges: Edges, place: str | None) -> None:
    with edges.database.reader(WALL) as whole:
        found = origins(whole if place is None else whole.narrowed(place), when(place=place))
    assert isinstance(found, Origins)
    now, before = between("reported_at", MIDDLE, NOW), between("reported_at", START, MIDDLE)
    mine = "1 = 1" if place is None else f"area_code LIKE '{place}%'"
    names = edges.hand.rows(
        f"SELECT DISTINCT source FROM work_orders WHERE {mine} AND source IS NOT NULL"
        f" AND {between('reported_at', START, NOW)}"
    )
    rows = [
        Origin(str(name), *(counted(edges, place, f"{when_} AND source = '{name}'") for when_ in (now, before)))
        for (name,) in names
    ]
    assert found.rows == tuple(sorted(rows, key=lambda row: (-row.n, row.source)))
    assert found.unknown == counted(edges, place, f"{now} AND source IS NULL")
    assert found.total == counted(edges, place, now)


@PLACES
def test_sources_equal_a_count_by_hand(scenery: Edges, place: str | None) -> None:
    assert_origins(scenery, place)


@PLACES
def test_so_do_the_sources_of_the_city_with_edges(edges: Edges, place: str | None) -> None:
    assert_origins(edges, place)


def test_a_source_that_fell_silent_is_shown_with_nothing(scenery: Edges) -> None:
    """Video reported in each of the weeks before and not in this one."""
    with scenery.database.reader(WALL) as db:
        found = origins(db, when())
    assert isinstance(found, Origins)
    last = {row.source: row for row in found.rows}["video"]
    assert last.n == 0
    assert last.before > 0


def test_moves_of_types_equal_a_count_by_hand(own_scenery: Edges) -> None:
    """So many more that it is no chance, so many fewer, and a change that chance would bring."""
    plan = {"E0501": (60, 20), "C0101": (5, 40), "S01": (45, 40), "E05": (19, 2)}
    own_scenery.made.write("DELETE FROM work_orders WHERE id LIKE 'r%'")
    for category, (now, before) in plan.items():
        for nth in range(now + before):
            day = "2026-03-07" if nth < now else "2026-03-01"
            own_scenery.made.write(
                "INSERT INTO work_orders (id, case_no, category_code, area_code, stage, reported_at, filed_at)"
                f" VALUES ('m{category}{nth}', 'x', '{category}', '{area(1)}', 'closed', '{day} 09:00:00',"
                f" '{day} 09:00:00')"
            )
    extra = {
        category: [
            own_scenery.hand.one(
                f"SELECT count(*) FROM work_orders WHERE category_code = '{category}' AND id NOT LIKE 'm%'"
                f" AND stage <> 'void' AND {between('filed_at', *ends)}"
            )
            for ends in ((MIDDLE, NOW), (START, MIDDLE))
        ]
        for category in plan
    }
    with own_scenery.database.reader(WALL) as db:
        found, all_types = type_moves(db, when()), types(db, when())
    counts = {
        category: TypeCount(category, now + extra[category][0], before + extra[category][1])
        for category, (now, before) in plan.items()
    }
    assert found.rising == (counts["E0501"],), "E05 rose, but there are too few of it to say so"
    assert found.falling == (counts["C0101"],)
    assert all_types.rising == found.rising
    assert found.days == all_types.days == 7


@pytest.mark.parametrize(
    ("before", "after", "risen"),
    [(20, 36, True), (20, 35, True), (20, 34, False), (0, 19, False), (0, 20, True), (20, 20, False), (40, 20, False)],
)
def test_risen_is_more_than_two_standard_errors(before: int, after: int, risen: bool) -> None:
    """The difference of two counts has the standard error sqrt(before + after): 15 > 2 sqrt(55), 14 < 2 sqrt(54)."""
    assert rose(before, after, 20) is risen


@pytest.mark.parametrize(
    ("scope", "place", "named"),
    [(WALL, area(3, 1, 1), False), (LEADER, area(3, 1, 1), True), (WALL, area(3, 1), True)],
    ids=["hall, community", "leader, community", "hall, street"],
)
def test_a_small_place_names_no_sensitive_class(own_scenery: Edges, scope: Scope, place: str, named: bool) -> None:
    for nth in range(20):
        own_scenery.made.write(
            "INSERT INTO work_orders (id, case_no, category_code, area_code, stage, reported_at, filed_at) VALUES"
            f" ('s{nth}', 'x', 'X0101', '{area(3, 1, 1, 1)}', 'handling', '2026-03-10 09:00:00', '2026-03-10 09:00:00')"
        )
    with own_scenery.database.reader(scope) as db:
        found = type_moves(db.narrowed(place), when(place=place))
    assert [row.category for row in found.rising] == (["X0101"] if named else [])


@pytest.mark.parametrize(("column", "read"), [("resolved_level", ladder), ("source", origins)])
def test_what_is_not_recorded_is_said(own_scenery: Edges, column: str, read: object) -> None:
    own_scenery.drop("work_orders", column)
    with own_scenery.database.reader(WALL) as db:
        assert read(db, when()) == NotRecorded((f"work_orders.{column}",))  # type: ignore[operator]


def test_a_source_without_outcomes_and_without_solutions_on_the_spot(own_scenery: Edges) -> None:
    own_scenery.drop("work_orders", "outcome", "handled_on_spot")
    with own_scenery.database.reader(WALL) as db:
        found = ladder(db, when())
    assert isinstance(found, Ladder)
    assert (found.forced, found.on_spot) == (None, None)
    assert sum(step.n for step in found.levels) + found.unknown == found.total
