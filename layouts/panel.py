"""A panel: which reading it shows, how often, and the pure function from that reading to properties of components."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from data_access.reference import Reference
from layouts.opaque import OF_THIS_PROCESS, Opaque

Props = dict[str, dict[str, Any]]
"""Part of a panel -> properties of its component ``{"panel", "part", "instance"}``; JSON and Dash components."""


@dataclass(frozen=True, slots=True)
class Geometry:
    """Where the browser finds the shapes of a place: immutable addresses named by the hash of their content.

    ``cells_hash`` names the order in which a layer's classes are written; ``credit`` is shown as the attribution;
    ``schematic`` says that the borders are drawn, not surveyed; ``missing`` counts cells without a boundary;
    ``tiles`` is the address pattern of the operator's map under the areas.
    """

    cells: str
    cells_hash: str
    outlines: str | None = None
    water: str | None = None
    credit: str | None = None
    schematic: bool = False
    missing: int = 0
    tiles: str | None = None


@dataclass(frozen=True, slots=True)
class Showing:
    """What ``show`` may know beside its reading's value.

    ``now`` is naive city time; ``also`` holds the last values of the panel's other readings (None until there);
    ``cells`` are the codes of the map's cells in the order of the geometry file; ``provisional`` tells that this year's
    holidays are not known yet, so that deadlines are marked; ``opaque`` names what has no name of its own on a screen.
    """

    lang: str
    reference: Reference
    now: datetime
    zone: ZoneInfo
    place: str = ""
    also: Mapping[str, object | None] = field(default_factory=dict)
    cells: tuple[str, ...] = ()
    geometry: Geometry | None = None
    provisional: bool = False
    opaque: Opaque = OF_THIS_PROCESS

    def epoch_ms(self, moment: datetime) -> int:
        """A naive city time as epoch milliseconds."""
        return round(moment.replace(tzinfo=self.zone).timestamp() * 1000)


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel of the broadcast.

    ``reading`` gives the panel its as-of and state; ``every`` is the seconds between computations (a multiple of the
    beat); ``also`` names readings whose last value ``show`` looks at; after ``stale_after`` seconds without a newer
    as-of the browser calls the panel stale; ``defines`` are the ids of the indicators it shows, for the tooltip.
    """

    id: str
    reading: str
    every: int
    show: Callable[[Any, Showing], Props]
    also: tuple[str, ...] = ()
    stale_after: int = 10
    defines: tuple[str, ...] = ()
