"""Map layers, the facts of an area, and of an order: cells and the rest are the whole, on each engine."""

import pytest

from data_access.errors import UnknownPlace
from data_access.reference import AreaTree
from data_access.scope import Audience, Scope
from indicators.readings.counts import pulse
from indicators.readings.facts import area_facts, order_facts
from indicators.readings.map_cells import cells_of, map_overdue, map_workload
from indicators.values import Light, NotRecorded
from tests.fixtures import small
from tests.fixtures.edges import DUE, LATE, NEW_GRID, NOW, Edges, when
from tests.fixtures.small import area

WALL, LEADER = Scope.of(Audience.WALL), Scope.of(Audience.LEADER)
OPEN = "stage IN ('reported', 'verifying', 'filed', 'dispatched', 'handling', 'checking')"
GRIDS = sorted(row["code"] for row in small.AREAS if row["level"] == "grid")


def test_cells_equal_a_recount_by_hand(edges: Edges) -> None:
    by_hand = dict(edges.hand.rows(f"SELECT area_code, count(*) FROM work_orders WHERE {OPEN} GROUP BY area_code"))
    late = dict(
        edges.hand.rows(f"SELECT area_code, count(*) FROM work_orders WHERE {OPEN} AND {LATE} GROUP BY area_code")
    )
    with edges.database.reader(WALL) as db:
        load, overdue, head = map_workload(db, when()), map_overdue(db, when()), pulse(db, when())
    assert not isinstance(overdue, NotRecorded)
    assert load.level == overdue.level == "grid"
    assert load.counts == {code: n for code, n in by_hand.items() if code in GRIDS}
    assert overdue.counts == {code: n for code, n in late.items() if code in GRIDS}
    assert (load.total, overdue.total) == (head.open, head.overdue) == (51, 14)
    assert load.not_located == 51 - sum(n for code, n in by_hand.items() if code in GRIDS) == 8
    assert overdue.not_located == 1, "x19, of a code nobody knows"
    assert overdue.values == {code: float(late.get(code, 0)) for code in GRIDS}
    assert overdue.unit == "count"


def test_by_households_where_nine_in_ten_cells_know_them(edges: Edges, own_edges: Edges) -> None:
    with edges.database.reader(WALL) as db:
        load = map_workload(db, when())
    assert load.unit == "per_1000_households", "22 of 24 grids record households"
    known = {row["code"]: row["households"] for row in small.AREAS if row["level"] == "grid"}
    for code in GRIDS:
        households = known[code]
        expected = None if households is None else 1000 * load.counts.get(code, 0) / households
        assert load.values[code] == expected
    assert load.counts[area(3, 2, 2, 1)] == 1, "counted even where households are not recorded"
    own_edges.made.write(f"UPDATE areas SET households = NULL WHERE code = '{GRIDS[0]}'")
    own_edges.database.forget()
    with own_edges.database.reader(WALL) as db:
        few = map_workload(db, when())
    assert few.unit == "count"
    assert few.values == {code: float(few.counts.get(code, 0)) for code in GRIDS}


@pytest.mark.parametrize("place", [None, area(1), area(1, 1), area(1, 1, 1), area(1, 1, 1, 1)])
def test_cells_and_the_not_located_are_the_whole_of_each_place(edges: Edges, place: str | None) -> None:
    with edges.database.reader(WALL) as whole:
        db = whole if place is None else whole.narrowed(place)
        at = when(place=place)
        load, late, head = map_workload(db, at), map_overdue(db, at), pulse(db, at)
        level, cells = cells_of(db.reference.tree, place)
    assert not isinstance(late, NotRecorded)
    assert (load.total, late.total) == (head.open, head.overdue)
    for layer in (load, late):
        assert sum(layer.counts.values()) + layer.not_located == layer.total
        assert layer.level == level == "grid"
        assert tuple(layer.values) == tuple(cell.code for cell in cells)
        assert set(layer.counts) <= set(layer.values)


def test_the_cells_of_a_place_are_its_lowest_drawn_level(edges: Edges) -> None:
    with edges.database.reader(WALL) as db:
        tree = db.reference.tree
    assert [cell.code for cell in cells_of(tree, area(2, 1))[1]] == [
        code for code in GRIDS if code.startswith(area(2, 1))
    ]
    coarse = AreaTree({code: one for code, one in tree.by_code.items() if one.level not in ("grid", "community")})
    assert [cell.code for cell in cells_of(coarse, None)[1]] == sorted(
        row["code"] for row in small.AREAS if row["level"] == "street"
    )
    assert cells_of(AreaTree({}), None) == ("city", ())


