"""What is read in one go: jobs in a batch, and what became of them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from dashboard.keys import Focus
from data_access.errors import DashboardError
from data_access.reference import Reference
from data_access.scope import Audience


@dataclass(frozen=True, slots=True)
class Spot:
    """For whom and where something is read; scenes and languages share it."""

    audience: Audience
    focus: Focus


@dataclass(frozen=True, slots=True)
class Job:
    """One reading at one spot."""

    spot: Spot
    reading: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a job: a value or an error, as of when (seconds since 1970, shown time), in how many ms."""

    job: Job
    value: object
    error: DashboardError | None
    as_of: float
    ms: float


@dataclass(frozen=True, slots=True)
class Done:
    """What a lane brings: the reference data it saw, outcomes of one spot together, the error when opening failed."""

    reference: Reference | None
    outcomes: tuple[Outcome, ...]
    error: DashboardError | None = None


class ReadingFailed(DashboardError):
    """A reading raised something that is no error of ours: a fault of the product, logged with its trace."""

    key = "reading-failed"


@dataclass(frozen=True, slots=True)
class Batch:
    """Jobs to be read as of ``now``; without any, only reference data are read. ``separate``: a snapshot each."""

    jobs: tuple[Job, ...]
    now: Callable[[], float]
    separate: bool = False


def by_spot(jobs: Iterable[Job]) -> tuple[Job, ...]:
    """Jobs with those of one audience, and of one spot, beside each other; the order of arrival decides otherwise."""
    order: dict[Any, int] = {}
    listed = list(jobs)
    for job in listed:
        order.setdefault(job.spot.audience, len(order))
        order.setdefault(job.spot, len(order))
    return tuple(sorted(listed, key=lambda job: (order[job.spot.audience], order[job.spot])))
