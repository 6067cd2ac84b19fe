"""Grid workers, who is planned when, and who is really there: pure functions of (world, day)."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from demo.moments import DAY, Bools, Ints, as_date, calendar, texts
from demo.rows import Columns
from demo.texts import phone, worker_name
from demo.world import World

DUTY, LEAVE, OUTING = 0, 1, 2
KINDS: Final = ("duty", "leave", "outing")
WATCHES: Final = np.array(((8, 18), (6, 14), (13, 21), (18, 23), (22, 30)))
"""Hours of the day shift, the early, the late, the evening and the night one (30: 06:00 of the next day)."""
WATCH_SHARES: Final = (0.80, 0.11, 0.09)
WEEKEND_SHARE: Final = 0.85
LEAVE_SHARE: Final = 0.035
OUTING_SHARE: Final = 0.03
ROLES: Final = ("grid_leader", "grid_worker", "micro_grid_worker")
LAZY_COUNTIES: Final = {"320324": 0.235, "320312": 0.125, "320305": 0.10}
"""Share of absent workers where it is far from the usual."""


@dataclass(frozen=True, slots=True)
class Shifts:
    """The shifts that start on one day; the phone is heard of from ``seen_from`` to ``seen_to`` but for the gap."""

    day: int
    worker: Ints
    grid: Ints
    kind: Ints
    start: Ints
    end: Ints
    seen_from: Ints
    seen_to: Ints
    gap_from: Ints
    gap_to: Ints

    def present(self, at: int) -> Bools:
        """On duty and heard of at this moment."""
        seen = (self.kind == DUTY) & (self.seen_from <= at) & (at < self.seen_to)
        silent = (self.gap_from <= at) & (at < self.gap_to)
        return np.asarray(seen & ~silent, dtype=np.bool_)


def worker_columns(world: World) -> tuple[Columns, Columns]:
    """Columns of ``workers`` and ``worker_areas``: in each grid a leader, a full-time worker, the rest micro-grid."""
    home = world.home()
    place = np.arange(world.workers) - world.first_worker[home]
    ids = [f"W{n + 1:05d}" for n in range(world.workers)]
    roles = [ROLES[p] for p in np.minimum(place, 2).tolist()]
    people: Columns = {
        "id": ids,
        "name": [worker_name(n + 1) for n in range(world.workers)],
        "phone": [phone(n + 1) for n in range(world.workers)],
        "role": roles,
        "active": [1] * world.workers,
    }
    return people, {"worker_id": ids, "area_code": [world.grids[g] for g in home.tolist()], "role": roles}


def shifts_of(world: World, day: int) -> Shifts:
    """One worker a grid by day (fewer at weekends), evening and night watches where more people live."""
    rng = np.random.default_rng([world.seed, 21, day])
    grids = np.arange(len(world.grids))
    size = np.diff(world.first_worker)
    turn = (day + grids) % size
    works = rng.random(len(grids)) < (1.0 if calendar().is_workday(as_date(day)) else WEEKEND_SHARE)
    watch = np.searchsorted(np.cumsum(WATCH_SHARES), rng.random(len(grids)), side="right").clip(0, 2)
    away = works & (rng.random(len(grids)) < LEAVE_SHARE)
    extra = [~away & (rng.random(len(grids)) < share) for share in (0.11, 0.02)]
    extra[1] &= ~extra[0]
    out = works & ~away & (rng.random(len(grids)) < OUTING_SHARE)
    parts = [
        (grids[works & ~away], turn[works & ~away], watch[works & ~away], DUTY),
        (grids[away], turn[away], watch[away], LEAVE),
        (grids[away], (turn[away] + 1) % size[away], watch[away], DUTY),
        (grids[extra[0]], (turn[extra[0]] + size[extra[0]] - 1) % size[extra[0]], np.full(extra[0].sum(), 3), DUTY),
        (grids[extra[1]], (turn[extra[1]] + size[extra[1]] - 1) % size[extra[1]], np.full(extra[1].sum(), 4), DUTY),
    ]
    grid = np.concatenate([p[0] for p in parts])
    worker = world.first_worker[grid] + np.concatenate([p[1] for p in parts])
    hours = WATCHES[np.concatenate([p[2] for p in parts])]
    kind = np.concatenate([np.full(len(p[0]), p[3]) for p in parts])
    start, end = day * DAY + hours[:, 0] * 3600, day * DAY + hours[:, 1] * 3600
    leaves = np.flatnonzero(out[grid] & (kind == DUTY) & (hours[:, 0] < 17))
    from_ = start[leaves] + rng.integers(1, 6, len(leaves)) * 3600
    return _with_presence(world, day, rng, grid, worker, kind, start, end, leaves, from_)


def _with_presence(
    world: World,
    day: int,
    rng: np.random.Generator,
    grid: Ints,
    worker: Ints,
    kind: Ints,
    start: Ints,
    end: Ints,
    leaves: Ints,
    leave_from: Ints,
) -> Shifts:
    """When each phone is heard of: late and early by minutes, some not at all, some silent for a while."""
    count = len(grid)
    usual = np.random.default_rng([world.seed, 22]).uniform(0.04, 0.10, len(world.counties))
    absent = np.array([LAZY_COUNTIES.get(code, usual[n]) for n, code in enumerate(world.counties)])[
        world.county_of[grid]
    ]
    gone = rng.random(count) < absent
    first = start + rng.integers(-600, 1200, count)
    last = np.where(gone, first, end - rng.integers(-300, 900, count))
    silent = rng.random(count) < 0.12
    gap = start + (rng.random(count) * (end - start)).astype(np.int64)
    gap_end = np.where(silent, gap + rng.integers(900, 5400, count), gap)

    def joined(column: Ints, more: Ints) -> Ints:
        return np.concatenate([column, more])

    none = np.zeros(len(leaves), dtype=np.int64)
    return Shifts(
        day,
        joined(worker, worker[leaves]),
        joined(grid, grid[leaves]),
        joined(kind, np.full(len(leaves), OUTING)),
        joined(start, leave_from),
        joined(end, leave_from + 7200),
        joined(first, none),
        joined(last, none),
        joined(gap, none),
        joined(gap_end, none),
    )


def shift_columns(world: World, shifts: Shifts) -> Columns:
    """Columns of ``shifts``; ids are day * 100000 and on, so that a day can be written once and again."""
    return {
        "id": list(range(shifts.day * 100_000, shifts.day * 100_000 + len(shifts.worker))),
        "worker_id": [f"W{w + 1:05d}" for w in shifts.worker.tolist()],
        "start_at": texts(shifts.start),
        "end_at": texts(shifts.end),
        "kind": [KINDS[k] for k in shifts.kind.tolist()],
        "area_code": [world.grids[g] for g in shifts.grid.tolist()],
    }


def roster_columns(world: World, day: int) -> Columns:
    """Columns of ``duty_roster`` of one day: a leader and an officer on call for the city and each county."""
    places = [world.counties[0][:4], *world.counties]
    rows: list[tuple[Any, ...]] = []
    for number, code in enumerate(places):
        for offset, role in enumerate(("leader", "officer")):
            person = (day * 7 + number * 31 + offset * 13) % 900 + 90_000
            rows.append((as_date(day).isoformat(), code, role, worker_name(person), phone(person)))
    return {
        name: list(column)
        for name, column in zip(("day", "area_code", "role", "name", "phone"), zip(*rows, strict=True), strict=True)
    }
