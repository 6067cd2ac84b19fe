"""The publisher: each beat reads once what all screens share, composes their bodies and puts them into the store.

``step`` is one beat and is told everything it depends on, so that tests turn hours without sleeping; ``dashboard.beat``
drives it. It never touches the database itself: lanes read in threads of their own, and a beat goes out with what is
there.
"""

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import orjson

from dashboard import truth, wire
from dashboard.bodies import Body, Shapes, Stamp, Surroundings
from dashboard.clock import Clock, city_time
from dashboard.jobs import Batch, Done, Job, Spot, by_spot
from dashboard.keys import LiveKey
from dashboard.lanes import Lane, Read
from dashboard.latest import Values
from dashboard.lease import Mandate
from dashboard.plan import BEAT_S, MINUTE_S, SHAPES, Plan
from dashboard.schedule import Schedule
from dashboard.stores import Broadcast
from dashboard.wishes import serve
from data_access.engine import ScopedReader
from data_access.errors import DashboardError, SourceTooSlow, SourceUnreachable, StoreError
from data_access.reference import Reference
from indicators.policy import Policy, load_policy
from indicators.readings.book import OpenBook
from indicators.values import At, FrozenPeriods, NotRecorded
from indicators.workcalendar import WorkCalendar
from layouts.opaque import OF_THIS_PROCESS, Opaque

_log = logging.getLogger(__name__)

META: Final = "publisher"
KEYS: Final = "keys"
BODY: Final = "live:"
_WAIT_S: Final = 0.8
"""How long a beat waits for its own readings before it goes out with what is there."""
_OVERDUE_S: Final = float(BEAT_S)
"""After so many seconds without a sign the fast lane is said to hang, so that the screen says it within three beats."""
_OVERDUE_MOST_S: Final = 2.0 * BEAT_S
"""The same for a database that often takes long, and for what was never read: still within three beats."""
_PAUSES: Final = 2.0
"""A lane that is silent for so many times its longest pause of late hangs; less may be a slow statement."""
_FORGETS: Final = 0.99
"""By how much the longest pause of late fades with each reading: by half in about two minutes."""
_SLOW_BATCH: Final = 12


ShapesOf = Callable[[ScopedReader, str], Shapes | None]
"""The geometry of an area: (snapshot, area code) -> shapes, None where nothing is drawn."""


def reader_of(
    plan: Plan,
    calendar: WorkCalendar,
    policy: Policy,
    clock: Clock,
    shapes: ShapesOf | None,
    ledger: FrozenPeriods | None = None,
) -> Read:
    """How a job is read: the snapshot narrowed to its place, the reading asked as of now.

    The whole tree is not narrowed at all: everything in scope counts there, also what is coded to no known area. The
    fast lane keeps the open book in step, once a snapshot; the slow one reads its own deadlines.
    """
    kept = OpenBook()

    def read(db: ScopedReader, job: Job, now: float) -> object:
        focus = job.spot.focus
        area = None if focus.area == db.reference.tree.root else focus.area
        if job.reading == SHAPES:
            return None if shapes is None else shapes(db, focus.area)
        if focus.department is not None and job.reading in truth.OF_PEOPLE:
            return NotRecorded(("shifts.department_code",))
        narrowed = db if area is None and focus.department is None else db.narrowed(area, focus.department)
        at = At(city_time(now, clock.zone), calendar, policy, area, focus.department, ledger)
        if not plan.slow(job.reading) and not db.scope.grants:
            at = replace(at, book=db.once("the open book", lambda: kept.follow(db, at)))
        return plan.readings[job.reading].read(narrowed, at)

    return read


