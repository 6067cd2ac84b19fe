"""Running spans of one clock on the axis of real time, with what ran before each: elapsed time by lookup, and back.

Instants are microseconds of UTC as plain integers (or int64 arrays), so that sums are exact. Pauses are ascending spans
(begin, end) apart from each other, in the same unit.
"""

from bisect import bisect_left, bisect_right

import numpy as np
from numpy.typing import NDArray

from indicators.walltime import Ints

Spans = list[tuple[int, int]]


class ClockTable:
    """Running spans [start, end) in UTC microseconds, ascending and apart, with what ran before each."""

    def __init__(self, starts: Ints, ends: Ints) -> None:
        real = ends > starts
        starts, ends = starts[real], ends[real]
        fresh = np.append(True, starts[1:] > ends[:-1])
        last = np.append(fresh[1:], True)
        self.starts_np, self.ends_np = starts[fresh], ends[last]
        lengths = self.ends_np - self.starts_np
        self.before_np = np.append(np.int64(0), np.cumsum(lengths)[:-1])
        self.starts: list[int] = self.starts_np.tolist()
        self.ends: list[int] = self.ends_np.tolist()
        self.before: list[int] = self.before_np.tolist()

    def at(self, utc: int) -> int:
        """How much ran before this instant; never falls as the instant grows."""
        i = bisect_right(self.starts, utc) - 1
        return 0 if i < 0 else self.before[i] + min(utc, self.ends[i]) - self.starts[i]

    def when(self, ran: int) -> int | None:
        """The first instant at which so much (above 0) has run; None when it never will."""
        i = bisect_left(self.before, ran) - 1
        utc = self.starts[i] + ran - self.before[i]
        return utc if utc <= self.ends[i] else None

    def running_until(self, utc: int) -> int | None:
        """The end of the span that holds this instant, else None."""
        i = bisect_right(self.starts, utc) - 1
        return self.ends[i] if i >= 0 and utc < self.ends[i] else None

    def next_start(self, utc: int) -> int | None:
        """The begin of the first span after this instant; None after the last."""
        i = bisect_right(self.starts, utc)
        return self.starts[i] if i < len(self.starts) else None

    def at_many(self, utc: Ints) -> Ints:
        """``at`` element by element."""
        i = np.maximum(np.searchsorted(self.starts_np, utc, side="right") - 1, 0)
        ran = np.clip(utc, self.starts_np[i], self.ends_np[i]) - self.starts_np[i]
        return np.asarray(self.before_np[i] + ran, dtype=np.int64)

    def when_many(self, ran: Ints) -> tuple[Ints, NDArray[np.bool_]]:
        """Instants, and which of them never come."""
        i = np.maximum(np.searchsorted(self.before_np, ran, side="left") - 1, 0)
        utc = self.starts_np[i] + ran - self.before_np[i]
        return np.asarray(utc, dtype=np.int64), utc > self.ends_np[i]


def run_between(table: ClockTable, a: int, b: int, spans: Spans) -> int:
    """How much runs in [a, b) outside the pauses; 0 when b is not after a."""
    if b <= a:
        return 0
    total = table.at(b) - table.at(a)
    for begin, end in spans:
        low, high = max(a, begin), min(b, end)
        if high > low:
            total -= table.at(high) - table.at(low)
    return total


def advance(table: ClockTable, start: int, needed: int, spans: Spans) -> int | None:
    """The first instant from start on by which ``needed`` has run; for 0 the first at which the clock runs."""
    if needed <= 0:
        return start if running_until(table, start, spans) else next_running(table, start, spans)
    cursor = start
    for begin, end in spans:
        if end <= cursor:
            continue
        free = table.at(begin) - table.at(cursor) if begin > cursor else 0
        if needed <= free:
            break
        needed, cursor = needed - free, end
    return table.when(table.at(cursor) + needed)


def running_until(table: ClockTable, utc: int, spans: Spans) -> int | None:
    """When the clock that runs now stops; None when it does not run now."""
    until = table.running_until(utc)
    for begin, end in spans:
        if until is None or end <= utc:
            continue
        if begin <= utc:
            return None
        until = min(until, begin)
    return until


def next_running(table: ClockTable, utc: int, spans: Spans) -> int | None:
    """The first instant after this one, at which the clock stands, when it runs again."""
    cursor = utc
    while True:
        end = next((e for b, e in spans if b <= cursor < e), None)
        if end is not None:
            cursor = end
        elif table.running_until(cursor) is None:
            start = table.next_start(cursor)
            if start is None:
                return None
            cursor = start
        else:
            return cursor
