"""City wall time and real time: naive local moments to microseconds of UTC and back, one by one or as numpy arrays.

Conventions, chosen so that the conversion never runs backwards:

* a local time that does not exist (clocks put forward) means the moment of the change itself;
* a local time that exists twice (clocks put back) means its first pass, unless the datetime carries ``fold=1``.
  Results in the second pass carry ``fold=1``, so that a round trip is exact (no database or numpy array holds it);
* moments outside 1970 to 2100 are taken as the nearest edge of that span (sources write 9999-12-31 for "never").
"""

from bisect import bisect_right
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Times = NDArray[np.datetime64]

SECOND_US = 1_000_000
DAY_US = 86_400 * SECOND_US
_US = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1)
FIRST_DAY = _EPOCH.date()
AFTER_LAST_DAY = datetime(2101, 1, 1).date()
WALL_FIRST_US = 0
WALL_LAST_US = (AFTER_LAST_DAY - FIRST_DAY).days * DAY_US
_PROBE_DAYS = 2


def _changes(zone: ZoneInfo) -> tuple[list[int], list[int]]:
    """UTC seconds of each change of offset, and the offset in seconds from then on; the first is long before 1970."""

    def offset(second: int) -> int:
        delta = (datetime.fromtimestamp(second, UTC)).astimezone(zone).utcoffset()
        assert delta is not None
        return round(delta.total_seconds())

    first, last = -3 * 86_400, WALL_LAST_US // SECOND_US + 3 * 86_400
    moments, offsets = [first - 400 * 86_400], [offset(first)]
    for probe in range(first, last, _PROBE_DAYS * 86_400):
        right = probe + _PROBE_DAYS * 86_400
        if offset(right) == offsets[-1]:
            continue
        left, new = probe, offset(right)
        while right - left > 1:
            middle = (left + right) // 2
            left, right = (left, middle) if offset(middle) == new else (middle, right)
        moments.append(right)
        offsets.append(new)
    return moments, offsets


class WallTime:
    """The clock on the wall of one zone. All integers are microseconds since 1970, of UTC or of the wall."""

    def __init__(self, zone: ZoneInfo) -> None:
        moments, offsets = _changes(zone)
        self.zone = zone
        self._moments = [m * SECOND_US for m in moments]
        self._offsets = [o * SECOND_US for o in offsets]
        before = [self._offsets[0], *self._offsets[:-1]]
        self._nexts = [*self._moments[1:], 2**62]
        self._first_pass = [m + max(b, o) for m, b, o in zip(self._moments, before, self._offsets, strict=True)]
        self._second_pass = [m + o for m, o in zip(self._moments, self._offsets, strict=True)]
        self._folded_until = [m + max(b - o, 0) for m, b, o in zip(self._moments, before, self._offsets, strict=True)]
        self._moments_np = np.array(self._moments, dtype=np.int64)
        self._offsets_np = np.array(self._offsets, dtype=np.int64)
        self._nexts_np = np.array(self._nexts, dtype=np.int64)
        self._first_pass_np = np.array(self._first_pass, dtype=np.int64)
        self.first_us = self._utc(WALL_FIRST_US, 0)
        self.last_us = self._utc(WALL_LAST_US, 0)

    def _utc(self, wall: int, fold: int) -> int:
        wall = min(max(wall, WALL_FIRST_US), WALL_LAST_US)
        i = bisect_right(self._second_pass if fold else self._first_pass, wall) - 1
        return min(wall - self._offsets[i], self._nexts[i])

    def to_utc(self, moment: datetime) -> int:
        """UTC microseconds of a naive local moment; a moment with a zone of its own is refused with TypeError."""
        return self._utc((moment - _EPOCH) // _US, moment.fold)

    def to_wall(self, utc: int) -> datetime:
        """The naive local moment of UTC microseconds; ``fold=1`` in the second pass of an hour that comes twice."""
        i = bisect_right(self._moments, utc) - 1
        wall = _EPOCH + timedelta(microseconds=utc + self._offsets[i])
        return wall.replace(fold=1) if utc < self._folded_until[i] else wall

    def wall_us_to_utc(self, wall: Ints) -> Ints:
        """UTC microseconds of wall microseconds, first pass."""
        clipped = np.clip(wall, WALL_FIRST_US, WALL_LAST_US)
        i = np.searchsorted(self._first_pass_np, clipped, side="right") - 1
        return np.asarray(np.minimum(clipped - self._offsets_np[i], self._nexts_np[i]), dtype=np.int64)

    def to_utc_many(self, moments: Times) -> Ints:
        """UTC microseconds of naive local datetime64 of any unit, first pass; NaT comes out as the first edge."""
        return self.wall_us_to_utc(moments.astype("datetime64[us]").astype(np.int64))

    def to_wall_many(self, utc: Ints) -> Times:
        """Naive local datetime64[us] of UTC microseconds; the second pass cannot be told from the first."""
        i = np.searchsorted(self._moments_np, utc, side="right") - 1
        return (utc + self._offsets_np[i]).astype("datetime64[us]")


@lru_cache(maxsize=16)
def wall_time(zone: ZoneInfo) -> WallTime:
    """The WallTime of a zone, made once (about 50 ms for its changes of 130 years)."""
    return WallTime(zone)
