"""What a file came to: its orders, what was kept out and why, what was odd; the words for both."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple

from data_access.contract import CODE, Level
from importers.history import Order
from importers.places import Point

REASONS: Final = {
    "wrong-width": "another number of fields than the header",
    "no-id": "no case number",
    "id-too-long": f"a case number of more than {CODE} characters",
    "duplicate-id": "a case number that an earlier line has",
    "no-opening-time": "no opening time",
    "opening-time-unreadable": "an opening time that cannot be read",
    "closing-time-unreadable": "a closing time that cannot be read",
    "target-time-unreadable": "a deadline that cannot be read",
    "closed-long-before-opened": "closed more than a day before it was opened",
    "closed-without-time": "a status of closed without a closing time",
    "after-snapshot": "opened or closed after the file was taken",
    "opened-later": "opened after the moment asked for",
}
"""Why a row is kept out."""

REMARKS: Final = {
    "closed-before-opened": "closed before opened, by a day at most: kept as written",
    "target-before-opened": "deadline before the opening: kept as written",
    "target-without-time": "deadline given as a day: its last second",
    "status-says-open": "status says open beside a closing time: the time is believed",
    "point-unreadable": "coordinates that are no numbers: no point",
    "point-implausible": "a point off the Earth or far outside the city: no point",
    "point-in-no-area": "a point in no area: the row's own area name is used",
    "own-area-unknown": "an area name that no area has",
    "own-areas-disagree": "own area names that contradict each other: the wider one is believed",
    "no-area": "neither point nor area name: coded to the whole city",
    "source-unmapped": "a source that the layout does not map: not recorded",
    "no-category": "no category",
}
"""What was odd about rows that were written."""


class Noted(NamedTuple):
    """A line and what there is to say of it; ``code`` is a key of REASONS or REMARKS."""

    line: int
    id: str
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Category:
    """A row of ``categories``."""

    code: str
    parent_code: str | None
    name: str


@dataclass(slots=True)
class Book:
    """All of a file: ``rows`` = ``orders`` + ``kept_out``, always."""

    rows: int = 0
    orders: list[Order] = field(default_factory=list)
    kept_out: list[Noted] = field(default_factory=list)
    remarks: list[Noted] = field(default_factory=list)
    categories: dict[str, Category] = field(default_factory=dict)
    departments: dict[str, str] = field(default_factory=dict)
    columns: frozenset[str] = frozenset()
    unused: Sequence[str] = ()
    default_points: Mapping[Point, int] = field(default_factory=dict)
    agreement: Counter[tuple[Level, bool]] = field(default_factory=Counter)
    snapshot: datetime = datetime.min