@dataclass
class Publisher:
    """State from beat to beat. One thread calls ``step``."""

    plan: Plan
    broadcast: Broadcast
    fast: Lane
    slow: Lane
    clock: Clock
    mandate: Mandate
    build: str
    pinned: Callable[[Reference], Iterable[LiveKey]]
    calendar: WorkCalendar
    policy: Policy = field(default_factory=load_policy)
    patience_s: float = 8.0
    opaque: Opaque = OF_THIS_PROCESS
    seq: int = 0
    _epoch: int | None = None
    _reference: Reference | None = None
    _trouble: DashboardError | None = None
    _slow_trouble: DashboardError | None = None
    _pause_s: float | None = None
    _values: Values = field(default_factory=Values)
    _schedule: Schedule = field(default_factory=Schedule)
    _every: dict[Job, int] = field(default_factory=dict)
    _bodies: dict[LiveKey, Body] = field(default_factory=dict)
    _lag_s: float = 0.1
    _store_fails: bool = False

    def step(self) -> bool:
        """One beat. False when another publishes, or the store cannot be written."""
        started = self.clock.monotonic()
        beat_at = self.clock.now()
        epoch = self.mandate.epoch()
        if epoch is None:
            self._epoch = None
            return False
        if epoch != self._epoch:
            self._begin(epoch)
        self.seq += 1
        began_blind = self._reference is None
        self._serve(beat_at)
        if began_blind and self._reference is not None:
            self._serve(beat_at)  # the tree is known now, so the first wall need not wait for the next beat
        lag = self.clock.monotonic() - started
        self._lag_s = max(lag, self._lag_s * 0.9)
        entries = self._compose(epoch, beat_at)
        return self._write(epoch, beat_at, entries)

    def _serve(self, now: float) -> None:
        try:
            self._choose(now)
        except StoreError as error:
            self._store_failed(error)
        self._read(now)

    def close(self) -> None:
        """End the lanes."""
        self.fast.close()
        self.slow.close()

    @property
    def served(self) -> tuple[LiveKey, ...]:
        """The keys whose bodies are made now."""
        return tuple(self._bodies)

    def _begin(self, epoch: int) -> None:
        """A new epoch: numbers begin anew, and what a predecessor left in the store becomes ours to keep or to drop."""
        self._epoch, self.seq = epoch, 0
        try:
            left = orjson.loads(self.broadcast.fetch(KEYS) or b"[]")
        except (StoreError, orjson.JSONDecodeError):
            return
        for key in filter(None, map(LiveKey.parse, left)):
            if self.plan.known(key, self._reference):
                self._bodies.setdefault(key, Body(key, self.plan.panels_of(key.scene)))

    def _choose(self, now: float) -> None:
        """Settle which bodies are served in this beat."""
        pinned = tuple(self.pinned(self._reference)) if self._reference is not None else ()
        chosen = serve(
            self.broadcast.wishes(), pinned, self._bodies, lambda key: self.plan.known(key, self._reference), now
        )
        gone = [key for key in self._bodies if key not in set(chosen.keys)]
        before = tuple(self._bodies)
        self._bodies = {key: self._bodies.get(key) or Body(key, self.plan.panels_of(key.scene)) for key in chosen.keys}
        if chosen.void:
            self.broadcast.forget(*chosen.void)
        if gone:
            self.broadcast.drop(*(f"{BODY}{key}" for key in gone))
        if before != tuple(self._bodies):
            self.broadcast.put({KEYS: orjson.dumps([str(key) for key in self._bodies])})
            _log.debug("serving", extra={"bodies": len(self._bodies), "refused": chosen.refused})

    def _read(self, now: float) -> None:
        """Hand out what is due and take what is done."""
        fast, slow = self.plan.wanted(self._bodies)
        self._every = {**fast, **slow}
        self._schedule.keep(self._every)
        self._values.keep({Spot(key.audience, key.focus) for key in self._bodies})
        self._collect()
        self._watch_fast()
        self._watch_slow()
        at = self.clock.monotonic()
        due = self._schedule.due(fast, at)
        if due or self._reference is None:
            self._hand_out(self.fast, Batch(by_spot(due), lambda: now), at)
        if batch := self._slow_batch(slow, at):
            self._hand_out(self.slow, Batch(batch, self.clock.now, separate=True), at)
        self.fast.wait(_WAIT_S)
        self._collect()
        self._watch_fast()

    def _slow_batch(self, slow: Mapping[Job, int], at: float) -> tuple[Job, ...]:
        """What is read every minute and what was never read, first; of what is read anew more seldom one.

        So a rate that is due each minute never waits for a row of long readings.
        """
        due = self._schedule.due(slow, at)
        again = [job for job in due if slow[job] > MINUTE_S and self._values.known(job)]
        first = [job for job in due if job not in again]
        return (*first[: _SLOW_BATCH - len(again[:1])], *again[:1])

    def _hand_out(self, lane: Lane, batch: Batch, at: float) -> None:
        if lane.submit(batch):
            self._schedule.started(batch.jobs, at)

    def _collect(self) -> None:
        at = self.clock.monotonic()
        for lane in (self.fast, self.slow):
            for done in lane.drain():
                self._take(lane, done, at)
        pause = self.fast.longest_pause()
        if pause is not None:
            self._pause_s = max(pause, _FORGETS * (self._pause_s or 0.0))

    def _take(self, lane: Lane, done: Done, at: float) -> None:
        """Take what a lane brought. Its last word says whether it can read; the other lane's says nothing of that."""
        lost = done.error or next(
            (outcome.error for outcome in done.outcomes if isinstance(outcome.error, SourceUnreachable)), None
        )
        if lane is self.slow:
            self._slow_trouble = lost
        else:
            self._trouble = lost
        if done.reference is not None:
            self._reference = done.reference
        for outcome in done.outcomes:
            self._schedule.finished(
                outcome.job,
                self._every.get(outcome.job, BEAT_S),
                ok=outcome.error is None,
                at=at,
                offset=self.plan.offset(outcome.job),
            )
            if outcome.job in self._every:
                self._values.take(outcome)
            level = logging.DEBUG if outcome.error is None else logging.WARNING
            if _log.isEnabledFor(level):
                detail = {} if outcome.error is None else {"cause": outcome.error.key, "detail": outcome.error.detail}
                place = str(outcome.job.spot.focus)
                _log.log(
                    level,
                    "read",
                    extra={"reading": outcome.job.reading, "place": place, "ms": round(outcome.ms, 1), **detail},
                )
        if lost is not None and lane is self.fast:
            self._lost(lost, at)

    def _watch_fast(self) -> None:
        """Say that the fast lane hangs: then nothing can be read, whatever this batch was to read."""
        silent = self.fast.running_for()
        overdue = _OVERDUE_MOST_S
        if self._pause_s is not None:
            overdue = min(_OVERDUE_MOST_S, max(_OVERDUE_S, _PAUSES * self._pause_s))
        if silent < overdue:
            return
        self._trouble = SourceTooSlow("no answer", seconds=int(silent))
        self._lost(self._trouble, self.clock.monotonic(), never_read=silent >= _OVERDUE_MOST_S)
        self._leave(self.fast, silent)

    def _watch_slow(self) -> None:
        """Say what hangs in the slow lane, where only its own reading waits for it."""
        silent = self.slow.running_for()
        if silent <= self.patience_s:
            return
        self._slow_trouble = SourceTooSlow("no answer", seconds=int(silent))
        for job in self._every:
            if self._schedule.running(job) and self.plan.slow(job.reading):
                self._values.fail(job, self._slow_trouble)
        self._leave(self.slow, silent)

    def _lost(self, error: DashboardError, at: float, *, never_read: bool = True) -> None:
        """Mark all that the fast lane reads, not only what is due now, and read all of it again soon.

        Without ``never_read`` what has no value yet goes on waiting for its first one.
        """
        for job, every in self._every.items():
            if self.plan.slow(job.reading):
                continue
            if never_read or self._values.of(job.spot, job.reading).as_of is not None:
                self._values.fail(job, error)
                self._schedule.hasten(job, every, at)

    def _leave(self, lane: Lane, silent: float) -> None:
        """Leave a lane's batch behind when it hangs for longer than any statement may take."""
        if silent > self.patience_s:
            at = self.clock.monotonic()
            for job in lane.abandon():
                self._schedule.finished(job, self._every.get(job, BEAT_S), ok=False, at=at)

    def _compose(self, epoch: int, beat_at: float) -> dict[str, bytes]:
        moment = int(beat_at * 1000)
        stamp = Stamp(epoch, self.seq, self.build, moment, moment + BEAT_S * 1000 + int(self._lag_s * 1000))
        now = city_time(beat_at, self.clock.zone)
        provisional = self.calendar.is_provisional(now.date())
        entries = {}
        self._values.away = self._trouble
        for key, body in self._bodies.items():
            around = None
            if self._reference is not None:
                shapes = self._values.of(Spot(key.audience, key.focus), SHAPES).value
                around = Surroundings(
                    self._reference, shapes, now, self.clock.zone, provisional, self.policy, self.opaque
                )
            entries[f"{BODY}{key}"] = wire.pack(body.compose(stamp, self._values, around))
        return entries

    def _write(self, epoch: int, beat_at: float, entries: dict[str, bytes]) -> bool:
        meta = {
            "epoch": epoch,
            "seq": self.seq,
            "build": self.build,
            "beat_at": int(beat_at * 1000),
            "real_at": self.clock.real(),
            "bodies": len(entries),
            "read": self._values.any_good,
            "trouble": None if self._trouble is None else self._trouble.key,
            "ledger": self.mandate.problem(),
            "slow_trouble": None if self._slow_trouble is None else self._slow_trouble.key,
        }
        try:
            other = orjson.loads(self.broadcast.fetch(META) or b"{}").get("epoch", 0)
            if other > epoch:
                self.mandate.lost(other)
                return False
            self.broadcast.put({**entries, META: orjson.dumps(meta)})
        except StoreError as error:
            self._store_failed(error)
            return False
        if self._store_fails:
            _log.info("the store is back")
            self._store_fails = False
        return True

    def _store_failed(self, error: StoreError) -> None:
        if not self._store_fails:
            _log.warning("the store cannot be used", extra={"detail": str(error)})
        self._store_fails = True


@dataclass(frozen=True, slots=True)
class Told:
    """What the publisher last wrote about itself; troubles are keys of errors, None where a lane can read."""

    epoch: int
    seq: int
    beat_at: int
    real_at: float
    bodies: int
    read: bool
    trouble: str | None
    ledger: str
    slow_trouble: str | None = None


def told(broadcast: Broadcast) -> Told | None:
    """The publisher's own word; None when there never was one. Raises StoreError."""
    found = broadcast.fetch(META)
    if found is None:
        return None
    meta = orjson.loads(found)
    meta.pop("build", None)
    return Told(**meta)


def pace(started: float, monotonic: Callable[[], float] = time.monotonic) -> float:
    """Seconds until the next beat of a row that began at ``started``; beats that were missed are not made up for."""
    passed = monotonic() - started
    return BEAT_S - passed % BEAT_S
