"""The clock of a deadline: known answers, and properties that hold for every calendar, zone and set of pauses."""

import tempfile
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import chinese_calendar
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.workcalendar import NEVER, Clock, Pause, WorkCalendar

WORK, CONTINUOUS = Clock.WORK, Clock.CONTINUOUS
HOUR = 3600.0
PROPERTY = settings(deadline=None, database=None, max_examples=200)
NIGHT_HOURS = 'hours = ["00:00-06:00", "22:30-24:00"]\ndays = ["sat", "sun", "mon"]\n'
ODD_HOURS = 'hours = ["01:15-01:45", "02:10-02:50"]\ndays = ["sun"]\n'


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@cache
def calendar(spec: str = "cn", zone: str = "Asia/Shanghai") -> WorkCalendar:
    """A calendar by name, or of a file that holds ``spec`` when that is the text of one."""
    if "hours" not in spec:
        return WorkCalendar.named(spec, zone)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "calendar.toml"
        path.write_text(spec, encoding="utf-8")
        return WorkCalendar.named(str(path), zone)


# -- known answers: where a limit ends -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "value", "unit", "due"),
    [
        ("2026-11-20 08:00", 4, "hour", "2026-11-20 12:00"),  # exactly the end of the morning: it stays there
        ("2026-11-20 08:00", 1, "day", "2026-11-20 18:00"),  # a work day is 8 work hours
        ("2026-11-20 08:00", 4.5, "hour", "2026-11-20 14:30"),
        ("2026-11-20 11:50", 15, "minute", "2026-11-20 14:05"),  # into lunch: goes on at 14:00 (trap 6)
        ("2026-11-20 12:30", 15, "minute", "2026-11-20 14:15"),  # begins at lunch
        ("2026-11-20 12:00", 1, "minute", "2026-11-20 14:01"),
        ("2026-11-20 17:50", 15, "minute", "2026-11-23 08:05"),  # Friday evening: Monday
        ("2026-11-21 10:00", 1, "hour", "2026-11-23 09:00"),  # begins on a Saturday
        ("2026-02-13 17:00", 2, "hour", "2026-02-14 09:00"),  # the next Saturday is worked (trap 5)
        ("2026-02-14 17:00", 2, "hour", "2026-02-24 09:00"),  # then the spring festival
        ("2026-09-30 17:00", 3, "day", "2026-10-10 17:00"),  # national holiday; 8 and 9 October, Saturday the 10th
        ("2026-11-20 12:30", 0, "hour", "2026-11-20 14:00"),  # no time at all: as soon as the clock runs
        ("2026-11-20 12:00", 0, "hour", "2026-11-20 14:00"),
        ("2026-11-20 11:59", 0, "hour", "2026-11-20 11:59"),
        ("2026-11-20 11:59", -3, "hour", "2026-11-20 11:59"),
    ],
)
def test_due_in_work_time(start: str, value: float, unit: str, due: str) -> None:
    assert calendar().due(at(start), value, unit) == at(due)  # type: ignore[arg-type]
    if value > 0:
        seconds = value * {"minute": 60, "hour": 3600, "day": 8 * 3600}[unit]
        assert calendar().worked_between(at(start), at(due)) == seconds


def test_due_in_continuous_time_is_plain() -> None:
    assert calendar().due(at("2026-11-20 17:50"), 15, "minute", CONTINUOUS) == at("2026-11-20 18:05")
    assert calendar().due(at("2026-11-20 23:00"), 2, "day", CONTINUOUS) == at("2026-11-22 23:00")
    always = calendar("continuous")
    assert always.due(at("2026-11-20 23:00"), 2, "day") == at("2026-11-22 23:00")
    assert always.worked_between(at("2026-01-01 00:00"), at("2027-01-01 00:00")) == 365 * 24 * HOUR
    assert always.is_workday(date(2026, 10, 1)) and not always.is_holiday(date(2026, 10, 1))


def test_calendar_without_holidays_works_on_them() -> None:
    assert calendar("weekdays").due(at("2026-09-30 17:00"), 2, "hour") == at("2026-10-01 09:00")


def test_an_unknown_unit_is_refused() -> None:
    with pytest.raises(ValueError, match="minute, hour or day"):
        calendar().due(at("2026-11-20 08:00"), 1, "week")  # type: ignore[arg-type]


