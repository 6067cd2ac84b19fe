"""Deadlines that press: the list of the most urgent orders, and the lights of all open ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Subquery, or_, select

from data_access.codes import among
from data_access.contract import work_orders
from data_access.engine import ScopedReader
from indicators.book import Book, Bools, standing_pauses
from indicators.effective import Facts, Suspension, clock_of, effective
from indicators.moved import Deadline
from indicators.readings import standing
from indicators.readings.book import book_of
from indicators.readings.moved import Measures, fact_columns, facts_of, judged_at, measures_of
from indicators.registry import REGISTRY, next_cut
from indicators.rules import orders
from indicators.turns import turns
from indicators.values import At, Light, NotRecorded
from indicators.workcalendar import Clock, Pause

__all__ = [
    "PAGE", "Lights", "Sla", "SlaRow", "clock_of", "light_at", "light_now", "light_of_row", "lights", "listable",
    "measures_of", "pause_now", "pauses_of", "remaining", "remaining_at", "row_columns", "said_light", "sla",
]  # fmt: skip

PAGE = 14
"""Overdue orders listed, and as many that are due next."""


@dataclass(frozen=True, slots=True)
class SlaRow:
    """One pressing order; area and department are codes.

    ``remaining_s`` are seconds of its clock, negative when overdue; they stand while not ``running``. ``flips_at`` is
    when the clock next stops or starts (None: not within 60 days). ``due`` is the effective deadline; ``computed``
    (推算): by the limit, where the source has none.
    """

    order_id: str
    category: str
    area: str
    department: str | None
    due: datetime
    light: Light
    remaining_s: float
    running: bool
    flips_at: datetime | None
    computed: bool = False


@dataclass(frozen=True, slots=True)
class Sla:
    """The most urgent open orders: overdue ones, oldest deadline first, then those due next; with the totals.

    Deadlines are effective ones. ``suspended`` are past the source's deadline and stand still, or have had their time
    given back: nobody is late with these, so that they are neither listed as late nor counted in ``overdue``.
    """

    rows: tuple[SlaRow, ...]
    overdue: int
    cut: datetime
    due_by_cut: int
    truncated: bool
    suspended: int = 0


def sla(db: ScopedReader, at: At) -> Sla | NotRecorded:
    """Orders of sensitive classes count in the totals but are never listed where persons may not be seen."""
    entry = REGISTRY["overdue"]
    if missing := entry.missing(db.shape):
        return NotRecorded(missing)
    at = judged_at(db, at)
    n, book = standing.everything(db, at), book_of(db, at)
    seen = book.seen(db.scope, db.reference)
    overdue = book.overdue_at(seen, at.now)
    late, soon = _earliest(db, book, overdue), _earliest(db, book, seen & ~overdue)
    listed = (*late[:PAGE], *soon[:PAGE])
    taken = measures_of(db, [one.row.id for one in listed])
    given_back, _ = book.moved.due_in(orders.PAST, at.now, open_only=True)
    return Sla(
        tuple(_row(db, at, one, taken) for one in listed),
        n.overdue,
        next_cut(at),
        n.soon,
        len(late) > PAGE or len(soon) > PAGE,
        sum(bool(seen[book.slots[one]]) for one in given_back if one in book.slots),
    )


@dataclass(frozen=True, slots=True)
class Waiting:
    """A row of ``row_columns`` with its effective deadline."""

    due: datetime
    row: Any


def listable(db: ScopedReader, category: ColumnElement[str]) -> list[ColumnElement[bool]]:
    """Conditions that keep orders of sensitive classes out of lists for eyes that may not see persons.

    An order without a class is listed: nothing says that it is sensitive.
    """
    if db.scope.persons:
        return []
    hidden = sorted(code for code, entry in db.reference.categories.items() if entry.sensitive)
    return [or_(category.is_(None), category.not_in(hidden))] if hidden else []


def _earliest(db: ScopedReader, book: Book, flags: Bools) -> list[Waiting]:
    """A page and one more, where there are so many, of the flagged orders that may be listed; the earliest due first.

    The open book says which they are: the index of deadlines holds all that ever were, that of open orders no order.
    """
    found: list[Waiting] = []
    asked, most = 0, 4 * PAGE
    while len(found) <= PAGE and len(due := book.earliest(flags, most)) > asked:
        rows = {row.id: row for row in _rows_of(db, [one for _, one in due[asked:]])}
        found += [Waiting(moment, rows[one]) for moment, one in due[asked:] if one in rows]
        asked, most = len(due), 10 * most
    return found


def _rows_of(db: ScopedReader, ids: Sequence[str]) -> Sequence[Any]:
    """These orders, as far as they may be listed."""
    rows = db.scoped(work_orders)
    wanted = among(rows.c.id, ids, db.dialect)
    return db.rows(select(*row_columns(rows)).where(wanted, *listable(db, rows.c.category_code)))


def row_columns(rows: Subquery) -> tuple[ColumnElement[Any], ...]:
    """The columns of an order that its light and a line of a list need."""
    return (*fact_columns(rows), rows.c.area_code, rows.c.department_code, orders.clock_start(rows.c).label("start"))


def _row(db: ScopedReader, at: At, one: "Waiting", taken: Measures) -> SlaRow:
    row = one.row
    facts, known = facts_of(db, at, row, *taken.of(row.id)), at.moved.by_id.get(row.id)
    pauses = [Pause(each.start, each.end) for each in facts.suspensions]
    return SlaRow(
        row.id,
        row.category_code or "",
        row.area_code or "",
        row.department_code,
        one.due,
        light_at(at, facts, row.start, known),
        remaining_at(at, facts, known),
        at.calendar.running(at.now, facts.clock, pauses),
        at.calendar.next_flip(at.now, facts.clock, pauses),
        known is not None and known.computed,
    )


# -- one order -------------------------------------------------------------------------------------------------------


def light_at(at: At, facts: Facts, start: datetime | None, known: Deadline | None = None) -> Light:
    """The light of one open order: paused while a suspension runs that began before it was late, or parked.

    ``known`` is its deadline where that was found already.
    """
    deadline = known or effective(at.calendar, facts)
    if deadline.missing:
        return Light.NONE
    if deadline.due is None or pause_now(at, standing_pauses(facts, deadline)) is not None:
        return Light.PAUSED
    every = [Pause(one.start, one.end) for one in facts.suspensions]
    return turns(at.calendar, at.policy.lights, start, deadline.due, facts.clock, every).light(at.now)


def remaining_at(at: At, facts: Facts, known: Deadline | None = None) -> float:
    """Seconds of the clock left, negative when overdue; a suspended order keeps what it had when that began."""
    deadline = known or effective(at.calendar, facts)
    every = [Pause(one.start, one.end) for one in facts.suspensions]
    if deadline.due is not None:
        return at.calendar.remaining(at.now, deadline.due, facts.clock, every)
    endless = min((one.start for one in facts.suspensions if one.end is None), default=at.now)
    others = replace(facts, suspensions=tuple(one for one in facts.suspensions if one.end is not None))
    before = effective(at.calendar, others).due
    if before is None:
        return 0.0
    return at.calendar.remaining(min(endless, at.now), before, facts.clock, [one for one in every if one.end])


def said_light(db: ScopedReader, light: Light) -> Light:
    """The light for a screen that lists orders among others: none of a source that does not record deadlines.

    Beside an overdue count that says "not recorded" a computed deadline alone must not call an order late.
    """
    return Light.NONE if REGISTRY["overdue"].missing(db.shape) else light


def light_of_row(db: ScopedReader, at: At, row: Any, taken: Measures) -> Light:
    """``light_at`` of a row of ``row_columns`` with the measures of its order; ``at`` comes from ``judged_at``."""
    return light_at(at, facts_of(db, at, row, *taken.of(row.id)), row.start, at.moved.by_id.get(row.id))


def pauses_of(db: ScopedReader, order_ids: Sequence[str]) -> Mapping[str, tuple[Pause, ...]]:
    """Approved suspensions of these orders (a short list), by order."""
    found = measures_of(db, order_ids).suspensions
    return {one: tuple(Pause(each.start, each.end) for each in taken) for one, taken in found.items()}


def light_now(at: At, due: datetime, start: datetime | None, clock: Clock, pauses: Sequence[Pause] = ()) -> Light:
    """``light_at`` of an order with this deadline of the source and these suspensions."""
    return light_at(at, _facts(due, clock, pauses), start)


def remaining(at: At, due: datetime, clock: Clock, pauses: Sequence[Pause] = ()) -> float:
    """``remaining_at`` of an order with this deadline of the source and these suspensions."""
    return remaining_at(at, _facts(due, clock, pauses))


def _facts(due: datetime, clock: Clock, pauses: Sequence[Pause]) -> Facts:
    return Facts(None, due, clock, suspensions=tuple(Suspension(one.start, one.end) for one in pauses))


def pause_now(at: At, pauses: Sequence[Pause]) -> Pause | None:
    """The suspension that runs now, None when none does."""
    return next((p for p in pauses if p.start <= at.now and (p.end is None or at.now < p.end)), None)


# -- all of them -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Lights:
    """Open orders by light; ``none`` have no deadline (yet), not even a computed one.

    ``paused`` stand still by a suspension that began before their deadline, the parked ones among them.
    """

    calm: int
    watch: int
    near: int
    overdue: int
    long: int
    none: int
    paused: int = 0


def lights(db: ScopedReader, at: At) -> Lights | NotRecorded:
    """All open orders of the place, from the open book."""
    if missing := REGISTRY["overdue"].missing(db.shape):
        return NotRecorded(missing)
    book = book_of(db, at)
    tally = book.lights(book.seen(db.scope, db.reference), at.now)
    return Lights(
        tally[Light.CALM],
        tally[Light.WATCH],
        tally[Light.NEAR],
        tally[Light.OVERDUE],
        tally[Light.LONG],
        none=tally[Light.NONE],
        paused=tally[Light.PAUSED],
    )
