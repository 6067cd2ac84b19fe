"""Counts that several readings of a snapshot share: what stands open by stage and by area, what happened today."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement

from data_access.contract import work_orders
from data_access.queries.counting import all_rows, count, each
from data_access.reader import ScopedReader
from indicators.readings.moved import judged_at
from indicators.registry import ENTERED, REGISTRY, next_cut
from indicators.rules import orders
from indicators.values import At


@dataclass(frozen=True, slots=True)
class Standing:
    """Open orders: all, overdue now, and going overdue before the next cut; the latter two 0 without deadlines."""

    open: int = 0
    overdue: int = 0
    soon: int = 0

    def __add__(self, other: "Standing") -> "Standing":
        return Standing(self.open + other.open, self.overdue + other.overdue, self.soon + other.soon)


def judged(db: ScopedReader) -> bool:
    """Whether the source records deadlines, so that "overdue" says something."""
    return not REGISTRY["overdue"].missing(db.shape)


def by_stage(db: ScopedReader, at: At) -> Mapping[str, Standing]:
    """The open orders by the code of their stage."""
    at = judged_at(db, at)

    def read() -> dict[str, Standing]:
        rows = db.scoped(work_orders)
        named = {"open": all_rows()}
        if judged(db):
            named["overdue"] = orders.is_overdue(rows.c, at.now, at.moved)
            named["soon"] = orders.is_due_between(rows.c, at.now, next_cut(at), at.moved)
        groups = count(db, rows, named, where=[orders.is_open(rows.c)], by=[rows.c.stage])
        return {str(group.key[0]): Standing(**group.n) for group in groups}

    return db.once(("open by stage", at.now, next_cut(at)), read)


def everything(db: ScopedReader, at: At) -> Standing:
    """The open orders, all together."""
    return sum(by_stage(db, at).values(), Standing())


def by_area(db: ScopedReader, at: At) -> Mapping[str | None, tuple[int, int]]:
    """(open, overdue) by the area code of the orders, as coded; overdue is 0 without deadlines."""
    at = judged_at(db, at)

    def read() -> dict[str | None, tuple[int, int]]:
        rows = db.scoped(work_orders)
        named = {"open": all_rows()}
        if judged(db):
            named["overdue"] = orders.is_overdue(rows.c, at.now, at.moved)
        groups = count(db, rows, named, where=[orders.is_open(rows.c)], by=[rows.c.area_code])
        return {group.key[0]: (group.n["open"], group.n.get("overdue", 0)) for group in groups}

    return db.once(("open by area", at.now), read)


def today(db: ScopedReader, at: At) -> Mapping[str, int]:
    """What happened since midnight, as far as it is recorded, by indicator id: flows, and what entered each stage."""

    def read() -> Mapping[str, int]:
        rows = db.scoped(work_orders)
        wanted: dict[str, tuple[ColumnElement[bool], ColumnElement[bool]]] = {}
        for name in ("filed_today", "closed_today", *ENTERED.values()):
            entry = REGISTRY[name]
            if not entry.missing(db.shape):
                wanted[name] = (entry.window.rows(rows.c, at), entry.good(rows.c, at))
        return each(db, rows, wanted)

    return db.once(("today", at.now), read)
