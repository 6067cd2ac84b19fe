"""The open book: the open orders with the moments at which each turns, so that a light is a comparison with now.

The one thing that is mirrored, because lights need a calendar that SQL does not know. A ``Book`` never changes; a
change gives another one. ``readings.book`` fills it from the database and keeps it in step.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from data_access.reference import AreaTree, Reference
from data_access.scope import Scope
from indicators.effective import Facts, effective
from indicators.moved import Deadline, Moved
from indicators.policy import LightLevels
from indicators.turns import Turns, turns, turns_many
from indicators.values import Light
from indicators.workcalendar import Clock, Pause, WorkCalendar

Bools = NDArray[np.bool_]
_TIMES: Final = ("due", "watch", "near", "long")
_NEVER: Final = np.datetime64("NaT", "us")


@dataclass(frozen=True, slots=True)
class Entry:
    """One open order as the source has it; ``start`` is where the use of its time begins to count."""

    stage: str
    area: str | None
    department: str | None
    start: datetime | None
    facts: Facts

    @property
    def plain(self) -> bool:
        """Whether the source's deadline is all there is to know."""
        facts = self.facts
        return facts.source is not None and not facts.suspensions and not facts.extensions


@dataclass(frozen=True, slots=True)
class Names:
    """Codes by number, as they are met; None is a code too. Only ever added to."""

    codes: list[str | None] = field(default_factory=list)
    numbers: dict[str | None, int] = field(default_factory=dict)

    def number(self, code: str | None) -> int:
        """The number of a code, a new one for a new code."""
        known = self.numbers.get(code)
        if known is None:
            known = self.numbers[code] = len(self.codes)
            self.codes.append(code)
        return known


@dataclass(frozen=True, slots=True)
class Columns:
    """One row a slot: numbers of stage, area and department, and the moments (datetime64[us], NaT: never)."""

    alive: Bools
    stage: NDArray[np.int32]
    area: NDArray[np.int32]
    department: NDArray[np.int32]
    due: NDArray[np.datetime64]
    watch: NDArray[np.datetime64]
    near: NDArray[np.datetime64]
    long: NDArray[np.datetime64]
    parked: Bools
    computed: Bools

    @classmethod
    def empty(cls, size: int) -> "Columns":
        """So many free slots."""

        def flags() -> Bools:
            return np.zeros(size, dtype=np.bool_)

        def numbers() -> NDArray[np.int32]:
            return np.zeros(size, dtype=np.int32)

        def times() -> NDArray[np.datetime64]:
            return np.full(size, _NEVER)

        return cls(
            flags(), numbers(), numbers(), numbers(), times(), times(), times(), times(), flags(), flags()
        )  # fmt: skip

    def copied(self, size: int) -> "Columns":
        """The same, with room for ``size`` slots."""
        grown = Columns.empty(size)
        for name in self.__slots__:
            getattr(grown, name)[: len(self.alive)] = getattr(self, name)
        return grown


