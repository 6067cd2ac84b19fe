"""Conduct that the detectors look for, planted among the ordinary orders of a day, and near-misses beside it.

Nothing in an order tells that it was planted: it keeps its number and its texts, only what happens to it is chosen.
What was planted stands in ``Plan.planted``, which is written beside the database (``demo.labels``), never into it.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from demo.moments import DAY, NEVER, Bools, Floats, Ints, dues
from demo.plan import PUBLIC, Plan
from demo.world import World


@dataclass(frozen=True, slots=True)
class Plant:
    """One kind of planted order: which detector must find it (``wanted``) or must not, and what it does."""

    rule: str
    wanted: bool
    what: str


PLANTS: Final[tuple[Plant | None, ...]] = (
    None,
    Plant("unexplained_extension", True, "accepted late"),
    Plant("unexplained_extension", False, "accepted just in time"),
    Plant("unexplained_extension", False, "accepted late, and the log says why"),
    Plant("unexplained_extension", True, "extended without a reason"),
    Plant("unexplained_extension", False, "asked without a reason and refused"),
    Plant("unexplained_extension", True, "one of many extensions for the same reason"),
    Plant("unexplained_extension", False, "one of two extensions for the same reason"),
    Plant("stalling", True, "not taken for most of the limit"),
    Plant("stalling", False, "taken when not quite half of the limit was gone"),
    Plant("stalling", True, "late, and silent for long"),
    Plant("stalling", False, "late, but handled before it was silent for so long"),
    Plant("perfunctory", True, "done in minutes, without a photo"),
    Plant("perfunctory", True, "done twice, and the caller is not content"),
    Plant("perfunctory", False, "no photo, and nothing else"),
    Plant("perfunctory", False, "done twice, and nothing else"),
    Plant("perfunctory", False, "done in minutes, and nothing else"),
    Plant("repeated", True, "the third time at the same place"),
    None,  # the first and the second time
    Plant("repeated", False, "three times near each other, not at the same place"),
    Plant("repeated", False, "three times at the same place, the third of another class"),
    Plant("repeated", False, "three times at the same place, the first too long ago"),
)
(
    ORDINARY, LATE_ACCEPTANCE, ACCEPTED_IN_TIME, ACCEPTANCE_EXPLAINED, NO_REASON, NO_REASON_REFUSED, SAME_REASON,
    REASON_TWICE, NOT_TAKEN, TAKEN_AT_LAST, SILENT, NOT_SO_SILENT, FAST_NO_PHOTO, REWORK_DISSATISFIED, NO_PHOTO, REWORK,
    FAST, THIRD_TIME, BEFORE_THIRD, NEAR_BY, OTHER_CLASS, LONG_AGO,
) = range(len(PLANTS))  # fmt: skip

CHAINS: Final = {THIRD_TIME: (1, 3, 5), NEAR_BY: (0, 2, 4), OTHER_CLASS: (1, 4, 6), LONG_AGO: (0, 5, 9)}
"""Days after its start on which an order of a chain is reported."""
EVERY: Final = 3
"""Days between the starts of chains."""
APART_M: Final = 65.0
REACH_DAYS: Final = 20
FEW: Final = 200
"""On a day with fewer orders nothing is planted."""
REASONS: Final = 8 * 8 * 5 * 8
"""Different reasons of extensions (``demo.texts.reason``)."""
SAME_REASON_DAYS, REASON_TWICE_DAYS = (0, 1, 2, 3), (1, 3)
"""Days of a week on which its shared reasons are used."""
MIN_PER_DEGREE: Final = 111_320.0


@dataclass(frozen=True, slots=True)
class Chain:
    """Orders at one place over some days: one spot and class for each."""

    kind: int
    grid: int
    days: tuple[int, ...]
    spots: tuple[int, ...]
    categories: tuple[int, ...]
    times: tuple[float, ...]
    """Where among the orders of its day each is, 0 to 1."""


def chains(world: World, start: int) -> list[Chain]:
    """The chains that start on this day."""
    if start % EVERY:
        return []
    rng = np.random.default_rng([world.seed, 15, start])
    quick = [
        n
        for n, c in enumerate(world.categories)
        if c.kind == "event" and c.parent != "E05" and c.limits and all(one.clock == "continuous" for one in c.limits)
        and max(one.value for one in c.limits) <= 2
    ]  # fmt: skip
    found = []
    for kind, offsets in CHAINS.items():
        for _ in range(max(1, round(4 * world.share))):
            grid, spots = _place(world, rng, apart=kind == NEAR_BY)
            one, other = (int(n) for n in rng.choice(quick, 2, replace=False))
            classes = (one, one, other if kind == OTHER_CLASS else one)
            times = tuple(float(t) for t in rng.uniform(0.2, 0.7, 3))
            found.append(Chain(kind, grid, tuple(start + day for day in offsets), spots, classes, times))
    return found


def _place(world: World, rng: np.random.Generator, *, apart: bool) -> tuple[int, tuple[int, ...]]:
    """A grid and three of its points: one and the same, or three that lie apart."""
    scale = np.array([MIN_PER_DEGREE * np.cos(np.radians(34.3)), MIN_PER_DEGREE])
    for _ in range(200):
        grid = int(rng.integers(len(world.grids)))
        picked = rng.choice(world.spots.shape[1], 3, replace=False)
        if not apart:
            return grid, (int(picked[0]),) * 3
        at = world.spots[grid, picked] * scale
        if min(np.hypot(*(at[a] - at[b])) for a, b in ((0, 1), (0, 2), (1, 2))) > APART_M:
            return grid, (int(picked[0]), int(picked[1]), int(picked[2]))
    raise ValueError("no grid is wide enough for three points apart")


def revisit(world: World, day: int, plan: Plan) -> Ints:
    """Give the orders of this day that belong to a chain their class and grid; returns the spot of each, else -1.

    Other orders of a chain's class in its grid happen next door in these weeks, so that a near-miss stays one.
    """
    spots = np.full(len(plan), -1, dtype=np.int64)
    if len(plan) < FEW:
        return spots
    around = [one for start in range(day - REACH_DAYS, day + 1) for one in chains(world, start)]
    taken = np.array([one.grid * 1000 + category for one in around for category in set(one.categories)])
    for _ in range(len(world.grids)):
        held = np.isin(plan.grid * 1000 + plan.category, taken)
        if not held.any():
            break
        plan.grid = np.where(held, (plan.grid + 1) % len(world.grids), plan.grid)
    rare = {n for n, c in enumerate(world.categories) if not c.weight or c.code.startswith("V99")}
    for one in around:
        for turn, when in enumerate(one.days):
            if when != day:
                continue
            place = int(one.times[turn] * len(plan))
            while plan.planted[place] or int(plan.category[place]) in rare:
                place += 1
            last = turn == len(one.days) - 1
            plan.planted[place] = one.kind if last or one.kind != THIRD_TIME else BEFORE_THIRD
            plan.category[place], plan.grid[place], spots[place] = one.categories[turn], one.grid, one.spots[turn]
    return spots


def settle(world: World, plan: Plan, spots: Ints) -> None:
    """The orders of chains lie at their points."""
    here = spots >= 0
    plan.coded[here], plan.quality[here] = 0, 0
    at = world.spots[plan.grid[here], spots[here]]
    plan.lon[here], plan.lat[here] = at[:, 0], at[:, 1]


def choose(world: World, plan: Plan, day: int) -> None:
    """Which of the day's orders will be treated so, and the reasons of all extensions."""
    rng = np.random.default_rng([world.seed, 16, day])
    plan.reason = _unshared(world, day, plan.variant // 13 % REASONS)
    if len(plan) < FEW:
        return
    number = max(1, round(3 * world.share))
    seconds = plan.reported % DAY
    plain = ~plan.on_spot & (plan.urgent == 0) & ~plan.continuous & (seconds > 8 * 3600) & (seconds < 18 * 3600)
    public = np.isin(plan.source, PUBLIC)
    work = plain & (plan.limit_minutes >= 480)
    long = plain & (plan.limit_minutes >= 960)
    for code, mask in (
        (REWORK_DISSATISFIED, plain & public), (NO_REASON, long), (NO_REASON_REFUSED, long), (NOT_TAKEN, long),
        (TAKEN_AT_LAST, long), (SILENT, work), (NOT_SO_SILENT, work), (FAST_NO_PHOTO, work), (FAST, work),
        (REWORK, plain), (NO_PHOTO, plain), (LATE_ACCEPTANCE, plain), (ACCEPTED_IN_TIME, plain),
        (ACCEPTANCE_EXPLAINED, plain),
    ):  # fmt: skip
        _mark(plan, rng, code, mask, number * (2 if code in (NOT_TAKEN, SILENT) else 1))
    for code, days, turn in ((SAME_REASON, SAME_REASON_DAYS, 0), (REASON_TWICE, REASON_TWICE_DAYS, 1)):
        if day % 7 in days:
            bureau, reason = _shared(world, day // 7)[turn]
            mine = _mark(plan, rng, code, long & (world.category_department[plan.category] == bureau), 1)
            plan.reason[mine] = reason
    plan.reason[np.isin(plan.planted, (NO_REASON, NO_REASON_REFUSED))] = -1
    dull = np.isin(plan.planted, (NO_PHOTO, FAST_NO_PHOTO))
    plan.variant = np.where(dull, plan.variant - plan.variant % 25, plan.variant)
    clear = np.isin(plan.planted, (REWORK, FAST)) & (plan.variant % 25 == 0)
    plan.variant = np.where(clear, plan.variant + 1, plan.variant)


def _mark(plan: Plan, rng: np.random.Generator, code: int, mask: Bools, number: int) -> Ints:
    free = np.flatnonzero(mask & (plan.planted == ORDINARY))
    mine = np.asarray(rng.permutation(free)[:number], dtype=np.int64)
    plan.planted[mine] = code
    return mine


def _shared(world: World, week: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """(bureau, reason) that is given again and again in this week, and another that is given twice."""
    rng = np.random.default_rng([world.seed, 17, week])
    long = {
        int(world.category_department[n])
        for n, c in enumerate(world.categories)
        if c.weight >= 1 and any(one.unit == "day" and one.value >= 2 and one.clock == "work" for one in c.limits)
    }
    one, other = (int(n) for n in rng.choice(sorted(long), 2, replace=False))
    first, second = (int(n) for n in rng.choice(REASONS, 2, replace=False))
    return (one, first), (other, second)


def _unshared(world: World, day: int, reasons: Ints) -> Ints:
    """Reasons of ordinary extensions: not one that is shared in these weeks."""
    shared = {reason for week in range(day // 7 - 2, day // 7 + 3) for _, reason in _shared(world, week)}
    for _ in range(len(shared)):
        reasons = np.where(np.isin(reasons, sorted(shared)), (reasons + 1) % REASONS, reasons)
    return reasons


def acceptance(plan: Plan, wait: Floats, rng: np.random.Generator) -> Floats:
    """Minutes until each order is accepted, and when the log says why one takes longer."""
    count = len(plan)
    late, just, said = rng.uniform(22, 85, count), rng.uniform(12.5, 14.8, count), rng.uniform(4, 12, count)
    wait = np.where(np.isin(plan.planted, (LATE_ACCEPTANCE, ACCEPTANCE_EXPLAINED)), late, wait)
    asked = np.where(plan.planted == ACCEPTANCE_EXPLAINED, plan.reported + (said * 60).astype(np.int64), NEVER)
    plan.t_transfer = asked
    return np.where(plan.planted == ACCEPTED_IN_TIME, just, wait)


def handling(plan: Plan, rng: np.random.Generator) -> None:
    """When the chosen orders are taken and handled, as shares of their limits."""
    count = len(plan)
    share = rng.uniform(0, 1, count)
    for code, take, done in (
        (NOT_TAKEN, 0.74 + 0.14 * share, 0.96 + 0.02 * share),
        (TAKEN_AT_LAST, 0.41 + 0.06 * share, 0.75 + 0.2 * share),
        (SILENT, 0.05 + 0.1 * share, 1.95 + 0.4 * share),
        (NOT_SO_SILENT, 0.06 + 0.1 * share, 1.31 + 0.15 * share),
    ):
        mine = np.flatnonzero((plan.planted == code) & (plan.t_take < NEVER) & (plan.due0 < NEVER))
        if len(mine):
            start = plan.t_dispatch0[mine]
            plan.t_take[mine] = after(plan, mine, start, take[mine])
            plan.t_handle[mine] = np.maximum(after(plan, mine, start, done[mine]), plan.t_take[mine] + 60)
    quick = np.isin(plan.planted, (FAST_NO_PHOTO, FAST)) & (plan.t_take < NEVER)
    plan.t_handle = np.where(quick, plan.t_take + rng.integers(150, 500, count), plan.t_handle)
    calm = np.isin(plan.planted, (NO_PHOTO, REWORK)) & (plan.t_take < NEVER)
    plan.t_handle = np.where(calm, np.maximum(plan.t_handle, plan.t_take + 2700), plan.t_handle)


def after(plan: Plan, places: Ints, since: Ints, share: Floats | float) -> Ints:
    """When so much of the limit of these orders has passed since these moments."""
    return dues(since, share * plan.limit_minutes[places], np.zeros(len(places), dtype=np.bool_))


def called_back(plan: Plan, called: Bools) -> Bools:
    """Who is called back after closing."""
    sorry: Bools = (plan.planted == REWORK_DISSATISFIED) & (plan.t_close < NEVER)
    return called | sorry


def contented(plan: Plan, valid: Bools, good: Bools, mood: Ints) -> tuple[Bools, Bools, Ints]:
    """Whether the call counts, whether it is solved, and how content the caller is (0 not, 2 quite)."""
    sorry, fine = plan.planted == REWORK_DISSATISFIED, np.isin(plan.planted, (NO_PHOTO, REWORK, FAST))
    return valid | sorry, (good | fine) & ~sorry, np.where(fine, 2, np.where(sorry, 0, mood))
