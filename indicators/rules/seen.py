"""What a predicate may look at: the columns of the orders, and beside them those of the measures taken on them."""

from typing import Any


class Seen:
    """The columns of ``work_orders`` as attributes or by name; ``measures`` are those of ``work_order_measures``.

    Both are collections of columns, of the tables or of what ``ScopedReader.scoped`` gives.
    """

    __slots__ = ("_orders", "measures")

    def __init__(self, orders: Any, measures: Any) -> None:
        self._orders = orders
        self.measures = measures

    def __getattr__(self, name: str) -> Any:
        return getattr(self._orders, name)

    def __getitem__(self, name: str) -> Any:
        return self._orders[name]
