"""The known ways of looking good: how often deadlines are extended or suspended, cases void, exempt or closed by force.

A rate says nothing about how it came about. These shares stand beside it, with the units that use each way most.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from data_access.engine import ScopedReader
from indicators.readings.figures import figures
from indicators.readings.moved import judged_at
from indicators.registry import REGISTRY
from indicators.registry.entry import MONTH
from indicators.values import At, NotRecorded, Rate

WAYS: Final = ("ontime_department", "ontime_original", "ext_rate", "susp_rate", "void_rate", "forced_rate")
"""The rate that is ranked by, the same by the original deadlines, then the shares that may embellish it.

All over the same days, their own, so that a list behind one of them is over these too.
"""
MOST: Final = 2
"""Units named for each way."""


@dataclass(frozen=True, slots=True)
class Way:
    """One indicator of the registry over its window: its rate (None: not recorded), the one of the window before.

    ``most`` are the departments that stand out for the worse by more than chance, the farthest first, with their rates.
    """

    indicator: str
    rate: Rate | None
    before: Rate | None
    most: tuple[tuple[str, Rate], ...]
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LookingGood:
    """The ways over the last ``days`` days; departments with fewer cases than ``minimum`` are not named."""

    ways: tuple[Way, ...]
    days: int
    minimum: int


def looking_good(db: ScopedReader, at: At) -> LookingGood | NotRecorded:
    """All ways, pooled and by department, now and over the days before. NotRecorded when none can be counted."""
    days, minimum = at.policy.windows.departments_days, at.policy.samples.department
    earlier = replace(MONTH, back=1)
    at = judged_at(db, at, earlier.bounds(at)[0])
    whole, past = figures(db, at, WAYS), figures(db, at, WAYS, span=earlier)
    by_unit = figures(db, at, WAYS, by="department")
    ways = tuple(_way(name, whole[name], past[name], by_unit[name], minimum) for name in WAYS)
    if all(way.rate is None for way in ways):
        return NotRecorded(tuple(dict.fromkeys(need for way in ways for need in way.missing)))
    return LookingGood(ways, days, minimum)


def _way(name: str, now: object, before: object, by_unit: object, minimum: int) -> Way:
    if isinstance(now, NotRecorded):
        return Way(name, None, None, (), now.missing)
    whole = _whole(now)
    return Way(name, whole, _whole(before), _most(name, whole, by_unit, minimum))


def _whole(found: object) -> Rate:
    rate = found.get(None) if isinstance(found, Mapping) else None
    return rate if isinstance(rate, Rate) else Rate(0, 0)


def _most(name: str, whole: Rate, found: object, minimum: int) -> tuple[tuple[str, Rate], ...]:
    """Units that stand out for the worse by more than chance: their whole 95 % interval lies beyond the rate of all."""
    if not isinstance(found, Mapping) or whole.value is None:
        return ()
    rates = [(code, rate) for code, rate in found.items() if code and isinstance(rate, Rate) and rate.of >= minimum]
    if REGISTRY[name].better == "up":
        out = [(code, rate) for code, rate in rates if (rate.high or 0.0) < whole.value]
        return tuple(sorted(out, key=lambda unit: (unit[1].value or 0.0, -unit[1].of, unit[0]))[:MOST])
    out = [(code, rate) for code, rate in rates if (rate.low or 0.0) > whole.value]
    return tuple(sorted(out, key=lambda unit: (-(unit[1].value or 0.0), -unit[1].of, unit[0]))[:MOST])
