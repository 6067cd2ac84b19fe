"""What a predicate may look at: the columns of the orders, and beside them those of their measures and events."""

from typing import Any


class Seen:
    """The columns of ``work_orders`` as attributes or by name.

    ``measures`` are those of ``work_order_measures``, ``log`` those of ``work_order_events``: all are collections of
    columns, of the tables or of what ``ScopedReader.scoped`` gives.
    """

    __slots__ = ("_orders", "log", "measures")

    def __init__(self, orders: Any, measures: Any, log: Any) -> None:
        self._orders = orders
        self.log = log
        self.measures = measures

    def __getattr__(self, name: str) -> Any:
        return getattr(self._orders, name)

    def __getitem__(self, name: str) -> Any:
        return self._orders[name]