def test_a_long_time_back_and_ahead_is_no_error() -> None:
    cal = calendar()
    assert cal.worked_between(datetime.min, datetime(1970, 1, 1)) == 0.0
    assert cal.worked_between(at("2026-11-20 08:00"), datetime.max) > 1e8
    assert cal.due(at("2026-11-20 08:00"), 1e9, "day") == NEVER
    assert cal.due(at("2026-11-20 08:00"), float("inf"), "hour", CONTINUOUS) == NEVER
    assert cal.due(datetime.max, 1, "hour") == NEVER
    assert 0 < cal.use(at("2026-11-20 08:00"), datetime.max, at("2026-11-20 18:00")) < 0.001
    assert cal.remaining(datetime.max, at("2026-11-20 08:00")) < -1e8
    assert not cal.running(datetime.max) and cal.next_flip(datetime.max) is None


# -- known answers: clocks put forward and back ----------------------------------------------------------------------


def test_a_continuous_day_over_clock_changes() -> None:
    boston = calendar("cn", "America/New_York")
    assert boston.due(at("2026-03-07 12:00"), 24, "hour", CONTINUOUS) == at("2026-03-08 13:00")
    assert boston.due(at("2026-10-31 12:00"), 1, "day", CONTINUOUS) == at("2026-11-01 11:00")
    assert boston.worked_between(at("2026-03-08 00:00"), at("2026-03-09 00:00"), CONTINUOUS) == 23 * HOUR
    assert boston.worked_between(at("2026-11-01 00:00"), at("2026-11-02 00:00"), CONTINUOUS) == 25 * HOUR
    assert boston.worked_between(at("2026-03-08 01:30"), at("2026-03-08 02:30"), CONTINUOUS) == 0.5 * HOUR
    twice = boston.due(at("2026-11-01 01:30"), 1, "hour", CONTINUOUS)
    assert (twice, twice.fold) == (at("2026-11-01 01:30"), 1)
    assert boston.worked_between(at("2026-11-01 01:30"), twice, CONTINUOUS) == HOUR
    assert calendar("continuous", "America/New_York").worked_between(at("2026-11-01 00:00"), twice) == 2.5 * HOUR


def test_office_hours_are_wall_time_on_both_sides_of_a_change() -> None:
    boston = calendar("weekdays", "America/New_York")
    assert boston.due(at("2026-03-06 17:00"), 2, "hour") == at("2026-03-09 09:00")
    assert boston.due(at("2026-10-30 17:00"), 2, "hour") == at("2026-11-02 09:00")


def test_hours_of_a_file_that_hold_the_change_count_what_really_passes() -> None:
    night = calendar(NIGHT_HOURS, "America/New_York")
    assert night.worked_between(at("2026-03-08 00:00"), at("2026-03-08 12:00")) == 5 * HOUR
    assert night.worked_between(at("2026-11-01 00:00"), at("2026-11-01 12:00")) == 7 * HOUR
    assert night.due(at("2026-03-08 00:00"), 3, "hour") == at("2026-03-08 04:00")
    odd = calendar(ODD_HOURS, "America/New_York")
    assert odd.worked_between(at("2026-03-08 00:00"), at("2026-03-09 00:00")) == 0.5 * HOUR  # 02:10-02:50 never was
    assert odd.work_day_hours == pytest.approx(70 / 60)


# -- known answers: pauses, use, remaining, flips --------------------------------------------------------------------


def test_pauses_in_any_order_overlapping_reversed() -> None:
    cal = calendar()
    pauses = [
        Pause(at("2026-11-20 11:00"), at("2026-11-20 15:00")),
        Pause(at("2026-11-20 09:00"), at("2026-11-20 10:00")),
        Pause(at("2026-11-20 09:30"), at("2026-11-20 10:30")),
        Pause(at("2026-11-20 17:00"), at("2026-11-20 08:00")),  # ends before it starts: no pause
    ]
    day = at("2026-11-20 08:00"), at("2026-11-20 18:00")
    assert cal.worked_between(*day, pauses=pauses) == 4.5 * HOUR
    assert cal.worked_between(*day, CONTINUOUS, pauses) == 4.5 * HOUR
    assert cal.due(day[0], 1.5, "hour", pauses=pauses) == at("2026-11-20 11:00")
    assert cal.due(day[0], 2, "hour", pauses=pauses) == at("2026-11-20 15:30")
    assert cal.due(at("2026-11-20 09:10"), 0, "hour", pauses=pauses) == at("2026-11-20 10:30")


