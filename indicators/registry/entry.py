"""What an entry of the registry is: one number in words, with its window and its predicates."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from sqlalchemy import ColumnElement, and_

from data_access.shape import Shape
from indicators.rules.orders import Columns
from indicators.values import At
from indicators.windows import AnySpan, Now, Span, Window

Predicate = Callable[[Columns, At], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Text:
    """One text in both languages."""

    zh: str
    en: str

    def get(self, lang: str) -> str:
        """The text in the language asked for."""
        return self.en if lang == "en" else self.zh


@dataclass(frozen=True, slots=True)
class Indicator:
    """One number: what it is, over which cases, in words and as a predicate.

    ``window`` gives the rows, ``predicate`` the cases counted among them; with ``denominator`` the number is the share
    of the predicate among the rows that meet the denominator. Cases that meet ``partial`` instead count by ``weight``
    (0 to 1). ``needs`` are ``table.column`` (``table.a|b``: either will do) without which it is "not recorded".
    ``minimum`` names the smallest sample in the policy, if there is one.
    """

    id: str
    name: Text
    formula: Text
    unit: Text
    better: Literal["up", "down", "none"]
    window: Window
    predicate: Predicate | None = None
    denominator: Predicate | None = None
    needs: tuple[str, ...] = ()
    zero: Text = field(default_factory=lambda: Text("无：显示 0", "None: shown as 0"))
    minimum: Literal["department", "cell", "rising"] | None = None
    suppress: Text = field(
        default_factory=lambda: Text(
            "小于 5 的数在将来的公开视图中将不显示（公开视图尚未提供）",
            "Counts under 5 will be withheld from the public view, which does not exist yet",
        )
    )
    partial: Predicate | None = None
    weight: float = 0.0
    derived: bool = False
    """The number is made from the count of its cases and something else; the list has the cases."""

    @property
    def is_share(self) -> bool:
        """Whether it is a numerator over a denominator, not a plain count."""
        return self.denominator is not None

    @property
    def counted(self) -> bool:
        """Whether it is counted over work orders, so that it has a list of cases."""
        return self.predicate is not None

    def rows(self, o: Columns, at: At) -> ColumnElement[bool]:
        """The cases this number counts: window and predicate. The list behind the number uses the same expression."""
        return and_(self.window.rows(o, at), self.good(o, at))

    def good(self, o: Columns, at: At) -> ColumnElement[bool]:
        """The numerator alone, for statements that are limited to the window: always part of the denominator.

        Raises LookupError without a predicate.
        """
        if self.predicate is None:
            raise LookupError(f"{self.id} is not counted over work orders")
        counted = self.predicate(o, at)
        return counted if self.denominator is None else and_(self.denominator(o, at), counted)

    def base(self, o: Columns, at: At) -> ColumnElement[bool]:
        """The denominator alone, for statements that are limited to the window. Raises LookupError without one."""
        if self.denominator is None:
            raise LookupError(f"{self.id} is no share")
        return self.denominator(o, at)

    def part(self, o: Columns, at: At) -> ColumnElement[bool]:
        """The cases of the denominator that count by ``weight``. Raises LookupError without such."""
        if self.partial is None:
            raise LookupError(f"{self.id} has no cases that count in part")
        return and_(self.base(o, at), self.partial(o, at))

    def over(self, span: AnySpan) -> "Indicator":
        """The same number over another span. Raises LookupError for the state of now, which has no span."""
        if isinstance(self.window, Now):
            raise LookupError(f"{self.id} is the state at a moment")
        return replace(self, window=replace(self.window, span=span))

    @property
    def needed(self) -> tuple[str, ...]:
        """All needs, those of the window included."""
        return tuple(dict.fromkeys((*(f"work_orders.{column}" for column in self.window.needs), *self.needs)))

    @property
    def judges(self) -> bool:
        """Whether deadlines of orders have to do with it."""
        return any(need.startswith("work_orders.") and "_due_at" in need for need in self.needed)

    def missing(self, shape: Shape) -> tuple[str, ...]:
        """Of the needs, those this database does not record."""
        return tuple(need for need in self.needed if not _recorded(need, shape))


def _recorded(need: str, shape: Shape) -> bool:
    table, _, columns = need.partition(".")
    return any(shape.has(table, *([column] if column else [])) for column in columns.split("|"))


CASES: Final = Text("件", "cases")
PERCENT: Final = Text("%", "%")
DEADLINE: Final = "work_orders.close_due_at|handle_due_at"
NO_CASES_DUE: Final = Text("无到期件：显示“—”", "No cases due: a dash")
NO_CASES: Final = Text("无件：显示“—”", "No cases: a dash")
MONTH: Final = Span("departments_days")
"""The span of cohorts that are asked for without one."""
