"""Ages by stage and the longest waits: against SQL by hand and on paper, on each engine."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from data_access.contract import Stage
from data_access.scope import Audience, Scope
from indicators.readings import process
from indicators.readings.process import Ageing, Longest, LongestRow, StageAge, ageing, longest
from indicators.rules import orders
from indicators.values import Light
from tests.fixtures.edges import NOW, Edges, when
from tests.fixtures.small import area

WALL, LEADER = Scope.of(Audience.WALL), Scope.of(Audience.LEADER)
BOUNDS = ("2026-03-11 09:30:00", "2026-03-11 06:30:00", "2026-03-10 10:30:00", "2026-03-08 10:30:00")
"""1, 4, 24 and 72 hours before 10:30."""
DUE = "coalesce(close_due_at, handle_due_at)"


def aged(edges: Edges, scope: Scope = WALL, place: str | None = None) -> dict[Stage, StageAge]:
    with edges.database.reader(scope) as db:
        found = ageing(db if place is None else db.narrowed(place), when(place=place))
    assert isinstance(found, Ageing)
    assert [row.stage for row in found.stages] == list(orders.OPEN_STAGES)
    return {row.stage: row for row in found.stages}


def waits(edges: Edges, scope: Scope = LEADER, listed: int = 1000, now: datetime = NOW) -> Longest:
    with pytest.MonkeyPatch.context() as patch, edges.database.reader(scope) as db:
        patch.setattr(process, "LISTED", listed)
        return longest(db, when(now))


def by_order(edges: Edges) -> dict[str, LongestRow]:
    return {row.order_id: row for row in waits(edges).rows}


STANDING = {"a08", "a10"}
"""Orders suspended in time."""
PLACES = pytest.mark.parametrize("place", [None, area(1, 1), area(3)])


def assert_bands(edges: Edges, place: str | None) -> None:
    mine, count = "1 = 1" if place is None else f"area_code LIKE '{place}%'", "SELECT count(*) FROM work_orders WHERE "
    for stage, found in aged(edges, place=place).items():
        here, entry = f"stage = '{stage}' AND {mine}", orders.ENTERED_BY[stage]
        older = [f"{entry} <= '{bound}'" for bound in BOUNDS]
        bands = zip([f"{entry} IS NOT NULL", *older], [*(f"NOT ({one})" for one in older), "1 = 1"], strict=True)
        assert found.by_band == tuple(edges.hand.one(f"{count}{here} AND {low} AND {high}") for low, high in bands)
        assert found.waiting == edges.hand.one(count + here)
        assert found.unknown == edges.hand.one(f"{count}{here} AND {entry} IS NULL")
        assert sum(found.by_band) + found.unknown == found.waiting
        ((oldest,),) = edges.hand.rows(f"SELECT min({entry}) FROM work_orders WHERE {here}")
        assert found.oldest == (None if oldest is None else datetime.fromisoformat(str(oldest)))


@PLACES
def test_each_band_equals_a_count_by_hand(scenery: Edges, place: str | None) -> None:
    assert_bands(scenery, place)


@PLACES
def test_so_do_those_of_the_city_with_edges(edges: Edges, place: str | None) -> None:
    assert_bands(edges, place)


def test_ages_on_paper(scenery: Edges) -> None:
    """a03 is ahead of our clock and so the youngest; a01 has waited exactly an hour, which is the next band."""
    found = aged(scenery)
    assert found[Stage.REPORTED] == StageAge(Stage.REPORTED, 3, (2, 1, 0, 0, 0), 0, datetime(2026, 3, 11, 9, 30))
    assert found[Stage.VERIFYING] == StageAge(
        Stage.VERIFYING, 2, (0, 0, 1, 0, 0), 0, datetime(2026, 3, 11, 6, 30), unknown=1
    )
    assert found[Stage.FILED].by_band == (0, 0, 0, 1, 0)
    assert found[Stage.FILED].overdue == 1
    assert found[Stage.CHECKING].by_band == (0, 0, 0, 0, 1)


def test_stages_of_the_flow_and_of_the_ages_say_the_same_overdue(scenery: Edges) -> None:
    """a08 is past the source's deadline and stands still: nobody is late with it."""
    late = scenery.hand.one(
        f"SELECT count(*) FROM work_orders WHERE stage = 'handling' AND {DUE} < '2026-03-11 10:30:00' AND id <> 'a08'"
    )
    assert aged(scenery)[Stage.HANDLING].overdue == late


