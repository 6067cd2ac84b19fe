"""How orders end beside a plain closing: void, cancelled, solved on the spot, closed late."""

from sqlalchemy import ColumnElement, and_, case, or_

from data_access.contract import Stage
from indicators.moved import Moved
from indicators.rules.orders import Columns, counts_as_filed, is_closed, on_time


def is_void(o: Columns) -> ColumnElement[bool]:
    """Found not to meet the conditions of a case (作废)."""
    return o.stage == Stage.VOID.value  # type: ignore[no-any-return]


def is_cancelled(o: Columns) -> ColumnElement[bool]:
    """Taken back (撤销)."""
    return o.stage == Stage.CANCELLED.value  # type: ignore[no-any-return]


def is_on_spot(o: Columns) -> ColumnElement[bool]:
    """Solved on the spot by the collector (自处置)."""
    return o.handled_on_spot == 1  # type: ignore[no-any-return]


def is_on_spot_or_filed(o: Columns) -> ColumnElement[bool]:
    """Found valid: solved on the spot, or filed and not void."""
    return or_(is_on_spot(o), and_(o.filed_at.is_not(None), counts_as_filed(o)))


def closed_late(o: Columns, moved: Moved) -> ColumnElement[bool]:
    """Closed and not on time, of orders that have a deadline: also where no time of the closing is recorded."""
    return and_(is_closed(o), case((on_time(o, moved), 1), else_=0) == 0)