@dataclass(frozen=True, slots=True)
class Book:
    """All open orders of one moment of the database."""

    calendar: WorkCalendar
    levels: LightLevels
    entries: Mapping[str, Entry]
    slots: Mapping[str, int]
    columns: Columns
    moved: Moved
    pauses: Mapping[int, tuple[Pause, ...]]
    stages: Names = field(default_factory=Names)
    areas: Names = field(default_factory=Names)
    departments: Names = field(default_factory=Names)

    @classmethod
    def of(cls, calendar: WorkCalendar, levels: LightLevels, dialect: str, entries: Mapping[str, Entry]) -> "Book":
        """A book of these orders."""
        empty = cls(calendar, levels, {}, {}, Columns.empty(0), Moved(dialect=dialect), {})
        return empty.changed(entries)

    def changed(self, changes: Mapping[str, Entry | None]) -> "Book":
        """With these orders as they are now (None: no longer open). Itself when nothing is different."""
        found = {one: entry for one, entry in changes.items() if self.entries.get(one) != entry}
        if not found:
            return self
        entries, slots, pauses = dict(self.entries), dict(self.slots), dict(self.pauses)
        by_id = dict(self.moved.by_id)
        gone = [one for one, entry in found.items() if entry is None]
        put = {one: entry for one, entry in found.items() if entry is not None}
        taken = [slots.pop(one) for one in gone]
        for one in found:
            entries.pop(one, None)
            by_id.pop(one, None)
        new = [one for one in put if one not in slots]
        free = [*taken, *np.flatnonzero(~self.columns.alive).tolist()]
        size = len(self.columns.alive)
        if len(new) > len(free):
            grown = max(size + len(new) - len(free), size + size // 4)
            free += range(size, grown)
            size = grown
        columns = self.columns.copied(size)
        columns.alive[taken] = False
        slots.update(zip(new, free, strict=False))
        entries.update(put)
        for one in found:
            if one in slots:
                pauses.pop(slots[one], None)
        for slot in taken:
            pauses.pop(slot, None)
        book = replace(self, entries=entries, slots=slots, columns=columns, pauses=pauses)
        book._write(put, pauses, by_id)
        return replace(book, moved=replace(self.moved, by_id=by_id) if by_id != self.moved.by_id else self.moved)

    def _write(
        self, put: Mapping[str, Entry], pauses: dict[int, tuple[Pause, ...]], by_id: dict[str, Deadline]
    ) -> None:
        """Fill the slots of these orders; only while the book is made."""
        columns = self.columns
        at = np.array([self.slots[one] for one in put], dtype=np.intp)
        columns.alive[at] = True
        columns.stage[at] = [self.stages.number(entry.stage) for entry in put.values()]
        columns.area[at] = [self.areas.number(entry.area) for entry in put.values()]
        columns.department[at] = [self.departments.number(entry.department) for entry in put.values()]
        columns.parked[at] = columns.computed[at] = False
        for clock in Clock:
            mine = [one for one, entry in put.items() if entry.plain and entry.facts.clock is clock]
            self._write_plain(mine, clock)
        for one, entry in put.items():
            if not entry.plain:
                deadline = self._write_special(self.slots[one], entry, pauses)
                if deadline.moved:
                    by_id[one] = deadline

    def _write_plain(self, ids: Sequence[str], clock: Clock) -> None:
        if not ids:
            return
        at = np.array([self.slots[one] for one in ids], dtype=np.intp)
        entries = [self.entries[one] for one in ids]
        dues = np.array([entry.facts.source for entry in entries], dtype="datetime64[us]")
        starts = np.array([entry.start for entry in entries], dtype="datetime64[us]")
        found = (dues, *turns_many(self.calendar, self.levels, starts, dues, clock))
        for name, times in zip(_TIMES, found, strict=True):
            getattr(self.columns, name)[at] = times

    def _write_special(self, slot: int, entry: Entry, pauses: dict[int, tuple[Pause, ...]]) -> Deadline:
        deadline = effective(self.calendar, entry.facts)
        mine = standing_pauses(entry.facts, deadline)
        found: Turns | None = None
        if deadline.due is not None:
            every = tuple(Pause(one.start, one.end) for one in entry.facts.suspensions)
            found = turns(self.calendar, self.levels, entry.start, deadline.due, entry.facts.clock, every)
        for name in _TIMES:
            getattr(self.columns, name)[slot] = _NEVER if found is None else np.datetime64(getattr(found, name), "us")
        self.columns.parked[slot] = deadline.parked
        self.columns.computed[slot] = deadline.computed
        if mine:
            pauses[slot] = mine
        return deadline

    # -- asking ------------------------------------------------------------------------------------------------------

    def seen(self, scope: Scope, reference: Reference) -> Bools:
        """The slots of the orders that a scope shows: what ``ScopedReader.scoped`` says in SQL."""
        shown = self.columns.alive
        for grant in scope.grants:
            if grant.everything:
                continue
            tree, ways = reference.tree, np.zeros(len(shown), dtype=np.bool_)
            if grant.areas is not None:
                if tree.root is not None and tree.only_root and tree.root in grant.areas:
                    continue  # the whole city, however an order is coded
                ways |= self._flagged(self.areas, self.columns.area, _Inside(tree, grant.areas))
            if grant.departments is not None:
                ways |= self._flagged(self.departments, self.columns.department, grant.departments.__contains__)
            shown = shown & ways
        return shown

    @staticmethod
    def _flagged(names: Names, numbers: NDArray[np.int32], holds: Any) -> Bools:
        flags = np.array([code is not None and holds(code) for code in names.codes], dtype=np.bool_)
        return flags[numbers] if len(flags) else np.zeros(len(numbers), dtype=np.bool_)

    def lights(self, seen: Bools, now: datetime) -> Counter[Light]:
        """How many of the seen orders show each light."""
        return Counter({light: int(flags.sum()) for light, flags in self.by_light(seen, now).items()})

    def showing(self, light: Light, seen: Bools, now: datetime) -> frozenset[str]:
        """The ids of the seen orders that show a light."""
        flags = self.by_light(seen, now)[light]
        return frozenset(one for one, slot in self.slots.items() if flags[slot])

    def by_light(self, seen: Bools, now: datetime) -> dict[Light, Bools]:
        """Which of the seen orders show each light."""
        columns, moment = self.columns, np.datetime64(now, "us")
        paused = columns.parked.copy()
        for slot, spans in self.pauses.items():
            paused[slot] |= any(span.start <= now and (span.end is None or now < span.end) for span in spans)
        running = seen & ~paused
        none = running & np.isnat(columns.due)
        late = running & (columns.due < moment)
        waits = running & ~none & ~late
        long, near, watch = late & (columns.long < moment), columns.near <= moment, columns.watch <= moment
        return {
            Light.PAUSED: seen & paused,
            Light.NONE: none,
            Light.LONG: long,
            Light.OVERDUE: late & ~long,
            Light.NEAR: waits & near,
            Light.WATCH: waits & ~near & watch,
            Light.CALM: waits & ~near & ~watch,
        }

    def turned_long(self, seen: Bools, start: datetime, end: datetime) -> dict[str, datetime]:
        """The seen orders that turn long overdue in [start, end), with the moment."""
        columns = self.columns
        flags = seen & (columns.long >= np.datetime64(start, "us")) & (columns.long < np.datetime64(end, "us"))
        if not flags.any():
            return {}
        return {one: columns.long[slot].item() for one, slot in self.slots.items() if flags[slot]}

    def overdue_at(self, seen: Bools, moment: datetime) -> Bools:
        """Which of the seen orders are past their effective deadline at a moment, if nobody acts until then."""
        return seen & (self.columns.due < np.datetime64(moment, "us"))

    def earliest(self, flags: Bools, most: int) -> list[tuple[datetime, str]]:
        """The ``most`` flagged orders due first, and those due with the last of them: deadline and id, in order."""
        slots = np.flatnonzero(flags & ~np.isnat(self.columns.due))
        dues = self.columns.due[slots]
        if len(slots) > most:
            slots = slots[dues <= np.partition(dues, most - 1)[most - 1]]
        chosen = set(slots.tolist())
        return sorted((self.columns.due[slot].item(), one) for one, slot in self.slots.items() if slot in chosen)

    def by(self, names: Names, numbers: NDArray[np.int32], flags: Bools) -> dict[str | None, int]:
        """The flagged orders by code."""
        counts = np.bincount(numbers[flags], minlength=len(names.codes))
        return {names.codes[number]: int(counts[number]) for number in np.flatnonzero(counts)}

    def by_stage(self) -> dict[str | None, tuple[int, int]]:
        """All orders and those with a deadline of the source, by stage: what SQL must say too."""
        with_due = np.zeros(len(self.columns.alive), dtype=np.bool_)
        with_due[[self.slots[one] for one, entry in self.entries.items() if entry.facts.source is not None]] = True
        every, due = (
            self.by(self.stages, self.columns.stage, flags)
            for flags in (self.columns.alive, self.columns.alive & with_due)
        )
        return {stage: (n, due.get(stage, 0)) for stage, n in every.items()}


class _Inside:
    """Whether an area code lies in one of these subtrees, as ``ScopedReader`` says it in SQL."""

    def __init__(self, tree: AreaTree, codes: Iterable[str]) -> None:
        self._codes = tuple(sorted(codes))
        self._by_prefix = tree.prefix_safe and all(code in tree.by_code and code.rstrip("9") for code in self._codes)
        self._members = frozenset(below for code in self._codes for below in tree.subtree(code))

    def __call__(self, code: str) -> bool:
        return any(code.startswith(one) for one in self._codes) if self._by_prefix else code in self._members


def standing_pauses(facts: Facts, deadline: Deadline) -> tuple[Pause, ...]:
    """The suspensions during which the light is "paused": those that began before the order was late."""
    return tuple(
        Pause(one.start, one.end) for one in facts.suspensions if deadline.due is None or one.start <= deadline.due
    )