def test_the_facts_of_an_area_are_its_own_numbers(edges: Edges) -> None:
    code = area(1, 1, 1, 1)
    with edges.database.reader(LEADER) as db:
        found = area_facts(db, when(place=code))
        head = pulse(db.narrowed(code), when(place=code))
    here = f"FROM work_orders WHERE {OPEN} AND area_code = '{code}'"
    assert found.pulse == head
    assert found.by_stage == tuple(
        (stage, edges.hand.one(f"SELECT count(*) {here} AND stage = '{stage}'"))
        for stage in ("reported", "verifying", "filed", "dispatched", "handling", "checking")
    )
    listed = edges.hand.rows(
        f"SELECT id {here} ORDER BY CASE WHEN {DUE} IS NULL OR id = 'x10' THEN 1 ELSE 0 END,"
        f" CASE WHEN id <> 'x10' THEN {DUE} END, id"
    )
    assert [order.id for order in found.orders] == [row[0] for row in listed], "x10 is parked: it has no deadline now"
    assert found.truncated is False
    assert (found.on_duty, found.planned) == (1, 1)
    assert next(order.light for order in found.orders if order.id == "x10") is Light.PAUSED
    assert next(order.light for order in found.orders if order.id == "x36") is Light.NONE
    assert all(order.title for order in found.orders)


def test_the_facts_of_the_city_have_everything_in_it(edges: Edges) -> None:
    with edges.database.reader(WALL) as db:
        found, head = area_facts(db, when(place=small.CITY)), pulse(db, when())
    assert found.pulse == head
    assert sum(n for _, n in found.by_stage) == head.open
    assert (found.on_duty, found.planned) == (11, 18)
    assert (len(found.orders), found.truncated) == (49, False), "p07 and x17 are of a sensitive class"
    assert {order.title for order in found.orders} == {None}, "a wall reads no titles"


@pytest.mark.parametrize("departments", [("D1",), ()])
def test_in_a_foreign_area_an_official_is_told_no_number_of_people(edges: Edges, departments: tuple[str, ...]) -> None:
    """What a department's right opens holds its cases alone; 0 of 0 on duty would say that nobody is there."""
    own, foreign = area(2), area(1, 1, 1, 1)
    scope = Scope.of(Audience.OFFICIAL, {own}, departments or None)
    with edges.database.reader(scope) as db:
        inside = [area_facts(db, when(place=code)) for code in (own, area(2, 2, 2))]
        beyond = [area_facts(db, when(place=code)) for code in ((foreign, small.CITY) if departments else ())]
    assert [(found.on_duty, found.planned) for found in inside] == [(1, 5), (1, 2)]
    assert [(found.on_duty, found.planned) for found in beyond] == [(None, None)] * len(beyond)
    with edges.database.reader(Scope.of(Audience.OFFICIAL, None, {"D1"})) as db:
        assert area_facts(db, when(place=own)).on_duty is None


def test_an_unknown_area_is_not_there(edges: Edges) -> None:
    with edges.database.reader(LEADER) as db, pytest.raises(UnknownPlace):
        area_facts(db, when(place=NEW_GRID))


def test_an_order_is_opened_whole_for_those_who_may(edges: Edges) -> None:
    with edges.database.reader(LEADER) as db:
        found = order_facts(db, when(), "o08")
        nameless = order_facts(db, when(), "x16")
    assert (found.title, found.stage, found.due, found.light) == (
        "件 o08",
        "handling",
        small.at("03-11 14:05"),
        Light.WATCH,
    )
    assert [step.action for step in found.steps] == ["report", "accept", "file", "dispatch", "take"]
    assert found.steps == tuple(sorted(found.steps, key=lambda step: step.at))
    assert nameless.category == ""
    assert found.reported_at < NOW


@pytest.mark.parametrize(
    ("scope", "order"),
    [
        (WALL, "o08"),
        (Scope.of(Audience.PUBLIC), "o08"),
        (Scope.of(Audience.OFFICIAL, areas=[area(1)]), "o08"),
        (Scope.of(Audience.OFFICIAL, departments=["D1"]), "o08"),
        (LEADER, "nobody"),
        (LEADER, "' OR 1 = 1 --"),
    ],
)
def test_an_order_outside_and_one_that_does_not_exist_answer_alike(edges: Edges, scope: Scope, order: str) -> None:
    with edges.database.reader(scope) as db, pytest.raises(UnknownPlace) as refused:
        order_facts(db, when(), order)
    assert refused.value.key == "unknown-place"