def test_a_pause_without_end_stops_the_clock_for_good() -> None:
    cal, parked = calendar(), [Pause(at("2026-11-20 10:00"), None)]
    assert cal.due(at("2026-11-20 08:00"), 2, "hour", pauses=parked) == at("2026-11-20 10:00")
    assert cal.due(at("2026-11-20 08:00"), 3, "hour", pauses=parked) == NEVER
    assert cal.due(at("2026-11-20 11:00"), 0, "hour", pauses=parked) == NEVER
    assert cal.use(at("2026-11-20 08:00"), at("2026-11-20 18:00"), at("2026-12-20 08:00"), pauses=parked) == 1.0
    assert cal.remaining(at("2026-11-20 11:00"), at("2026-11-20 18:00"), pauses=parked) == 0.0
    assert not cal.running(at("2026-11-20 11:00"), pauses=parked)
    assert cal.next_flip(at("2026-11-20 11:00"), pauses=parked) is None
    assert cal.next_flip(at("2026-11-20 09:00"), pauses=parked) == at("2026-11-20 10:00")


def test_use_and_the_instants_of_lights() -> None:
    cal, start, due = calendar(), at("2026-11-19 14:00"), at("2026-11-20 12:00")  # 8 work hours over a night
    assert cal.use(start, due, at("2026-11-19 18:00")) == 0.5
    assert cal.use(start, due, at("2026-11-20 07:59")) == 0.5
    assert cal.use(start, due, due) == 1.0
    assert cal.use(start, due, at("2026-11-23 12:00")) == 2.0
    assert cal.use(start, due, at("2026-11-18 12:00")) == 0.0
    assert cal.instant_at(0.5, start, due) == at("2026-11-19 18:00")
    assert cal.instant_at(0.8, start, due) == at("2026-11-20 10:24")
    assert cal.instant_at(1.0, start, due) == due
    assert cal.instant_at(2.0, start, due) == at("2026-11-23 12:00")
    assert cal.instant_at(0.0, start, due) == start


def test_use_where_no_work_time_lies_between_is_measured_in_real_time() -> None:
    cal, start, due = calendar(), at("2026-11-20 19:00"), at("2026-11-20 23:00")
    assert cal.use(start, due, at("2026-11-20 21:00")) == 0.5
    assert cal.use(start, due, at("2026-11-21 03:00")) == 2.0
    assert cal.instant_at(0.5, start, due) == at("2026-11-20 21:00")
    for early in (start, at("2026-11-20 10:00")):  # due not after the start: no measure at all
        assert cal.use(start, early, early - timedelta(minutes=1)) == 0.0
        assert cal.use(start, early, at("2026-11-30 10:00")) == 1.0
        assert cal.instant_at(0.8, start, early) == early
        assert cal.instant_at(2.0, start, early) == NEVER


def test_due_at_night_by_the_source_is_used_up_when_work_ends() -> None:
    cal, start, due = calendar(), at("2026-11-20 14:00"), at("2026-11-20 23:00")
    assert cal.use(start, due, at("2026-11-20 18:00")) == cal.use(start, due, due) == 1.0
    assert cal.instant_at(1.0, start, due) == at("2026-11-20 18:00")


def test_remaining_stands_still_out_of_hours_and_goes_below_zero() -> None:
    cal, due = calendar(), at("2026-11-23 10:00")
    assert cal.remaining(at("2026-11-20 17:00"), due) == 3 * HOUR
    assert cal.remaining(at("2026-11-21 12:00"), due) == 2 * HOUR
    assert cal.remaining(due, due) == 0.0
    assert cal.remaining(at("2026-11-23 15:00"), due) == -3 * HOUR


@pytest.mark.parametrize(
    ("now", "running", "flip"),
    [
        ("2026-11-20 07:59:59", False, "2026-11-20 08:00"),
        ("2026-11-20 08:00", True, "2026-11-20 12:00"),
        ("2026-11-20 12:00", False, "2026-11-20 14:00"),
        ("2026-11-20 18:00", False, "2026-11-23 08:00"),
        ("2026-09-30 18:00", False, "2026-10-08 08:00"),
    ],
)
def test_running_and_its_next_flip(now: str, running: bool, flip: str) -> None:
    assert calendar().running(at(now)) is running
    assert calendar().next_flip(at(now)) == at(flip)


