"""What a panel may say about its data: live, quiet, silent, stale, broken, not recorded or waiting, and why.

Order of precedence, strongest first: not recorded, cannot be drawn, cannot be read, never read yet, source silent or
quiet, live. "Stale" here means that reading fails and the last value stands; the browser also says it by itself when an
as-of passes its limit.
"""

from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from dashboard.clock import epoch_ms
from dashboard.latest import Latest
from data_access.errors import DashboardError, SourceTooSlow, SourceUnreachable
from indicators.readings.events import Sources
from indicators.values import NotRecorded

SOURCES: Final = "sources"
"""The reading that says when the source last wrote."""
_OF_POSITIONS: Final = frozenset({"duty", "map_duty"})
_CANNOT_READ: Final = (SourceUnreachable, SourceTooSlow)


def state_of(latest: Latest, sources: Latest, draw_error: DashboardError | None) -> tuple[str, dict[str, Any] | None]:
    """The state of a panel and the reason (a catalogue key and parameters), None when there is none to give."""
    if isinstance(latest.value, NotRecorded):
        return "not_recorded", {"key": "not-recorded", "params": {"missing": ", ".join(latest.value.missing)}}
    if latest.error is not None:
        mild = isinstance(latest.error, _CANNOT_READ) and latest.as_of is not None
        return ("stale" if mild else "broken"), why(latest.error)
    if latest.as_of is None:
        return "waiting", None
    if draw_error is not None:
        return "broken", why(draw_error)
    speech = sources.value
    if isinstance(speech, Sources) and speech.state != "live":
        return speech.state, None
    return "live", None


def why(error: DashboardError) -> dict[str, Any]:
    """The cause as a key and parameters; never the detail, which may hold what a driver said."""
    params = {name: str(value) for name, value in error.params.items()}
    return {"key": error.key, "params": params} if params else {"key": error.key}


def source_at(reading: str, sources: Latest, zone: ZoneInfo) -> int | None:
    """When the source last wrote what this reading counts, in ms since 1970; None when that is not known."""
    if not isinstance(sources.value, Sources):
        return None
    at: datetime | None = sources.value.positions_at if reading in _OF_POSITIONS else sources.value.orders_at
    return None if at is None else epoch_ms(at, zone)
