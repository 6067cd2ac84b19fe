"""Workdays: the Chinese calendar with its make-up days, years not known yet, and the calendar file."""

from datetime import date, datetime, timedelta
from pathlib import Path

import chinese_calendar
import pytest

from indicators.holidays import BUILT_IN, CalendarError, DayRules, day_rules, read_calendar_file
from indicators.workcalendar import WorkCalendar

CN = BUILT_IN["cn"]
FIRST_KNOWN = min(chinese_calendar.holidays).year
UNKNOWN = max(chinese_calendar.holidays).year + 1


def as_days(rules: DayRules, first: date, after: date) -> list[date]:
    return [date(1970, 1, 1) + timedelta(days=int(n)) for n in rules.workdays(first, after)]


@pytest.mark.parametrize(
    ("day", "works", "special"),
    [
        (date(2026, 2, 14), True, True),  # Saturday worked for the spring festival (domain trap 5)
        (date(2026, 2, 28), True, True),
        (date(2026, 10, 10), True, True),
        (date(2026, 2, 16), False, True),  # Monday off
        (date(2026, 10, 3), False, True),  # a Saturday inside the holiday is no ordinary Saturday
        (date(2026, 11, 21), False, False),  # an ordinary Saturday
        (date(2026, 11, 20), True, False),
    ],
)
def test_chinese_days(day: date, works: bool, special: bool) -> None:
    assert (CN.is_workday(day), CN.is_holiday(day), CN.is_provisional(day)) == (works, special, False)


def test_the_fast_list_of_workdays_is_the_one_of_the_library() -> None:
    first, after = date(FIRST_KNOWN, 1, 1), date(UNKNOWN, 1, 1)
    assert as_days(CN, first, after) == chinese_calendar.get_workdays(first, after - timedelta(days=1))


@pytest.mark.parametrize("year", [1950, FIRST_KNOWN - 1, UNKNOWN, 2150])
def test_an_unknown_year_is_monday_to_friday_and_says_so(year: int) -> None:
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(365)]
    assert [CN.is_workday(day) for day in days] == [day.weekday() < 5 for day in days]
    assert all(CN.is_provisional(day) for day in days)
    assert not any(CN.is_holiday(day) for day in days)
    assert not any(BUILT_IN["weekdays"].is_provisional(day) for day in days)


def test_an_unknown_year_is_recomputed_when_it_becomes_known(monkeypatch: pytest.MonkeyPatch) -> None:
    calendar = WorkCalendar.named("cn", "Asia/Shanghai")
    monday = next(date(UNKNOWN, 5, n) for n in range(1, 8) if date(UNKNOWN, 5, n).weekday() == 0)
    eight = datetime(monday.year, monday.month, monday.day, 8)
    assert calendar.is_provisional(monday)
    assert calendar.due(eight, 1, "day") == eight.replace(hour=18)
    monkeypatch.setitem(chinese_calendar.holidays, monday, "Labour Day")
    monkeypatch.setitem(chinese_calendar.workdays, monday - timedelta(days=1), "Labour Day")
    assert not calendar.is_provisional(monday)
    assert calendar.is_holiday(monday) and calendar.is_workday(monday - timedelta(days=1))
    assert calendar.due(eight, 1, "day") == eight.replace(hour=18) + timedelta(days=1)
    assert calendar.worked_between(eight - timedelta(days=1), eight + timedelta(days=1)) == 8 * 3600


TOML = """
hours = ["13:00-18:00", "09:00-12:00"]
days = ["mon", "tue", "wed", "thu", "fri", "sat"]
holidays = [2026-11-23, "2026-12-24..2026-12-26"]
workdays = ["2026-11-22"]
"""
JSON = """{"hours": ["13:00-18:00", "09:00-12:00"], "days": ["mon", "tue", "wed", "thu", "fri", "sat"],
"holidays": ["2026-11-23", "2026-12-24..2026-12-26"], "workdays": ["2026-11-22"]}"""


