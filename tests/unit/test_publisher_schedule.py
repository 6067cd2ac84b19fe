"""Which readings are due: each in its own beat of the period, whatever they began or failed with."""

from itertools import pairwise

from dashboard.jobs import Job, Spot
from dashboard.keys import Focus
from dashboard.plan import BEAT_S
from dashboard.schedule import RETRY_S, Schedule
from data_access.scope import Audience

SPOT = Spot(Audience.WALL, Focus("3203"))
JOBS = {Job(SPOT, f"reading {turn}"): 10 for turn in range(5)}
OFFSETS = {job: turn * BEAT_S for turn, job in enumerate(JOBS)}


def turn(schedule: Schedule, at: float, *, ok: bool = True) -> list[Job]:
    """One beat: what is due is started and done at once."""
    due = schedule.due(JOBS, at)
    schedule.started(due, at)
    for job in due:
        schedule.finished(job, JOBS[job], ok=ok, at=at + 0.1, offset=OFFSETS[job])
    return due


def test_what_began_together_is_soon_read_in_different_beats() -> None:
    for start in (1000.0, 1000.4, 1003.7, 1009.9):
        schedule = Schedule()
        assert len(turn(schedule, start)) == len(JOBS)
        read = {job: [start] for job in JOBS}
        for beat in range(1, 40):
            at = start + beat * BEAT_S
            due = turn(schedule, at)
            assert len(due) <= 1 or at - start <= 15, "at most one a beat, once each has its place"
            for job in due:
                read[job].append(at)
        for moments in read.values():
            gaps = [later - earlier for earlier, later in pairwise(moments)]
            assert 4 <= gaps[0] <= 16
            assert {round(gap) for gap in gaps[1:]} == {10}


def test_after_an_outage_they_part_again() -> None:
    schedule = Schedule()
    at = 500.0
    for _ in range(10):
        turn(schedule, at)
        at += BEAT_S
    for _ in range(10):
        turn(schedule, at, ok=False)
        at += BEAT_S
    at += RETRY_S
    assert len(turn(schedule, at)) == len(JOBS)
    found = [len(turn(schedule, at := at + BEAT_S)) for _ in range(20)]
    assert max(found[8:]) == 1


def test_what_runs_is_not_started_again_and_a_failure_is_tried_soon() -> None:
    schedule, (job, *_) = Schedule(), JOBS
    schedule.started([job], 0.0)
    assert job not in schedule.due(JOBS, 50.0)
    schedule.finished(job, 10, ok=False, at=50.0)
    assert job not in schedule.due({job: 10}, 52.0)
    assert schedule.due({job: 10}, 54.0) == [job]
