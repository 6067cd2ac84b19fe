"""The cases behind a number: the same predicate as the number, as a list that is ordered and limited."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, Subquery, and_, case, or_, select

from data_access.codes import among
from data_access.contract import Stage, work_orders
from data_access.engine import ScopedReader
from data_access.queries.counting import all_rows, total
from indicators.periods import Periods
from indicators.readings.deadlines import light_of_row, listable, row_columns
from indicators.readings.figures import MAJOR, hidden_categories, judging, seen, since_of, top_category
from indicators.readings.holding import held_longest
from indicators.readings.horizon import SPREAD, spread_below
from indicators.readings.moved import Measures, judged_at, measures_of
from indicators.readings.origins import STEP_OF
from indicators.readings.supervision import first_due
from indicators.registry import REGISTRY, Indicator
from indicators.rules import holding, orders
from indicators.values import At, Light, NotRecorded
from indicators.windows import AnySpan, Now, Span

Part = Literal["rows", "good", "part", "rest", "base"]
"""Of a count: its rows. Of a share: the numerator (rows or good), the cases that count in part, those of the
denominator that are neither (rest), and the whole denominator (base)."""

MOST: Final = 200
"""The longest list anybody gets."""
UNKNOWN_AGE: Final = -1
"""Of those that wait in a stage: their entry is not recorded."""
ANY_AGE: Final = -2
"""Of those that wait in a stage: their entry is recorded, whenever it was."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Which cases: of an indicator and a part of it, narrowed by what a figure was grouped by.

    ``department`` "" asks for those of nobody, ``category`` "" for those without a class. ``area`` takes everything
    below it, with ``level`` only what is coded to areas that are known; "" asks for what no area of that level holds,
    with ``SPREAD`` none of those the place is spread over.
    ``category`` is as coded, with level "major" everything under that top. ``day`` is a day of the window's time by
    the city's cut. ``span`` replaces the indicator's own. ``source`` and ``resolved`` (the level that settled a case, a
    micro grid being part of its grid) take "" for those that record none. ``age`` is a band of the policy's ages
    of those that wait in ``stage``, 0 the youngest, ``UNKNOWN_AGE`` those whose entry is not recorded, ``ANY_AGE`` all
    others. ``holder`` is a department that has held the case, by the event log, ``grade`` that of the supervision whose
    reply is due first ("": none). ``before`` asks for the days before the window's own, as many.
    """

    indicator: str
    part: Part = "rows"
    department: str | None = None
    area: str | None = None
    category: str | None = None
    stage: str | None = None
    day: date | None = None
    span: AnySpan | None = None
    limit: int = 50
    level: str | None = None
    source: str | None = None
    resolved: str | None = None
    age: int | None = None
    holder: str | None = None
    grade: str | None = None
    before: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """One case of a list; area, category and department are codes. ``light`` is that of an open case, else none.

    ``due`` is the effective deadline (None while it is parked), ``computed`` (推算) by the limit, where the source has
    none. ``case_no`` and ``title`` are None for an audience that may not read them.
    """

    order_id: str
    case_no: str | None
    category: str
    area: str
    department: str | None
    stage: str
    reported_at: datetime
    due: datetime | None
    closed_at: datetime | None
    light: Light
    title: str | None
    computed: bool = False
    since: datetime | None = None
    """When it entered its stage, where the list is one of ages."""
    held_s: float | None = None
    """The seconds of its clock for which the holder that was asked for has held it."""


@dataclass(frozen=True, slots=True)
class Cases:
    """The first cases of a number. ``total`` is the number itself; ``withheld`` of them are never listed here.

    Withheld are cases of sensitive classes, where persons may not be seen.
    """

    indicator: str
    rows: tuple[Case, ...]
    total: int
    truncated: bool
    withheld: int = 0


def cases(db: ScopedReader, at: At, ask: Ask) -> Cases | NotRecorded:
    """Open cases by deadline, the oldest first; others by the window's time, the newest first.

    Those of an age stand by their entry, the oldest first, those of a holder by how long it held them. The reader is
    already narrowed to ``at.area``. Raises LookupError for an unknown indicator, one that is not counted over orders, a
    part it does not have, a day of a state of now, an age of anything else, and a holder where the log is not asked.
    """
    entry = REGISTRY[ask.indicator]
    if not entry.counted:
        raise LookupError(f"{entry.id} is not counted over work orders")
    if missing := (*entry.missing(db.shape), *_entry_missing(db, entry, ask)):
        return NotRecorded(missing)
    if ask.before:
        if (before := days_before(entry)) is None:
            raise LookupError(f"{entry.id} is not counted over the last days")
        entry = entry.over(before)
    if ask.span is not None and not isinstance(entry.window, Now):
        entry = entry.over(ask.span)
    at = judging(db, judged_at(db, at, since_of(at, [entry])), [entry])
    here = db if not ask.area or ask.area == db.reference.tree.root else db.narrowed(area=ask.area)
    o, rows = seen(here), here.scoped(work_orders)
    wanted = [_part(entry, ask.part, o, at), *_narrowed(here, at, entry, ask, o)]
    ranges = entry.window.ranges(o, at)
    shown = listable(here, rows.c.category_code)
    named = {"all": and_(*wanted), "listed": and_(*wanted, *shown)}
    n = total(here, rows, named, either=ranges)
    limit = max(1, min(ask.limit, MOST))
    where, held = [or_(*ranges), *wanted, *shown], dict[str, float]()
    if ask.holder is None:
        found = _listed(here, at, rows, where, _ordered(at, entry, ask, o), limit + 1)
    else:
        held = dict(held_longest(here, at, ask.holder))
        found = _in_turn(here, at, rows, where, list(held), limit + 1)
    taken = measures_of(here, [row.id for row in found[:limit]])
    return Cases(
        entry.id,
        tuple(_case(here, at, row, taken, ask, held) for row in found[:limit]),
        n["all"],
        len(found) > limit,
        n["all"] - n["listed"],
    )


def days_before(entry: Indicator) -> Span | None:
    """The span before the indicator's own, as long; None where it is not counted over the last days of the policy."""
    if isinstance(entry.window, Now) or not isinstance(entry.window.span, Span) or entry.window.span.days is None:
        return None
    return replace(entry.window.span, back=1)


