"""Who held an order, by the event log: the events by which it came to wait for a department.

``log`` are columns of ``work_order_events``, of the table or of what ``ScopedReader.scoped`` gives; ``o`` is a
``rules.seen.Seen``.
"""

from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, and_, exists, or_, select

from data_access.contract import Stage
from indicators.rules.orders import Columns

WITH_DEPARTMENT: Final = (Stage.DISPATCHED.value, Stage.HANDLING.value)
"""Stages in which an order waits for its department; dispatch and the check before closing are the work of others."""


def came_to_department(log: Columns, now: datetime, department: str | None = None) -> ColumnElement[bool]:
    """The event by which an order came to wait for a department; for this one, if it is named."""
    came = and_(log.to_stage.in_(WITH_DEPARTMENT), log.to_department.is_not(None), log.at <= now)
    return came if department is None else and_(came, log.to_department == department)


def speaks(log: Columns) -> ColumnElement[bool]:
    """The event says where the order went."""
    return and_(log.to_stage.is_not(None), or_(log.to_department.is_not(None), log.to_stage.not_in(WITH_DEPARTMENT)))


def was_held(o: Columns, now: datetime, department: str | None = None) -> ColumnElement[bool]:
    """Some department, or this one, has held the order; asked order by order."""
    log = o.log
    return exists(select(log.order_id).where(log.order_id == o.id, came_to_department(log, now, department)))