def test_a_continuous_clock_flips_at_pauses_only_and_not_beyond_60_days() -> None:
    cal, now = calendar(), at("2026-11-20 08:00")
    assert cal.next_flip(now, CONTINUOUS) is None and cal.running(now, CONTINUOUS)
    assert calendar("continuous").next_flip(now) is None
    assert cal.next_flip(now, CONTINUOUS, [Pause(now + timedelta(days=61), None)]) is None
    assert cal.next_flip(now, CONTINUOUS, [Pause(now + timedelta(days=60), None)]) == now + timedelta(days=60)
    assert cal.next_flip(now, pauses=[Pause(now, now + timedelta(days=61))]) is None


# -- properties ------------------------------------------------------------------------------------------------------

near_changes = st.sampled_from([at("2026-03-07 20:00"), at("2026-10-31 20:00"), at("2026-02-13 08:00")])
starts = st.one_of(
    st.datetimes(datetime(2003, 1, 1), datetime(2030, 1, 1)).map(lambda t: t.replace(microsecond=0)),
    st.builds(lambda base, s: base + timedelta(seconds=s), near_changes, st.integers(0, 3 * 86_400)),
)
spans = st.integers(0, 40 * 86_400).map(lambda s: timedelta(seconds=s))
zones = st.sampled_from(["Asia/Shanghai", "America/New_York", "Australia/Lord_Howe"])
calendars = st.builds(calendar, st.sampled_from(["cn", "weekdays", "continuous", NIGHT_HOURS, ODD_HOURS]), zones)
clocks = st.sampled_from(list(Clock))


Order = tuple[WorkCalendar, Clock, datetime, list[Pause]]
Row = tuple[datetime, timedelta, timedelta, float, int]


@st.composite
def orders(draw: st.DrawFn) -> Order:
    start = draw(starts)
    pauses = draw(
        st.lists(
            st.builds(
                lambda a, length: Pause(start + a, start + a + length),
                st.integers(-86_400, 20 * 86_400).map(lambda s: timedelta(seconds=s)),
                st.integers(-3600, 5 * 86_400).map(lambda s: timedelta(seconds=s)),
            ),
            max_size=4,
        )
    )
    return draw(calendars), draw(clocks), start, pauses


def real(cal: WorkCalendar, moment: datetime) -> float:
    """Real seconds: moments compared as they follow each other, also in an hour that comes twice."""
    return cal.worked_between(datetime(1990, 1, 1), moment, CONTINUOUS)


@PROPERTY
@given(orders(), st.integers(1, 30 * 86_400))
def test_as_much_is_worked_until_due_as_the_limit_says(order: Order, seconds: int) -> None:
    cal, clock, start, pauses = order
    due = cal.due(start, seconds / 60, "minute", clock, pauses)
    assert cal.worked_between(start, due, clock, pauses) == pytest.approx(seconds, abs=2e-6)
    before = due - timedelta(seconds=1)
    assert cal.worked_between(start, before, clock, pauses) < seconds  # and not a moment earlier


@PROPERTY
@given(orders(), st.integers(0, 200 * 3600), st.integers(0, 3600), spans)
def test_due_grows_with_limit_and_start(order: Order, seconds: int, more: int, later: timedelta) -> None:
    cal, clock, start, pauses = order
    due = cal.due(start, seconds / 3600, "hour", clock, pauses)
    assert real(cal, cal.due(start, (seconds + more) / 3600, "hour", clock, pauses)) >= real(cal, due)
    assert real(cal, cal.due(start + later, seconds / 3600, "hour", clock, pauses)) >= real(cal, due)
    assert real(cal, due) >= real(cal, start)


@PROPERTY
@given(orders(), spans, spans)
def test_worked_time_adds_up_and_never_falls(order: Order, first: timedelta, second: timedelta) -> None:
    cal, clock, a, pauses = order
    b, c = a + first, a + first + second
    ab, bc, ac = (cal.worked_between(*pair, clock, pauses) for pair in ((a, b), (b, c), (a, c)))
    assert ab >= 0 and bc >= 0 and ac == pytest.approx(ab + bc, abs=1e-5)
    assert cal.worked_between(b, a, clock, pauses) == 0.0
    assert ac <= cal.worked_between(a, c, clock) <= cal.worked_between(a, c, CONTINUOUS)