def test_bands_are_the_policys(sqlite_edges: Edges) -> None:
    policy = when().policy
    at = replace(
        when(), policy=policy.model_copy(update={"ageing": policy.ageing.model_copy(update={"hours": (2.0,)})})
    )
    with sqlite_edges.database.reader(WALL) as db:
        found = ageing(db, at)
    assert found.bands == (2.0,)
    assert all(row.by_band is not None and len(row.by_band) == 2 for row in found.stages)


def test_a_stage_whose_entry_is_not_recorded_has_no_bands(own_scenery: Edges) -> None:
    own_scenery.drop("work_orders", "taken_at")
    found = aged(own_scenery)
    handling = found[Stage.HANDLING]
    assert (handling.by_band, handling.oldest, handling.unknown) == (None, None, handling.waiting)
    assert found[Stage.REPORTED].by_band is not None
    assert {row.stage for row in waits(own_scenery).rows} == set(orders.OPEN_STAGES) - {Stage.HANDLING}


def test_ages_without_deadlines_say_nothing_of_overdue(own_scenery: Edges) -> None:
    assert any(row.light is not Light.NONE for row in waits(own_scenery).rows), "by the recorded deadlines"
    own_scenery.drop("work_orders", "close_due_at", "handle_due_at")
    assert {row.overdue for row in aged(own_scenery).values()} == {None}
    assert {row.light for row in waits(own_scenery).rows} == {Light.NONE}


@pytest.mark.parametrize(("scope", "seen"), [(WALL, "category_code <> 'X0101'"), (LEADER, "1 = 1")])
def test_the_longest_waits_are_those_of_a_list_by_hand(scenery: Edges, scope: Scope, seen: str) -> None:
    since = " ".join(f"WHEN '{stage}' THEN {column}" for stage, column in orders.ENTERED_BY.items())
    entered = scenery.hand.rows(
        f"SELECT id FROM work_orders WHERE CASE stage {since} END IS NOT NULL"
        f" AND (category_code IS NULL OR {seen}) ORDER BY CASE stage {since} END, id"
    )
    first = [row[0] for row in entered]
    found = waits(scenery, scope)
    held = {row.order_id: row.held_s for row in found.rows}
    assert held.keys() == set(first) - STANDING
    assert list(held) == sorted(held, key=lambda one: (-held[one], first.index(one))), "most hours first"
    few = [one for one in first[:6] if one in held]
    assert len(few) >= 3, "of six candidates some stand still"
    expected = sorted(few, key=lambda one: (-held[one], first.index(one)))[:3]
    assert [row.order_id for row in waits(scenery, scope, listed=3).rows] == expected
    assert found.total == scenery.hand.one(
        "SELECT count(*) FROM work_orders WHERE stage NOT IN ('closed', 'void', 'cancelled')"
    )


def test_who_stands_still_is_not_waited_for(scenery: Edges) -> None:
    """a09 was late long before it was suspended: it cannot hide there."""
    assert not STANDING & by_order(scenery).keys()
    assert by_order(scenery)["a09"].light is Light.OVERDUE


def test_time_in_the_stage_is_that_of_the_orders_clock(scenery: Edges) -> None:
    found = by_order(scenery)
    assert found["k09"].held_s == 1.5 * 3600
    assert found["k01"].held_s == (0.5 + 4 + 8 + 2.5) * 3600, "since it was last taken, at 11:30 on Monday"
    assert found["a15"].held_s == (3 * 60 + 50) * 60, "by a clock that does not stop"
    assert found["a11"].held_s == (7 + 8 + 8 + 2.5) * 3600, "Thursday from nine, Friday suspended"
    assert found["a14"].held_s == (14 * 24 + 1.5) * 3600
    assert found["a13"].since == found["a14"].since == datetime(2026, 2, 25, 9)


def test_a_page_is_full_whatever_stands_still(scenery: Edges) -> None:
    """The two oldest stand still: a page of one is found behind them."""
    assert [row.order_id for row in waits(scenery, listed=1).rows] == ["a09"]
    later = waits(scenery, listed=2, now=NOW + timedelta(days=8))
    assert [row.order_id for row in later.rows] == ["a08", "a12"], "the suspension of a08 is over"


def test_where_only_reports_are_timed_those_are_listed(own_scenery: Edges) -> None:
    own_scenery.drop("work_orders", *(column for column in orders.ENTERED_BY.values() if column != "reported_at"))
    assert {row.stage for row in waits(own_scenery).rows} == {Stage.REPORTED}
