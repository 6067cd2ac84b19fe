"""Any indicators of the registry over any span, by department, area, category or day: pooled, in few statements."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, literal_column

from data_access.contract import work_order_events, work_order_measures, work_orders
from data_access.engine import ScopedReader
from data_access.queries.counting import count, day_of, hour_of
from indicators.periods import Periods
from indicators.readings.book import book_of
from indicators.readings.handled import handling_at
from indicators.readings.history import is_small
from indicators.readings.holding import passed_around
from indicators.readings.moved import judged_at
from indicators.readings.original import original_at
from indicators.registry import REGISTRY, Indicator
from indicators.registry.closing import EXTENDED_FROM
from indicators.rules.seen import Seen
from indicators.values import At, Count, Light, NotRecorded, Rate, WeightedRate
from indicators.windows import AnySpan, Now, Window

By = Literal["department", "area", "category", "day"]
Figure = Count | Rate | WeightedRate
Figures = dict[str | None, Figure]
"""Key -> figure. Without ``by`` the only key is None. A key that had no case is left out; "" is the rest."""

MAJOR = "major"
"""The level of categories that have nothing above them."""


def seen(db: ScopedReader) -> Seen:
    """The orders, measures and events of a scope, as the predicates look at them."""
    return Seen(db.scoped(work_orders).c, db.scoped(work_order_measures).c, db.scoped(work_order_events).c)


def figures(
    db: ScopedReader,
    at: At,
    ids: Sequence[str],
    *,
    span: AnySpan | None = None,
    by: By | None = None,
    level: str | None = None,
) -> dict[str, Figures | NotRecorded]:
    """The figures of these indicators, over their own windows or over ``span`` (states of now are always of now).

    ``by`` "department" gives codes as they stand in the orders, "area" codes as coded or, with ``level``, of the areas
    of that level, "category" codes as coded or with level "major" the classes at the top, "day" days YYYY-MM-DD of the
    window's time by the city's cut. What belongs to no key ("not located", no department) is under "", so that the
    parts are the total. Where persons may not be seen, sensitive classes of places under a street are there too.
    Raises LookupError for an unknown id, for one that is not counted over orders, and for a state of now by day.
    """
    found: dict[str, Figures | NotRecorded] = {}
    together: dict[Window, list[Indicator]] = {}
    for entry in (REGISTRY[name] for name in dict.fromkeys(ids)):
        if not entry.counted:
            raise LookupError(f"{entry.id} is not counted over work orders")
        if by == "day" and isinstance(entry.window, Now):
            raise LookupError(f"{entry.id} is the state at a moment, it has no days")
        missing = _lacking(db, entry, by)
        if missing:
            found[entry.id] = NotRecorded(missing)
            continue
        taken = entry if span is None or isinstance(entry.window, Now) else entry.over(span)
        together.setdefault(taken.window, []).append(taken)
    at = judging(db, at, [entry for entries in together.values() for entry in entries])
    for window, entries in together.items():
        found.update(_of_window(db, at, window, entries, by, level))
    return {name: found[name] for name in dict.fromkeys(ids)}


def judging(db: ScopedReader, at: At, entries: Sequence[Indicator]) -> At:
    """The same moment, knowing all deadlines by which these indicators judge, and the orders that only Python can tell.

    Nothing is asked that none of them needs.
    """
    if any(entry.id == "passed_around" for entry in entries):
        at = replace(judged_at(db, at), passed=passed_around(db, at))
    if not any(entry.judges for entry in entries):
        return at
    at = judged_at(db, at, since_of(at, [entry for entry in entries if entry.judges]))
    if any("work_orders.handle_due_at" in entry.needed for entry in entries):
        at = handling_at(db, at)
    for entry in entries:
        if not isinstance(entry.window, Now) and set(EXTENDED_FROM) <= set(entry.needed):
            at = original_at(db, at, entry.window.span)
    if any(entry.id == "long_overdue" for entry in entries):
        book = book_of(db, at)
        at = replace(at, long=book.showing(Light.LONG, book.seen(db.scope, db.reference), at.now))
    return at


def since_of(at: At, entries: Sequence[Indicator]) -> datetime | None:
    """The earliest deadline that these indicators judge; None when they judge open orders alone."""
    starts = [entry.window.since(at) for entry in entries if isinstance(entry.window, Now)]
    starts += [entry.window.span.bounds(at)[0] for entry in entries if not isinstance(entry.window, Now)]
    return min((start for start in starts if start is not None), default=None)


def _lacking(db: ScopedReader, entry: Indicator, by: By | None) -> tuple[str, ...]:
    missing = entry.missing(db.shape)
    if by == "department" and not db.shape.has("work_orders", "department_code"):
        missing = (*missing, "work_orders.department_code")
    return tuple(dict.fromkeys(missing))


def _of_window(
    db: ScopedReader, at: At, window: Window, entries: Sequence[Indicator], by: By | None, level: str | None
) -> Mapping[str, Figures]:
    """One statement a range of the window for all entries of it."""
    o = seen(db)
    named: dict[str, ColumnElement[bool]] = {}
    for entry in entries:
        named[f"{entry.id} good"] = entry.good(o, at)
        if entry.is_share:
            named[f"{entry.id} of"] = entry.base(o, at)
        if entry.partial is not None:
            named[f"{entry.id} part"] = entry.part(o, at)
    columns, key_of = _grouped(db, at, window, o, by, level)
    rows = db.scoped(work_orders)
    sums: dict[str, dict[str | None, Figure]] = {entry.id: {} for entry in entries}
    for group in count(db, rows, named, either=window.ranges(o, at), by=columns):
        key = key_of(group.key)
        for entry in entries:
            figure = _figure(entry, group.n)
            mine = sums[entry.id]
            mine[key] = mine[key] + figure if key in mine else figure  # type: ignore[operator]
    if by is not None:
        for entry in entries:
            sums[entry.id] = {key: figure for key, figure in sums[entry.id].items() if figure != _nothing(entry)}
    return sums


def _figure(entry: Indicator, n: Mapping[str, int]) -> Figure:
    good = n[f"{entry.id} good"]
    if not entry.is_share:
        return Count(good)
    of = n[f"{entry.id} of"]
    if entry.partial is None:
        return Rate(good, of)
    return WeightedRate(good, n[f"{entry.id} part"], entry.weight, of)


def _nothing(entry: Indicator) -> Figure:
    return _figure(entry, dict.fromkeys((f"{entry.id} good", f"{entry.id} of", f"{entry.id} part"), 0))


def _grouped(
    db: ScopedReader, at: At, window: Window, o: Any, by: By | None, level: str | None
) -> tuple[list[ColumnElement[Any]], Callable[[tuple[Any, ...]], str | None]]:
    """The columns to group by, and the key that their values give."""
    if by is None:
        return [], lambda values: None
    if by == "department":
        return [o.department_code], lambda values: values[0] or ""
    if by == "area":
        return [o.area_code], lambda values: area_key(db, values[0], level)
    if by == "category":
        hidden = hidden_categories(db, at)
        return [o.category_code], lambda values: category_key(db, values[0], level, hidden)
    if isinstance(window, Now):  # refused before
        raise LookupError("a state of now has no days")
    moment = window.moment(o, at)
    if not Periods.of(at.policy).noon:
        return [day_of(moment).label("day")], lambda values: str(values[0] or "")
    half = (hour_of(moment) >= literal_column("12")).label("afternoon")
    return [day_of(moment).label("day"), half], _noon_day


def _noon_day(values: tuple[Any, ...]) -> str:
    """A day cut at noon is named for the day on which it ends."""
    day, afternoon = values
    return "" if day is None else (date.fromisoformat(day) + timedelta(days=int(bool(afternoon)))).isoformat()


def area_key(db: ScopedReader, code: str | None, level: str | None) -> str:
    """The area an order is counted under: as coded, or the one of a level that holds it; "" for none."""
    if level is None:
        return code or ""
    area = db.reference.tree.up_to(code, level)
    return area.code if area is not None else ""


def category_key(db: ScopedReader, code: str | None, level: str | None, hidden: frozenset[str]) -> str:
    """The class an order is counted under: as coded, or its top; "" for none and for those that may not be named."""
    if not code or code in hidden:
        return ""
    return top_category(db, code) if level == MAJOR else code


def top_category(db: ScopedReader, code: str) -> str:
    """The class at the top above this one; itself when unknown or when its parents run in a circle."""
    passed = {code}
    known = db.reference.categories
    while (above := known[code].parent_code if code in known else None) in known and above not in passed:
        code = str(above)
        passed.add(code)
    return code


def hidden_categories(db: ScopedReader, at: At) -> frozenset[str]:
    """Sensitive classes, where they may not be named: for eyes that may not see persons, in places under a street."""
    if db.scope.persons or not is_small(db, at.area):
        return frozenset()
    return frozenset(code for code, category in db.reference.categories.items() if category.sensitive)
