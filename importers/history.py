"""An order with all that the file knows of it, and what of that was known at a moment."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from data_access.contract import Stage


@dataclass(frozen=True, slots=True)
class Order:
    """One case of the city. Times are naive city time; ``verdict`` is the city's own and never feeds a number of ours.

    Department, category, area and text are as the file has them, which is how they stood when it was taken: cities
    publish no history of them.
    """

    id: str
    line: int
    reported_at: datetime
    closed_at: datetime | None
    due_at: datetime | None
    verdict: str | None
    category_code: str | None
    area_code: str
    department_code: str | None
    source: str | None
    title: str | None
    description: str | None
    result: str | None
    address: str | None
    lon: float | None
    lat: float | None
    location_quality: str

    @property
    def ended_at(self) -> datetime | None:
        """When the closing came to be known: a closing written before the opening is known from the opening on."""
        return None if self.closed_at is None else max(self.closed_at, self.reported_at)

    def verdict_at(self, snapshot: datetime) -> datetime | None:
        """When the city's verdict came to be known: at the closing, else when the file was taken. None without one."""
        return None if self.verdict is None else self.ended_at or snapshot


OPTIONAL: Final[dict[str, tuple[str, ...]]] = {
    "title": ("title",),
    "description": ("description",),
    "result": ("result",),
    "source": ("source",),
    "address": ("address",),
    "department": ("department_code",),
    "queue": ("department_code",),
    "target_at": ("close_due_at",),
    "lon": ("lon", "lat"),
}
"""Columns of the contract that exist only where the file has the column for this field."""


def as_of(order: Order, moment: datetime) -> dict[str, object] | None:
    """The row of ``work_orders`` as it stood at the moment; None where the case was not open yet.

    A case with a department is being handled there (cities record the queue, not the steps); without one it is
    reported and no more. Filing, dispatch and checking are not recorded by these cities and have no columns.
    ``updated_at`` is the last change known at the moment: the closing, else the opening.
    """
    if order.reported_at > moment:
        return None
    closed = order.closed_at is not None and order.closed_at <= moment
    open_stage = Stage.REPORTED if order.department_code is None else Stage.HANDLING
    return {
        "id": order.id,
        "case_no": order.id,
        "category_code": order.category_code,
        "area_code": order.area_code,
        "stage": str(Stage.CLOSED if closed else open_stage),
        "reported_at": order.reported_at,
        "closed_at": order.closed_at if closed else None,
        "updated_at": order.ended_at if closed else order.reported_at,
        "title": order.title,
        "description": order.description,
        "result": order.result if closed else None,
        "source": order.source,
        "lon": order.lon,
        "lat": order.lat,
        "location_quality": order.location_quality,
        "address": order.address,
        "department_code": order.department_code,
        "close_due_at": order.due_at,
    }
