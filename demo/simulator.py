"""The live simulator: plays the other systems of the city into the demo database, as time passes.

What happens is already in the plan of each day (``demo.handling``), so the database after ``advance_to(t)`` is the one
that a build with the same first day and ``end=t`` would give, however often the simulator was stopped in between; only
pings differ, which are there for everybody while it runs and for the tracked streets where it caught up.
"""

import logging
import signal
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import Any, Final

import numpy as np

from data_access import contract
from demo.build import PING_DAYS, RECENT_PINGS_S, SHIFT_DAYS, SHIFTS_AHEAD
from demo.events import EventLog, event_columns, measure_columns
from demo.feeds import CLOCK, feed_columns
from demo.handling import plan_day
from demo.mark import NotADemoCity, read_mark
from demo.moments import DAY, Ints, as_date, moment, seconds
from demo.patrol import STEP, gaits, last_seen, ping_columns, pings_at, position_columns, steps_between, tracked
from demo.people import Shifts, roster_columns, shift_columns, shifts_of
from demo.plan import LIFE_DAYS, Plan, concat
from demo.progress import Progress, Report, silent
from demo.rows import order_columns
from demo.store import open_live, write
from demo.texts import Texts
from demo.world import World, make_world

LOG: Final = logging.getLogger("gridwall.demo")
BATCH_S: Final = DAY // 4
"""Longest stretch of city time written in one transaction."""
LIVE_S: Final = 600
"""A step up to this long is live: everybody's pings are written."""
PRUNE_ROWS: Final = 20_000
PATIENCE_S: Final = 60.0
AREA_COLUMNS: Final = ("code", "level", "households", "kind", "lon", "lat", "boundary")
OLDEST_PINGS: Final = "SELECT max(id) FROM (SELECT id, at FROM patrol_pings ORDER BY id LIMIT ?) WHERE at <= ?"


