"""Composing bodies: calls the panels' pure ``show``, numbers what changed, builds the full body and the differences."""

import logging
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from dashboard import truth, wire
from dashboard.jobs import Spot
from dashboard.keys import LiveKey
from dashboard.latest import Latest, Values
from data_access.errors import DashboardError
from data_access.reference import Reference
from indicators.policy import Policy
from indicators.values import NotRecorded
from layouts.opaque import OF_THIS_PROCESS, Opaque
from layouts.panel import Geometry, Panel, Showing
from layouts.parts.definitions import under

_log = logging.getLogger(__name__)
DIFFERENCES: Final = 5


class PanelFailed(DashboardError):
    """A panel could not be drawn from its values: a fault of the product, logged with its trace."""

    key = "panel-failed"


@dataclass(frozen=True, slots=True)
class Stamp:
    """What one beat has in common: epoch, number, build of assets, its moment and when to ask next (ms since 1970)."""

    epoch: int
    seq: int
    build: str
    beat_at: int
    next_ms: int


@dataclass(frozen=True, slots=True)
class Shapes:
    """The geometry of a place: where the browser fetches it, and its cells in drawing order."""

    geometry: Geometry
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What drawing needs beside the values."""

    reference: Reference
    shapes: Shapes | None
    now: datetime
    zone: ZoneInfo
    provisional: bool
    policy: Policy
    opaque: Opaque = OF_THIS_PROCESS


@dataclass
class _Drawn:
    """One panel as it was last drawn: from which inputs, the JSON of its props, and the beat that changed it."""

    inputs: object = None
    props: bytes | None = None
    rev: int = 0
    error: DashboardError | None = None


@dataclass
class Body:
    """One key's bodies from beat to beat."""

    key: LiveKey
    panels: tuple[Panel, ...]
    _drawn: dict[str, _Drawn] = field(default_factory=dict)
    _recent: deque[int] = field(default_factory=lambda: deque(maxlen=DIFFERENCES))
    _epoch: int = -1

    def compose(self, stamp: Stamp, values: Values, around: Surroundings | None) -> wire.Entry:
        """The entry of this beat. Without surroundings (nothing was read yet) panels wait or carry their cause."""
        if stamp.epoch != self._epoch:
            self._begin(stamp.epoch)
        heads: dict[str, bytes] = {}
        spot = Spot(self.key.audience, self.key.focus)
        known = values.of(spot, truth.SOURCES) if around is not None else Latest()
        zone = around.zone if around is not None else ZoneInfo("UTC")
        source = truth.Source(known, zone, around.policy.duty.position_max_age_s if around is not None else 0.0)
        for panel in self.panels:
            latest = values.of(spot, panel.reading)
            drawn = self._drawn.setdefault(panel.id, _Drawn())
            if around is not None and latest.as_of is not None and not isinstance(latest.value, NotRecorded):
                self._draw(panel, drawn, latest, values, spot, around, stamp.seq)
            heads[panel.id] = _head(panel, drawn, latest, source, self.key.lang)
        return wire.Entry(stamp.epoch, stamp.seq, stamp.beat_at, stamp.next_ms, self._parts(stamp, heads))

    def _parts(self, stamp: Stamp, heads: Mapping[str, bytes]) -> dict[int, tuple[bytes, bytes]]:
        """The full body and the differences; those that carry the same panels are one (it names its oldest base).

        Whoever has this very body and asks again gets its heads alone.
        """
        parts = {wire.FULL: wire.compress(self._join(stamp, None, heads))}
        same: dict[frozenset[str], tuple[bytes, bytes]] = {}
        for base in (*self._recent, stamp.seq):
            changed = frozenset(panel for panel, drawn in self._drawn.items() if drawn.rev > base)
            if changed not in same:
                same[changed] = wire.compress(self._join(stamp, base, heads))
            parts[base] = same[changed]
        self._recent.append(stamp.seq)
        return parts

    def _begin(self, epoch: int) -> None:
        """Numbers start anew with an epoch; what is drawn stays."""
        self._epoch = epoch
        self._recent.clear()
        for drawn in self._drawn.values():
            drawn.rev = 0

    def _draw(
        self, panel: Panel, drawn: _Drawn, latest: Latest, values: Values, spot: Spot, around: Surroundings, seq: int
    ) -> None:
        also = {name: values.of(spot, name) for name in panel.also}
        inputs = (
            latest.value,
            *(other.value for other in also.values()),
            id(around.reference),
            around.shapes,
            around.now.replace(second=0, microsecond=0),
        )
        if inputs == drawn.inputs:  # comparing 9,000 cells takes a hundredth of drawing them
            return
        drawn.inputs = inputs
        showing = Showing(
            lang=self.key.lang,
            reference=around.reference,
            now=around.now,
            zone=around.zone,
            place=self.key.focus.area,
            also={name: other.value for name, other in also.items()},
            cells=around.shapes.cells if around.shapes is not None else (),
            geometry=around.shapes.geometry if around.shapes is not None else None,
            provisional=around.provisional,
            opaque=around.opaque,
        )
        try:
            props = wire.as_json(under(around.policy, self.key.lang, panel.show(latest.value, showing)))
        except Exception as fault:  # noqa: BLE001 - a fault in one panel stays in that panel
            if drawn.error is None:
                _log.exception("panel failed", extra={"panel": panel.id, "key": str(self.key)})
            drawn.error = PanelFailed(str(fault), panel=panel.id)
            return
        drawn.error = None
        if props != drawn.props:
            drawn.props, drawn.rev = props, seq

    def _join(self, stamp: Stamp, base: int | None, heads: Mapping[str, bytes]) -> bytes:
        """The JSON of a body from its fragments: heads of all panels, props of those changed after ``base``."""
        pieces = []
        for panel, head in heads.items():
            drawn = self._drawn[panel]
            if drawn.props is not None and (base is None or drawn.rev > base):
                pieces.append(b'"' + panel.encode() + b'":' + head[:-1] + b',"props":' + drawn.props + b"}")
            else:
                pieces.append(b'"' + panel.encode() + b'":' + head)
        start = wire.as_json(
            {
                "epoch": stamp.epoch,
                "seq": stamp.seq,
                "build": stamp.build,
                "beat_at": stamp.beat_at,
                "next_ms": stamp.next_ms,
                "base": base,
            }
        )
        return start[:-1] + b',"panels":{' + b",".join(pieces) + b"}}"


def _head(panel: Panel, drawn: _Drawn, latest: Latest, source: truth.Source, lang: str) -> bytes:
    state, reason = truth.state_of(panel.reading, latest, source, drawn.error, lang)
    head: dict[str, Any] = {
        "state": state,
        "as_of": None if latest.as_of is None else int(latest.as_of * 1000),
        "source_at": source.written_at(panel.reading),
        "rev": drawn.rev,
        "stale_ms": panel.stale_after * 1000,
    }
    if reason is not None:
        head["why"] = reason
    return wire.as_json(head)


Compose = Callable[[LiveKey], Body]