def test_toml_and_json_say_the_same(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(TOML, encoding="utf-8")
    (tmp_path / "a.json").write_text(JSON, encoding="utf-8")
    rules = day_rules(str(tmp_path / "a.toml"))
    assert rules == day_rules(str(tmp_path / "a.json"))
    assert rules.hours == ((9 * 3600, 12 * 3600), (13 * 3600, 18 * 3600))
    november = [day.day for day in as_days(rules, date(2026, 11, 20), date(2026, 11, 30))]
    assert november == [20, 21, 22, 24, 25, 26, 27, 28]
    assert rules.is_holiday(date(2026, 12, 26)) and not rules.is_workday(date(2026, 12, 26))
    assert rules.is_holiday(date(2026, 11, 22)) and not rules.is_holiday(date(2026, 11, 21))
    calendar = WorkCalendar.named(str(tmp_path / "a.toml"), "Asia/Shanghai")
    assert calendar.due(datetime(2026, 11, 21, 17), 2, "hour") == datetime(2026, 11, 22, 10)


def test_own_days_win_over_the_national_ones(tmp_path: Path) -> None:
    path = tmp_path / "b.toml"
    path.write_text('based_on = "cn"\nholidays = [2026-02-14]\nworkdays = [2026-02-16]\n', encoding="utf-8")
    rules = read_calendar_file(path)
    assert not rules.is_workday(date(2026, 2, 14)) and rules.is_workday(date(2026, 2, 16))
    assert rules.is_workday(date(2026, 2, 28)) and not rules.is_workday(date(2026, 2, 17))
    assert rules.is_provisional(date(UNKNOWN, 3, 1)) and not rules.is_provisional(date(2026, 3, 1))
    days = as_days(rules, date(2026, 2, 1), date(2026, 3, 1))
    assert days == [day for n in range(28) if rules.is_workday(day := date(2026, 2, 1) + timedelta(days=n))]


def test_an_empty_file_is_office_hours_from_monday_to_friday(tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text("", encoding="utf-8")
    assert read_calendar_file(tmp_path / "c.toml") == BUILT_IN["weekdays"]


@pytest.mark.parametrize(
    ("text", "key", "mend"),
    [
        ('hour = ["08:00-12:00"]', "'hour'", "use hours, days"),
        ('hours = ["8-12"]', "'hours'", 'like "08:00-12:00"'),
        ('hours = ["08:00"]', "'hours'", 'like "08:00-12:00"'),
        ('hours = ["08:00-25:00"]', "'hours'", 'like "08:00-12:00"'),
        ('hours = ["08:00-12:60"]', "'hours'", 'like "08:00-12:00"'),
        ("hours = [8]", "'hours'", 'like "08:00-12:00"'),
        ('hours = ["22:00-06:00"]', "'hours'", "split it at 24:00"),
        ('hours = ["08:00-12:00", "11:00-15:00"]', "'hours'", "overlap"),
        ("hours = []", "'hours'", "at least one"),
        ('hours = "08:00-12:00"', "'hours'", "put the value into [ ]"),
        ('days = ["monday"]', "'days'", "mon, tue"),
        ("days = []", "'days'", "name at least one"),
        ('days = ["mon"]\nbased_on = "cn"', "'based_on'", "keep one"),
        ('based_on = "us"', "'based_on'", 'write "cn"'),
        ('holidays = ["1.10.2026"]', "'holidays'", 'like "2026-10-01"'),
        ("holidays = [2026-10-01T00:00:00]", "'holidays'", 'like "2026-10-01"'),
        ('workdays = ["2026-10-07..2026-10-01"]', "'workdays'", "forward"),
        ('workdays = ["2026-01-01..2036-01-01"]', "'workdays'", "one year at most"),
        ('holidays = ["2026-10-01"]\nworkdays = ["2026-10-01"]', "2026-10-01", "remove it from one"),
        ("hours = [", "TOML", "mend it there"),
    ],
)
def test_a_wrong_file_is_refused_in_one_sentence(tmp_path: Path, text: str, key: str, mend: str) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CalendarError) as caught:
        day_rules(str(path))
    sentence = str(caught.value)
    assert str(path) in sentence and key in sentence and mend in sentence
    assert "\n" not in sentence and sentence.endswith(".")


@pytest.mark.parametrize(
    ("name", "content", "mend"),
    [
        ("x.yaml", b"hours: []", "rename"),
        ("x.json", b"[1]", "write an object"),
        ("x.json", b"{", "mend it there"),
        ("x.toml", "hours = ['上午']".encode("gbk"), "save it as UTF-8"),
    ],
)
def test_a_file_that_is_no_calendar_at_all(tmp_path: Path, name: str, content: bytes, mend: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(CalendarError, match=mend):
        day_rules(str(tmp_path / name))


def test_an_unknown_name_and_an_unknown_zone_are_refused() -> None:
    with pytest.raises(CalendarError, match="neither cn, weekdays, continuous nor an existing file"):
        WorkCalendar.named("us", "Asia/Shanghai")
    for zone in ("Asia/Shangai", "", "Asia", "../etc/passwd"):
        with pytest.raises(CalendarError, match="like Asia/Shanghai"):
            WorkCalendar.named("cn", zone)
