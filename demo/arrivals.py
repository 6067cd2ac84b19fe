"""What is reported on a day: how much, when, by whom, where and of which class."""

from typing import Final

import numpy as np

from demo import planting
from demo.moments import DAY, Bools, Floats, Ints, as_date, calendar
from demo.plan import SOURCES, Plan, blank
from demo.world import SPOTS, World

ORDERS_A_DAY: Final = 5000
# fmt: off
HOURS: Final = np.array((
    0.22, 0.14, 0.10, 0.10, 0.15, 0.4, 1.2, 3.2, 6.8, 8.8, 8.2, 6.2,
    4.3, 5.0, 6.7, 6.9, 6.2, 4.7, 3.2, 2.6, 2.0, 1.4, 0.9, 0.45,
))
# fmt: on
SOURCE_SHARES: Final = {
    "event": (0.52, 0.20, 0.13, 0.09, 0.005, 0.01, 0.03, 0.005, 0.01),
    "component": (0.58, 0.14, 0.12, 0.06, 0.06, 0.005, 0.03, 0.002, 0.003),
    "dispute": (0.38, 0.40, 0.10, 0.0, 0.0, 0.02, 0.07, 0.005, 0.025),
    "service": (0.22, 0.45, 0.26, 0.0, 0.0, 0.01, 0.04, 0.005, 0.015),
}
QUALITY_SHARES: Final = (0.83, 0.04, 0.09, 0.04)
"""Of orders coded to a grid: point, default, area, none."""
HALL: Final = (117.28413, 34.20522)
"""The default point of orders that nobody located."""
TINY_EVERY, QUIET_EVERY = 9, 5
"""One order of the tiny unit every 9 days, one without any deadline every 5."""
NIGHT: Final = (21, 6)


def arrivals(world: World, day: int, rng: np.random.Generator) -> Plan:
    """The orders reported on ``day`` (days since 1970), in order of time, nothing planned after the report."""
    count = int(rng.poisson(ORDERS_A_DAY * world.share * _volume(day)))
    plan = blank(count)
    seconds = np.sort((_hours(rng, count) * 3600 + rng.random(count) * 3600).astype(np.int64))
    plan.reported = day * DAY + seconds
    stamp = as_date(day)
    plan.number = (stamp.year * 10_000 + stamp.month * 100 + stamp.day) * 100_000 + np.arange(1, count + 1)
    plan.category = _categories(world, day, rng, count)
    plan.grid = np.searchsorted(world.weight, rng.random(count), side="right").clip(0, len(world.grids) - 1)
    spots = planting.revisit(world, day, plan)
    hour = seconds // 3600
    plan.source = _sources(world, plan, (hour >= NIGHT[0]) | (hour < NIGHT[1]), rng)
    _locate(world, plan, rng)
    planting.settle(world, plan, spots)
    size = np.diff(world.first_worker)[plan.grid]
    plan.reporter = world.first_worker[plan.grid] + (rng.random(count) * size).astype(np.int64)
    plan.handler = world.first_worker[plan.grid] + (rng.random(count) * size).astype(np.int64)
    plan.variant = rng.integers(0, 1 << 30, count)
    easy = [n for n, c in enumerate(world.categories) if c.kind == "event" and c.street_share > 0]
    event = np.isin(plan.category, easy)
    plan.on_spot = event & (plan.source == 0) & (rng.random(count) < 0.44) & (plan.planted == 0)
    _choose_limit(world, plan, rng)
    planting.choose(world, plan, day)
    return plan


def _volume(day: int) -> float:
    date = as_date(day)
    if not calendar().is_workday(date):
        return 0.6 if calendar().is_holiday(date) else (0.8, 0.72)[date.weekday() - 5]
    return (1.15, 1.1, 1.1, 1.09, 1.06, 0.95, 0.95)[date.weekday()]


def _hours(rng: np.random.Generator, count: int) -> Ints:
    shares = np.cumsum(HOURS) / HOURS.sum()
    return np.searchsorted(shares, rng.random(count), side="right").clip(0, 23)


