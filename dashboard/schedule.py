"""Which readings are due. Pure: it is told the time and what is wanted, and never started twice what is running."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import floor
from typing import Final

from dashboard.jobs import Job

RETRY_S: Final = 4.0
"""A reading that failed is tried again after so many seconds, however seldom it is due otherwise."""
_SLACK_S: Final = 0.5


@dataclass
class Schedule:
    """When each job is due next, in seconds of the monotonic clock."""

    _next: dict[Job, float] = field(default_factory=dict)
    _running: dict[Job, float] = field(default_factory=dict)

    def due(self, wanted: Mapping[Job, int], at: float) -> list[Job]:
        """Jobs to start now, those that never ran first, then the longest due."""
        ready = [
            (self._next.get(job, float("-inf")), position, job)
            for position, job in enumerate(wanted)
            if job not in self._running and self._next.get(job, float("-inf")) <= at + _SLACK_S
        ]
        return [job for _, _, job in sorted(ready, key=lambda entry: entry[:2])]

    def started(self, jobs: Iterable[Job], at: float) -> None:
        """These run now."""
        self._running.update(dict.fromkeys(jobs, at))

    def finished(self, job: Job, every: int, *, ok: bool, at: float, offset: int = 0) -> None:
        """This one is done; a good one is due again at its own moment of the period, a failed one soon.

        The moments are ``offset`` seconds after the multiples of ``every``. Jobs that once began together, or came back
        together after an outage, so part again; the first time between two is half a period to one and a half.
        """
        began = self._running.pop(job, at)
        self._next[job] = _aligned(began + every / 2, every, offset) if ok else at + min(RETRY_S, every)

    def hasten(self, job: Job, every: int, at: float) -> None:
        """Its value is in doubt: it is due as soon as if it had failed, if it was not due earlier."""
        if job in self._next:
            self._next[job] = min(self._next[job], at + min(RETRY_S, every))

    def keep(self, wanted: Iterable[Job]) -> None:
        """Forget what nobody wants any more (what runs is forgotten when it is done)."""
        wanted = set(wanted)
        self._next = {job: at for job, at in self._next.items() if job in wanted}

    def running(self, job: Job) -> bool:
        """Whether it runs now."""
        return job in self._running


def _aligned(after: float, every: int, offset: int) -> float:
    """The first moment after this that lies ``offset`` seconds after a multiple of ``every``."""
    return (floor((after - offset) / every) + 1) * every + offset
