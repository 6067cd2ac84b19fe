"""What a panel may say about its data: live, quiet, silent, stale, broken, not recorded or waiting, and why.

Order of precedence, strongest first: not recorded, cannot be drawn, cannot be read, never read yet, source silent or
quiet, live. "Stale" here means that reading fails and the last value stands; the browser also says it by itself when an
as-of passes its limit.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from dashboard.clock import epoch_ms
from dashboard.latest import Latest
from data_access.errors import DashboardError, SourceTooSlow, SourceUnreachable
from indicators.readings.events import Sources
from indicators.values import NotRecorded
from layouts.parts.columns import listed_columns

SOURCES: Final = "sources"
"""The reading that says when the source last wrote."""
OF_PEOPLE: Final = frozenset({"duty", "map_duty"})
"""Readings of people and their positions, which belong to areas and never to the orders of a department."""
_CANNOT_READ: Final = (SourceUnreachable, SourceTooSlow)


@dataclass(frozen=True, slots=True)
class Source:
    """What is known of the source: the latest ``sources`` reading, the city's zone, how old a position may be (s)."""

    latest: Latest
    zone: ZoneInfo
    position_max_age_s: float

    def speech(self, reading: str) -> str:
        """live, quiet or silent. Positions have a rule of their own: silent when the newest is too old to count."""
        said = self.latest.value
        if not isinstance(said, Sources) or self.latest.as_of is None:
            return "live"
        if reading not in OF_PEOPLE:
            return said.state
        at = self.written_at(reading)
        return "live" if at is not None and self.latest.as_of - at / 1000 <= self.position_max_age_s else "silent"

    def written_at(self, reading: str) -> int | None:
        """When the source last wrote what this reading counts, in ms since 1970; None when that is not known."""
        said = self.latest.value
        if not isinstance(said, Sources):
            return None
        at: datetime | None = said.positions_at if reading in OF_PEOPLE else said.orders_at
        return None if at is None else epoch_ms(at, self.zone)


def state_of(
    reading: str, latest: Latest, source: Source, draw_error: DashboardError | None, lang: str
) -> tuple[str, dict[str, Any] | None]:
    """The state of a panel and the reason (a catalogue key and parameters), None when there is none to give."""
    if isinstance(latest.value, NotRecorded):
        return "not_recorded", {
            "key": "not-recorded",
            "params": {"missing": listed_columns(latest.value.missing, lang)},
        }
    if latest.error is not None:
        mild = isinstance(latest.error, _CANNOT_READ) and latest.as_of is not None
        return ("stale" if mild else "broken"), why(latest.error)
    if latest.as_of is None:
        return "waiting", None
    if draw_error is not None:
        return "broken", why(draw_error)
    return source.speech(reading), None


def why(error: DashboardError) -> dict[str, Any]:
    """The cause as a key and parameters; never the detail, which may hold what a driver said."""
    params = {name: str(value) for name, value in error.params.items()}
    return {"key": error.key, "params": params} if params else {"key": error.key}
