"""Building the demo city into one SQLite file: the same (scale, seed, end) always gives the same file."""

import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import numpy as np

from data_access import contract
from demo import geometry
from demo.areas import area_rows, category_rows, department_rows
from demo.events import EventLog, event_columns, measure_columns
from demo.feeds import CLOCK, feed_columns
from demo.handling import plan_day
from demo.labels import labels_path, write_labels
from demo.mark import NotADemoCity, mark, read_mark
from demo.moments import DAY, Ints, seconds
from demo.patrol import Gait, gaits, last_seen, ping_columns, pings_at, position_columns, steps_between, tracked
from demo.people import Shifts, roster_columns, shift_columns, shifts_of, worker_columns
from demo.plan import Plan, concat
from demo.progress import Report, silent
from demo.rows import order_columns
from demo.store import columns_of, create_indexes, create_tables, finish, open_for_building, write
from demo.texts import Texts
from demo.world import World, make_world

HISTORY_DAYS: Final = 90
SHIFT_DAYS: Final = 15
"""Days of shifts kept behind now."""
SHIFTS_AHEAD: Final = 2
PING_DAYS: Final = 3
RECENT_PINGS_S: Final = 1800
"""The last half hour of pings is there for everybody on duty; before it, only for the tracked streets."""
CHUNK: Final = 40_000
PLAY_ON: Final = timedelta(days=4)
"""A city older than this is built anew rather than caught up."""
SCALES: Final = ("town", "city")


@dataclass(frozen=True, slots=True)
class Built:
    """What was written: rows by table, bytes of the file, seconds it took."""

    path: Path
    rows: dict[str, int]
    size: int
    took: float


def build(
    out: Path,
    scale: str,
    end: datetime,
    seed: int = 1,
    report: Report = silent,
    days: int = HISTORY_DAYS,
) -> Built:
    """Write the city as it stands at ``end`` (city time) after ``days`` days; replaces ``out`` when it is whole."""
    if scale not in SCALES:
        raise ValueError(f"scale is one of {', '.join(SCALES)}, not {scale!r}")
    made, began = mark(seed), time.monotonic()
    now = seconds(end.replace(microsecond=0))
    beside = out.with_name(f".{out.name}.part")
    beside.unlink(missing_ok=True)
    out.parent.mkdir(parents=True, exist_ok=True)
    connection = open_for_building(beside)
    rows: dict[str, int] = {}
    try:
        create_tables(connection)
        report("areas", 0.0)
        tiling = geometry.build(scale, seed, lambda share: report("areas", 0.08 * share))
        areas = area_rows(tiling, seed)
        world = make_world(areas, seed)
        rows["areas"] = write(connection, contract.areas, columns_of(areas, contract.areas))
        rows["departments"] = write(
            connection, contract.departments, columns_of(department_rows(areas), contract.departments)
        )
        rows["categories"] = write(connection, contract.categories, columns_of(category_rows(), contract.categories))
        rows |= _people(connection, world, now, report)
        written, plan = _orders(connection, world, now, days, report)
        rows |= written
        total = sum(len(groups) for groups in contract.INDEXES.values())
        for number, _ in enumerate(create_indexes(connection)):
            report("indexes", 0.72 + 0.26 * number / total)
        finish(connection, made)
    except BaseException:
        connection.close()
        beside.unlink(missing_ok=True)
        raise
    for suffix in ("-wal", "-shm"):
        out.with_name(out.name + suffix).unlink(missing_ok=True)
    write_labels(labels_path(out), world, plan, now)
    beside.replace(out)
    report("done", 1.0)
    return Built(out, rows, out.stat().st_size, time.monotonic() - began)


def is_current(path: Path, now: datetime) -> bool:
    """Whether the simulator can play on from this file sooner than a new one would be built."""
    try:
        read_mark(path)
    except NotADemoCity:
        return False
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        row = connection.execute("SELECT last_received_at FROM source_feeds WHERE code = ?", (CLOCK,)).fetchone()
    return row is not None and timedelta(0) <= now - datetime.fromisoformat(row[0]) <= PLAY_ON


def _people(connection: sqlite3.Connection, world: World, now: int, report: Report) -> dict[str, int]:
    report("people", 0.09)
    workers, homes = worker_columns(world)
    rows = {
        "workers": write(connection, contract.workers, workers),
        "worker_areas": write(connection, contract.worker_areas, homes),
    }
    today = now // DAY
    days = [shifts_of(world, day) for day in range(today - SHIFT_DAYS, today + SHIFTS_AHEAD + 1)]
    rows["shifts"] = sum(write(connection, contract.shifts, shift_columns(world, one)) for one in days)
    rows["duty_roster"] = sum(
        write(connection, contract.duty_roster, roster_columns(world, day))
        for day in range(today - SHIFT_DAYS, today + SHIFTS_AHEAD + 1)
    )
    gait = gaits(world)
    rows["worker_positions"] = write(
        connection, contract.worker_positions, position_columns(world, gait, *last_seen(world, days, now))
    )
    rows["source_feeds"] = write(connection, contract.source_feeds, feed_columns(now))
    rows["patrol_pings"] = _pings(connection, world, gait, days, now, report)
    return rows


def _pings(
    connection: sqlite3.Connection, world: World, gait: Gait, days: list[Shifts], now: int, report: Report
) -> int:
    """Pings up to ``now``, in order of time and so of id."""
    some, written = tracked(world), 0
    by_day = {one.day: one for one in days}
    hour: list[tuple[Ints, Ints, Ints]] = []
    steps = steps_between(now - PING_DAYS * DAY, now)
    for number, moment in enumerate(steps):
        around = [by_day[day] for day in (moment // DAY - 1, moment // DAY) if day in by_day]
        worker, grid = pings_at(world, around, moment, None if moment > now - RECENT_PINGS_S else some)
        hour.append((worker, grid, np.full(len(worker), moment)))
        if len(hour) == 360 or number == len(steps) - 1:
            columns = [np.concatenate(part) for part in zip(*hour, strict=True)]
            written += write(
                connection,
                contract.patrol_pings,
                ping_columns(world, gait, columns[0], columns[1], columns[2], written + 1),
            )
            hour = []
            report("people", 0.10 + 0.12 * number / len(steps))
    return written


def _orders(
    connection: sqlite3.Connection, world: World, now: int, days: int, report: Report
) -> tuple[dict[str, int], Plan]:
    today = now // DAY
    plans: list[Plan] = []
    for day in range(today - days + 1, today + 1):
        plans.append(plan_day(world, day))
        report("orders", 0.22 + 0.05 * len(plans) / days)
    plan = concat(plans)
    plan = plan.take(plan.reported <= now)
    words = Texts(world)
    rows = {"work_orders": 0, "work_order_events": 0}
    for start in range(0, len(plan), CHUNK):
        part = plan.take(np.arange(start, min(start + CHUNK, len(plan))))
        rows["work_orders"] += write(connection, contract.work_orders, order_columns(world, words, part, now))
        report("orders", 0.27 + 0.15 * start / len(plan))
    log = EventLog(plan, 0, now)
    for start in range(0, len(log), CHUNK):
        chosen = slice(start, min(start + CHUNK, len(log)))
        rows["work_order_events"] += write(
            connection, contract.work_order_events, event_columns(world, plan, log, 1, chosen)
        )
        report("events", 0.42 + 0.30 * start / len(log))
    rows["work_order_measures"] = write(connection, contract.work_order_measures, measure_columns(world, plan, 0, now))
    return rows, plan
