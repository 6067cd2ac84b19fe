"""What has to be read for the bodies that are served: panels name readings, places share them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from zlib import crc32

from dashboard import truth
from dashboard.jobs import Job, Spot
from dashboard.keys import LiveKey
from data_access.reference import Reference
from indicators.readings import Reading
from layouts.panel import Panel
from layouts.scene import Scene

SHAPES: Final = "@shapes"
"""Not a reading: the geometry of a place, made in the slow lane like one."""
BEAT_S: Final = 2
MINUTE_S: Final = 60
"""How often the slow lane reads at most: what changes of weeks ago shows in the rates within so many seconds."""


@dataclass(frozen=True)
class Plan:
    """Panels, scenes and readings by name. Handed in, so that tests bring their own."""

    panels: Mapping[str, Panel]
    scenes: Mapping[str, Scene]
    readings: Mapping[str, Reading]

    def panels_of(self, scene: str) -> tuple[Panel, ...]:
        """The panels of a scene, in its order."""
        return tuple(self.panels[panel] for panel in self.scenes[scene].panels)

    def known(self, key: LiveKey, reference: Reference | None) -> bool:
        """Whether such a body can exist; without reference data the place is taken at its word."""
        if key.scene not in self.scenes:
            return False
        department = key.focus.department
        return reference is None or (
            key.focus.area in reference.tree.by_code and (department is None or department in reference.departments)
        )

    def wanted(self, keys: Iterable[LiveKey]) -> tuple[dict[Job, int], dict[Job, int]]:
        """Jobs of the fast and of the slow lane with the seconds between two; panels share a reading."""
        every: dict[Job, int] = {}
        for key in keys:
            spot = Spot(key.audience, key.focus)
            asked = [(SHAPES, MINUTE_S)]
            asked += [(panel.reading, panel.every) for panel in self.panels_of(key.scene)]
            asked += [
                (name, max(panel.every, MINUTE_S if self.slow(name) else BEAT_S))
                for panel in self.panels_of(key.scene)
                for name in panel.also
                if name not in {reading for reading, _ in asked}
            ]
            if truth.SOURCES in self.readings:
                asked.append((truth.SOURCES, BEAT_S))
            for name, seconds in asked:
                job = Job(spot, name)
                every[job] = min(seconds, every.get(job, seconds))
        fast = {job: seconds for job, seconds in every.items() if not self.slow(job.reading)}
        slow = {job: seconds for job, seconds in every.items() if self.slow(job.reading)}
        return fast, slow

    def offset(self, job: Job) -> int:
        """Seconds into its period at which a job is read: by the turn of its reading, and another for each place.

        So what is due every ten seconds does not all fall into one beat.
        """
        turn = 0 if job.reading == SHAPES else self.readings[job.reading].turn
        return (turn + crc32(str(job.spot.focus).encode())) * BEAT_S

    def slow(self, reading: str) -> bool:
        """Whether it is read in the slow lane."""
        return reading == SHAPES or self.readings[reading].lane == "slow"
