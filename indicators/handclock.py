"""The clock of handling, told by the event log: where a computed deadline (推算) starts and when its clock stands.

- It starts with the dispatch. What a department sends back (退回) stands until it is dispatched again.
- To the same department it goes on; to another one it starts anew: nobody inherits the time that others used.
- What is handled stands while it is checked; a rework (返工) by the same department goes on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from indicators.workcalendar import Pause

_GIVES: Final = frozenset({"dispatch", "transfer", "rework", "reopen"})
_STOPS: Final = frozenset({"return", "handle"})


@dataclass(frozen=True, slots=True)
class Handed:
    """One entry of the log; ``department`` is the one that holds the order from then on."""

    at: datetime
    action: str
    department: str | None


@dataclass(frozen=True, slots=True)
class HandClock:
    """The start of the clock of the department that holds the order or held it last, and when it stood since.

    ``anew``: another department had it before.
    """

    start: datetime
    pauses: tuple[Pause, ...] = ()
    anew: bool = False


def hand_clock(log: Sequence[Handed]) -> HandClock | None:
    """From the log in its order; None when it knows of no dispatch."""
    start: datetime | None = None
    holder: str | None = None
    pauses: list[Pause] = []
    stopped: datetime | None = None
    anew = False
    for entry in log:
        if entry.action in _GIVES:
            if start is None or (entry.department is not None and entry.department != holder):
                anew = start is not None
                start, holder, pauses = entry.at, entry.department, []
            elif stopped is not None:
                pauses.append(Pause(stopped, entry.at))
            stopped = None
        elif entry.action in _STOPS and start is not None and stopped is None:
            stopped = entry.at
    return None if start is None else HandClock(start, tuple(pauses), anew)
