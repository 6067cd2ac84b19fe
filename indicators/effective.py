"""The effective deadline of one order: the source's, moved by suspensions it left in place, without late extensions.

- A suspension (挂账) that began before the deadline moves it by the working time it lasts, unless the source moved the
  deadline itself. Without an end the order is parked until it is resumed or closed.
- An extension (延期) approved after the deadline had passed does not move it.
- Without a deadline of the source the limit is applied to the start of the clock (推算).

It does not depend on the present moment: the same facts give the same deadline, before and after it has passed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast

from data_access.reference import Category
from indicators.moved import Deadline
from indicators.policy import Policy
from indicators.workcalendar import NEVER, Clock, Pause, Unit, WorkCalendar

UNITS: Final = ("minute", "hour", "day")


@dataclass(frozen=True, slots=True)
class Suspension:
    """An approved suspension [start, end); ``end`` None is "until further notice", ``new_due`` what the source set."""

    start: datetime
    end: datetime | None
    new_due: datetime | None = None


@dataclass(frozen=True, slots=True)
class Extension:
    """An approved extension: decided when, from which deadline to which."""

    decided: datetime
    old_due: datetime
    new_due: datetime


@dataclass(frozen=True, slots=True)
class Facts:
    """What an order's deadline follows from. ``start`` and the limit are None where the clock has not started.

    ``stood`` are the times since then at which no department had the order: they matter where a deadline is computed.
    """

    handle_due: datetime | None
    close_due: datetime | None
    clock: Clock
    closed_at: datetime | None = None
    start: datetime | None = None
    limit: tuple[float, str] | None = None
    suspensions: tuple[Suspension, ...] = ()
    extensions: tuple[Extension, ...] = ()
    stood: tuple[Pause, ...] = ()

    @property
    def source(self) -> datetime | None:
        """The deadline the source has."""
        return self.close_due or self.handle_due


def clock_of(own: str | None, category: Category | None, policy: Policy) -> Clock:
    """The clock of an order: its own, else its class's, else the policy's. An unknown word counts as not said."""
    for said in (own, category.limit_clock if category else None):
        if said in (Clock.WORK.value, Clock.CONTINUOUS.value):
            return Clock(said)
    return Clock(policy.clock.default)


def limit_of(value: float | None, unit: str | None, category: Category | None) -> tuple[float, str] | None:
    """The limit of an order: its own (it belongs to the filing condition), else its class's; None where none is known.

    One without a unit that is known counts as none.
    """
    own = (value, unit)
    of_class = (category.limit_value, category.limit_unit) if category else (None, None)
    for number, word in (own, of_class):
        if number is not None and word in UNITS:
            return float(number), str(word)
    return None


def effective(calendar: WorkCalendar, facts: Facts) -> Deadline:
    """The deadline the order is judged by."""
    source = facts.source
    if source is None:
        base = computed(calendar, facts)
        if base is None:
            return Deadline(None, None, facts.closed_at, missing=True)
        return Deadline(None, _shifted(calendar, facts, base, (), facts.suspensions), facts.closed_at, computed=True)
    chain = _chain(facts)
    first = chain[0].old_due if chain else source
    return Deadline(source, _shifted(calendar, facts, first, chain, _left_in_place(facts)), facts.closed_at)


def original(calendar: WorkCalendar, facts: Facts) -> datetime | None:
    """The deadline it had before any extension, suspensions counted; None while parked or without a deadline."""
    chain = _chain(facts)
    if facts.source is None or not chain:
        return effective(calendar, facts).due
    first = _closing(calendar, facts, chain, chain[0].old_due)
    return _shifted(calendar, facts, first, (), _left_in_place(facts))


def computed(calendar: WorkCalendar, facts: Facts) -> datetime | None:
    """The limit applied to the start of the clock (推算); None where either is not known."""
    if facts.start is None or facts.limit is None:
        return None
    due = calendar.due(facts.start, facts.limit[0], cast("Unit", facts.limit[1]), facts.clock, facts.stood)
    return None if due == NEVER else due


def _left_in_place(facts: Facts) -> tuple[Suspension, ...]:
    """Suspensions after which the source's deadline stands where it stood."""
    source = facts.source
    return tuple(one for one in facts.suspensions if one.new_due is None or source is None or source < one.new_due)


def _chain(facts: Facts) -> tuple[Extension, ...]:
    """The extensions that led to the source's deadline, in order; none when it stands for another reason."""
    chain = tuple(sorted(facts.extensions, key=lambda one: one.decided))
    return chain if chain and chain[-1].new_due in (facts.close_due, facts.handle_due) else ()


def _closing(calendar: WorkCalendar, facts: Facts, chain: Sequence[Extension], extended: datetime) -> datetime:
    """The deadline that is judged (for closing) to one that is extended (maybe for handling), as far apart as now."""
    source, last = facts.source, chain[-1].new_due if chain else extended
    if source is None or last == source:
        return extended
    if extended == last:
        return source
    return _later(calendar, extended, calendar.worked_between(last, source, facts.clock), facts.clock)


def _shifted(
    calendar: WorkCalendar,
    facts: Facts,
    first: datetime,
    chain: Sequence[Extension],
    suspensions: Iterable[Suspension],
) -> datetime | None:
    """The deadline after extensions and suspensions, taken in their order; None when it is parked."""
    current, due, stood = first, _closing(calendar, facts, chain, first) if chain else first, 0.0
    events: list[tuple[datetime, int, Extension | Suspension]] = [(one.decided, 1, one) for one in chain]
    events += [(one.start, 0, one) for one in _apart(suspensions)]
    for moment, _, event in sorted(events, key=lambda event: event[:2]):
        if isinstance(event, Extension):
            if moment <= _later(calendar, current, stood, facts.clock):
                current = event.new_due
                due = _closing(calendar, facts, chain, current)
        elif moment <= _later(calendar, due, stood, facts.clock):
            ends = [end for end in (event.end, facts.closed_at) if end is not None]
            if not ends:
                return None
            stood += calendar.worked_between(moment, min(ends), facts.clock)
    return _later(calendar, due, stood, facts.clock)


def _later(calendar: WorkCalendar, moment: datetime, seconds: float, clock: Clock) -> datetime:
    """So many seconds of the clock later."""
    return calendar.due(moment, seconds / 60, "minute", clock) if seconds else moment


def _apart(suspensions: Iterable[Suspension]) -> list[Suspension]:
    """Suspensions as spans without a common moment, in order."""
    found: list[Suspension] = []
    for one in sorted(suspensions, key=lambda one: one.start):
        if one.end is not None and one.end <= one.start:
            continue
        last = found[-1] if found else None
        if last is None or (last.end is not None and last.end < one.start):
            found.append(one)
        else:
            end = None if last.end is None or one.end is None else max(last.end, one.end)
            found[-1] = Suspension(last.start, end)
    return found
