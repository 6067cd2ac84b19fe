"""From report to closing: when each step of an order happens, who holds it, and whether it is in time."""

import numpy as np

from demo import planting
from demo.arrivals import arrivals, pick
from demo.measures import plan_after, plan_extension, plan_supervision, plan_suspension
from demo.moments import DAY, NEVER, Bools, Floats, Ints, dues, serviced
from demo.plan import PUBLIC, SOURCES, Plan
from demo.world import World

CHECK_MINUTES = (120.0, 90.0)
"""What the closing deadline adds to the handling deadline: working and continuous clock."""


def plan_day(world: World, day: int) -> Plan:
    """The orders of one day with their whole lives; the same (world, day) always gives the same plan."""
    rng = np.random.default_rng([world.seed, 11, day])
    plan = arrivals(world, day, rng)
    _intake(world, plan, rng)
    _dispatch(world, plan, day, rng)
    late = pick((plan.t_file < NEVER) & (plan.planted == 0), rng, _late_share(world, plan))
    plan_extension(plan, day, rng)
    plan_suspension(plan, day, rng)
    _handle(plan, day, late, rng)
    _check(plan, day, rng)
    plan_supervision(plan, day, rng)
    _leave_early(plan, rng)
    plan_after(plan, day, rng)
    return plan


def closing_due(due: Ints, continuous: Bools) -> Ints:
    """The closing deadline that belongs to a handling deadline."""
    return dues(due, np.where(continuous, CHECK_MINUTES[1], CHECK_MINUTES[0]), continuous)


def minutes(rng: np.random.Generator, count: int, median: float, spread: float) -> Floats:
    """Log-normal durations in minutes."""
    return np.asarray(median * np.exp(spread * rng.standard_normal(count)))


def _whole(times: Ints, extra: Floats) -> Ints:
    """Moments ``extra`` minutes later, to the second."""
    return np.where(times < NEVER, times + np.maximum(np.rint(extra * 60), 1).astype(np.int64), NEVER)


def _till_morning(times: Ints, waits: Bools, rng: np.random.Generator) -> Ints:
    """Moments between 21:00 and 07:00 move to a little after 07:00 where ``waits``."""
    second = times % DAY
    morning = times - second + 7 * 3600 + (second >= 21 * 3600) * DAY + rng.integers(0, 2400, len(times))
    return np.where(waits & ((second >= 21 * 3600) | (second < 7 * 3600)) & (times < NEVER), morning, times)


def _intake(world: World, plan: Plan, rng: np.random.Generator) -> None:
    """Acceptance within 15 minutes for nearly all, a check on the spot for most public reports, filing or not."""
    count = len(plan)
    wait = np.minimum(minutes(rng, count, 4.0, 0.7), 14.5)
    wait = np.where(rng.random(count) < 0.0025, rng.uniform(15, 70, count), wait)
    wait = planting.acceptance(plan, wait, rng)
    ordinary = plan.planted == 0
    plan.t_accept = np.where(plan.on_spot, NEVER, _whole(plan.reported, wait))
    event = np.isin(plan.category, [n for n, c in enumerate(world.categories) if c.kind in ("event", "component")])
    checked = event & np.isin(plan.source, [*PUBLIC, SOURCES.index("transfer"), SOURCES.index("media")]) & ~plan.on_spot
    plan.needs_check = pick(checked & (plan.urgent < 2), rng, 0.8)
    visit = _whole(_till_morning(plan.t_accept, plan.needs_check, rng), minutes(rng, count, 26.0, 0.55))
    plan.t_verify = np.where(plan.needs_check, visit, NEVER)
    decided = _whole(np.where(plan.needs_check, plan.t_verify, plan.t_accept), minutes(rng, count, 3.0, 0.5))
    bad = np.array([0.025, 0.075, 0.11, 0.06, 0.05, 0.005, 0.05, 0.04, 0.08])[plan.source]
    void = pick(~plan.on_spot & ordinary, rng, bad)
    merged = pick(plan.needs_check & ~void & ordinary, rng, 0.035)
    plan.duplicate = np.where(merged, _earlier_of_class(plan), 0)
    merged &= plan.duplicate > 0
    plan.t_void = np.where(void, decided, NEVER)
    plan.t_merge = np.where(merged, decided, NEVER)
    plan.t_file = np.where(void | merged | plan.on_spot, NEVER, decided)
    plan.t_close = np.where(plan.on_spot, _whole(plan.reported, np.minimum(minutes(rng, count, 9.0, 0.5), 40)), NEVER)


