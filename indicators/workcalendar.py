"""The clock of a deadline: how much of it has run between two moments, and when so much will have run.

Two clocks. ``WORK`` runs in the work hours of workdays, local wall time; one work day is the sum of the calendar's
daily hours (8 in ``cn`` and ``weekdays``, 24 in ``continuous``). ``CONTINUOUS`` runs always; its day is 24 hours that
really pass. Both count real seconds, so that a night with a clock change counts what really passed.

Moments are naive city times (see ``walltime`` for clock changes and the span 1970 to 2100). A window is closed at its
begin and open at its end. **A limit that is used up exactly as a window ends is due at that end** (4 hours from 08:00:
12:00), not at the begin of the next window; what is left over goes on in the next work time. What would never come
(a pause without end, or past 2100) is ``NEVER``, which compares later than any moment.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final, Literal
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import ArrayLike, NDArray

from indicators.clocktable import ClockTable, Spans, advance, next_running, run_between, running_until
from indicators.holidays import CalendarError, DayRules, day_rules
from indicators.walltime import (
    AFTER_LAST_DAY,
    DAY_US,
    FIRST_DAY,
    SECOND_US,
    Ints,
    Times,
    wall_time,
)

__all__ = ["NEVER", "CalendarError", "Clock", "Pause", "Unit", "WorkCalendar"]

NEVER: Final = datetime.max
Unit = Literal["minute", "hour", "day"]
_FLIP_LIMIT_US = 60 * DAY_US


class Clock(StrEnum):
    """Which time counts: values as in the contract's ``limit_clock``."""

    WORK = "work"
    CONTINUOUS = "continuous"


@dataclass(frozen=True, slots=True)
class Pause:
    """The clock stands in [start, end); without an end it never runs again. An end before the start: no pause."""

    start: datetime
    end: datetime | None


