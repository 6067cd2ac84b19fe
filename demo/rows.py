"""The rows of ``work_orders`` as they stand at a moment: the plan, cut."""

from math import isnan
from typing import Any, Final

import numpy as np

from demo.handling import closing_due
from demo.moments import NEVER, Bools, Floats, Ints, texts
from demo.plan import PUBLIC, SOURCES, STEPS, Plan
from demo.texts import Texts
from demo.world import World

Columns = dict[str, list[Any]]

STAGES: Final = ("reported", "verifying", "filed", "dispatched", "handling", "checking", "closed", "void", "cancelled")
QUALITIES: Final = ("point", "default", "area", "none")
URGENCIES: Final = ("normal", "urgent", "critical")
MOODS: Final = ("dissatisfied", "basic", "satisfied")
LEVELS: Final = ("grid", "community", "street", "county", "city")
STREET_SETTLES: Final = (40, 42, 18)
"""Of a hundred orders of a street's office, those settled on each of ``LEVELS`` from the grid up."""
BUREAU_SETTLES: Final = (0, 18, 34, 36, 12)
"""The same of a bureau, whose teams work in streets and counties."""
REPORTED, VERIFYING, FILED, DISPATCHED, HANDLING, CHECKING, CLOSED, VOID, CANCELLED = range(9)


def stages(plan: Plan, now: int) -> Ints:
    """Stage of each order at ``now``: that of the last step that has happened."""
    stage = np.where((plan.t_accept <= now) & plan.needs_check, VERIFYING, REPORTED)
    for times, then in (
        (plan.t_file, FILED),
        (plan.t_dispatch0, DISPATCHED),
        (plan.t_return, FILED),
        (plan.t_dispatch1, DISPATCHED),
        (plan.t_take, HANDLING),
        (plan.t_handle0, CHECKING),
        (plan.t_rework, HANDLING),
        (plan.t_handle, CHECKING),
        (plan.t_close, CLOSED),
        (plan.t_force, CLOSED),
        (plan.t_void, VOID),
        (plan.t_merge, CANCELLED),
        (plan.t_cancel, CANCELLED),
        (plan.t_annul, VOID),
    ):
        stage = np.where(times <= now, then, stage)
    return stage


def deadlines(plan: Plan, now: int) -> tuple[Ints, Ints]:
    """Handling and closing deadline as the source shows them at ``now``; NEVER while no department holds the order."""
    due = np.where(plan.t_dispatch0 <= now, plan.due0, NEVER)
    due = np.where(plan.t_return <= now, NEVER, due)
    due = np.where(plan.t_dispatch1 <= now, plan.due1, due)
    due = np.where((plan.t_extended <= now) & plan.extension_ok, plan.due2, due)
    return due, closing_due(due, plan.continuous)


def updated(plan: Plan, now: int) -> Ints:
    """The last moment up to ``now`` at which each row changed."""
    latest = plan.reported.copy()
    for name in STEPS:
        times = getattr(plan, name)
        latest = np.maximum(latest, np.where(times <= now, times, 0))
    return latest


def _choose(names: tuple[str | None, ...], index: Ints) -> list[str | None]:
    return [names[k] for k in index.tolist()]


def _flags(mask: Bools) -> list[int]:
    return [int(value) for value in mask.tolist()]


def _numbers(values: Ints, shown: Bools) -> list[int | None]:
    return [value if show else None for value, show in zip(values.tolist(), shown.tolist(), strict=True)]


def _coordinates(values: Floats) -> list[float | None]:
    return [None if isnan(value) else value for value in values.tolist()]


def _first(*times: Ints) -> Ints:
    return np.asarray(np.minimum.reduce(times), dtype=np.int64)


