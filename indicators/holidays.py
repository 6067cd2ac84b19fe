"""Which days are workdays, and which daily hours: the built-in calendars and the calendar file (TOML or JSON)."""

import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import chinese_calendar
import numpy as np
from numpy.typing import NDArray

Span = tuple[int, int]
OFFICE_HOURS: tuple[Span, ...] = ((8 * 3600, 12 * 3600), (14 * 3600, 18 * 3600))
WHOLE_DAY: tuple[Span, ...] = ((0, 86_400),)
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONDAY_TO_FRIDAY = frozenset(range(5))
EVERY_DAY = frozenset(range(7))
_FILE_KEYS = ("hours", "days", "based_on", "holidays", "workdays")
_MAX_RANGE_DAYS = 366


class CalendarError(ValueError):
    """A work calendar that cannot be used; the text is one sentence naming the file, the key and the mend."""


@dataclass(frozen=True, slots=True)
class DayRules:
    """Daily hours (seconds of the day, ascending, apart), the weekly pattern and the days that leave it.

    ``national``: days off and make-up workdays of China as ``chinesecalendar`` knows them; in a year it does not know
    the weekly pattern holds and the day is provisional. Own days (``off``, ``on``) win over national ones.
    """

    hours: tuple[Span, ...] = OFFICE_HOURS
    weekly: frozenset[int] = MONDAY_TO_FRIDAY
    national: bool = False
    off: frozenset[date] = field(default_factory=frozenset)
    on: frozenset[date] = field(default_factory=frozenset)

    def version(self) -> tuple[int, int]:
        """Changes when more years become known to ``chinesecalendar``: whatever was derived is then out of date."""
        if not self.national:
            return (0, 0)
        return (len(chinese_calendar.holidays), len(chinese_calendar.workdays))

    def is_provisional(self, day: date) -> bool:
        """The national calendar of the day's year is not known yet; Monday to Friday is used."""
        return self.national and day not in self.off and day not in self.on and not _known(day.year)

    def is_workday(self, day: date) -> bool:
        """Is the day worked: own days first, then the national calendar where it is known, then the weekly pattern."""
        if day in self.on or day in self.off:
            return day in self.on
        if self.national:
            try:
                return bool(chinese_calendar.is_workday(day))
            except NotImplementedError:
                return day.weekday() in MONDAY_TO_FRIDAY
        return day.weekday() in self.weekly

    def is_holiday(self, day: date) -> bool:
        """A public holiday, weekends within it too, or a make-up workday: not an ordinary day to compare with."""
        if day in self.on or day in self.off:
            return True
        return self.national and (day in chinese_calendar.holidays or day in chinese_calendar.workdays)

    def workdays(self, first: date, after: date) -> NDArray[np.int64]:
        """All workdays in [first, after) as days since 1970-01-01, ascending."""
        start, stop = (first - date(1970, 1, 1)).days, (after - date(1970, 1, 1)).days
        days = np.arange(start, stop, dtype=np.int64)
        weekly = np.array([d in self.weekly for d in range(7)])
        works = weekly[(days + 3) % 7]

        def override(some: Iterable[date], value: bool) -> None:
            at = np.array([(d - first).days for d in some if first <= d < after], dtype=np.int64)
            works[at] = value

        if self.national:
            override(chinese_calendar.holidays, False)
            override(chinese_calendar.workdays, True)
        override(self.off, False)
        override(self.on, True)
        return np.asarray(days[works], dtype=np.int64)


def _known(year: int) -> bool:
    try:
        chinese_calendar.is_workday(date(year, 1, 1))
    except NotImplementedError:
        return False
    return True


BUILT_IN: Mapping[str, DayRules] = {
    "cn": DayRules(national=True),
    "weekdays": DayRules(),
    "continuous": DayRules(hours=WHOLE_DAY, weekly=EVERY_DAY),
}


def day_rules(spec: str) -> DayRules:
    """The rules that ``GRIDWALL_CALENDAR`` names: cn, weekdays, continuous, or a path; else CalendarError."""
    if spec in BUILT_IN:
        return BUILT_IN[spec]
    path = Path(spec)
    if not path.is_file():
        raise CalendarError(
            f"GRIDWALL_CALENDAR is {spec!r}, which is neither cn, weekdays, continuous nor an existing file; "
            "give one of these."
        )
    return read_calendar_file(path)