@PROPERTY
@given(orders(), st.integers(0, 2 * 86_400).map(lambda s: timedelta(seconds=s)))
def test_a_pause_takes_away_just_what_would_have_run(order: Order, length: timedelta) -> None:
    cal, clock, start, pauses = order
    minutes = int(length.total_seconds() // 60)  # an oracle that knows no sums: minute by minute
    end = start + timedelta(minutes=minutes)
    with_pauses = cal.worked_between(start, end, clock, pauses)
    counted = 0.0
    for n in range(minutes):
        a, b = start + timedelta(minutes=n), start + timedelta(minutes=n + 1)
        inside = [p for p in pauses if p.end is not None and p.start < b and p.end > a and p.end > p.start]
        if not inside:
            counted += cal.worked_between(a, b, clock)
        else:
            edges = sorted({a, b, *(min(max(t, a), b) for p in inside for t in (p.start, p.end) if t is not None)})
            for low, high in pairwise(edges):
                if not any(p.start <= low and p.end is not None and high <= p.end for p in inside):
                    counted += cal.worked_between(low, high, clock)
    assert with_pauses == pytest.approx(counted, abs=1e-4)


@PROPERTY
@given(starts, spans)
def test_work_time_equals_a_count_day_by_day(start: datetime, length: timedelta) -> None:
    end, counted = start + length, 0.0
    for n in range((end.date() - start.date()).days + 1):
        day = datetime(start.year, start.month, start.day) + timedelta(days=n)
        try:
            works = chinese_calendar.is_workday(day)
        except NotImplementedError:
            works = day.weekday() < 5
        for begin, stop in ((8, 12), (14, 18)) if works else ():
            low, high = max(start, day + timedelta(hours=begin)), min(end, day + timedelta(hours=stop))
            counted += max((high - low).total_seconds(), 0.0)
    assert calendar().worked_between(start, end) == counted


@PROPERTY
@given(starts, starts, st.sampled_from(["America/New_York", "Australia/Lord_Howe"]))
def test_continuous_time_is_what_really_passes(a: datetime, b: datetime, zone: str) -> None:
    instants = [t.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) for t in (a, b)]
    if any(i.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != t for i, t in zip(instants, (a, b), strict=True)):
        return  # a local time that does not exist; see test_walltime
    expected = max((instants[1] - instants[0]).total_seconds(), 0.0)
    assert calendar("cn", zone).worked_between(a, b, CONTINUOUS) == expected


@PROPERTY
@given(orders(), spans, st.floats(0, 3), st.floats(0, 1))
def test_use_and_instant_are_each_others_inverse(order: Order, length: timedelta, use: float, more: float) -> None:
    cal, clock, start, pauses = order
    due = start + length
    if not cal.worked_between(start, due, CONTINUOUS, pauses):
        assert cal.use(start, due, start - timedelta(days=2), clock, pauses) == 0.0
        assert cal.use(start, due, due, clock, pauses) == 1.0
        assert cal.instant_at(min(use, 1.0) or 1.0, start, due, clock, pauses) == due
        return
    assert cal.use(start, due, due, clock, pauses) == 1.0
    assert cal.use(start, due, cal.instant_at(1.0, start, due, clock, pauses), clock, pauses) == 1.0
    instant = cal.instant_at(use, start, due, clock, pauses)
    assert cal.use(start, due, instant, clock, pauses) == pytest.approx(use, abs=1e-5)
    assert real(cal, cal.instant_at(use + more, start, due, clock, pauses)) >= real(cal, instant) >= real(cal, start)


@PROPERTY
@given(orders(), spans, spans)
def test_use_never_falls_as_time_goes(order: Order, length: timedelta, later: timedelta) -> None:
    cal, clock, start, pauses = order
    due, now = start + length, start + later - timedelta(days=1)
    use = cal.use(start, due, now, clock, pauses)
    assert 0 <= use <= cal.use(start, due, now + timedelta(hours=1), clock, pauses)


