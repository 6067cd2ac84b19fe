"""One snapshot seen through one scope: the rows and columns that a statement can start from."""

from collections.abc import Callable, Hashable, MutableMapping, Sequence
from typing import Any, Final, TypeVar, cast

from sqlalchemy import (
    BindParameter,
    ColumnClause,
    ColumnElement,
    Connection,
    Row,
    Select,
    Subquery,
    Table,
    exists,
    false,
    func,
    or_,
    select,
)
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.sql.elements import False_

from data_access import contract
from data_access.codes import among
from data_access.crs import Crs
from data_access.driver_errors import translate
from data_access.reference import Reference
from data_access.scope import Grant, Scope
from data_access.shape import Shape, absent

_BY_AREA: Final = frozenset({"work_orders", "worker_areas", "duty_roster"})
_BY_ORDER: Final = frozenset({"work_order_events", "work_order_measures"})
_BY_WORKER: Final = frozenset({"workers", "worker_positions", "patrol_pings", "shifts"})
_OPEN_TO_ALL: Final = frozenset({"departments", "categories", "source_feeds"})
_BY_CODE: Final = frozenset({"areas", "area_links"})

T = TypeVar("T")
Sights = MutableMapping[tuple[Scope, str], Subquery]
"""Subqueries already made for one state of shape and reference data, by scope and table: making one takes half a ms."""

KEPT_SIGHTS: Final = 2_000
_MARK: Final = "_gridwall_sight"
_LEAVES: Final = (BindParameter, ColumnClause)
"""Elements that hold no others; the table of a column is among what its statement selects from."""


class UnscopedStatement(LookupError):
    """A statement names a table that did not come from ``scoped``: a fault of the product, never shown as data."""


