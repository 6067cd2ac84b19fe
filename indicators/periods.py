"""The city's own days, weeks and months: a month may begin on the 19th or 26th, a day may be cut at noon.

A month that begins on the 19th or 26th is named for the month in which it ends (Beijing's October runs from 19
September to 18 October); a day cut at noon is named for the day on which it ends. Months and weeks are made of whole
days, so that periods of one kind tile time. All times are naive city time.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, Literal

from indicators.policy import Policy
from indicators.windows import Between

Kind = Literal["hour", "day", "week", "month", "span"]

_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_MONTH_NAME: Final = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
_WEEK_NAME: Final = re.compile(r"(\d{4})-W(0[1-9]|[1-4]\d|5[0-3])")


@dataclass(frozen=True, slots=True)
class Period:
    """[start, end) of city time. ``first`` and ``last`` are its days by name, both within it.

    ``name`` is ``2026-10``, ``2026-W41``, ``2026-10-05``, ``2026-10-05T09`` for an hour by the clock, or
    ``2026-10-05..2026-10-11`` for any other span.
    """

    start: datetime
    end: datetime
    kind: Kind
    name: str
    first: date
    last: date

    @property
    def span(self) -> Between:
        """The period as the span of a window."""
        return Between(self.start, self.end)

    def runs(self, now: datetime) -> bool:
        """Whether it has not ended yet: its numbers are provisional."""
        return now < self.end

    def label(self, lang: str) -> str:
        """As people say it: 2026年10月, October 2026; with its days where they are not those of the calendar."""
        if self.kind == "hour":
            hours = f"{self.start:%H:%M}–{self.end:%H:%M}"
            return f"{_day(self.start.date(), lang)}{', ' if lang == 'en' else ' '}{hours}"
        if self.kind == "day":
            return _day(self.first, lang)
        if self.kind == "week":
            year, week, _ = self.first.isocalendar()
            return f"week {week} of {year}" if lang == "en" else f"{year}年第{week}周"
        days = f"{_day(self.first, lang)}{' to ' if lang == 'en' else '至'}{_day(self.last, lang)}"
        if self.kind == "span":
            return days
        year, month = (int(part) for part in self.name.split("-"))
        named = f"{_MONTHS[month - 1]} {year}" if lang == "en" else f"{year}年{month}月"
        if self.first.day == 1:
            return named
        return f"{named} ({days})" if lang == "en" else f"{named}（{days}）"


def _day(day: date, lang: str) -> str:
    if lang == "en":
        return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
    return f"{day.year}年{day.month}月{day.day}日"


@dataclass(frozen=True, slots=True)
class Periods:
    """The periods of a city: ``month_start`` 1, 19 or 26; ``noon``: days are cut at 12:00 instead of 0:00."""

    month_start: int = 1
    noon: bool = False

    @classmethod
    def of(cls, policy: Policy) -> "Periods":
        """As the policy has them."""
        return cls(policy.period.month_start, policy.period.day_cut == "12:00")

    def begins(self, day: date) -> datetime:
        """The moment at which the day of that name begins."""
        midnight = datetime.combine(day, time())
        return midnight - timedelta(hours=12) if self.noon else midnight

    def day_at(self, moment: datetime) -> date:
        """The name of the day in which a moment lies."""
        return (moment + timedelta(hours=12)).date() if self.noon else moment.date()

    def days(self, first: date, last: date) -> Period:
        """From one day to another, both included. Raises ValueError when they are the wrong way round."""
        if last < first:
            raise ValueError(f"the last day {last} lies before the first {first}")
        return self._made("span", f"{first}..{last}", first, last)

    def day(self, day: date) -> Period:
        """One day."""
        return self._made("day", day.isoformat(), day, day)

    def hour(self, start: datetime) -> Period:
        """The hour by the clock that a moment lies in: of its calendar day, wherever the city cuts its days."""
        start = start.replace(minute=0, second=0, microsecond=0)
        day = self.day_at(start)
        return Period(start, start + timedelta(hours=1), "hour", f"{start:%Y-%m-%dT%H}", day, day)

    def week(self, name: str) -> Period:
        """The week ``2026-W41``, Monday to Sunday. Raises ValueError for anything else."""
        found = _WEEK_NAME.fullmatch(name)
        if found is None:
            raise ValueError(f"a week is written 2026-W41, not {name}")
        first = date.fromisocalendar(int(found[1]), int(found[2]), 1)
        return self._made("week", name, first, first + timedelta(days=6))

    def month(self, name: str) -> Period:
        """The month ``2026-10``. Raises ValueError for anything else."""
        found = _MONTH_NAME.fullmatch(name)
        if found is None or not 1970 <= int(found[1]) <= 2100:
            raise ValueError(f"a month is written 2026-10, not {name}")
        year, month = int(found[1]), int(found[2])
        if self.month_start == 1:
            return self._made("month", name, date(year, month, 1), _first_of_next(year, month) - timedelta(days=1))
        before = date(year, month, 1) - timedelta(days=1)
        return self._made("month", name, before.replace(day=self.month_start), date(year, month, self.month_start - 1))

    def named(self, name: str) -> Period:
        """A period by its name: a month, a week or a day. Raises ValueError."""
        if _MONTH_NAME.fullmatch(name):
            return self.month(name)
        if _WEEK_NAME.fullmatch(name):
            return self.week(name)
        try:
            return self.day(date.fromisoformat(name))
        except ValueError:
            raise ValueError(f"a period is written 2026-10, 2026-W41 or 2026-10-05, not {name}") from None

    def current(self, now: datetime, kind: Kind = "month") -> Period:
        """The period in which a moment lies. Raises ValueError for a span, which has no current one."""
        day = self.day_at(now)
        if kind == "hour":
            return self.hour(now)
        if kind == "day":
            return self.day(day)
        if kind == "week":
            year, week, _ = day.isocalendar()
            return self.week(f"{year}-W{week:02d}")
        if kind == "month":
            of = _first_of_next(day.year, day.month) if 1 < self.month_start <= day.day else day
            return self.month(f"{of:%Y-%m}")
        raise ValueError("a span has no current one")

    def previous(self, period: Period) -> Period:
        """The period of the same kind right before; before a span, as many days."""
        if period.kind == "hour":
            return self.hour(period.start - timedelta(hours=1))
        last = period.first - timedelta(days=1)
        if period.kind == "span":
            return self.days(last - (period.last - period.first), last)
        return self.current(self.begins(last), period.kind)

    def _made(self, kind: Kind, name: str, first: date, last: date) -> Period:
        return Period(self.begins(first), self.begins(last + timedelta(days=1)), kind, name, first, last)


def _first_of_next(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1)