def order_columns(world: World, words: Texts, plan: Plan, now: int) -> Columns:
    """Columns of ``work_orders`` for the orders of ``plan``, all of them reported by ``now``."""
    stage = stages(plan, now)
    closed, ended = stage == CLOSED, stage >= CLOSED
    handle_due, close_due = deadlines(plan, now)
    with_second, back = plan.t_dispatch1 <= now, plan.t_return <= now
    with_first = plan.t_dispatch0 <= now
    holder = np.where(with_second, plan.department1, np.where(with_first & ~back, plan.department0, -1))
    dispatched = np.where(with_second, plan.t_dispatch1, np.where(back, NEVER, plan.t_dispatch0))
    redone = plan.t_rework <= now
    handled = np.where(redone, plan.t_handle, _first(plan.t_handle0, plan.t_handle))
    end = _first(plan.t_close, plan.t_force, plan.t_void, plan.t_merge, plan.t_cancel, plan.t_annul)
    merged = plan.t_merge <= now
    outcome = np.select([plan.t_force <= now, merged, stage == VOID, stage == CANCELLED, closed], [2, 5, 3, 4, 1], 0)
    minors = world.categories
    limits = [
        minors[c].limits[k] if k >= 0 else None
        for c, k in zip(plan.category.tolist(), plan.limit.tolist(), strict=True)
    ]
    numbers = [str(n) for n in plan.number.tolist()]
    departments: tuple[str | None, ...] = (*world.departments, None)
    street = holder >= len(departments) - 1 - len(world.streets)
    level = settled_level(plan, street)
    called = plan.t_followup <= now
    mood = np.where(called & (plan.followup & 1 > 0), plan.followup >> 3, 3)
    public = np.isin(plan.source, PUBLIC)
    columns: Columns = {
        "id": numbers,
        "case_no": [f"XZ{n}" for n in numbers],
        "category_code": [minors[c].code for c in plan.category.tolist()],
        "area_code": _areas(world, plan),
        "stage": _choose(STAGES, stage),
        "reported_at": texts(plan.reported),
        "closed_at": texts(np.where(closed, end, NEVER)),
        "updated_at": texts(updated(plan, now)),
        "title": words.titles(plan),
        "description": words.descriptions(plan),
        "result": words.results(plan, closed & ~merged),
        "source": _choose(SOURCES, plan.source),
        "filing_condition": words.conditions(plan),
        "lon": _coordinates(plan.lon),
        "lat": _coordinates(plan.lat),
        "location_quality": _choose(QUALITIES, plan.quality),
        "address": words.addresses(plan),
        "reporter_worker_id": [
            f"W{w + 1:05d}" if s == 0 else None
            for w, s in zip(plan.reporter.tolist(), plan.source.tolist(), strict=True)
        ],
        "handler_worker_id": [
            f"W{w + 1:05d}" if t else None
            for w, t in zip(
                plan.handler.tolist(), ((plan.t_take <= now) | (plan.on_spot & closed)).tolist(), strict=True
            )
        ],
        "department_code": _choose(departments, holder),
        "first_department_code": _choose(departments, np.where(with_first, plan.department0, -1)),
        "outcome": _choose((None, "resolved", "forced", "void", "cancelled", "merged"), outcome),
        "urgency": _choose(URGENCIES, plan.urgent),
        "limit_value": [one and one.value for one in limits],
        "limit_unit": [one and one.unit for one in limits],
        "limit_clock": [one and one.clock for one in limits],
        "clock_started_at": texts(dispatched, now),
        "verified_at": texts(plan.t_verify, now),
        "accepted_at": texts(np.where(plan.on_spot, plan.reported, plan.t_accept), now),
        "filed_at": texts(plan.t_file, now),
        "dispatched_at": texts(dispatched, now),
        "taken_at": texts(plan.t_take, now),
        "handled_at": texts(np.where(plan.on_spot, plan.t_close, handled), now),
        "checked_at": texts(plan.t_check, now),
        "ended_at": texts(np.where(ended, end, NEVER)),
        "handle_due_at": texts(handle_due),
        "close_due_at": texts(close_due),
        "dispatches": (with_first.astype(np.int64) + with_second + redone).tolist(),
        "departments_dispatched": (with_first.astype(np.int64) + with_second).tolist(),
        "reworks": _flags(redone),
        "returns": _flags(back),
        "extensions": _flags((plan.t_extended <= now) & plan.extension_ok),
        "exempt": _flags((plan.t_appealed <= now) & plan.appeal_ok),
        "handled_on_spot": _flags(plan.on_spot),
        "resolved_level": _choose((*LEVELS, None), np.where(closed, level, len(LEVELS))),
        "duplicate_of": [str(d) if m else None for d, m in zip(plan.duplicate.tolist(), merged.tolist(), strict=True)],
        "photos_before": (1 + plan.variant % 3).tolist(),
        "photos_after": _numbers(np.where(plan.variant % 25 == 0, 0, 1 + plan.variant // 7 % 3), handled <= now),
        "followup_at": texts(plan.t_followup, now),
        "followup_valid": _numbers(plan.followup & 1, called),
        "contacted": _numbers(plan.followup >> 1 & 1, called & (plan.followup & 1 > 0)),
        "solved": _numbers(plan.followup >> 2 & 1, called & (plan.followup & 1 > 0)),
        "satisfaction": _choose((*MOODS, None), mood),
        "query_code": [
            f"{v % 1000000:06d}" if p else None for v, p in zip(plan.variant.tolist(), public.tolist(), strict=True)
        ],
    }
    return columns


def settled_level(plan: Plan, street: Bools) -> Ints:
    """The step of ``LEVELS`` that settled each order; ``street`` says whether an office of a street held it at last.

    The grid settles what it finds on the spot; of the rest the street's offices leave most to grid and community, and
    the bureaus to their teams in streets and counties. What is urgent, or was sent back, goes up a step now and then.
    """
    dice = plan.variant // 64 % 100
    low = np.searchsorted(np.cumsum(STREET_SETTLES), dice, side="right")
    high = np.searchsorted(np.cumsum(BUREAU_SETTLES), dice, side="right")
    lifted = ((plan.urgent > 0) | (plan.t_return < NEVER)) & (plan.variant // 6400 % 3 == 0)
    level = np.minimum(np.where(street, low, high) + lifted, len(LEVELS) - 1)
    return np.where(plan.on_spot, 0, level)


def _areas(world: World, plan: Plan) -> list[str]:
    """The area an order is coded to: its grid, only its community, or only its street ("not located")."""
    ends = (15, 12, 9)
    return [world.grids[g][: ends[c]] for g, c in zip(plan.grid.tolist(), plan.coded.tolist(), strict=True)]
