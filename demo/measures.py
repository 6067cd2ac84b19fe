"""Measures that change the course of an order: extension, suspension, supervision, appeal; and the call afterwards."""

from typing import Final

import numpy as np

from demo import planting
from demo.arrivals import pick
from demo.moments import DAY, NEVER, Bools, Floats, Ints, dues, serviced
from demo.plan import PUBLIC, SOURCES, Plan

REVIEWED: Final = 0.35
"""Share of appeals that wait for the monthly review, of orders closed within ``REVIEWED_WITHIN`` days."""
REVIEWED_WITHIN: Final = 25
REVIEW_DAYS: Final = (10, 45)
"""How many days the review takes."""


def _spread(rng: np.random.Generator, count: int, median: float, spread: float) -> Floats:
    return np.asarray(median * np.exp(spread * rng.standard_normal(count)))


def _only(chosen: Bools, times: Ints) -> Ints:
    return np.where(chosen, times, NEVER)


def plan_extension(plan: Plan, day: int, rng: np.random.Generator) -> None:
    """Asked before the deadline by the department that holds the order; one more limit when approved.

    One approval in twenty comes after the old deadline has passed: the source moves the deadline, the light must not.
    """
    count = len(plan)
    due, start = plan.current_due(), plan.last_dispatch()
    ordinary = plan.planted == 0
    asks = pick(ordinary & (due < NEVER) & ~plan.continuous & (plan.limit_minutes >= 480), rng, 0.045)
    refused = plan.planted == planting.NO_REASON_REFUSED
    granted = np.isin(plan.planted, (planting.NO_REASON, planting.SAME_REASON, planting.REASON_TWICE))
    asks |= (refused | granted) & (due < NEVER)
    room = np.where(asks, due - start, 0)
    asked = np.where(asks, start + (room * rng.uniform(0.45, 0.8, count)).astype(np.int64), NEVER)
    tardy = (rng.random(count) < 0.05) & ordinary
    decided = np.where(
        tardy, due + rng.integers(300, 7200, count), serviced(day, asked, _spread(rng, count, 35.0, 0.5))
    )
    decided = np.where(tardy, decided, np.minimum(decided, due - 60))
    plan.t_extension = asked
    plan.t_extended = _only(asks, np.maximum(decided, asked + 60))
    plan.extension_ok = asks & ((rng.random(count) < 0.78) | granted) & ~refused
    plan.due2 = _only(plan.extension_ok, dues(due, plan.limit_minutes, plan.continuous))


def plan_suspension(plan: Plan, day: int, rng: np.random.Generator) -> None:
    """挂账: the clock stands until a date, the deadline stays in place; a few have no date and end weeks later."""
    count = len(plan)
    due, start = plan.current_due(), plan.last_dispatch()
    asks = (due < NEVER) & ~plan.continuous & (plan.limit_minutes >= 960) & (plan.t_extension == NEVER)
    asks = pick(asks & (plan.planted == 0), rng, 0.010)
    asked = np.where(asks, start + ((due - start) * rng.uniform(0.2, 0.6, count)).astype(np.int64), NEVER)
    plan.t_suspension = asked
    plan.t_suspended = _only(asks, np.minimum(serviced(day, asked, _spread(rng, count, 60.0, 0.5)), asked + 3 * DAY))
    dateless = rng.random(count) < 0.04
    length = np.where(dateless, rng.uniform(25, 45, count), rng.uniform(2, 12, count))
    until = (plan.t_suspended // DAY + np.ceil(length).astype(np.int64)) * DAY + 8 * 3600
    plan.suspended_until = _only(asks, until)
    plan.t_resumed = _only(asks & dateless, until)


def plan_supervision(plan: Plan, day: int, rng: np.random.Generator) -> None:
    """督办 of what runs late, of what a leader sent in and of some important ones; a reply is due in one work day."""
    count = len(plan)
    due = plan.current_due()
    late = (plan.t_handle < NEVER) & (due < NEVER) & (plan.t_handle > due + 3600)
    named = (plan.source == SOURCES.index("leader")) & (plan.t_handle < NEVER)
    ordinary = plan.planted == 0
    chosen = pick(late & ordinary, rng, 0.12) | pick(named & ordinary, rng, 0.4)
    earliest = np.where(
        late, due + rng.integers(600, 3600, count), plan.last_dispatch() + rng.integers(600, 7200, count)
    )
    asked = _only(chosen & (earliest < plan.t_handle), earliest)
    plan.t_supervision = asked
    plan.supervision_grade = np.where(named, 2, np.where(late & (plan.urgent == 2), 1, 0))
    plan.reply_due = dues(asked, np.full(count, 480.0), np.zeros(count, dtype=np.bool_))
    use = np.where(rng.random(count) < 0.12, rng.uniform(1.1, 3.0, count), rng.uniform(0.1, 0.95, count))
    plan.t_replied = serviced(day, asked, 480 * use)


def plan_after(plan: Plan, day: int, rng: np.random.Generator) -> None:
    """Appeals of departments against late handling, and calls to citizens who had reported."""
    count = len(plan)
    due = plan.current_due()
    late = (plan.t_close < NEVER) & (due < NEVER) & (plan.t_handle > due) & ~plan.on_spot
    appeals = pick(late, rng, 0.09)
    plan.t_appeal = serviced(day, _only(appeals, plan.t_close), rng.uniform(120, 1200, count))
    plan.t_appealed = serviced(day, plan.t_appeal, rng.uniform(300, 1500, count))
    plan.appeal_ok = appeals & (rng.random(count) < 0.45)
    called = planting.called_back(plan, pick(np.isin(plan.source, PUBLIC) & (plan.t_close < NEVER), rng, 0.7))
    plan.t_followup = serviced(day, _only(called, plan.t_close), rng.uniform(480, 1800, count))
    good = rng.random(count) > np.where(late, 0.30, 0.12)
    valid, contacted = rng.random(count) < 0.88, rng.random(count) < 0.96
    mood = np.where(good, np.where(rng.random(count) < 0.75, 2, 1), np.where(rng.random(count) < 0.4, 1, 0))
    valid, good, mood = planting.contented(plan, valid, good, mood)
    plan.followup = valid * 1 + contacted * 2 + good * 4 + mood * 8
    _review(plan, appeals, rng)


def _review(plan: Plan, appeals: Bools, rng: np.random.Generator) -> None:
    """Some appeals go to the monthly review and are decided weeks later, when the month may be frozen already."""
    count = len(plan)
    reviewed = (rng.random(count) < REVIEWED) & appeals & (plan.t_close < plan.reported + REVIEWED_WITHIN * DAY)
    length = rng.integers(*REVIEW_DAYS, count)
    plan.t_appealed = np.where(reviewed, plan.t_appealed + length * DAY, plan.t_appealed)
