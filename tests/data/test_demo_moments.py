"""Moments as seconds: texts, deadlines of many orders at once, and the clock by which departments work."""

from datetime import datetime, timedelta

import numpy as np
import pytest

from demo.moments import DAY, NEVER, calendar, day_of, dues, moment, seconds, serviced, texts
from indicators.workcalendar import Clock


def at(text: str) -> int:
    return seconds(datetime.fromisoformat(text))


def test_seconds_and_moments_are_each_others_inverse() -> None:
    for text in ("2026-11-22 09:05:07", "1999-12-31 23:59:59", "2028-02-29 00:00:00"):
        assert str(moment(at(text))) == text


def test_texts_hide_what_has_not_happened() -> None:
    times = np.array([at("2026-11-22 09:05:07"), at("2026-11-22 09:05:08"), NEVER])
    assert texts(times) == ["2026-11-22 09:05:07", "2026-11-22 09:05:08", None]
    assert texts(times, at("2026-11-22 09:05:07")) == ["2026-11-22 09:05:07", None, None]
    assert texts(np.array([], dtype=np.int64)) == []


@pytest.mark.parametrize("clock", list(Clock))
def test_deadlines_of_many_orders_equal_those_of_one(clock: Clock) -> None:
    rng = np.random.default_rng(9)
    starts = at("2026-09-20 00:00:00") + rng.integers(0, 100 * DAY, 400)
    limits = rng.choice([60.0, 120.0, 240.0, 480.0, 960.0, 2400.0, 7200.0], 400)
    found = dues(starts, limits, np.full(400, clock is Clock.CONTINUOUS))
    for start, limit, due in zip(starts.tolist(), limits.tolist(), found.tolist(), strict=True):
        assert calendar().due(moment(start), limit, "minute", clock) == moment(due)


def test_without_start_or_limit_there_is_no_deadline() -> None:
    starts = np.array([NEVER, at("2026-11-20 09:00:00")])
    assert dues(starts, np.array([60.0, np.nan]), np.array([False, False])).tolist() == [NEVER, NEVER]


def test_full_service_runs_in_work_hours_and_less_at_other_times() -> None:
    start = at("2026-11-20 08:00:00")
    day = day_of(start)
    assert moment(int(serviced(day, np.array([start]), np.array([240.0]))[0])) == datetime(2026, 11, 20, 12)
    night = at("2026-11-20 23:00:00")
    done = int(serviced(day, np.array([night]), np.array([60.0]))[0])
    assert moment(done) > datetime(2026, 11, 21, 7)
    assert serviced(day, np.array([NEVER]), np.array([1.0])).tolist() == [NEVER]


def test_service_never_falls_behind_the_work_clock() -> None:
    rng = np.random.default_rng(4)
    start = at("2026-10-01 00:00:00")
    starts = start + rng.integers(0, 30 * DAY, 300)
    minutes = rng.uniform(5, 2000, 300)
    by_service = serviced(day_of(start), starts, minutes)
    by_clock = dues(starts, minutes, np.zeros(300, dtype=np.bool_))
    assert (by_service <= by_clock + 60).all()
    assert (by_service >= starts).all()


def test_the_service_clock_is_the_same_from_every_day() -> None:
    start = at("2026-11-20 15:30:20")
    ends = {int(serviced(day_of(start) - back, np.array([start]), np.array([700.0]))[0]) for back in range(0, 70, 7)}
    assert len(ends) == 1
    assert moment(ends.pop()) - moment(start) > timedelta(minutes=700)
