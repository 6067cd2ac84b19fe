"""The small values: rates with their interval, and the moment a reading is taken at."""

from dataclasses import FrozenInstanceError
from datetime import UTC, datetime
from math import isclose, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.policy import load_policy
from indicators.values import NO_CASES, At, Count, Rate, WeightedRate
from indicators.workcalendar import WorkCalendar

CALENDAR, POLICY = WorkCalendar.named("continuous", "Asia/Shanghai"), load_policy()
rates = st.integers(0, 5000).flatmap(lambda of: st.integers(0, of).map(lambda good: Rate(good, of)))


@pytest.mark.parametrize(
    ("good", "of", "low", "high"),
    [  # from the worked examples of Wilson (1927) and Newcombe (1998, method 3)
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_interval_is_wilsons(good: int, of: int, low: float, high: float) -> None:
    rate = Rate(good, of)
    assert rate.interval is not None
    assert rate.interval == pytest.approx((low, high), abs=5e-5)
    assert (rate.low, rate.high) == rate.interval


def test_no_cases_are_no_rate() -> None:
    assert (NO_CASES.value, NO_CASES.interval, NO_CASES.low, NO_CASES.high) == (None, None, None, None)


@pytest.mark.parametrize(("good", "of"), [(1, 0), (3, 2), (-1, 4)])
def test_a_rate_of_nonsense_is_refused(good: int, of: int) -> None:
    with pytest.raises(ValueError, match="0 <= good <= of"):
        Rate(good, of)


@given(rates)
def test_the_interval_holds_the_share_and_stays_within_nought_and_one(rate: Rate) -> None:
    if rate.value is None:
        return
    assert rate.interval is not None
    low, high = rate.interval
    assert 0 <= low <= rate.value <= high <= 1


@given(st.integers(1, 3000), st.data())
def test_the_ends_solve_wilsons_equation(of: int, data: st.DataObject) -> None:
    """|share - p| = z * sqrt(p (1 - p) / n), by definition of the score interval."""
    rate = Rate(data.draw(st.integers(0, of)), of)
    assert rate.value is not None
    for end in rate.interval or ():
        if 0 < end < 1:
            assert isclose(abs(rate.value - end), 1.959963984540054 * sqrt(end * (1 - end) / of), abs_tol=1e-9)


@given(st.integers(1, 500), st.integers(2, 20), st.data())
def test_more_cases_of_the_same_share_narrow_the_interval(of: int, times: int, data: st.DataObject) -> None:
    good = data.draw(st.integers(0, of))
    small, large = Rate(good, of).interval, Rate(good * times, of * times).interval
    assert small is not None
    assert large is not None
    assert large[1] - large[0] < small[1] - small[0]


@given(st.lists(rates, max_size=8))
def test_rates_are_pooled_and_never_averaged(parts: list[Rate]) -> None:
    pooled = sum(parts, NO_CASES)
    assert pooled == Rate(sum(part.good for part in parts), sum(part.of for part in parts))


@given(st.integers(0, 400), st.data())
def test_one_more_in_time_never_lowers_a_rate(of: int, data: st.DataObject) -> None:
    before = Rate(data.draw(st.integers(0, of)), of)
    after = before + Rate(1, 1)
    assert after.value is not None
    assert before.value is None or after.value >= before.value
    assert before.low is None or (after.low or 0) >= before.low


def test_now_is_city_time_to_the_second() -> None:
    at = At(datetime(2026, 3, 11, 10, 30, 0, 999_999), CALENDAR, POLICY)
    assert at.now == datetime(2026, 3, 11, 10, 30)
    assert at.midnight == datetime(2026, 3, 11)
    assert (at.area, at.department) == (None, None)
    with pytest.raises(FrozenInstanceError):
        at.now = datetime(2026, 3, 12)  # type: ignore[misc]


def test_a_moment_with_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        At(datetime(2026, 3, 11, 10, 30, tzinfo=UTC), CALENDAR, POLICY)


def test_a_weighted_rate_counts_its_part_cases_in_part() -> None:
    """Satisfied 6, basically satisfied 2, of 10: (6 + 0.9 x 2) / 10."""
    rate = WeightedRate(6, 2, 0.9, 10)
    assert rate.good == pytest.approx(7.8)
    assert rate.value == pytest.approx(0.78)
    assert rate.low is not None and rate.high is not None
    assert rate.low < 0.78 < rate.high
    assert WeightedRate(6, 0, 0.9, 10).interval == Rate(6, 10).interval
    assert WeightedRate(0, 0, 0.9, 0).value is None
    assert WeightedRate(0, 0, 0.9, 0).interval is None


def test_weighted_rates_are_pooled_and_only_of_one_weight() -> None:
    assert WeightedRate(1, 1, 0.9, 2) + WeightedRate(0, 3, 0.9, 5) == WeightedRate(1, 4, 0.9, 7)
    assert Count(2) + Count(3) == Count(5)
    with pytest.raises(ValueError, match="different weights"):
        WeightedRate(1, 1, 0.9, 2) + WeightedRate(1, 1, 0.5, 2)


@pytest.mark.parametrize(
    ("full", "part", "weight", "of"), [(-1, 0, 0.9, 2), (2, 1, 0.9, 2), (0, -1, 0.9, 2), (1, 0, 1.1, 2)]
)
def test_what_is_no_weighted_rate(full: int, part: int, weight: float, of: int) -> None:
    with pytest.raises(ValueError):
        WeightedRate(full, part, weight, of)