class WorkCalendar:
    """A work calendar in a zone. Cheap to call, safe between threads, made once: ``WorkCalendar.named("cn", zone)``."""

    def __init__(self, rules: DayRules, zone: ZoneInfo, name: str) -> None:
        self.rules = rules
        self.zone = zone
        self.name = name
        self.work_day_hours: float = sum(end - begin for begin, end in rules.hours) / 3600
        self._wall = wall_time(zone)
        edges = np.array([self._wall.first_us]), np.array([self._wall.last_us])
        self._continuous = ClockTable(*edges)
        self._work: tuple[tuple[int, int], ClockTable] | None = None

    @classmethod
    def named(cls, spec: str, zone: str) -> "WorkCalendar":
        """``spec`` as in GRIDWALL_CALENDAR: cn, weekdays, continuous or the path of a file; CalendarError otherwise."""
        try:
            zone_info = ZoneInfo(zone)
        except (ValueError, OSError) as error:  # a directory of the zone data, or a text that is no key
            raise CalendarError(f"{zone!r} is no time zone; write one like Asia/Shanghai.") from error
        except KeyError as error:
            raise CalendarError(f"{zone!r} is no time zone known here; write one like Asia/Shanghai.") from error
        return cls(day_rules(spec), zone_info, spec)

    # -- days --------------------------------------------------------------------------------------------------------

    def is_workday(self, day: date) -> bool:
        """Is the day worked, make-up days included."""
        return self.rules.is_workday(_day(day))

    def is_holiday(self, day: date) -> bool:
        """A public holiday, the weekend days within it too, or a make-up workday: no day to compare with."""
        return self.rules.is_holiday(_day(day))

    def is_provisional(self, day: date) -> bool:
        """暂: the national calendar of this year is not known yet and Monday to Friday is used."""
        return self.rules.is_provisional(_day(day))

    # -- one order ---------------------------------------------------------------------------------------------------

    def worked_between(
        self, a: datetime, b: datetime, clock: Clock = Clock.WORK, pauses: Iterable[Pause] = ()
    ) -> float:
        """Seconds of the clock in [a, b) outside the pauses; 0.0 when b is not after a."""
        start, end = self._wall.to_utc(a), self._wall.to_utc(b)
        return run_between(self._table(clock), start, end, self._spans(pauses)) / SECOND_US

    def due(
        self, start: datetime, value: float, unit: Unit, clock: Clock = Clock.WORK, pauses: Iterable[Pause] = ()
    ) -> datetime:
        """The first moment at which the limit is used up. A limit of 0 (or below) is due as soon as the clock runs."""
        table, spans = self._table(clock), self._spans(pauses)
        utc, limit = self._wall.to_utc(start), min(value * self._unit_us(unit, clock), 2.0**62)
        return self._moment(advance(table, utc, round(limit), spans))

    def use(
        self, start: datetime, due: datetime, now: datetime, clock: Clock = Clock.WORK, pauses: Iterable[Pause] = ()
    ) -> float:
        """Share of the limit used: worked(start, now) / worked(start, due); 1.0 as its work time ends, more after it.

        Where no work time lies between start and due (a source set them both into one night) the time that really
        passes is the measure; where none of that either (due not after start, or all paused) use is 0.0 before due and
        1.0 from due on.
        """
        spans, a, b, n = self._spans(pauses), *map(self._wall.to_utc, (start, due, now))
        table, total = self._measure(a, b, clock, spans)
        if total == 0:
            return 1.0 if n >= b else 0.0
        return run_between(table, a, n, spans) / total

    def instant_at(
        self, use: float, start: datetime, due: datetime, clock: Clock = Clock.WORK, pauses: Iterable[Pause] = ()
    ) -> datetime:
        """The first moment at which ``use`` is reached, beyond due for more than 1.0; start for 0.0 or less.

        Measured as in ``use``; without any measure every use up to 1.0 is reached at due and more is ``NEVER``.
        """
        spans, a, b = self._spans(pauses), *map(self._wall.to_utc, (start, due))
        table, total = self._measure(a, b, clock, spans)
        if use <= 0:
            return start
        if total == 0:
            return due if use <= 1 else NEVER
        needed = round(min(use * total, 2.0**62))
        return self._moment(advance(table, a, needed, spans)) if needed > 0 else start

    def remaining(self, now: datetime, due: datetime, clock: Clock = Clock.WORK, pauses: Iterable[Pause] = ()) -> float:
        """Seconds of the clock left until due; after due minus those since. 0.0 too where no work time lies between."""
        table, spans, n, b = self._table(clock), self._spans(pauses), *map(self._wall.to_utc, (now, due))
        return (run_between(table, n, b, spans) - run_between(table, b, n, spans)) / SECOND_US

    def running(self, now: datetime, clock: Clock = Clock.WORK, pauses: Iterable[Pause] = ()) -> bool:
        """Does the clock run at this moment? At the end of a window it no longer does."""
        utc = self._wall.to_utc(now)
        return running_until(self._table(clock), utc, self._spans(pauses)) is not None

    def next_flip(self, now: datetime, clock: Clock = Clock.WORK, pauses: Iterable[Pause] = ()) -> datetime | None:
        """When ``running`` changes next; None when not within 60 days."""
        table, spans, utc = self._table(clock), self._spans(pauses), self._wall.to_utc(now)
        flip = running_until(table, utc, spans) or next_running(table, utc, spans)
        if flip is None or flip > utc + _FLIP_LIMIT_US or flip >= self._wall.last_us:
            return None
        return self._wall.to_wall(flip)

    # -- many orders at once, without pauses (orders with pauses are few: one by one) --------------------------------

    def worked_many(self, starts: Times, ends: Times, clock: Clock = Clock.WORK) -> NDArray[np.float64]:
        """``worked_between`` element by element; naive local datetime64 of any unit, NaT gives NaN."""
        table, a, b = self._table(clock), self._wall.to_utc_many(starts), self._wall.to_utc_many(ends)
        ran = np.maximum(table.at_many(b) - table.at_many(a), 0) / SECOND_US
        return np.where(np.isnat(starts) | np.isnat(ends), np.nan, ran)

    def dues_many(self, starts: Times, values: ArrayLike, unit: Unit, clock: Clock = Clock.WORK) -> Times:
        """``due`` element by element as datetime64[us]; NaT or NaN gives NaT."""
        table, limits = self._table(clock), np.asarray(values, dtype=np.float64) * self._unit_us(unit, clock)
        missing = np.isnan(limits) | np.isnat(starts)
        needed = np.rint(np.clip(np.where(missing, 0.0, limits), 0.0, 2.0**62 / 2)).astype(np.int64)
        a = self._wall.to_utc_many(starts)
        utc, never = table.when_many(table.at_many(a) + np.maximum(needed, 1))
        utc -= needed == 0  # a limit of nothing: the instant before the first microsecond that runs
        moments = self._moments_many(utc, never)
        moments[missing] = np.datetime64("NaT")
        return moments

    def use_many(
        self, starts: Times, dues: Times, nows: Times | np.datetime64, clock: Clock = Clock.WORK
    ) -> NDArray[np.float64]:
        """``use`` element by element; ``nows`` may be one moment for all. NaT gives NaN."""
        n_times = np.asarray(nows)
        a, b, n = (self._wall.to_utc_many(times) for times in (starts, dues, n_times))
        work, real = self._table(clock), self._continuous
        share = np.where(n >= b, 1.0, 0.0)
        for table in (real, work):
            from_start = table.at_many(a)
            total, ran = table.at_many(b) - from_start, np.maximum(table.at_many(n) - from_start, 0)
            share = np.divide(ran, total, out=share, where=total > 0)
        return np.where(np.isnat(starts) | np.isnat(dues) | np.isnat(n_times), np.nan, share)

    def instants_many(self, use: ArrayLike, starts: Times, dues: Times, clock: Clock = Clock.WORK) -> Times:
        """``instant_at`` element by element as datetime64[us]; ``use`` one number or one for each. NaT gives NaT."""
        uses = np.broadcast_to(np.asarray(use, dtype=np.float64), starts.shape)
        a, b = self._wall.to_utc_many(starts), self._wall.to_utc_many(dues)
        begin = starts.astype("datetime64[us]")
        moments = np.where(uses <= 1, dues.astype("datetime64[us]"), np.datetime64(NEVER, "us"))
        for table in (self._continuous, self._table(clock)):
            from_start = table.at_many(a)
            total = table.at_many(b) - from_start
            needed = np.rint(np.minimum(uses * total, 2.0**61)).astype(np.int64)
            found = self._moments_many(*table.when_many(from_start + np.maximum(needed, 1)))
            found = np.where(needed > 0, found, begin)
            moments = np.where(total > 0, found, moments)
        moments = np.where(uses <= 0, begin, moments)
        moments[np.isnat(starts) | np.isnat(dues)] = np.datetime64("NaT")
        return moments

    # -- inside ------------------------------------------------------------------------------------------------------

    def _table(self, clock: Clock) -> ClockTable:
        if clock == Clock.CONTINUOUS:
            return self._continuous
        version = self.rules.version()
        if self._work is None or self._work[0] != version:
            self._work = (version, self._work_table())
        return self._work[1]

    def _work_table(self) -> ClockTable:
        days = self.rules.workdays(FIRST_DAY, AFTER_LAST_DAY)[:, None] * DAY_US
        begins = (days + np.array([begin for begin, _ in self.rules.hours]) * SECOND_US).ravel()
        ends = (days + np.array([end for _, end in self.rules.hours]) * SECOND_US).ravel()
        return ClockTable(self._wall.wall_us_to_utc(begins), self._wall.wall_us_to_utc(ends))

    def _unit_us(self, unit: Unit, clock: Clock) -> float:
        if unit == "day":
            return (24 if clock == Clock.CONTINUOUS else self.work_day_hours) * 3600 * SECOND_US
        if unit not in ("minute", "hour"):
            raise ValueError(f"a limit is counted in minute, hour or day, not in {unit!r}")
        return (60 if unit == "minute" else 3600) * SECOND_US

    def _measure(self, start: int, due: int, clock: Clock, spans: Spans) -> tuple[ClockTable, int]:
        """The table to divide by and its total between start and due; total 0 when there is no measure at all."""
        table = self._table(clock)
        total = run_between(table, start, due, spans)
        if total == 0:
            table = self._continuous
            total = run_between(table, start, due, spans)
        return table, total

    def _moment(self, utc: int | None) -> datetime:
        return NEVER if utc is None or utc >= self._wall.last_us else self._wall.to_wall(utc)

    def _moments_many(self, utc: Ints, never: NDArray[np.bool_]) -> Times:
        never = never | (utc >= self._wall.last_us)
        moments = self._wall.to_wall_many(np.where(never, self._wall.first_us, utc))
        return np.where(never, np.datetime64(NEVER, "us"), moments)

    def _spans(self, pauses: Iterable[Pause]) -> Spans:
        """Pauses as ascending spans apart from each other."""
        spans = [(self._wall.to_utc(p.start), 2**62 if p.end is None else self._wall.to_utc(p.end)) for p in pauses]
        merged: Spans = []
        for begin, end in sorted(span for span in spans if span[1] > span[0]):
            if merged and begin <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((begin, end))
        return merged


def _day(day: date) -> date:
    return day.date() if isinstance(day, datetime) else day
