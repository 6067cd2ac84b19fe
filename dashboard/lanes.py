"""Lanes: threads that read. The beat never touches the database; it hands batches to a lane and takes what is done.

A lane works at one batch at a time. The fast lane reads a whole batch in one snapshot per audience, so that a screen
never contradicts itself; the slow lane opens a snapshot for each reading. A lane that hangs (a frozen database answers
nothing and breaks no connection) is abandoned: its thread may end when it likes, what it still brings is ignored.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Final, Protocol

from dashboard.jobs import Batch, Done, Job, Outcome, ReadingFailed
from data_access.engine import Database, ScopedReader
from data_access.errors import DashboardError, SourceError, SourceUnreachable
from data_access.scope import Audience, Scope

_log = logging.getLogger(__name__)
_MOST_REPORTED: Final = 1000
MAX_ABANDONED: Final = 4
"""How many hanging threads are left behind at most; beyond that the lane waits for one of them."""


Read = Callable[[ScopedReader, Job, float], object]
"""Computes one reading: (snapshot of the audience, job, now in seconds since 1970) -> value."""


class Lane(Protocol):
    """Reads batches, one at a time."""

    def submit(self, batch: Batch) -> bool:
        """Start reading; False when the lane is still busy."""
        ...

    def wait(self, seconds: float) -> bool:
        """Wait until the lane is idle, at most so long; whether it is."""
        ...

    def drain(self) -> list[Done]:
        """What was brought since the last call."""
        ...

    def running_for(self) -> float:
        """Seconds since the last sign of progress of the present batch, 0 when idle."""
        ...

    def longest_pause(self) -> float | None:
        """Most seconds between two signs of progress since the last call, None when there was none."""
        ...

    def abandon(self) -> tuple[Job, ...]:
        """Leave a hanging batch behind and be ready for the next; the jobs that were not done."""
        ...

    def close(self) -> None:
        """End the thread when its batch is done."""
        ...


class Reading:
    """Reads batches from a database; the common part of both lanes."""

    def __init__(self, database: Database, read: Read) -> None:
        self._database = database
        self._read = read
        self._reported: set[str] = set()

    def run(self, batch: Batch, emit: Callable[[Done], None], answered: Callable[[], None] = lambda: None) -> None:
        """Read all jobs and emit what was read, spot by spot. Never raises a DashboardError.

        ``answered`` is called after each statement: a long reading of many statements does not hang.
        """
        if not batch.jobs:
            self._audience(Audience.WALL, (), batch.now(), emit, answered)
        elif batch.separate:
            for job in batch.jobs:
                self._audience(job.spot.audience, (job,), batch.now(), emit, answered)
        else:
            now = batch.now()
            for audience, jobs in groupby(batch.jobs, key=lambda job: job.spot.audience):
                self._audience(audience, tuple(jobs), now, emit, answered)

    def fresh(self) -> None:
        """Leave the pool of connections, whose members may hang, and begin a new one."""
        self._database.close()

    def _audience(
        self,
        audience: Audience,
        jobs: Sequence[Job],
        now: float,
        emit: Callable[[Done], None],
        answered: Callable[[], None],
    ) -> None:
        """All jobs in one snapshot. After a statement failed the snapshot is spent, the rest is read in another."""
        waiting = deque(jobs)
        while True:
            try:
                with self._database.reader(Scope.of(audience), answered=answered) as db:
                    _ = db.reference.tree.children_of  # computed here once, not in the beat
                    if not waiting:
                        emit(Done(db.reference, ()))
                        return
                    spent = self._snapshot(db, waiting, now, emit)
            except SourceError as error:
                emit(Done(None, tuple(Outcome(job, None, error, now, 0.0) for job in waiting), error))
                return
            if not waiting or not spent:
                return

    def _snapshot(self, db: ScopedReader, waiting: deque[Job], now: float, emit: Callable[[Done], None]) -> bool:
        """Read until all is done (False) or a statement failed (True)."""
        found: list[Outcome] = []
        while waiting:
            job = waiting.popleft()
            outcome = self._one(db, job, now)
            found.append(outcome)
            if isinstance(outcome.error, SourceUnreachable):
                found.extend(Outcome(job, None, outcome.error, now, 0.0) for job in waiting)
                waiting.clear()
            failed = isinstance(outcome.error, SourceError)
            if failed or not waiting or waiting[0].spot != job.spot:
                emit(Done(db.reference, tuple(found)))
                found = []
            if failed:
                return True
        return False

    def _one(self, db: ScopedReader, job: Job, now: float) -> Outcome:
        started = time.perf_counter()
        value: object = None
        error: DashboardError | None = None
        try:
            value = self._read(db, job, now)
        except DashboardError as ours:
            error = ours
        except Exception as fault:  # noqa: BLE001 - a fault in one reading stays in that reading
            self._report(job, fault)
            error = ReadingFailed(str(fault), reading=job.reading)
        return Outcome(job, value, error, now, (time.perf_counter() - started) * 1000)

    def _report(self, job: Job, fault: Exception) -> None:
        """The trace once for each kind of fault, not every few seconds for days."""
        kind = f"{job.reading}:{type(fault).__name__}:{fault}"
        if kind not in self._reported and len(self._reported) < _MOST_REPORTED:
            self._reported.add(kind)
            _log.error("reading failed", exc_info=fault, extra={"reading": job.reading, "place": str(job.spot.focus)})


class InlineLane:
    """Reads at once, in the caller's thread: for tests and for one-off commands."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._done: list[Done] = []

    def submit(self, batch: Batch) -> bool:
        """Read now."""
        self._reading.run(batch, self._done.append)
        return True

    def wait(self, seconds: float) -> bool:
        """Always idle."""
        return True

    def drain(self) -> list[Done]:
        """What was read since the last call."""
        done, self._done = self._done, []
        return done

    def running_for(self) -> float:
        """Never running between calls."""
        return 0.0

    def longest_pause(self) -> float | None:
        """Nobody waits for it, so it has none."""
        return None

    def abandon(self) -> tuple[Job, ...]:
        """Nothing ever hangs here."""
        return ()

    def close(self) -> None:
        """Nothing to end."""


