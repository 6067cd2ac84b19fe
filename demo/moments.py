"""Moments as whole seconds of city time since 1970 (int64), and the clock by which departments really work."""

from datetime import date, datetime
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from indicators.workcalendar import Clock, WorkCalendar

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

DAY: Final = 86_400
NEVER: Final = 1 << 45
"""Later than any moment: a step that is not planned."""
ZONE: Final = "Asia/Shanghai"
BLOCK: Final = 32
REACH: Final = 260
"""Days of the service clock beyond the start of a block of days."""


@lru_cache(maxsize=1)
def calendar() -> WorkCalendar:
    """The working calendar of the demo city."""
    return WorkCalendar.named("cn", ZONE)


def seconds(moment: datetime) -> int:
    """City time as seconds since 1970."""
    return int((moment - datetime(1970, 1, 1)).total_seconds())


def moment(second: int) -> datetime:
    """The city time of a second."""
    return datetime.fromisoformat(str(np.datetime64(int(second), "s")))


def day_of(second: int) -> int:
    """Days since 1970 of a second."""
    return second // DAY


def as_date(day: int) -> date:
    """The calendar date of a day number."""
    return date.fromordinal(date(1970, 1, 1).toordinal() + day)


def texts(times: Ints, upto: int = NEVER) -> list[str | None]:
    """``YYYY-MM-DD HH:MM:SS`` for each moment not after ``upto``, None for the rest."""
    shown = (times <= upto) & (times < NEVER)
    if not len(times):
        return []
    raw = np.datetime_as_string(np.where(shown, times, 0).astype("datetime64[s]"))
    letters = np.ascontiguousarray(raw).view(np.uint32).reshape(len(raw), -1)
    letters[:, 10] = ord(" ")
    out: list[str | None] = raw.tolist()
    for place in np.flatnonzero(~shown).tolist():
        out[place] = None
    return out


def dues(starts: Ints, minutes: Floats, continuous: Bools) -> Ints:
    """When limits of so many minutes of the clock are used up; NEVER where the start is never or the limit is NaN."""
    out = np.full(len(starts), NEVER, dtype=np.int64)
    for clock, chosen in ((Clock.WORK, ~continuous), (Clock.CONTINUOUS, continuous)):
        use = chosen & (starts < NEVER) & ~np.isnan(minutes)
        if use.any():
            found = calendar().dues_many(starts[use].astype("datetime64[s]"), minutes[use], "minute", clock)
            out[use] = found.astype("datetime64[s]").astype(np.int64)
    return out


def _day_weights(workday: bool) -> Ints:
    """How much of a department works in each minute of a day, in hundredths."""
    weight = np.full(1440, 4, dtype=np.int64)
    weight[7 * 60 : 21 * 60] = 34
    if workday:
        weight[8 * 60 : 12 * 60] = weight[14 * 60 : 18 * 60] = 100
    else:
        weight[8 * 60 : 18 * 60] = 60
    return weight


@lru_cache(maxsize=8)
def _service_table(block: int) -> tuple[int, Ints]:
    first = block * BLOCK - 2
    kinds = {flag: _day_weights(flag) for flag in (False, True)}
    weights = np.concatenate([kinds[calendar().is_workday(as_date(first + n))] for n in range(REACH)])
    return first * 1440, np.concatenate([[0], np.cumsum(weights)])


def serviced(day: int, starts: Ints, minutes: Floats) -> Ints:
    """When so many minutes of full service have passed since ``starts`` (evenings and weekends count for less).

    ``day`` is the day of the orders; starts may lie up to 120 days later. The seconds of the start are kept.
    """
    base, table = _service_table(day // BLOCK)
    known = starts < NEVER
    at = np.clip(np.where(known, starts, 0) // 60 - base, 0, len(table) - 1)
    wanted = table[at] + np.maximum(np.rint(minutes * 100), 0).astype(np.int64)
    found = np.minimum(np.searchsorted(table, wanted, side="left"), len(table) - 1)
    return np.where(known, (base + found) * 60 + starts % 60, NEVER)
