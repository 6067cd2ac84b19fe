"""Hot areas: counts by hand on each engine, chances by exact fractions, discoveries on paper."""

from dataclasses import replace
from fractions import Fraction
from math import comb

import pytest

from data_access.scope import Audience, Scope
from indicators.readings.hot import HotArea, HotAreas, discovered, hot_areas, tail
from indicators.values import At
from tests.fixtures.edges import Edges, when
from tests.fixtures.small import area

WALL = Scope.of(Audience.WALL)


def at(place: str | None = None, **rule: object) -> At:
    policy = when().policy
    return replace(when(place=place), policy=policy.model_copy(update={"hot": policy.hot.model_copy(update=rule)}))


def hot(edges: Edges, place: str | None = None, **rule: object) -> HotAreas:
    with edges.database.reader(WALL) as db:
        found = hot_areas(db if place is None else db.narrowed(place), at(place, **rule))
    assert isinstance(found, HotAreas)
    return found


def by_hand(edges: Edges, place: str) -> tuple[int, int]:
    """Cases in the last seven days and in the four times seven days before, those at default points left out."""
    here = f"area_code LIKE '{place}%' AND (location_quality IS NULL OR location_quality <> 'default')"
    spans = (("2026-03-04 10:30:00", "2026-03-11 10:30:00"), ("2026-02-04 10:30:00", "2026-03-04 10:30:00"))
    counts = (
        f"(SELECT count(*) FROM work_orders WHERE {here} AND reported_at > '{a}' AND reported_at <= '{b}')"
        for a, b in spans
    )
    ((now, before),) = edges.hand.rows(f"SELECT {', '.join(counts)}")
    return int(now), int(before)


def exact(n: int, of: int) -> float:
    """P(X >= n) of a binomial with one in five, in whole numbers."""
    return float(sum(Fraction(comb(of, k) * 4 ** (of - k), 5**of) for k in range(n, of + 1)))


def grids(edges: Edges) -> dict[str, tuple[int, int]]:
    return {code: by_hand(edges, code) for (code,) in edges.hand.rows("SELECT code FROM areas WHERE level = 'grid'")}


def hot_by_hand(edges: Edges, fdr: float = 0.05, minimum: int = 5) -> list[str]:
    """All grids with 20 cases or more in order of chance; those up to the last whose chance is under its line."""
    counted = grids(edges)
    chances = sorted((exact(n, n + m), code) for code, (n, m) in counted.items() if n + m >= 20)
    under = [place for place, (p, _) in enumerate(chances, start=1) if p <= fdr * place / len(chances)]
    return [code for _, code in chances[: max(under, default=0)] if counted[code][0] >= minimum]


def test_hot_areas_equal_a_count_by_hand(scenery: Edges) -> None:
    found = hot(scenery)
    assert found.level == "grid"
    assert [row.area for row in found.rows] == hot_by_hand(scenery)
    assert {area(1, 1, 1, 1), area(2, 2, 1, 1)} < {row.area for row in found.rows} < set(grids(scenery))
    for row in found.rows:
        now, before = by_hand(scenery, row.area)
        assert (row.n, row.expected) == (now, before / 4)
        assert row.ratio == pytest.approx(now / (before / 4))
        assert row.p == pytest.approx(exact(now, now + before), rel=1e-9)


def test_next_come_those_whose_rise_may_be_chance(scenery: Edges) -> None:
    found = hot(scenery)
    chances = {code: exact(n, n + m) for code, (n, m) in grids(scenery).items() if n + m >= 20 and n > m / 4}
    least = max(row.p for row in found.rows)
    by_hand_near = sorted((p, code) for code, p in chances.items() if code not in hot_by_hand(scenery) and p > least)
    assert by_hand_near
    assert [row.area for row in found.near] == [code for _, code in by_hand_near[:6]]
    assert all(row.n > row.expected for row in found.near)


def test_what_was_tested_what_was_left_out_and_what_lies_nowhere(scenery: Edges) -> None:
    """Those of a community (2, 1, 1) and of a street (3, 2) lie in no grid."""
    found = hot(scenery)
    assert found.tested == sum(sum(pair) >= 20 for pair in grids(scenery).values())
    last = "reported_at > '2026-03-04 10:30:00' AND reported_at <= '2026-03-11 10:30:00'"
    assert found.left_out == scenery.hand.one(
        f"SELECT count(*) FROM work_orders WHERE location_quality = 'default' AND {last}"
    )
    assert found.left_out
    everything = scenery.hand.one(
        f"SELECT count(*) FROM work_orders WHERE {last} AND (location_quality IS NULL OR location_quality <> 'default')"
    )
    assert found.not_located == everything - sum(now for now, _ in grids(scenery).values())
    assert found.not_located == 15 + 2
    assert found.hot == len(found.rows)


