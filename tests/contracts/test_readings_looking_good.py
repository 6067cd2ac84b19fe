"""The known ways of looking good, on three engines: each share against SQL by hand, and who is named for it."""

from typing import Final

import pytest

from data_access.scope import Audience, Scope
from indicators.readings.cases import Ask, Cases, Part, cases
from indicators.readings.looking_good import WAYS, LookingGood, Way, _most, looking_good
from indicators.registry import REGISTRY
from indicators.values import Rate
from tests.fixtures.edges import DUE, Edges, due_between, when

WALL: Final = Scope.of(Audience.WALL)
MONTH: Final = due_between("2026-02-09 10:30:00", "2026-03-11 10:30:00")
JUDGED: Final = "o.stage NOT IN ('void', 'cancelled') AND (o.handled_on_spot IS NULL OR o.handled_on_spot = 0)"
GOOD: Final = f"o.stage = 'closed' AND (o.closed_at <= {DUE} OR o.exempt = 1)"


def read(edges: Edges) -> LookingGood:
    with edges.database.reader(WALL) as db:
        found = looking_good(db, when())
    assert isinstance(found, LookingGood)
    return found


def way(found: LookingGood, name: str) -> Way:
    return next(one for one in found.ways if one.indicator == name)


def counted(edges: Edges, condition: str) -> int:
    return int(edges.hand.one(f"SELECT count(*) FROM work_orders o WHERE {condition}"))


def test_the_rate_stands_beside_its_known_ways(edges: Edges) -> None:
    found = read(edges)
    assert tuple(one.indicator for one in found.ways) == WAYS
    assert (found.days, found.minimum) == (30, 5)
    base = f"{MONTH} AND {JUDGED}"
    ontime = way(found, "ontime_department").rate
    assert ontime == Rate(counted(edges, f"{base} AND {GOOD}"), counted(edges, base))
    original = way(found, "ontime_original").rate
    assert original is not None and ontime is not None
    assert (original.of, original.good <= ontime.good) == (ontime.of, True), "the same cases, by a harder deadline"


def test_every_way_opens_the_cases_it_counts(edges: Edges) -> None:
    """Over the same days to the second, part by part, and for the units that are named."""
    with edges.database.reader(WALL) as db:
        found = looking_good(db, when())
        assert isinstance(found, LookingGood)
        for one in found.ways:
            for department, rate in ((None, one.rate), *one.most):
                if rate is None:
                    continue
                parts: tuple[tuple[Part, int], ...] = (
                    ("good", rate.good),
                    ("rest", rate.of - rate.good),
                    ("base", rate.of),
                )
                for part, n in parts:
                    listed = cases(db, when(), Ask(one.indicator, part, department=department))
                    assert isinstance(listed, Cases)
                    assert listed.total == n, (one.indicator, part)


def test_a_way_that_is_not_recorded_says_so_and_the_others_stay(edges: Edges) -> None:
    found = read(edges)
    for one in found.ways:
        with edges.database.reader(WALL) as db:
            missing = REGISTRY[one.indicator].missing(db.shape)
        assert (one.rate is None) == bool(missing), one.indicator
        assert one.missing == missing


@pytest.mark.parametrize(
    ("name", "units", "named"),
    [
        ("ext_rate", {"A": Rate(30, 100), "B": Rate(11, 100), "C": Rate(40, 100)}, ["C", "A"]),
        ("ext_rate", {"A": Rate(1, 5), "B": Rate(2, 4)}, []),
        ("ontime_department", {"A": Rate(2, 100), "B": Rate(12, 100), "C": Rate(1, 3)}, ["A"]),
        ("ext_rate", {"": Rate(90, 100)}, []),
        ("ext_rate", {}, []),
    ],
)
def test_named_is_who_stands_out_by_more_than_chance(name: str, units: dict[str, Rate], named: list[str]) -> None:
    """Of all, 10 in a hundred: one of five is no sign, 30 of a hundred is; who has no department is not named."""
    assert [code for code, _ in _most(name, Rate(1000, 10_000), units, 5)] == named


def test_a_way_nobody_records_leaves_the_others(own_edges: Edges) -> None:
    own_edges.drop("work_orders", "outcome")
    found = read(own_edges)
    forced = way(found, "forced_rate")
    assert (forced.rate, forced.before, forced.most) == (None, None, ())
    assert "work_orders.outcome" in forced.missing
    assert way(found, "ontime_department").rate is not None
