"""What stands open, counted once for all readings of a snapshot: by stage, and by area."""

from collections.abc import Mapping
from dataclasses import dataclass

from data_access.contract import work_orders
from data_access.queries.counting import all_rows, count, total
from data_access.reader import ScopedReader
from indicators.registry import REGISTRY, next_cut
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

    def read() -> dict[str, Standing]:
        rows = db.scoped(work_orders)
        named = {"open": all_rows()}
        if judged(db):
            named["overdue"] = orders.is_overdue(rows.c, at.now)
            named["soon"] = orders.is_due_between(rows.c, at.now, next_cut(at))
        groups = count(db, rows, named, where=[orders.is_open(rows.c)], by=[rows.c.stage])
        return {str(group.key[0]): Standing(**group.n) for group in groups}

    return db.once(("open by stage", at.now, next_cut(at)), read)


def everything(db: ScopedReader, at: At) -> Standing:
    """The open orders, all together."""
    return sum(by_stage(db, at).values(), Standing())


def by_area(db: ScopedReader, at: At) -> Mapping[str | None, tuple[int, int]]:
    """(open, overdue) by the area code of the orders, as coded; overdue is 0 without deadlines."""

    def read() -> dict[str | None, tuple[int, int]]:
        rows = db.scoped(work_orders)
        named = {"open": all_rows()}
        if judged(db):
            named["overdue"] = orders.is_overdue(rows.c, at.now)
        groups = count(db, rows, named, where=[orders.is_open(rows.c)], by=[rows.c.area_code])
        return {group.key[0]: (group.n["open"], group.n.get("overdue", 0)) for group in groups}

    return db.once(("open by area", at.now), read)


def closed_today(db: ScopedReader, at: At) -> int:
    """Closed since midnight."""

    def read() -> int:
        rows, entry = db.scoped(work_orders), REGISTRY["closed_today"]
        return total(db, rows, {"n": entry.good(rows.c, at)}, where=[entry.window.rows(rows.c, at)])["n"]

    return db.once(("closed today", at.now), read)
