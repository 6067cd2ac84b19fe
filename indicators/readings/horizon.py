"""What will be overdue at the next cuts of the day if nobody acts, by department and area."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from data_access.engine import ScopedReader
from data_access.reference import AreaTree
from indicators.readings.book import book_of
from indicators.registry import REGISTRY, next_cuts
from indicators.values import At, NotRecorded

SPREAD: Final = "spread"
"""The level of the areas of the horizon: those the place is spread over, whatever level each of them has."""


@dataclass(frozen=True, slots=True)
class HorizonRow:
    """A department or an area (by code; None: none is named) with what is overdue now and by each cut."""

    key: str | None
    overdue: int
    by_cut: tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Horizon:
    """``overdue`` now, and ``totals``: overdue by each of the next three ``cuts`` and not yet now, if nobody acts.

    ``totals`` and ``by_cut`` are cumulative. The rows are all departments and areas with any, most first. ``computed``
    are judged by a computed deadline (推算), ``parked`` are suspended without end and in no other number (None: not
    recorded).
    """

    cuts: tuple[datetime, datetime, datetime]
    overdue: int
    totals: tuple[int, int, int]
    departments: tuple[HorizonRow, ...]
    areas: tuple[HorizonRow, ...]
    computed: int
    parked: int | None


def horizon(db: ScopedReader, at: At) -> Horizon | NotRecorded:
    """From the open book. Areas as ``AreaTree.spread``; what is coded to the place itself has no key."""
    if missing := REGISTRY["overdue"].missing(db.shape):
        return NotRecorded(missing)
    book, cuts = book_of(db, at), next_cuts(at)
    seen = book.seen(db.scope, db.reference)
    late = book.overdue_at(seen, at.now)
    flags = [late, *(book.overdue_at(seen, cut) & ~late for cut in cuts)]
    first, second, third = (int(more.sum()) for more in flags[1:])
    columns = book.columns
    by_department = [book.by(book.departments, columns.department, one) for one in flags]
    by_area = [_below(db.reference.tree, at.area, book.by(book.areas, columns.area, one)) for one in flags]
    return Horizon(
        cuts,
        int(late.sum()),
        (first, second, third),
        _rows(by_department),
        _rows(by_area),
        int((seen & columns.computed).sum()),
        None if REGISTRY["parked"].missing(db.shape) else int((seen & columns.parked).sum()),
    )


def spread_below(tree: AreaTree, place: str | None) -> Mapping[str, str]:
    """Every code in the areas the place (the root by default) is spread over, with the code of that area."""
    here = place or tree.root
    children = tree.spread(here) if here else ()
    return tree.branches(children[0].parent_code or "") if children else {}


def _below(tree: AreaTree, place: str | None, by_code: Mapping[str | None, int]) -> dict[str | None, int]:
    """By the areas the place is spread over; None for what lies in none of them."""
    below = spread_below(tree, place)
    found: dict[str | None, int] = {}
    for code, n in by_code.items():
        key = below.get(code or "")
        found[key] = found.get(key, 0) + n
    return found


def _rows(parts: Sequence[Mapping[str | None, int]]) -> tuple[HorizonRow, ...]:
    """Now and by each cut, those with most by the last cut first."""
    keys = {key for part in parts for key in part}
    now, first, second, third = parts
    rows = [
        HorizonRow(key, now.get(key, 0), (first.get(key, 0), second.get(key, 0), third.get(key, 0))) for key in keys
    ]
    return tuple(sorted(rows, key=lambda row: (-(row.overdue + row.by_cut[2]), -row.by_cut[2], row.key or "~")))
