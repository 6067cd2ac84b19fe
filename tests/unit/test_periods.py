"""Days, weeks and months as a city cuts them: by the calendar, from the 19th or the 26th, at midnight or at noon."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_access.errors import SettingError
from indicators.periods import Kind, Period, Periods
from indicators.policy import BUILT_IN, load_policy
from indicators.windows import Between

ALL = [Periods(start, noon) for start in (1, 19, 26) for noon in (False, True)]
IDS = [f"{periods.month_start}-{'noon' if periods.noon else 'midnight'}" for periods in ALL]
MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1))
KINDS: tuple[Kind, ...] = ("day", "week", "month")


@pytest.mark.parametrize(
    ("periods", "name", "start", "end"),
    [
        (Periods(), "2026-10", "2026-10-01 00:00", "2026-11-01 00:00"),
        (Periods(), "2026-12", "2026-12-01 00:00", "2027-01-01 00:00"),
        (Periods(), "2024-02", "2024-02-01 00:00", "2024-03-01 00:00"),
        (Periods(19), "2026-10", "2026-09-19 00:00", "2026-10-19 00:00"),
        (Periods(19), "2026-01", "2025-12-19 00:00", "2026-01-19 00:00"),
        (Periods(26), "2026-10", "2026-09-26 00:00", "2026-10-26 00:00"),
        (Periods(26), "2026-03", "2026-02-26 00:00", "2026-03-26 00:00"),
        (Periods(1, noon=True), "2026-10", "2026-09-30 12:00", "2026-10-31 12:00"),
        (Periods(19, noon=True), "2026-10", "2026-09-18 12:00", "2026-10-18 12:00"),
    ],
)
def test_months(periods: Periods, name: str, start: str, end: str) -> None:
    month = periods.month(name)
    assert (month.start, month.end) == (datetime.fromisoformat(start), datetime.fromisoformat(end))
    assert month.span == Between(month.start, month.end)
    assert (month.kind, month.name) == ("month", name)


@pytest.mark.parametrize(
    ("periods", "now", "name"),
    [
        (Periods(), "2026-10-31 23:59", "2026-10"),
        (Periods(19), "2026-10-18 23:59", "2026-10"),
        (Periods(19), "2026-10-19 00:00", "2026-11"),
        (Periods(19), "2026-12-19 00:00", "2027-01"),
        (Periods(26), "2026-12-31 10:00", "2027-01"),
        (Periods(1, noon=True), "2026-10-31 12:00", "2026-11"),
        (Periods(19, noon=True), "2026-10-18 11:59", "2026-10"),
        (Periods(19, noon=True), "2026-10-18 12:00", "2026-11"),
    ],
)
def test_the_running_month(periods: Periods, now: str, name: str) -> None:
    assert periods.current(datetime.fromisoformat(now)).name == name


def test_a_day_cut_at_noon_is_named_for_the_day_it_ends_on() -> None:
    day = Periods(noon=True).day(date(2026, 3, 11))
    assert (day.start, day.end) == (datetime(2026, 3, 10, 12), datetime(2026, 3, 11, 12))
    assert Periods(noon=True).day_at(datetime(2026, 3, 11, 12)) == date(2026, 3, 12)


def test_weeks_run_from_monday_to_sunday() -> None:
    week = Periods().week("2026-W01")
    assert (week.first, week.last) == (date(2025, 12, 29), date(2026, 1, 4))
    assert Periods().current(datetime(2027, 1, 1, 9), "week").name == "2026-W53"
    with pytest.raises(ValueError, match="week"):
        Periods().week("2027-W53")


@pytest.mark.parametrize(
    "name", ["2026-13", "2026-0", "26-10", "2026-10-32", "2026-W54", "", "October", "2026-10 ", "0001-01"]
)
def test_what_is_no_period(name: str) -> None:
    with pytest.raises(ValueError):
        Periods().named(name)


@pytest.mark.parametrize("name", ["2026-10", "2026-W41", "2026-10-05"])
@pytest.mark.parametrize("periods", ALL, ids=IDS)
def test_names_lead_back(periods: Periods, name: str) -> None:
    assert periods.named(name).name == name


@pytest.mark.parametrize("periods", ALL, ids=IDS)
@given(now=MOMENTS)
def test_every_moment_lies_in_its_period_and_the_one_before_ends_where_it_begins(
    periods: Periods, now: datetime
) -> None:
    for kind in KINDS:
        here = periods.current(now, kind)
        before = periods.previous(here)
        assert here.start <= now < here.end
        assert before.end == here.start
        assert before.kind == kind
        assert periods.named(here.name) == here
        assert here.runs(now)
        assert not before.runs(now)


@given(first=st.dates(date(1990, 1, 1), date(2090, 1, 1)), days=st.integers(0, 400))
def test_spans_are_made_of_days(first: date, days: int) -> None:
    periods = Periods(19, noon=True)
    span = periods.days(first, first + timedelta(days=days))
    assert span.start == periods.day(first).start
    assert span.end == periods.day(first + timedelta(days=days)).end
    before = periods.previous(span)
    assert (before.end, before.end - before.start) == (span.start, span.end - span.start)


def test_a_span_needs_its_days_in_order() -> None:
    with pytest.raises(ValueError, match="before"):
        Periods().days(date(2026, 3, 2), date(2026, 3, 1))
    with pytest.raises(ValueError, match="current"):
        Periods().current(datetime(2026, 3, 1), "span")
    with pytest.raises(ValueError, match="start < end"):
        Between(datetime(2026, 3, 1), datetime(2026, 3, 1))


@pytest.mark.parametrize(
    ("period", "zh", "en"),
    [
        (Periods().month("2026-10"), "2026年10月", "October 2026"),
        (
            Periods(19).month("2026-10"),
            "2026年10月（2026年9月19日至2026年10月18日）",
            "October 2026 (19 September 2026 to 18 October 2026)",
        ),
        (Periods(1, noon=True).month("2026-10"), "2026年10月", "October 2026"),
        (Periods().week("2026-W41"), "2026年第41周", "week 41 of 2026"),
        (Periods().day(date(2026, 3, 1)), "2026年3月1日", "1 March 2026"),
        (
            Periods().days(date(2026, 3, 1), date(2026, 3, 9)),
            "2026年3月1日至2026年3月9日",
            "1 March 2026 to 9 March 2026",
        ),
    ],
)
def test_labels(period: Period, zh: str, en: str) -> None:
    assert (period.label("zh"), period.label("en")) == (zh, en)


def test_the_policy_says_where_they_begin(tmp_path: Path) -> None:
    assert Periods.of(load_policy()) == Periods(1, noon=False)
    text = BUILT_IN.read_text(encoding="utf-8")
    own = tmp_path / "policy.toml"
    own.write_text(
        text.replace("month_start = 1 ", "month_start = 26 ").replace('"00:00"', '"12:00"'), encoding="utf-8"
    )
    assert Periods.of(load_policy(own)) == Periods(26, noon=True)
    for wrong in ("month_start = 2 ", 'month_start = "19" '):
        own.write_text(text.replace("month_start = 1 ", wrong), encoding="utf-8")
        with pytest.raises(SettingError, match=r"period\.month_start"):
            load_policy(own)
    own.write_text(text.replace('"00:00"', '"06:00"'), encoding="utf-8")
    with pytest.raises(SettingError, match=r"period\.day_cut"):
        load_policy(own)