class ThreadLane:
    """Reads in a thread of its own."""

    def __init__(self, name: str, reading: Reading, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._name = name
        self._reading = reading
        self._monotonic = monotonic
        self._condition = threading.Condition()
        self._batch: Batch | None = None
        self._undone: dict[Job, None] = {}
        self._progress_at = 0.0
        self._pause: float | None = None
        self._done: list[Done] = []
        self._generation = 0
        self._abandoned: list[threading.Thread] = []
        self._thread: threading.Thread | None = None
        self._closed = False

    def submit(self, batch: Batch) -> bool:
        """Start reading; False when the last batch is not done, or too many hang already."""
        with self._condition:
            if self._batch is not None or self._closed:
                return False
            if self._thread is None or not self._thread.is_alive():
                self._abandoned = [thread for thread in self._abandoned if thread.is_alive()]
                if len(self._abandoned) >= MAX_ABANDONED:
                    return False
                self._thread = self._start(fresh=bool(self._abandoned))
            self._batch = batch
            self._undone = dict.fromkeys(batch.jobs)
            self._progress_at = self._monotonic()
            self._condition.notify_all()
        return True

    def wait(self, seconds: float) -> bool:
        """Wait until idle."""
        with self._condition:
            return self._condition.wait_for(lambda: self._batch is None, seconds)

    def drain(self) -> list[Done]:
        """What was brought since the last call."""
        with self._condition:
            done, self._done = self._done, []
            return done

    def running_for(self) -> float:
        """Seconds since the database last answered for the batch."""
        with self._condition:
            return 0.0 if self._batch is None else self._monotonic() - self._progress_at

    def longest_pause(self) -> float | None:
        """Most seconds the database let us wait for one answer since the last call."""
        with self._condition:
            pause, self._pause = self._pause, None
            return pause

    def abandon(self) -> tuple[Job, ...]:
        """Leave the hanging thread behind."""
        with self._condition:
            if self._batch is None:
                return ()
            undone = tuple(self._undone)
            self._generation += 1
            if self._thread is not None:
                self._abandoned.append(self._thread)
            self._thread, self._batch, self._undone = None, None, {}
            self._condition.notify_all()
        _log.warning("a lane hangs and is left behind", extra={"lane": self._name, "undone": len(undone)})
        return undone

    def close(self) -> None:
        """End the thread after its batch; it is a daemon, so a hanging one does not keep the process."""
        with self._condition:
            self._closed = True
            self._condition.notify_all()
            thread = self._thread
        if thread is not None:
            thread.join(timeout=3)

    def _start(self, *, fresh: bool) -> threading.Thread:
        generation = self._generation
        thread = threading.Thread(
            target=self._work, args=(generation, fresh), name=f"{self._name}-{generation}", daemon=True
        )
        thread.start()
        return thread

    def _work(self, generation: int, fresh: bool) -> None:
        if fresh:
            self._reading.fresh()
        while True:
            with self._condition:
                self._condition.wait_for(
                    lambda: self._closed or generation != self._generation or self._batch is not None
                )
                if generation != self._generation or self._batch is None:
                    return
                batch = self._batch
            try:
                self._reading.run(batch, lambda done: self._take(generation, done), lambda: self._answered(generation))
            except Exception:  # noqa: BLE001 - the lane must live for the next batch
                _log.exception("a batch failed", extra={"lane": self._name})
            finally:
                with self._condition:
                    if generation == self._generation:
                        self._batch = None
                        self._condition.notify_all()

    def _answered(self, generation: int) -> None:
        with self._condition:
            if generation == self._generation:
                self._sign()

    def _take(self, generation: int, done: Done) -> None:
        with self._condition:
            if generation == self._generation:
                self._done.append(done)
                self._sign()
                for outcome in done.outcomes:
                    self._undone.pop(outcome.job, None)

    def _sign(self) -> None:
        now = self._monotonic()
        self._pause = max(now - self._progress_at, self._pause or 0.0)
        self._progress_at = now