@PROPERTY
@given(orders(), spans, spans)
def test_remaining_is_what_lies_between_signed(order: Order, length: timedelta, later: timedelta) -> None:
    cal, clock, start, pauses = order
    due, now = start + length, start + later
    expected = (
        cal.worked_between(now, due, clock, pauses) if now < due else -cal.worked_between(due, now, clock, pauses)
    )
    assert cal.remaining(now, due, clock, pauses) == expected


@PROPERTY
@given(orders(), st.floats(0, 1, exclude_max=True))
def test_running_changes_at_the_next_flip_and_not_before(order: Order, share: float) -> None:
    cal, clock, now, pauses = order
    runs, flip = cal.running(now, clock, pauses), cal.next_flip(now, clock, pauses)
    if flip is None:
        between = cal.due(now, share * 60, "day", CONTINUOUS)
        assert cal.running(between, clock, pauses) is runs
        return
    assert real(cal, flip) > real(cal, now)
    assert cal.running(flip, clock, pauses) is not runs
    between = cal.due(now, share * (real(cal, flip) - real(cal, now)) / 60, "minute", CONTINUOUS)
    if real(cal, between) < real(cal, flip):
        assert cal.running(between, clock, pauses) is runs
    expected = real(cal, flip) - real(cal, now) if runs else 0.0
    assert cal.worked_between(now, flip, clock, pauses) == pytest.approx(expected, abs=1e-5)


# -- arrays equal single orders --------------------------------------------------------------------------------------

rows = st.lists(st.tuples(starts, spans, spans, st.floats(-0.5, 3), st.integers(-1, 500)), min_size=1, max_size=15)


@PROPERTY
@given(calendars, clocks, rows)
def test_arrays_equal_single_orders(cal: WorkCalendar, clock: Clock, some: list[Row]) -> None:
    begin = [start for start, *_ in some]
    due = [start + length - timedelta(hours=3) for start, length, *_ in some]
    now = [start + later for start, _, later, *_ in some]
    uses, limits = [row[3] for row in some], [row[4] for row in some]
    a, b, n = (np.array(times, dtype="datetime64[s]") for times in (begin, due, now))
    assert cal.worked_many(a, b, clock).tolist() == [
        cal.worked_between(x, y, clock) for x, y in zip(begin, due, strict=True)
    ]
    assert cal.use_many(a, b, n, clock).tolist() == [
        cal.use(x, y, z, clock) for x, y, z in zip(begin, due, now, strict=True)
    ]
    assert cal.instants_many(uses, a, b, clock).tolist() == [
        cal.instant_at(u, x, y, clock).replace(fold=0) for u, x, y in zip(uses, begin, due, strict=True)
    ]
    assert cal.instants_many(0.8, a, b, clock).tolist() == [
        cal.instant_at(0.8, x, y, clock).replace(fold=0) for x, y in zip(begin, due, strict=True)
    ]
    assert cal.dues_many(a, limits, "hour", clock).tolist() == [
        cal.due(x, v, "hour", clock).replace(fold=0) for x, v in zip(begin, limits, strict=True)
    ]


def test_missing_times_stay_missing_and_far_ones_are_never() -> None:
    cal = calendar()
    a = np.array(["2026-11-20T08:00", "NaT", "2026-11-20T08:00"], dtype="datetime64[s]")
    b = np.array(["NaT", "2026-11-20T12:00", "2026-11-20T12:00"], dtype="datetime64[s]")
    assert np.isnan(cal.worked_many(a, b)).tolist() == [True, True, False]
    assert np.isnan(cal.use_many(a, b, np.datetime64("2026-11-20T10:00"))).tolist() == [True, True, False]
    assert cal.use_many(a, b, np.datetime64("2026-11-20T10:00"))[2] == 0.5
    assert np.isnat(cal.instants_many(0.5, a, b)).tolist() == [True, True, False]
    assert cal.dues_many(a, [1, 1, np.nan], "hour").tolist() == [at("2026-11-20 09:00"), None, None]
    far = np.array(["2026-11-20T08:00", "9999-12-31T00:00"], dtype="datetime64[s]")
    assert cal.dues_many(far, [np.inf, 0], "day").tolist() == [NEVER, NEVER]
    empty = np.array([], dtype="datetime64[s]")
    assert cal.worked_many(empty, empty).size == cal.instants_many(0.5, empty, empty).size == 0
