"""When the light of an order turns: one definition, for one order through its pauses and for many at once.

A light turns at the first moment at which a share of the working time is used (``policy.lights``); overdue is decided
by the deadline itself, never by the division, and long overdue is what has used more than its share after that.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from indicators.policy import LightLevels
from indicators.values import Light
from indicators.walltime import Times
from indicators.workcalendar import Clock, Pause, WorkCalendar


@dataclass(frozen=True, slots=True)
class Turns:
    """The moments from which an order is watched and near, its deadline, and the moment after which it is long."""

    watch: datetime
    near: datetime
    due: datetime
    long: datetime

    def light(self, now: datetime) -> Light:
        """The light at a moment at which no suspension runs."""
        if self.due < now:
            return Light.LONG if self.long < now else Light.OVERDUE
        if self.near <= now:
            return Light.NEAR
        return Light.WATCH if self.watch <= now else Light.CALM


def turns(
    calendar: WorkCalendar,
    levels: LightLevels,
    start: datetime | None,
    due: datetime,
    clock: Clock,
    pauses: Iterable[Pause] = (),
) -> Turns:
    """Of one order by its effective deadline; without a start of the clock all its time is used at once, at due."""
    begin, pauses = start or due, tuple(pauses)
    watch, near, long = (
        calendar.instant_at(level, begin, due, clock, pauses) for level in (levels.watch, levels.near, levels.long)
    )
    return Turns(watch, near, due, long)


def turns_many(
    calendar: WorkCalendar, levels: LightLevels, starts: Times, dues: Times, clock: Clock
) -> tuple[Times, Times, Times]:
    """Watch, near and long of many orders that were never suspended, as datetime64[us]; NaT where due is NaT."""
    begins = np.where(np.isnat(starts), dues, starts)
    watch, near, long = (
        calendar.instants_many(level, begins, dues, clock) for level in (levels.watch, levels.near, levels.long)
    )
    return watch, near, long