def _categories(world: World, day: int, rng: np.random.Generator, count: int) -> Ints:
    """Zipf-like shares that drift from week to week, so that something rises and something falls."""
    week = (day + 3) // 7
    drift = np.random.default_rng([world.seed, 12, week]).lognormal(0.0, 0.13, len(world.categories))
    shares = np.cumsum(world.category_share * drift)
    chosen = np.searchsorted(shares / shares[-1], rng.random(count), side="right").clip(0, len(shares) - 1)
    codes = [c.code for c in world.categories]
    if count > 20 and day % TINY_EVERY == 0:
        chosen[count // 2] = codes.index("V9901")
    if count > 20 and day % QUIET_EVERY == 0:
        chosen[count // 3] = codes.index("V9902")
    return chosen


def _sources(world: World, plan: Plan, night: Bools, rng: np.random.Generator) -> Ints:
    """Who reports what; nearly nobody patrols at night, the hotline and cameras go on."""
    shares = np.array([np.cumsum(SOURCE_SHARES[c.kind]) for c in world.categories])[plan.category]
    draw = rng.random((len(plan), 1)) * shares[:, -1:]
    found = (draw >= shares).sum(axis=1).clip(0, len(SOURCES) - 1)
    other = np.where(rng.random(len(plan)) < 0.6, SOURCES.index("hotline"), SOURCES.index("video"))
    return np.where(night & (found == 0) & (rng.random(len(plan)) < 0.9), other, found)


def _locate(world: World, plan: Plan, rng: np.random.Generator) -> None:
    count = len(plan)
    plan.coded = np.searchsorted((0.91, 0.985), rng.random(count), side="right")
    plan.quality = np.searchsorted(np.cumsum(QUALITY_SHARES), rng.random(count), side="right").clip(0, 3)
    plan.quality[plan.coded > 0] = 2 + (rng.random(count)[plan.coded > 0] < 0.5)
    spot = world.spots[plan.grid, (rng.random(count) ** 1.6 * SPOTS).astype(np.int64)]
    spot = np.where((plan.quality == 2)[:, None], world.centres[plan.grid], spot)
    spot = np.where((plan.quality == 1)[:, None], HALL, spot)
    spot[plan.quality == 3] = np.nan
    plan.lon, plan.lat = spot[:, 0], spot[:, 1]


def _choose_limit(world: World, plan: Plan, rng: np.random.Generator) -> None:
    """One of the limits of the class, by weight; no limit at all where the class has none."""
    draw = rng.random(len(plan))
    for number in np.unique(plan.category).tolist():
        limits = world.categories[number].limits
        if not limits:
            continue
        mine = plan.category == number
        weights = np.cumsum([limit.weight for limit in limits])
        chosen = np.searchsorted(weights / weights[-1], draw[mine], side="right").clip(0, len(limits) - 1)
        plan.limit[mine] = chosen
        plan.limit_minutes[mine] = np.array([limit_minutes(one.value, one.unit, one.clock) for one in limits])[chosen]
        plan.continuous[mine] = np.array([one.clock == "continuous" for one in limits])[chosen]
    plan.urgent = (plan.continuous & (plan.limit_minutes <= 120) & (draw < 0.25)).astype(np.int64)
    incident = [n for n, c in enumerate(world.categories) if c.parent == "E05"]
    plan.urgent = np.where(np.isin(plan.category, incident), 2, plan.urgent)


def limit_minutes(value: float, unit: str, clock: str) -> float:
    """A limit in minutes of its clock: a work day is 8 hours, a continuous one 24."""
    return value * {"hour": 60, "day": 1440 if clock == "continuous" else 480}[unit]


def pick(mask: Bools, rng: np.random.Generator, share: float | Floats) -> Bools:
    """A random share of the orders in ``mask``."""
    return mask & (rng.random(len(mask)) < share)
