"""Local wall time to real time and back, against the standard library's zoneinfo."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.walltime import wall_time

ZONES = ["Asia/Shanghai", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Pacific/Apia", "UTC"]
PROPERTY = settings(deadline=None, database=None, max_examples=300)
moments = st.datetimes(datetime(1970, 1, 3), datetime(2100, 12, 30))
near_changes = st.builds(
    lambda day, second: day + timedelta(seconds=second),
    st.sampled_from([datetime(2026, 3, 8), datetime(2026, 11, 1), datetime(1991, 4, 14), datetime(1991, 9, 15)]),
    st.integers(0, 86_399),
)
wall_moments = st.one_of(moments, near_changes)


def exists(moment: datetime, zone: ZoneInfo) -> bool:
    back = moment.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None)
    return back == moment


@PROPERTY
@given(wall_moments, st.sampled_from(ZONES), st.integers(0, 1))
def test_a_local_time_that_exists_is_what_zoneinfo_says(moment: datetime, zone: str, fold: int) -> None:
    info = ZoneInfo(zone)
    moment = moment.replace(fold=fold)
    if not exists(moment, info):
        return
    expected = (moment.replace(tzinfo=info) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    assert wall_time(info).to_utc(moment) == expected


@PROPERTY
@given(moments, st.sampled_from(ZONES))
def test_real_time_to_the_wall_and_back_is_exact(moment: datetime, zone: str) -> None:
    info = ZoneInfo(zone)
    utc = (moment - datetime(1970, 1, 1)) // timedelta(microseconds=1)
    wall = wall_time(info).to_wall(utc)
    expected = moment.replace(tzinfo=UTC).astimezone(info).replace(tzinfo=None)
    assert (wall, wall.fold) == (expected, expected.fold)
    assert wall_time(info).to_utc(wall) == utc


@PROPERTY
@given(wall_moments, wall_moments, st.sampled_from(ZONES))
def test_never_backwards(a: datetime, b: datetime, zone: str) -> None:
    wall = wall_time(ZoneInfo(zone))
    low, high = sorted([a, b])
    assert wall.to_utc(low) <= wall.to_utc(high)


@PROPERTY
@given(st.lists(wall_moments, min_size=1, max_size=20), st.sampled_from(ZONES))
def test_arrays_equal_single_moments(some: list[datetime], zone: str) -> None:
    wall = wall_time(ZoneInfo(zone))
    utc = wall.to_utc_many(np.array(some, dtype="datetime64[us]"))
    assert utc.tolist() == [wall.to_utc(moment) for moment in some]
    assert wall.to_wall_many(utc).tolist() == [wall.to_wall(u).replace(fold=0) for u in utc.tolist()]


@pytest.mark.parametrize(
    ("local", "fold", "utc"),
    [
        (datetime(2026, 3, 8, 1, 59, 59), 0, datetime(2026, 3, 8, 6, 59, 59)),
        (datetime(2026, 3, 8, 2, 0), 0, datetime(2026, 3, 8, 7, 0)),  # does not exist: the change itself
        (datetime(2026, 3, 8, 2, 59), 0, datetime(2026, 3, 8, 7, 0)),
        (datetime(2026, 3, 8, 2, 59), 1, datetime(2026, 3, 8, 7, 0)),
        (datetime(2026, 3, 8, 3, 0), 0, datetime(2026, 3, 8, 7, 0)),
        (datetime(2026, 11, 1, 1, 30), 0, datetime(2026, 11, 1, 5, 30)),  # comes twice: the first pass
        (datetime(2026, 11, 1, 1, 30), 1, datetime(2026, 11, 1, 6, 30)),
        (datetime(2026, 11, 1, 2, 0), 0, datetime(2026, 11, 1, 7, 0)),
    ],
)
def test_new_york_changes_its_clocks(local: datetime, fold: int, utc: datetime) -> None:
    wall = wall_time(ZoneInfo("America/New_York"))
    assert wall.to_utc(local.replace(fold=fold)) == (utc - datetime(1970, 1, 1)) // timedelta(microseconds=1)


def test_far_moments_are_the_edges() -> None:
    wall = wall_time(ZoneInfo("Asia/Shanghai"))
    assert wall.to_utc(datetime.min) == wall.to_utc(datetime(1970, 1, 1)) == wall.first_us
    assert wall.to_utc(datetime.max) == wall.to_utc(datetime(2101, 1, 1)) == wall.last_us


def test_a_moment_with_its_own_zone_is_refused() -> None:
    with pytest.raises(TypeError):
        wall_time(ZoneInfo("Asia/Shanghai")).to_utc(datetime(2026, 1, 1, tzinfo=UTC))
