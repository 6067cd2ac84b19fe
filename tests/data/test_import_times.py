"""Moments as cities write them: known answers, and properties against Python's own formatting."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importers.times import read_time

BOSTON = ZoneInfo("America/New_York")
SECONDS = st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2999, 12, 31)).map(
    lambda moment: moment.replace(microsecond=0)
)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2015-01-02 03:04:05", datetime(2015, 1, 2, 3, 4, 5)),
        ("2015-01-02T03:04:05", datetime(2015, 1, 2, 3, 4, 5)),
        ("2015-01-02T03:04", datetime(2015, 1, 2, 3, 4)),
        ("2015-01-02 03:04:05.999", datetime(2015, 1, 2, 3, 4, 5)),
        (" 2015-01-02 03:04:05 ", datetime(2015, 1, 2, 3, 4, 5)),
        ("01/02/2015 03:04:05 AM", datetime(2015, 1, 2, 3, 4, 5)),
        ("1/2/2015 3:04:05 PM", datetime(2015, 1, 2, 15, 4, 5)),
        ("01/02/2015 12:30:00 AM", datetime(2015, 1, 2, 0, 30)),
        ("01/02/2015 12:30:00 pm", datetime(2015, 1, 2, 12, 30)),
        ("01/02/2015 15:04", datetime(2015, 1, 2, 15, 4)),
        ("2015/01/02 03:04:05", datetime(2015, 1, 2, 3, 4, 5)),
        ("2015-01-02", datetime(2015, 1, 2)),
        ("01/02/2015", datetime(2015, 1, 2)),
        ("2015-03-08 02:30:00", datetime(2015, 3, 8, 2, 30)),  # skipped by daylight saving: stays as written
        ("2015-01-02T03:04:05Z", datetime(2015, 1, 1, 22, 4, 5)),
        ("2015-07-02T03:04:05Z", datetime(2015, 7, 1, 23, 4, 5)),
        ("2021/01/01 00:00:00+00", datetime(2020, 12, 31, 19)),
        ("2015-07-02T03:04:05-0700", datetime(2015, 7, 2, 6, 4, 5)),
        ("2015-07-02T03:04:05+05:30", datetime(2015, 7, 1, 17, 34, 5)),
    ],
)
def test_known_answers(text: str, moment: datetime) -> None:
    assert read_time(text, BOSTON) == moment


@pytest.mark.parametrize("text", ["", "   "])
def test_blank_is_no_moment(text: str) -> None:
    assert read_time(text, BOSTON) is None


@pytest.mark.parametrize(
    "text",
    [
        "soon",
        "2015-02-30 00:00:00",
        "2015-13-01",
        "13/01/2015 10:00:00 AM",  # a day in front: not guessed
        "01/02/2015 13:00:00 PM",
        "01/02/2015 00:30:00 AM",
        "2015-01-02 24:00:00",
        "2015-01-02 10:60:00",
        "20150102",
        "1420070400000",
        "2015-01-02 10:00:00 PM",
        "02/01/15 10:00",
        "２０１５-01-02",
    ],
)
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        read_time(text, BOSTON)


def test_a_deadline_given_as_a_day_ends_with_the_day() -> None:
    assert read_time("2015-02-05", BOSTON, end_of_day=True) == datetime(2015, 2, 5, 23, 59, 59)
    assert read_time("2015-02-05 00:00:00", BOSTON, end_of_day=True) == datetime(2015, 2, 5)


@given(SECONDS)
def test_all_ways_to_write_a_moment_give_it_back(moment: datetime) -> None:
    for form in ("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %H:%M:%S"):
        written = moment.strftime(form) if moment.year >= 1000 else ""
        assert read_time(written, BOSTON) == moment


@given(SECONDS.filter(lambda moment: moment.year > 1900), st.integers(min_value=-12 * 60, max_value=14 * 60))
def test_an_offset_is_converted_to_the_citys_zone(moment: datetime, minutes: int) -> None:
    sign, size = "-" if minutes < 0 else "+", abs(minutes)
    instant = moment.replace(tzinfo=UTC) - timedelta(minutes=minutes)
    expected = instant.astimezone(BOSTON).replace(tzinfo=None)
    assert read_time(f"{moment.isoformat()}{sign}{size // 60:02d}:{size % 60:02d}", BOSTON) == expected