def read_calendar_file(path: Path) -> DayRules:
    """Read a calendar file; every key may be left out.

    hours: list of "HH:MM-HH:MM" within a day, "24:00" allowed (default 08:00-12:00, 14:00-18:00); days: list of mon to
    sun (default mon to fri); based_on: "cn" or "weekdays" instead of days; holidays, workdays: lists of dates
    "YYYY-MM-DD" or ranges "YYYY-MM-DD..YYYY-MM-DD" that are off, or worked, whatever the rest says.
    """
    data = _parse(path)
    for key in data:
        if key not in _FILE_KEYS:
            raise CalendarError(f"{path}: key {key!r} is not known; use {', '.join(_FILE_KEYS)}.")
    if "based_on" in data and "days" in data:
        raise CalendarError(f"{path}: 'days' and 'based_on' contradict each other; keep one of them.")
    based_on = data.get("based_on", "weekdays")
    if based_on not in ("cn", "weekdays"):
        raise CalendarError(f'{path}: \'based_on\' is {based_on!r}; write "cn" or "weekdays".')
    off, on = _dates(path, data, "holidays"), _dates(path, data, "workdays")
    if off & on:
        raise CalendarError(f"{path}: {min(off & on)} is in 'holidays' and in 'workdays'; remove it from one of them.")
    return DayRules(
        hours=_hours(path, data) if "hours" in data else OFFICE_HOURS,
        weekly=_weekly(path, data) if "days" in data else MONDAY_TO_FRIDAY,
        national=based_on == "cn",
        off=off,
        on=on,
    )


def _parse(path: Path) -> dict[str, object]:
    if path.suffix.lower() not in (".toml", ".json"):
        raise CalendarError(f"{path}: a calendar file ends in .toml or .json; rename it to what it holds.")
    try:
        text = path.read_text(encoding="utf-8-sig")
        data = tomllib.loads(text) if path.suffix.lower() == ".toml" else json.loads(text)
    except OSError as error:
        raise CalendarError(f"{path}: cannot be read ({error.strerror}); check the path and its rights.") from error
    except UnicodeDecodeError as error:
        raise CalendarError(f"{path}: is not UTF-8 text; save it as UTF-8.") from error
    except ValueError as error:
        kind = path.suffix.lower()[1:].upper()
        raise CalendarError(f"{path}: is not valid {kind} ({error}); mend it there.") from error
    if not isinstance(data, dict):
        raise CalendarError(f"{path}: must hold keys like 'hours', not a list or a single value; write an object.")
    return data


def _list(path: Path, data: dict[str, object], key: str) -> list[object]:
    value = data.get(key, [])
    if not isinstance(value, list):
        raise CalendarError(f"{path}: {key!r} must be a list; put the value into [ ].")
    return value


def _weekly(path: Path, data: dict[str, object]) -> frozenset[int]:
    names = _list(path, data, "days")
    for name in names:
        if name not in WEEK:
            raise CalendarError(f"{path}: 'days' has {name!r}; write days as {', '.join(WEEK)}.")
    if not names:
        raise CalendarError(f"{path}: 'days' is empty, no day would be worked; name at least one.")
    return frozenset(WEEK.index(str(name)) for name in names)


def _hours(path: Path, data: dict[str, object]) -> tuple[Span, ...]:
    spans: list[Span] = []
    for entry in _list(path, data, "hours"):
        begin, dash, end = str(entry).partition("-")
        span = (_second_of_day(begin), _second_of_day(end))
        if not dash or span[0] < 0 or span[1] < 0:
            raise CalendarError(f"{path}: 'hours' has {entry!r}; write a span like \"08:00-12:00\".")
        if span[0] >= span[1]:
            raise CalendarError(f"{path}: 'hours' has {entry!r}, which ends before it begins; split it at 24:00.")
        spans.append(span)
    if not spans:
        raise CalendarError(f"{path}: 'hours' is empty, no hour would be worked; give at least one span.")
    spans.sort()
    for before, after in pairwise(spans):
        if after[0] < before[1]:
            raise CalendarError(f"{path}: two spans of 'hours' overlap; make each end before the next begins.")
    return tuple(spans)


def _second_of_day(text: str) -> int:
    """Seconds since midnight of "HH:MM", 24:00 included; -1 when it is not such a text."""
    hours, colon, minutes = text.strip().partition(":")
    if not (colon and hours.isascii() and hours.isdigit() and minutes.isascii() and minutes.isdigit()):
        return -1
    if len(hours) > 2 or len(minutes) != 2 or int(minutes) > 59:
        return -1
    second = int(hours) * 3600 + int(minutes) * 60
    return second if second <= 86_400 else -1


def _dates(path: Path, data: dict[str, object], key: str) -> frozenset[date]:
    found: set[date] = set()
    for entry in _list(path, data, key):
        if isinstance(entry, date) and not isinstance(entry, datetime):
            found.add(entry)
            continue
        first, dots, last = str(entry).partition("..")
        try:
            begin = date.fromisoformat(first.strip())
            end = date.fromisoformat(last.strip()) if dots else begin
        except ValueError:
            raise CalendarError(
                f'{path}: {key!r} has {entry!r}; write a date like "2026-10-01" or a range "2026-10-01..2026-10-07".'
            ) from None
        if not 0 <= (end - begin).days <= _MAX_RANGE_DAYS:
            raise CalendarError(f"{path}: {key!r} has {entry!r}; a range runs forward and over one year at most.")
        found.update(begin + timedelta(days=n) for n in range((end - begin).days + 1))
    return frozenset(found)