def _entry_missing(db: ScopedReader, entry: Indicator, ask: Ask) -> tuple[str, ...]:
    """What an age needs and is not recorded. Raises LookupError for an age or a holder that cannot be asked for."""
    if ask.holder is not None and "work_order_events.to_department" not in entry.needed:
        raise LookupError(f"{entry.id} is not counted by the log")
    if ask.grade is not None and entry.id != "supervised":
        raise LookupError(f"{entry.id} has no grades")
    if ask.age is None:
        return ()
    if not isinstance(entry.window, Now) or ask.stage not in orders.OPEN_CODES:
        raise LookupError("an age is that of cases that wait in an open stage")
    column = orders.ENTERED_BY[Stage(ask.stage)]
    recorded = ask.age == UNKNOWN_AGE or db.shape.has("work_orders", column)
    return () if recorded else (f"work_orders.{column}",)


def _part(entry: Indicator, part: Part, o: Any, at: At) -> ColumnElement[bool]:
    """The condition of a part of a number, beside its window."""
    if part in ("rows", "good"):
        return entry.good(o, at)
    if part == "base":
        return entry.base(o, at)
    if part == "part":
        return entry.part(o, at)
    counted = [entry.good(o, at)] if entry.partial is None else [entry.good(o, at), entry.part(o, at)]
    # a predicate that is null (no closing time, say) is not met: the case belongs to the rest
    return and_(entry.base(o, at), case((or_(*counted), 1), else_=0) == 0)


def _narrowed(db: ScopedReader, at: At, entry: Indicator, ask: Ask, o: Any) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if ask.department is not None:
        found.append(o.department_code == ask.department if ask.department else o.department_code.is_(None))
    if ask.stage is not None:
        found.append(o.stage == ask.stage)
    if ask.stage is not None and ask.age is not None:
        found.append(_of_age(at, Stage(ask.stage), ask.age, o))
    if ask.grade is not None:
        graded = [row.order_id for row in first_due(db, at) if row.grade == ask.grade]
        found.append(among(o.id, graded, db.dialect))
    if ask.holder is not None:
        found.append(holding.was_held(o, at.now, ask.holder))
    if ask.category is not None:
        found.append(_of_category(db, at, ask, o))
    if ask.source is not None:
        found.append(o.source == ask.source if ask.source else _empty(o.source))
    if ask.resolved is not None:
        steps = [recorded for recorded, step in STEP_OF.items() if step == ask.resolved]
        found.append(o.resolved_level.in_(steps) if ask.resolved else _without_step(o.resolved_level))
    if ask.area == "":
        found.append(_not_located(db, at, ask.level, o))
    elif ask.area is not None and ask.level is not None:  # as figures of a level are rolled up: by known areas alone
        found.append(o.area_code.in_(sorted(db.reference.tree.subtree(ask.area))))
    if ask.day is not None:
        if isinstance(entry.window, Now):
            raise LookupError(f"{entry.id} is the state at a moment, it has no days")
        day = Periods.of(at.policy).day(ask.day)
        moment = entry.window.moment(o, at)
        found.append(and_(moment >= day.start, moment < day.end))
    return found


