"""How sure a score is: seeded, as wide as chance is, and honest about ranks."""

import random

import pytest

from indicators.scores.compute import Figure
from indicators.values import Count, Rate
from tests.fixtures.scored import best, built_in, one, scored, three

DEFAULT = built_in("default")


def unit(share: float, of: int) -> dict[str, Figure]:
    return {term.id: Rate(round((share if term.direction == "up" else 1 - share) * of), of) for term in DEFAULT.terms}


def test_the_same_cases_give_the_same_interval_whatever_stands_beside() -> None:
    alone = one(DEFAULT, unit(0.9, 40))
    beside = scored(DEFAULT, {"A": unit(0.8, 99), "U": unit(0.9, 40)}).unit("U")
    assert beside is not None and (beside.low, beside.high) == (alone.low, alone.high)
    other = scored(DEFAULT, {"V": unit(0.9, 40)}).unit("V")
    assert other is not None and other.low != alone.low, "units are drawn apart from each other"


def test_more_cases_make_the_interval_narrower() -> None:
    widths = [
        found.high - found.low for of in (20, 200, 2000) if (found := one(DEFAULT, unit(0.9, of))).high and found.low
    ]
    assert widths == sorted(widths, reverse=True) and len(widths) == 3 and widths[0] > 3 * widths[2]


def test_the_interval_of_one_share_is_as_wide_as_its_beta_distribution() -> None:
    """One term alone: 2.5 % and 97.5 % of Beta(80.5, 20.5), which tables give as 0.7145 and 0.8689."""
    scheme = built_in("jiesujiban").with_weights({"response": 1, "solved": 0, "satisfied": 0})
    found = one(scheme, three(80, 100))
    assert found.low == pytest.approx(71.45, abs=0.8) and found.high == pytest.approx(86.89, abs=0.8)


def test_a_term_carries_the_interval_of_wilson() -> None:
    found = one(built_in("jiesujiban"), three(80, 100, full=70, part=10))
    low, high = Rate(80, 100).interval or (0, 0)
    assert [found.term("solved").low, found.term("solved").high] == pytest.approx([100 * low, 100 * high])
    satisfied = found.term("satisfied")
    assert satisfied.low is not None and satisfied.high is not None and satisfied.low < 79 < satisfied.high


def test_ninety_five_of_a_hundred_intervals_hold_the_true_score() -> None:
    """Cases drawn from known shares: the interval holds the score of those shares about as often as it says."""
    truth = {"ontime": 0.9, "closed": 0.95, "rework": 0.05, "extended": 0.1, "solved": 0.8}
    score = 100 - sum(term.weight * (100 - term.points_of_share(truth[term.id])) for term in DEFAULT.terms)
    dice = random.Random(7)
    held = 0
    for trial in range(200):
        cases = {name: Rate(sum(dice.random() < share for _ in range(150)), 150) for name, share in truth.items()}
        found = scored(DEFAULT, {f"t{trial}": cases}).unit(f"t{trial}")
        assert found is not None and found.low is not None and found.high is not None
        held += found.low <= score <= found.high
    assert 180 <= held <= 199


def test_ranks_of_small_units_range_widely_and_of_large_ones_little() -> None:
    large = {f"L{place}": unit(0.70 + 0.05 * place, 20_000) for place in range(6)}
    found = scored(DEFAULT, {**large, "small": unit(0.83, 12)}).groups[0].rows
    by_code = {row.code: row for row in found}
    small = by_code["small"]
    assert small.rank_low is not None and small.rank_high is not None and small.rank is not None
    assert small.rank_low <= small.rank <= small.rank_high and small.rank_high - small.rank_low >= 3
    sure = [row for code, row in by_code.items() if code != "small"]
    assert all((row.rank_high or 0) - (row.rank_low or 0) <= 1 for row in sure), "the small one may slip in between"


def test_equals_range_over_each_others_ranks() -> None:
    found = scored(DEFAULT, {code: unit(0.9, 50) for code in "abc"}).groups[0].rows
    assert [(row.rank, row.rank_low, row.rank_high) for row in found] == [(1, 1, 3)] * 3


def test_a_perfect_unit_is_the_upper_end_of_its_interval() -> None:
    found = one(DEFAULT, {term.id: best(term, 12) for term in DEFAULT.terms})
    assert found.high == found.score == 100 and found.low is not None and found.low < 99


def test_a_count_on_the_edge_of_a_step_may_fall_on_either_side() -> None:
    found = one(built_in("cjt292"), {"volume": Count(50), "closed": Rate(9, 9), "handled": Rate(9, 9)})
    assert (found.term("volume").low, found.term("volume").points, found.term("volume").high) == (90, 100, 100)