class Simulator:
    """Plays into the file at ``path`` from the moment up to which it was played; ``now`` is that moment (city time).

    Raises NotADemoCity when the file is none, or of another version.
    ``seed`` defaults to the one with which the file was built; ``busy_s``: how long a statement waits for a lock. Not
    safe between threads.
    """

    def __init__(self, path: Path, seed: int | None = None, busy_s: float = 5.0) -> None:
        stored = read_mark(path).seed
        self._connection = open_live(path, busy_s)
        self.world: World = make_world(self._area_rows(), stored if seed is None else seed)
        self._words = Texts(self.world)
        self._gait = gaits(self.world)
        self._tracked = tracked(self.world)
        self._shifts: dict[int, Shifts] = {}
        clock = self._one("SELECT last_received_at FROM source_feeds WHERE code = ?", CLOCK)
        self._now = seconds(datetime.fromisoformat(clock))
        self._events = int(self._one("SELECT coalesce(max(id), 0) FROM work_order_events"))
        self._pings = int(self._one("SELECT coalesce(max(id), 0) FROM patrol_pings"))
        self._planned = self._now // DAY
        oldest = max(self._planned - LIFE_DAYS, self._first_day())
        self._plan = self._unfinished(concat([plan_day(self.world, day) for day in range(oldest, self._planned + 1)]))

    @property
    def now(self) -> datetime:
        """The city time up to which everything is written."""
        return moment(self._now)

    def close(self) -> None:
        """Close the file; everything written is committed."""
        self._connection.close()

    def advance_to(self, target: datetime, report: Report = silent, stop: Callable[[], bool] = lambda: False) -> None:
        """Write all that happens after ``now`` up to ``target``, in transactions of at most six hours of city time.

        A locked database is tried again for a minute, then sqlite3.OperationalError is raised and ``now`` is as it was
        after the last whole transaction. ``stop`` is asked between transactions.
        """
        begin, until = self._now, seconds(target.replace(microsecond=0))
        recent = begin if until - begin <= LIVE_S else until - RECENT_PINGS_S
        while self._now < until and not stop():
            end = min(until, (self._now // BATCH_S + 1) * BATCH_S)
            self._with_patience(end, recent)
            report("catching_up", (self._now - begin) / max(until - begin, 1))

    def _with_patience(self, end: int, recent: int) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                return self.step(end, recent)
            except sqlite3.OperationalError as error:
                if not _is_locked(error) or time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def step(self, end: int, recent: int) -> None:
        """One transaction up to the second ``end``; when it fails nothing has changed, here or in the file.

        Pings after the second ``recent`` are written for everybody, earlier ones for the tracked streets.
        """
        day = end // DAY
        plan = concat([self._plan, *(plan_day(self.world, d) for d in range(self._planned + 1, day + 1))])
        log = EventLog(plan, self._now, end)
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            events = self._write_orders(plan, log, end)
            pings = self._write_patrol(end, recent)
            if day > self._now // DAY:
                self._turn_day(day)
            write(self._connection, contract.source_feeds, feed_columns(end), replace=True)
            if end // 60 > self._now // 60:
                self._prune_pings(end)
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise
        tidy = end // 3600 > self._now // 3600 or len(log) > 2000
        self._now, self._events, self._pings = end, self._events + events, self._pings + pings
        self._plan, self._planned = plan, max(self._planned, day)
        if tidy:
            self._plan = self._unfinished(plan)

    def _write_orders(self, plan: Plan, log: EventLog, end: int) -> int:
        changed = plan.changed(self._now, end)
        if changed.any():
            part = plan.take(changed)
            write(
                self._connection, contract.work_orders, order_columns(self.world, self._words, part, end), replace=True
            )
            measures = measure_columns(self.world, part, self._now, end)
            write(self._connection, contract.work_order_measures, measures, replace=True)
        if len(log):
            columns = event_columns(self.world, plan, log, self._events + 1, slice(0, len(log)))
            write(self._connection, contract.work_order_events, columns)
        return len(log)

    def _write_patrol(self, end: int, recent: int) -> int:
        if end // STEP == self._now // STEP:
            return 0
        first = max(self._now // DAY - 1, end // DAY - SHIFT_DAYS)
        days = [self._shifts_of(day) for day in range(first, end // DAY + 1)]
        worker, grid, at = last_seen(self.world, days, end)
        fresh = at > self._now
        columns = position_columns(self.world, self._gait, worker[fresh], grid[fresh], at[fresh])
        write(self._connection, contract.worker_positions, columns, replace=True)
        parts: list[tuple[Ints, Ints, Ints]] = []
        for when in steps_between(max(self._now, end - PING_DAYS * DAY), end):
            around = [one for one in days if one.day in (when // DAY - 1, when // DAY)]
            who, where = pings_at(self.world, around, when, None if when > recent else self._tracked)
            parts.append((who, where, np.full(len(who), when)))
        if not parts:
            return 0
        who, where, when_all = (np.concatenate(part) for part in zip(*parts, strict=True))
        pings = ping_columns(self.world, self._gait, who, where, when_all, self._pings + 1)
        return write(self._connection, contract.patrol_pings, pings)

    def _turn_day(self, day: int) -> None:
        """Shifts and rosters of the days to come, and no more of those long past."""
        for ahead in range(self._now // DAY + 1, day + 1):
            coming = ahead + SHIFTS_AHEAD
            write(self._connection, contract.shifts, shift_columns(self.world, self._shifts_of(coming)), replace=True)
            write(self._connection, contract.duty_roster, roster_columns(self.world, coming), replace=True)
        self._connection.execute("DELETE FROM shifts WHERE id < ?", ((day - SHIFT_DAYS) * 100_000,))
        self._connection.execute("DELETE FROM duty_roster WHERE day < ?", (as_date(day - SHIFT_DAYS).isoformat(),))
        for old in [d for d in self._shifts if d < day - 1]:
            del self._shifts[old]

    def _prune_pings(self, end: int) -> None:
        """Some of the pings older than three days, oldest first: more a minute than a minute brings."""
        cutoff = moment(end - PING_DAYS * DAY).isoformat(sep=" ")
        last = self._one(OLDEST_PINGS, PRUNE_ROWS, cutoff)
        if last is not None:
            self._connection.execute("DELETE FROM patrol_pings WHERE id <= ?", (last,))

    def _unfinished(self, plan: Plan) -> Plan:
        return plan.take(plan.last() > self._now)

    def _shifts_of(self, day: int) -> Shifts:
        if day not in self._shifts:
            self._shifts[day] = shifts_of(self.world, day)
        return self._shifts[day]

    def _first_day(self) -> int:
        first = self._one("SELECT min(reported_at) FROM work_orders")
        return seconds(datetime.fromisoformat(first)) // DAY if first else self._planned

    def _area_rows(self) -> list[dict[str, Any]]:
        with closing(
            self._connection.execute("SELECT code, level, households, kind, lon, lat, boundary FROM areas")
        ) as rows:
            return [dict(zip(AREA_COLUMNS, row, strict=True)) for row in rows]

    def _one(self, statement: str, *parameters: object) -> Any:
        row = self._connection.execute(statement, parameters).fetchone()
        return row[0] if row else None


def _is_locked(error: sqlite3.OperationalError) -> bool:
    return any(word in str(error) for word in ("locked", "busy"))


def run(path: Path, speed: float, progress: Progress, clock: Callable[[], datetime]) -> int:
    """Catch up to the city's time and play on until SIGTERM, SIGINT or SIGHUP; returns the exit code.

    At another speed than 1 the simulator keeps its own time, which runs on from the file's last moment.
    """
    stop = threading.Event()

    def ask_to_stop(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(name, ask_to_stop)
    progress("starting", 0.0)
    try:
        simulator = Simulator(path)
    except NotADemoCity as error:
        LOG.error("%s", error)
        return 2
    with closing(simulator):
        if speed == 1.0:
            simulator.advance_to(clock(), progress, stop.is_set)
        progress.ready()
        begin, since = seconds(simulator.now), time.monotonic()
        while not stop.wait(1.0 if speed == 1.0 else 0.5):
            target = seconds(clock()) if speed == 1.0 else begin + int((time.monotonic() - since) * speed)
            try:
                simulator.advance_to(moment(target), stop=stop.is_set)
            except sqlite3.OperationalError as error:
                LOG.warning("the database does not take writes, trying again: %s", error)
    return 0