def _of_age(at: At, stage: Stage, age: int, o: Any) -> ColumnElement[bool]:
    if age == ANY_AGE:
        return o[orders.ENTERED_BY[stage]].is_not(None)  # type: ignore[no-any-return]
    return orders.aged(o, stage, at.now, at.policy.ageing.hours, None if age == UNKNOWN_AGE else age)


def _empty(column: Any) -> ColumnElement[bool]:
    return or_(column.is_(None), column == "")


def _without_step(column: Any) -> ColumnElement[bool]:
    return or_(column.is_(None), column.not_in(sorted(STEP_OF)))


def _of_category(db: ScopedReader, at: At, ask: Ask, o: Any) -> ColumnElement[bool]:
    hidden = hidden_categories(db, at)
    if ask.category == "":
        without: ColumnElement[bool] = or_(o.category_code.is_(None), o.category_code == "")
        return or_(without, o.category_code.in_(sorted(hidden))) if hidden else without
    if ask.level != MAJOR:
        return o.category_code == ask.category  # type: ignore[no-any-return]
    below = {code for code in db.reference.categories if top_category(db, code) == ask.category} - hidden
    return o.category_code.in_(sorted(below | {str(ask.category)}))  # type: ignore[no-any-return]


def _not_located(db: ScopedReader, at: At, level: str | None, o: Any) -> ColumnElement[bool]:
    """Coded to no area of that level nor below one; without a level, coded to nothing."""
    if level is None:
        return or_(o.area_code.is_(None), o.area_code == "")
    tree = db.reference.tree
    if level == SPREAD:
        inside = set(spread_below(tree, at.area))
    else:
        inside = {code for code in tree.by_code if tree.up_to(code, level) is not None}
    return or_(o.area_code.is_(None), o.area_code.not_in(sorted(inside))) if inside else all_rows()


def _ordered(at: At, entry: Indicator, ask: Ask, o: Any) -> list[ColumnElement[Any]]:
    """What the list is ordered by, before the id."""
    if ask.stage is not None and ask.age is not None:
        return [o[orders.ENTERED_BY[Stage(ask.stage)]]]
    if not isinstance(entry.window, Now):
        return [entry.window.moment(o, at).desc()]
    due = orders.effective_due(o, at.moved)
    return [due.is_(None), due]


def _listed(
    db: ScopedReader,
    at: At,
    rows: Subquery,
    where: Sequence[ColumnElement[bool]],
    order: Sequence[ColumnElement[Any]],
    limit: int,
) -> list[Any]:
    c = rows.c
    entries = [c[column].label(f"in_{stage.value}") for stage, column in orders.ENTERED_BY.items()]
    personal = [c.case_no, c.title] if db.scope.persons else []
    due = orders.effective_due(c, at.moved).label("due")
    statement = select(*row_columns(rows), c.reported_at, due, *entries, *personal)
    return list(db.rows(statement.where(*where).order_by(*order, c.id).limit(limit)))


def _in_turn(
    db: ScopedReader, at: At, rows: Subquery, where: Sequence[ColumnElement[bool]], ids: Sequence[str], limit: int
) -> list[Any]:
    """The first of these orders that meet the conditions, in this order."""
    found: list[Any] = []
    for start in range(0, len(ids), 2 * MOST):
        turn = {order_id: place for place, order_id in enumerate(ids[start : start + 2 * MOST])}
        these = _listed(db, at, rows, [*where, among(rows.c.id, turn, db.dialect)], [], 2 * MOST)
        found += sorted(these, key=lambda row: turn[row.id])
        if len(found) >= limit:
            break
    return found[:limit]


def _case(db: ScopedReader, at: At, row: Any, taken: Measures, ask: Ask, held: Mapping[str, float]) -> Case:
    light = light_of_row(db, at, row, taken) if row.stage in orders.OPEN_STAGES else Light.NONE
    case_no, title = (row.case_no, row.title) if db.scope.persons else (None, None)
    judged = at.moved.by_id.get(row.id)
    return Case(
        row.id, case_no, row.category_code or "", row.area_code or "", row.department_code, row.stage, row.reported_at,
        row.due, row.closed_at, light, title, judged is not None and judged.computed,
        None if ask.age is None else getattr(row, f"in_{row.stage}"), held.get(row.id),
    )  # fmt: skip
