"""Where the workers on duty are: a walk around the home grid that is a pure function of (world, worker, moment)."""

from dataclasses import dataclass

import numpy as np

from demo.moments import Bools, Floats, Ints, texts
from demo.people import Shifts
from demo.rows import Columns
from demo.world import World

STEP = 10
"""Seconds between two positions of a worker."""
PING = 60
METRES = 111_320.0
SPEED = 1.1
"""Metres a second while walking."""


@dataclass(frozen=True, slots=True)
class Gait:
    """How each worker walks: two circles of different size and turn, with rests."""

    radius: Floats
    phase: Floats
    rate: Floats
    slow: Floats


def gaits(world: World) -> Gait:
    """The habits of all workers."""
    rng = np.random.default_rng([world.seed, 31])
    reach = np.clip(world.reach[world.home()], 60, 900)
    radius = reach * rng.uniform(0.35, 0.6, world.workers)
    return Gait(
        radius,
        rng.uniform(0, 2 * np.pi, world.workers),
        rng.choice((-1.0, 1.0), world.workers) * SPEED / radius,
        rng.uniform(0.18, 0.33, world.workers),
    )


def places(world: World, gait: Gait, worker: Ints, grid: Ints, at: Ints) -> tuple[Floats, Floats, Floats]:
    """Longitude, latitude and accuracy (metres) of workers at moments, all of one length."""
    cycle = 1260
    turn, inside = np.divmod(at + worker * 37 % cycle, cycle)
    walked = turn * 840.0 + np.minimum(inside, 840)
    big = gait.phase[worker] + gait.rate[worker] * walked
    small = gait.phase[worker] * 2.3 - gait.rate[worker] * 2.7 * walked
    radius = gait.radius[worker]
    noise = _hash(worker, at)
    drift = 6.0 * (noise - 0.5)
    east = radius * (np.cos(big) + gait.slow[worker] * np.cos(small)) + drift
    north = radius * (np.sin(big) + gait.slow[worker] * np.sin(small)) - drift
    lon = world.centres[grid, 0] + east / (METRES * np.cos(np.radians(34.3)))
    lat = world.centres[grid, 1] + north / METRES
    return np.round(lon, 6), np.round(lat, 6), np.round(4 + 14 * noise * noise, 1)


def _hash(worker: Ints, at: Ints) -> Floats:
    """A number in [0, 1) that looks random and is always the same for (worker, moment)."""
    mixed = (worker.astype(np.uint64) * np.uint64(2_654_435_761)) ^ (
        at.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    )
    mixed ^= mixed >> np.uint64(29)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    return (mixed >> np.uint64(40)).astype(np.float64) / (1 << 24)


def position_columns(world: World, gait: Gait, worker: Ints, grid: Ints, at: Ints) -> Columns:
    """Columns of ``worker_positions``."""
    lon, lat, accuracy = places(world, gait, worker, grid, at)
    return {
        "worker_id": [f"W{w + 1:05d}" for w in worker.tolist()],
        "at": texts(at),
        "lon": lon.tolist(),
        "lat": lat.tolist(),
        "accuracy_m": accuracy.tolist(),
    }


def last_seen(world: World, days: list[Shifts], now: int) -> tuple[Ints, Ints, Ints]:
    """Worker, grid and moment of the last position of everybody heard of during these days, up to ``now``."""
    seen = np.full(world.workers, -1, dtype=np.int64)
    for shifts in days:
        stop = np.minimum(shifts.seen_to - 1, now)
        begin = np.where((shifts.gap_from <= stop) & (stop < shifts.gap_to), shifts.gap_from - 1, stop)
        at = begin // STEP * STEP
        here = (shifts.kind == 0) & (at >= shifts.seen_from)
        np.maximum.at(seen, shifts.worker[here], at[here])
    worker = np.flatnonzero(seen >= 0)
    return worker, world.home()[worker], seen[worker]


def pings_at(world: World, days: list[Shifts], moment: int, among: Bools | None = None) -> tuple[Ints, Ints]:
    """Worker and grid of those whose phone reports at this step of ten seconds: each worker once a minute.

    ``among`` restricts to some workers.
    """
    workers: list[Ints] = []
    grids: list[Ints] = []
    for shifts in days:
        due = shifts.present(moment) & (shifts.worker % (PING // STEP) == moment // STEP % (PING // STEP))
        if among is not None:
            due &= among[shifts.worker]
        workers.append(shifts.worker[due])
        grids.append(shifts.grid[due])
    return np.concatenate(workers), np.concatenate(grids)


def tracked(world: World) -> Bools:
    """Workers of one street in each county, whose whole tracks are kept even for times when nobody simulated."""
    first = np.unique(np.array([code[:6] for code in world.streets]), return_index=True)[1]
    return np.isin(world.street_of[world.home()], first)


def ping_columns(world: World, gait: Gait, worker: Ints, grid: Ints, at: Ints, first_id: int) -> Columns:
    """Columns of ``patrol_pings``, ids counted on from ``first_id``; received some seconds after they were taken."""
    lon, lat, accuracy = places(world, gait, worker, grid, at)
    return {
        "id": list(range(first_id, first_id + len(worker))),
        "worker_id": [f"W{w + 1:05d}" for w in worker.tolist()],
        "at": texts(at),
        "lon": lon.tolist(),
        "lat": lat.tolist(),
        "accuracy_m": accuracy.tolist(),
        "received_at": texts(at + 1 + worker % 5),
    }


def steps_between(after: int, upto: int, step: int = STEP) -> list[int]:
    """Multiples of ``step`` seconds in (after, upto]."""
    return list(range((after // step + 1) * step, upto + 1, step))