@pytest.mark.parametrize("enough", [5, 20, 45, 60, 90])
def test_the_level_is_the_lowest_with_enough_cases(scenery: Edges, enough: int) -> None:
    """Six in ten of the areas that have any."""
    for level in ("grid", "community", "street", "county"):
        codes = scenery.hand.rows(f"SELECT code FROM areas WHERE level = '{level}'")
        cases = [n for (code,) in codes if (n := sum(by_hand(scenery, code)))]
        if sum(n >= enough for n in cases) >= 0.6 * len(cases):
            break
    assert hot(scenery, enough=enough).level == level


def test_levels_differ_and_a_community_holds_what_is_coded_to_it(scenery: Edges) -> None:
    assert {hot(scenery, enough=enough).level for enough in (5, 45, 90)} > {"grid"}
    below_grids = hot(scenery, enough=45)
    assert below_grids.level != "grid"
    assert below_grids.not_located < hot(scenery).not_located


def test_a_place_is_told_of_its_own_areas(scenery: Edges) -> None:
    found = hot(scenery, place=area(1))
    assert [row.area for row in found.rows] == [area(1, 1, 1, 1)]
    assert found.not_located == 0


def test_fewer_than_the_minimum_are_never_hot(scenery: Edges) -> None:
    assert [row.area for row in hot(scenery, minimum=24).rows] == hot_by_hand(scenery, minimum=24) != []
    assert len(hot(scenery, minimum=24).rows) < len(hot(scenery).rows)


def test_the_rate_of_false_discoveries_is_the_policys(scenery: Edges) -> None:
    for fdr in (1e-12, 1e-7, 0.01, 0.4):
        assert [row.area for row in hot(scenery, fdr=fdr).rows] == hot_by_hand(scenery, fdr)
    assert hot(scenery, fdr=1e-12).rows == ()


def test_without_history_nothing_is_usual(own_scenery: Edges) -> None:
    own_scenery.made.write("DELETE FROM work_orders WHERE reported_at <= '2026-03-04 10:30:00'")
    found = hot(own_scenery)
    assert (found.rows, found.tested) == ((), 0)
    assert found.left_out


def test_a_short_history_is_compared_with_what_there_is(own_scenery: Edges) -> None:
    """Two of the four windows: 24 against 6 and 6 are expected to be six."""
    own_scenery.made.write("DELETE FROM work_orders WHERE reported_at <= '2026-02-17 10:30:00'")
    first = next(row for row in hot(own_scenery).rows if row.area == area(1, 1, 1, 1))
    assert (first.n, first.expected, first.ratio) == (24, 6, 4)
    assert first.p == pytest.approx(float(sum(Fraction(comb(36, k) * 2 ** (36 - k), 3**36) for k in range(24, 37))))


def test_an_area_that_never_had_any_has_no_ratio(own_scenery: Edges) -> None:
    own_scenery.made.write(
        f"DELETE FROM work_orders WHERE area_code = '{area(1, 1, 1, 1)}' AND reported_at <= '2026-03-04 10:30:00'"
    )
    found = next(row for row in hot(own_scenery).rows if row.area == area(1, 1, 1, 1))
    assert found == HotArea(area(1, 1, 1, 1), 24, 0.0, None, found.p)
    assert found.p == pytest.approx(0.2**24)


def test_without_a_quality_of_places_none_is_left_out(own_scenery: Edges) -> None:
    own_scenery.drop("work_orders", "location_quality")
    assert hot(own_scenery).left_out == 0


@pytest.mark.parametrize(
    ("n", "of"), [(0, 0), (0, 9), (1, 1), (5, 5), (3, 30), (6, 30), (7, 30), (20, 30), (90, 300), (40, 300)]
)
def test_the_chance_is_exact(n: int, of: int) -> None:
    assert tail(n, of, 0.2) == pytest.approx(exact(n, of), rel=1e-9)


def test_discoveries_of_benjamini_and_hochberg_on_paper() -> None:
    """Their own example of 1995 (table 1): four of fifteen at 5 %."""
    chances = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459]
    chances += [0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0]
    assert discovered(chances, 0.05) == 0.0095
    assert discovered([0.2, 0.9], 0.05) < 0
    assert discovered([], 0.05) < 0
