"""The last value of every reading, and what went wrong since."""

from dataclasses import dataclass, field, replace
from typing import Any

from dashboard.jobs import Job, Outcome, Spot
from data_access.errors import DashboardError


@dataclass(frozen=True, slots=True)
class Latest:
    """``value`` as of ``as_of`` (seconds since 1970, shown time; None until the first good one) and the last error."""

    value: Any = None
    as_of: float | None = None
    error: DashboardError | None = None


@dataclass
class Values:
    """Latest values by job. A failing reading keeps its last good value and carries the cause.

    ``away`` is why nothing at all can be read now: then a value that is not due yet carries it too, until it is over.
    """

    away: DashboardError | None = None
    _latest: dict[Job, Latest] = field(default_factory=dict)

    def of(self, spot: Spot, reading: str) -> Latest:
        """What is known; the empty ``Latest`` when nothing was read yet."""
        latest = self._latest.get(Job(spot, reading), Latest())
        if self.away is None or latest.error is not None or latest.as_of is None:
            return latest
        return replace(latest, error=self.away)

    def known(self, job: Job) -> bool:
        """Whether it was read once."""
        latest = self._latest.get(job)
        return latest is not None and latest.as_of is not None

    def take(self, outcome: Outcome) -> None:
        """A new value, or the cause why there is none."""
        if outcome.error is not None:
            self.fail(outcome.job, outcome.error)
            return
        self._latest[outcome.job] = Latest(outcome.value, outcome.as_of)

    def fail(self, job: Job, error: DashboardError) -> None:
        """Keep the value, note the cause."""
        self._latest[job] = replace(self._latest.get(job, Latest()), error=error)

    def keep(self, spots: set[Spot]) -> None:
        """Forget all other places."""
        self._latest = {job: latest for job, latest in self._latest.items() if job.spot in spots}

    @property
    def any_good(self) -> bool:
        """Whether anything could be read at all."""
        return any(latest.as_of is not None for latest in self._latest.values())

    def __len__(self) -> int:
        return len(self._latest)
