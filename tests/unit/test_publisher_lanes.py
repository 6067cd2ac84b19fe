"""Lanes with real threads: one batch at a time, hanging ones left behind, snapshots shared, faults kept apart."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from dashboard.jobs import Batch, Done, Job, Spot, by_spot
from dashboard.keys import Focus
from dashboard.lanes import MAX_ABANDONED, Reading, ThreadLane
from data_access.errors import SourceTooSlow, SourceUnreachable
from data_access.scope import Audience, Scope
from tests.fixtures.beats import small_reference

HERE = Spot(Audience.WALL, Focus("01"))
THERE = Spot(Audience.WALL, Focus("011"))


def job(name: str, spot: Spot = HERE) -> Job:
    """A job by its reading."""
    return Job(spot, name)


def batch(*jobs: Job, separate: bool = False) -> Batch:
    """Jobs as of the second 7."""
    return Batch(jobs, lambda: 7.0, separate)


class FakeDatabase:
    """Counts snapshots; ``opening`` may raise."""

    def __init__(self) -> None:
        self.opened: list[Scope] = []
        self.closed = 0
        self.opening: Callable[[], None] = lambda: None
        self.reference = small_reference()

    @contextmanager
    def reader(self, scope: Scope, answered: Callable[[], None]) -> Iterator["FakeDatabase"]:
        """A snapshot."""
        self.opening()
        self.opened.append(scope)
        self.answered = answered
        yield self

    def close(self) -> None:
        """Begin a new pool."""
        self.closed += 1


def run(database: FakeDatabase, read: Callable[[Any, Job, float], object], what: Batch) -> list[Done]:
    """All that is emitted."""
    found: list[Done] = []
    Reading(database, read).run(what, found.append)  # type: ignore[arg-type]
    return found


def results(found: list[Done]) -> dict[str, object]:
    """Value or error key by reading."""
    return {
        outcome.job.reading: outcome.value if outcome.error is None else outcome.error.key
        for done in found
        for outcome in done.outcomes
    }


def test_a_batch_is_one_snapshot_and_one_spot_arrives_whole() -> None:
    database = FakeDatabase()
    found = run(database, lambda db, one, now: (one.reading, now), batch(job("a"), job("b"), job("a", THERE)))
    assert len(database.opened) == 1
    assert [[outcome.job.reading for outcome in done.outcomes] for done in found] == [["a", "b"], ["a"]]
    assert {outcome.as_of for done in found for outcome in done.outcomes} == {7.0}


def test_audiences_have_snapshots_and_scopes_of_their_own() -> None:
    database = FakeDatabase()
    official = Spot(Audience.OFFICIAL, Focus("01"))
    run(database, lambda db, one, now: 1, batch(job("a"), job("a", official)))
    assert [scope.audience for scope in database.opened] == [Audience.WALL, Audience.OFFICIAL]


def test_slow_readings_have_a_snapshot_each() -> None:
    database = FakeDatabase()
    run(database, lambda db, one, now: 1, batch(job("a"), job("b"), separate=True))
    assert len(database.opened) == 2


def test_a_statement_that_fails_spoils_only_itself() -> None:
    def read(db: object, one: Job, now: float) -> object:
        if one.reading == "b":
            raise SourceTooSlow("cancelled")
        return one.reading

    database = FakeDatabase()
    found = run(database, read, batch(job("a"), job("b"), job("c")))
    assert results(found) == {"a": "a", "b": "source-too-slow", "c": "c"}
    assert len(database.opened) == 2


def test_a_lost_connection_is_not_tried_again_for_each_reading() -> None:
    def read(db: object, one: Job, now: float) -> object:
        raise SourceUnreachable("reset")

    database = FakeDatabase()
    found = run(database, read, batch(job("a"), job("b"), job("c")))
    assert results(found) == dict.fromkeys("abc", "source-unreachable")
    assert len(database.opened) == 1


def test_a_database_that_cannot_be_opened_fails_all_with_its_cause() -> None:
    database = FakeDatabase()

    def away() -> None:
        raise SourceUnreachable("refused")

    database.opening = away
    found = run(database, lambda db, one, now: 1, batch(job("a"), job("b")))
    assert results(found) == dict.fromkeys("ab", "source-unreachable")
    assert found[0].error is not None


def test_a_fault_in_a_reading_is_logged_once_and_stays_there(caplog: pytest.LogCaptureFixture) -> None:
    def read(db: object, one: Job, now: float) -> object:
        return 1 / 0 if one.reading == "a" else "fine"

    database = FakeDatabase()
    found: list[Done] = []
    reading = Reading(database, read)  # type: ignore[arg-type]
    for _ in range(3):
        reading.run(batch(job("a"), job("b")), found.append)
    assert results(found) == {"a": "reading-failed", "b": "fine"}
    assert [record.getMessage() for record in caplog.records] == ["reading failed"]
    assert caplog.records[0].exc_info is not None


def test_a_thread_works_at_one_batch_at_a_time() -> None:
    gate = threading.Event()

    def read(db: object, one: Job, now: float) -> object:
        gate.wait(20)
        return one.reading

    lane = ThreadLane("test", Reading(FakeDatabase(), read))  # type: ignore[arg-type]
    assert lane.submit(batch(job("a")))
    assert not lane.submit(batch(job("b")))
    assert not lane.wait(0.01)
    gate.set()
    assert lane.wait(20)
    assert results(lane.drain()) == {"a": "a"}
    assert lane.drain() == []
    lane.close()


def test_a_hanging_thread_is_left_behind_and_what_it_still_brings_is_ignored() -> None:
    gates: dict[str, threading.Event] = {name: threading.Event() for name in "abc"}
    database = FakeDatabase()

    begun = threading.Event()

    def read(db: object, one: Job, now: float) -> object:
        begun.set()
        gates[one.reading].wait(20)
        return one.reading

    lane = ThreadLane("test", Reading(database, read))  # type: ignore[arg-type]
    lane.submit(batch(job("a"), job("a", THERE)))
    assert begun.wait(20)
    assert lane.abandon() == (job("a"), job("a", THERE))
    assert lane.running_for() == 0.0
    gates["b"].set()
    assert lane.submit(batch(job("b")))
    assert lane.wait(20)
    assert database.closed == 1, "the new thread begins with fresh connections"
    gates["a"].set()
    gates["c"].set()
    assert lane.submit(batch(job("c")))
    assert lane.wait(20)
    assert results(lane.drain()) == {"b": "b", "c": "c"}
    lane.close()


def test_not_endlessly_many_threads_hang() -> None:
    gate, hangs = threading.Event(), threading.Semaphore(0)

    def read(db: object, one: Job, now: float) -> object:
        hangs.release()
        return gate.wait(20)

    lane = ThreadLane("test", Reading(FakeDatabase(), read))  # type: ignore[arg-type]
    for _ in range(MAX_ABANDONED):
        assert lane.submit(batch(job("a")))
        assert hangs.acquire(timeout=20)
        lane.abandon()
    assert not lane.submit(batch(job("a")))
    gate.set()
    for thread in list(lane._abandoned):
        thread.join(20)
    assert lane.submit(batch(job("a"))), "those that came back make room"
    assert lane.wait(20)
    lane.close()


def test_a_lane_survives_a_batch_that_raises() -> None:
    def strange() -> float:
        raise RuntimeError("no time")

    lane = ThreadLane("test", Reading(FakeDatabase(), lambda db, one, now: 1))  # type: ignore[arg-type]
    assert lane.submit(Batch((job("a"),), strange))
    assert lane.wait(20)
    assert lane.submit(batch(job("a")))
    assert lane.wait(20)
    assert results(lane.drain()) == {"a": 1}
    lane.close()


def test_jobs_of_one_place_stand_together() -> None:
    jobs = [job("a"), job("a", THERE), job("b"), job("b", THERE)]
    assert by_spot(jobs) == (job("a"), job("b"), job("a", THERE), job("b", THERE))


def test_a_reading_of_many_statements_does_not_hang_while_the_database_answers() -> None:
    gates, seconds = [threading.Event(), threading.Event()], [0.0]
    said = threading.Semaphore(0)

    def read(db: FakeDatabase, one: Job, now: float) -> object:
        for gate in gates:
            gate.wait(20)
            db.answered()
            said.release()
        return one.reading

    lane = ThreadLane("test", Reading(FakeDatabase(), read), lambda: seconds[0])  # type: ignore[arg-type]
    lane.submit(batch(job("a")))
    seconds[0] = 7.0
    assert lane.running_for() == 7.0
    assert lane.longest_pause() is None, "nothing was answered yet"
    gates[0].set()
    assert said.acquire(timeout=20)
    assert lane.running_for() == 0.0
    seconds[0] = 12.0
    assert lane.running_for() == 5.0
    assert lane.longest_pause() == 7.0
    gates[1].set()
    assert lane.wait(20)
    assert (lane.longest_pause(), lane.longest_pause()) == (5.0, None), "the longest since it was last asked"
    assert results(lane.drain()) == {"a": "a"}
    lane.close()
