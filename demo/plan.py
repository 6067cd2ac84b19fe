"""The whole life of each order, planned when it is reported: a pure function of (world, day).

The state of the city at any moment is this plan cut at that moment (``demo.rows``), so the builder and the simulator
can never disagree, and a simulator that was stopped goes on by planning the same days again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Final

import numpy as np
from numpy.typing import NDArray

from demo.moments import NEVER, Bools, Floats, Ints

LIFE_DAYS: Final = 80
"""No planned step lies later than this many days after the day of the report."""
SOURCES: Final = ("patrol", "hotline", "scan", "video", "sensor", "leader", "transfer", "media", "opinion")
PUBLIC: Final = (1, 2, 8)
"""Sources that are citizens, who are called back afterwards."""


@dataclass(slots=True)
class Plan:
    """One entry an order in every array. ``t_*`` are seconds of city time, NEVER when the step is not planned.

    ``number`` YYYYMMDD * 100000 + place in the day; ``coded`` 0 grid, 1 community, 2 street only; ``quality`` index of
    ``demo.rows.QUALITIES``; ``department0`` is dispatched to first, ``department1`` after a return (-1: no return).
    """

    number: Ints
    reported: Ints
    source: Ints
    category: Ints
    grid: Ints
    coded: Ints
    quality: Ints
    lon: Floats
    lat: Floats
    reporter: Ints
    handler: Ints
    variant: Ints
    urgent: Ints
    on_spot: Bools
    needs_check: Bools
    limit: Ints
    limit_minutes: Floats
    continuous: Bools
    duplicate: Ints
    department0: Ints
    department1: Ints
    planted: Ints
    """What the detectors must find or must leave alone (``demo.planting.PLANTS``), 0 for nearly all; never written."""
    t_transfer: Ints
    """Passed on before it is accepted, which is why that takes longer."""
    t_accept: Ints
    t_verify: Ints
    t_file: Ints
    t_void: Ints
    t_merge: Ints
    t_dispatch0: Ints
    t_return: Ints
    t_dispatch1: Ints
    t_take: Ints
    t_handle0: Ints
    t_rework: Ints
    t_handle: Ints
    t_check: Ints
    t_close: Ints
    t_force: Ints
    t_cancel: Ints
    t_annul: Ints
    """Voided after dispatch: the department shows that there is nothing to handle."""
    due0: Ints
    due1: Ints
    t_extension: Ints
    t_extended: Ints
    extension_ok: Bools
    reason: Ints
    """Number of the reason given for an extension (``demo.texts.reason``), -1 for none."""
    due2: Ints
    t_suspension: Ints
    t_suspended: Ints
    suspended_until: Ints
    t_resumed: Ints
    """End of a suspension that has no date until it is over."""
    t_supervision: Ints
    supervision_grade: Ints
    reply_due: Ints
    t_replied: Ints
    t_appeal: Ints
    t_appealed: Ints
    appeal_ok: Bools
    t_followup: Ints
    followup: Ints

    def __len__(self) -> int:
        return len(self.number)

    def take(self, chosen: Ints | Bools) -> "Plan":
        """The orders at these places."""
        return Plan(**{f.name: getattr(self, f.name)[chosen] for f in fields(self)})

    def last(self) -> Ints:
        """When the last planned step of each order happens; after it the order never changes."""
        latest = np.zeros(len(self), dtype=np.int64)
        for name in STEPS:
            times = getattr(self, name)
            latest = np.maximum(latest, np.where(times < NEVER, times, 0))
        return latest

    def changed(self, after: int, upto: int) -> Bools:
        """Orders of which a planned step falls in (after, upto]."""
        some = np.zeros(len(self), dtype=np.bool_)
        for name in STEPS:
            times = getattr(self, name)
            some |= (times > after) & (times <= upto)
        return some

    def current_due(self) -> Ints:
        """The handling deadline of the department that holds the order in the end, before any extension."""
        return np.where(self.department1 >= 0, self.due1, self.due0)

    def last_dispatch(self) -> Ints:
        """When the department that holds the order in the end got it."""
        return np.where(self.department1 >= 0, self.t_dispatch1, self.t_dispatch0)

    def holder(self) -> Ints:
        """The department that holds the order in the end."""
        return np.where(self.department1 >= 0, self.department1, self.department0)


STEPS: Final = ("reported", *(f.name for f in fields(Plan) if f.name.startswith("t_")))
"""The columns of moments at which something happens to an order and its row changes."""
_BOOLS: Final = ("on_spot", "needs_check", "continuous", "extension_ok", "appeal_ok")
_FLOATS: Final = ("lon", "lat", "limit_minutes")


def blank(count: int) -> Plan:
    """A plan of ``count`` orders in which nothing is planned."""

    def column(name: str) -> NDArray[np.generic]:
        if name in _BOOLS:
            return np.zeros(count, dtype=np.bool_)
        if name in _FLOATS:
            return np.full(count, np.nan)
        if name.startswith("t_") or name in ("reported", "due0", "due1", "due2", "suspended_until", "reply_due"):
            return np.full(count, NEVER, dtype=np.int64)
        return np.full(count, -1 if name in ("department0", "department1", "limit") else 0, dtype=np.int64)

    return Plan(**{f.name: column(f.name) for f in fields(Plan)})  # type: ignore[arg-type]


def concat(plans: Sequence[Plan]) -> Plan:
    """Plans of several days one after the other."""
    if not plans:
        return blank(0)
    return Plan(**{f.name: np.concatenate([getattr(p, f.name) for p in plans]) for f in fields(Plan)})