def _earlier_of_class(plan: Plan) -> Ints:
    """Number of the previous order of the same class and community that day, 0 where there is none."""
    key = plan.category * 100_000 + plan.grid // 20
    order = np.argsort(key, kind="stable")
    same = np.append(False, key[order][1:] == key[order][:-1])
    out = np.zeros(len(plan), dtype=np.int64)
    out[order[same]] = plan.number[order[np.flatnonzero(same) - 1]]
    return out


def _dispatch(world: World, plan: Plan, day: int, rng: np.random.Generator) -> None:
    """To the bureau of the class or to the street office; a few come back and go to another department."""
    count = len(plan)
    bureau = world.category_department[plan.category]
    share = np.array([c.street_share for c in world.categories])[plan.category]
    street = len(world.departments) - len(world.streets) + world.street_of[plan.grid]
    shared = np.isin(plan.planted, (planting.SAME_REASON, planting.REASON_TWICE))
    right = np.where((rng.random(count) < share) & ~shared, street, bureau)
    filed = plan.t_file < NEVER
    sure = (right == bureau) & (plan.planted == 0)
    returned = pick(filed & sure & ~plan.continuous & ~np.isnan(plan.limit_minutes), rng, 0.03)
    guess = rng.integers(0, 20, count)
    wrong = np.where(guess == right, (guess + 1) % 20, guess)
    waits = ~plan.continuous & (rng.random(count) < 0.5)
    sent = _whole(_till_morning(plan.t_file, waits, rng), np.minimum(minutes(rng, count, 5.0, 0.7), 55))
    back = serviced(day, sent, np.minimum(minutes(rng, count, 55.0, 0.6), 0.6 * np.nan_to_num(plan.limit_minutes)))
    again = _whole(_till_morning(back, np.ones(count, dtype=np.bool_), rng), minutes(rng, count, 14.0, 0.6))
    plan.t_dispatch0 = sent
    plan.department0 = np.where(filed, np.where(returned, wrong, right), -1)
    plan.t_return = np.where(returned, back, NEVER)
    plan.t_dispatch1 = np.where(returned, again, NEVER)
    plan.department1 = np.where(returned, right, -1)
    plan.due0 = dues(sent, plan.limit_minutes, plan.continuous)
    plan.due1 = dues(plan.t_dispatch1, plan.limit_minutes, plan.continuous)


def _late_share(world: World, plan: Plan) -> Floats:
    """Chance to be handled too late: the department's own, less for classes that everybody watches."""
    share = np.where(plan.department0 >= 0, world.overdue[plan.holder()], 0.0)
    share = share * np.where(plan.urgent == 2, 0.6, 1.0) * np.where(plan.t_return < NEVER, 1.8, 1.0)
    return np.where(np.isnan(plan.limit_minutes), 0.0, np.minimum(share, 0.6))