class ScopedReader:
    """One read-only snapshot, seen through one scope. Statements start from ``scoped(table)``."""

    def __init__(
        self,
        connection: Connection,
        scope: Scope,
        shape: Shape,
        reference: Reference,
        sights: Sights | None = None,
        crs: Crs = Crs.WGS84,
        shared: dict[tuple[Scope, Hashable], Any] | None = None,
        answered: Callable[[], None] = lambda: None,
    ) -> None:
        self._connection = connection
        self._answered = answered
        self._shared: dict[tuple[Scope, Hashable], Any] = {} if shared is None else shared
        self._sights: Sights = {} if sights is None else sights
        self._mine: dict[str, Subquery] = {}
        self.scope = scope
        self.shape = shape
        self.reference = reference
        self.crs = crs
        """The datum of coordinates in the database; ``data_access.crs`` turns them into WGS-84."""

    @property
    def dialect(self) -> str:
        """The engine's name as SQLAlchemy has it."""
        return self._connection.dialect.name

    def narrowed(self, area: str | None = None, department: str | None = None) -> "ScopedReader":
        """The same snapshot, seen narrower."""
        return ScopedReader(
            self._connection,
            self.scope.within(area, department),
            self.shape,
            self.reference,
            self._sights,
            self.crs,
            self._shared,
            self._answered,
        )

    def once(self, key: Hashable, compute: Callable[[], T]) -> T:
        """What several readings of this snapshot need alike: computed for the first, kept for this scope."""
        place = (self.scope, key)
        if place not in self._shared:
            self._shared[place] = compute()
        found: T = self._shared[place]
        return found

    def scoped(self, table: Table) -> Subquery:
        """The rows and columns of a contract table that this scope may see, as a subquery named like the table.

        Columns that the database does not have are null; without the table there are no rows; withheld columns are not
        there at all. The same scope and table give the same object, so that conditions may be built from either call.
        """
        sight = self._mine.get(table.name)
        if sight is None:
            key = (self.scope, table.name)
            sight = self._sights.get(key)
            sight = self._mine[table.name] = self._sight(table) if sight is None else sight
            if len(self._sights) >= KEPT_SIGHTS:
                self._sights.clear()
            self._sights[key] = sight
        return sight

    def judging(self, table: Table, *columns: str) -> Subquery:
        """``scoped`` with these columns besides, withheld or not, for ``data_access.queries.unseen`` alone.

        What is judged by a column that the audience may not reach is the same for every audience only if the column is
        read. Nothing but ids, moments and numbers may leave that module.
        """
        return self._sight(table, self.scope.withheld(table.name) - set(columns))

    def rows(self, statement: Select[*tuple[Any, ...]]) -> Sequence[Row[*tuple[Any, ...]]]:
        """All rows of a statement that starts from ``scoped``. Driver errors become ours (``data_access.errors``).

        Raises UnscopedStatement when a table is named that did not come from ``scoped``.
        """
        self._refuse_unscoped(statement)
        try:
            found = self._connection.execute(statement).all()
        except SQLAlchemyError as error:
            raise translate(error) from error
        self._answered()
        return found

    def _sight(self, table: Table, hidden: frozenset[str] | None = None) -> Subquery:
        have = self.shape.columns.get(table.name, frozenset())
        hidden = self.scope.withheld(table.name) if hidden is None else hidden
        columns = [
            column if column.name in have else absent(column, self._connection.dialect.name)
            for column in table.columns
            if column.name not in hidden
        ]
        statement = select(*columns)
        if table.name not in self.shape.columns:
            statement = statement.where(false())
        else:
            for grant in self.scope.grants:
                if not grant.everything and (allowed := self._allowed(table, grant)) is not None:
                    statement = statement.where(allowed)
        sight = statement.subquery(table.name)
        setattr(sight, _MARK, True)
        return sight

    @staticmethod
    def _refuse_unscoped(statement: Select[Any]) -> None:
        waiting: list[Any] = [statement]
        while waiting:
            element = waiting.pop()
            if isinstance(element, Table):
                raise UnscopedStatement(f"{element.name} does not come from scoped()")
            if isinstance(element, _LEAVES) or (isinstance(element, Subquery) and _MARK in vars(element)):
                continue
            waiting.extend(element.get_children())

    def _subtree(self, column: ColumnElement[str], codes: frozenset[str]) -> ColumnElement[bool] | None:
        """Whether the code lies in one of these areas; None when that is the whole city, however a row is coded."""
        tree = self.reference.tree
        if tree.root is not None and tree.only_root and tree.root in codes:
            return None
        if not codes:
            return false()
        if tree.prefix_safe and all(code in tree.by_code and code.rstrip("9") for code in codes):
            bounds = [(column >= code, column < _successor(code)) for code in sorted(codes)]
            inside = [self._hinted(column, low) & self._hinted(column, high) for low, high in bounds]
            return or_(*inside)
        below = {below for code in codes for below in tree.subtree(code)}
        return self._hinted(column, among(column, below, self._connection.dialect.name))

    def _hinted(self, column: ColumnElement[str], place: ColumnElement[bool]) -> ColumnElement[bool]:
        """The same condition. Of tables with a history SQLite is told that it picks out little: go by time or stage.

        Otherwise it skips through its index of stages for the place, that is through the whole history of the place,
        and through all shifts that its people ever had.
        """
        long = column is contract.work_orders.c.area_code or column is contract.shifts.c.worker_id
        if not long or self._connection.dialect.name != "sqlite" or isinstance(place, False_):
            return place
        return cast("ColumnElement[bool]", func.likely(place))

    def _allowed(self, table: Table, grant: Grant) -> ColumnElement[bool] | None:
        """The condition under which this grant shows a row; None when it shows all."""
        name, c = table.name, table.columns
        if name in _OPEN_TO_ALL:
            return None
        if name in _BY_CODE:
            return None if grant.areas is None else self._subtree(c.code, grant.areas)
        if name in _BY_ORDER:
            orders = contract.work_orders
            allowed = self._allowed(orders, grant)
            # order by order: the set of all orders of a place grows with its history
            return None if allowed is None else exists(select(orders.c.id).where(orders.c.id == c.order_id, allowed))
        if name in _BY_WORKER:
            served = contract.worker_areas
            if grant.areas is None or served.name not in self.shape.columns:
                return false()
            inside = self._subtree(served.c.area_code, grant.areas)
            column = c.id if name == "workers" else c.worker_id
            return (
                None if inside is None else self._hinted(column, column.in_(select(served.c.worker_id).where(inside)))
            )
        if name in _BY_AREA:
            ways: list[ColumnElement[bool]] = []
            if grant.areas is not None:
                inside = self._subtree(c.area_code, grant.areas)
                if inside is None:
                    return None
                ways.append(inside)
            if grant.departments is not None and self.shape.has(name, "department_code"):
                held = among(c.department_code, grant.departments, self._connection.dialect.name)
                ways.append(held)
            return or_(*ways) if ways else false()
        raise LookupError(f"no rule says who may see {name}")


def _successor(code: str) -> str:
    """The first digit string after all that start with this one: 320302 -> 320303, 3209 -> 321."""
    kept = code.rstrip("9")
    return kept[:-1] + str(int(kept[-1]) + 1)