def _handle(plan: Plan, day: int, late: Bools, rng: np.random.Generator) -> None:
    """Taking and handling: on time within the limit, or beyond it by an hour or two, a few by days."""
    count = len(plan)
    start, limit = plan.last_dispatch(), np.where(np.isnan(plan.limit_minutes), 960.0, plan.limit_minutes)
    extended = (plan.t_extended < NEVER) & plan.extension_ok
    suspended = plan.suspended_until < NEVER
    due = np.where(extended, plan.due2, plan.current_due())
    use = np.clip(rng.beta(1.6, 2.2, count), 0.03, 0.97)
    begin = np.where(extended, np.maximum(plan.current_due(), plan.t_extended), start)
    begin = np.where(suspended, plan.suspended_until, begin)
    by_service = serviced(day, begin, use * limit)
    in_time = np.where(plan.continuous, _whole(begin, use * limit), by_service)
    latest = due - rng.integers(120, 1500, count)
    in_time = np.where(suspended | (due >= NEVER), in_time, np.minimum(in_time, latest))
    over = 25 + np.minimum(minutes(rng, count, 130.0, 0.75), 0.8 * limit + 110)
    grave = late & (rng.random(count) < 0.07)
    over = np.where(grave, np.minimum(limit * rng.uniform(1.6, 3.4, count) + 150, 5000), over)
    base = np.where(suspended, np.maximum(due, plan.suspended_until), due)
    too_late = np.where(plan.continuous, _whole(base, over), serviced(day, base, over))
    done = np.where(late & (due < NEVER), too_late, in_time)
    answered = np.where(plan.t_extended < NEVER, plan.t_extended + 600, 0)
    done = np.where(start < NEVER, np.maximum.reduce([done, start + 240, answered]), NEVER)
    slow = minutes(rng, count, 24.0, 0.8)
    taken = np.where(plan.continuous, _whole(start, np.minimum(slow / 3, 0.2 * limit)), serviced(day, start, slow))
    held = np.minimum.reduce([done, plan.t_extension, plan.t_suspension])
    room = np.where(start < NEVER, start + ((held - start) * rng.uniform(0.3, 0.8, count)).astype(np.int64), NEVER)
    plan.t_take = np.where(start < NEVER, np.maximum(np.minimum(taken, room), start + 20), NEVER)
    plan.t_handle = np.where(start < NEVER, np.maximum(done, plan.t_take + 60), NEVER)
    planting.handling(plan, rng)


def _check(plan: Plan, day: int, rng: np.random.Generator) -> None:
    """The check on the spot before closing; a failed one sends the order back to the same department."""
    count = len(plan)
    first = _looked_at(plan, day, plan.t_handle, minutes(rng, count, 48.0, 0.6))
    twice = np.isin(plan.planted, (planting.REWORK, planting.REWORK_DISSATISFIED))
    rework = pick((plan.t_handle < NEVER) & ((plan.planted == 0) | (plan.planted > planting.FAST)), rng, 0.022) | twice
    longer = minutes(rng, count, 80.0, 0.7)
    failed = np.where(rework, first, NEVER)
    again = np.where(plan.continuous, _whole(failed, 0.6 * longer), serviced(day, failed, longer))
    plan.t_handle0 = np.where(rework, plan.t_handle, NEVER)
    plan.t_rework = np.where(rework, first, NEVER)
    plan.t_handle = np.where(rework, again, plan.t_handle)
    plan.t_check = np.where(rework, _looked_at(plan, day, again, minutes(rng, count, 48.0, 0.6)), first)
    closed = _whole(plan.t_check, minutes(rng, count, 6.0, 0.5))
    plan.t_close = np.where(plan.on_spot, plan.t_close, closed)


def _looked_at(plan: Plan, day: int, times: Ints, length: Floats) -> Ints:
    """When the collector has been there: by day and at weekends too, at any hour for what runs continuously."""
    by_service = serviced(day, times, 0.8 * length) + np.where(times < NEVER, 120, 0)
    return np.where(plan.continuous, _whole(times, 0.5 * length), np.minimum(by_service, NEVER))


def _leave_early(plan: Plan, rng: np.random.Generator) -> None:
    """A few orders are withdrawn, voided or closed by force while they are handled: what was planned then is off."""
    held = plan.t_take < NEVER
    public = np.isin(plan.source, PUBLIC)
    plain = (
        held
        & (plan.planted == 0)
        & (plan.t_handle0 == NEVER)
        & (plan.t_extension == NEVER)
        & (plan.t_suspension == NEVER)
    )
    plain &= plan.t_supervision == NEVER
    cancelled = pick(plain & public, rng, 0.012)
    forced = pick(plain & ~cancelled, rng, 0.006)
    annulled = pick(plain & ~cancelled & ~forced, rng, 0.008)
    span = np.where(held, plan.t_handle - plan.t_take, 0)
    middle = np.where(held, plan.t_take + (span * rng.uniform(0.2, 0.9, len(plan))).astype(np.int64), NEVER)
    plan.t_cancel = np.where(cancelled, middle, NEVER)
    plan.t_annul = np.where(annulled, middle, NEVER)
    plan.t_force = np.where(forced, plan.t_handle, NEVER)
    gone = cancelled | forced | annulled
    for name in ("t_handle", "t_check", "t_close"):
        setattr(plan, name, np.where(gone, NEVER, getattr(plan, name)))
