"""Who may see which rows and columns: every statement starts from a scope, so a query cannot forget it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final


class Audience(StrEnum):
    """For whom something is read. Decides the columns; the grants decide the rows."""

    WALL = "wall"
    OFFICIAL = "official"
    LEADER = "leader"
    PUBLIC = "public"


_PERSONAL: Final[dict[str, frozenset[str]]] = {
    "work_orders": frozenset(
        {
            "title",
            "description",
            "result",
            "address",
            "lon",
            "lat",
            "case_no",
            "query_code",
            "reporter_worker_id",
            "handler_worker_id",
        }
    ),
    "work_order_events": frozenset({"note", "worker_id"}),
    "work_order_measures": frozenset({"reason"}),
    "workers": frozenset({"name", "phone"}),
    "duty_roster": frozenset({"name", "phone"}),
}
"""Columns that no screen of a hall and no public page can reach: they are not in the statement at all."""


@dataclass(frozen=True, slots=True)
class Grant:
    """Rows of these areas (with everything below them) or of these departments; None and None is everything."""

    areas: frozenset[str] | None = None
    departments: frozenset[str] | None = None

    @property
    def everything(self) -> bool:
        """Whether this grant restricts nothing."""
        return self.areas is None and self.departments is None


@dataclass(frozen=True, slots=True)
class Scope:
    """An audience and the grants that must all hold. The first grant is the viewer's right, later ones a focus."""

    audience: Audience
    grants: tuple[Grant, ...] = ()

    @classmethod
    def of(
        cls, audience: Audience, areas: Iterable[str] | None = None, departments: Iterable[str] | None = None
    ) -> "Scope":
        """The scope of a viewer: rows of the areas or of the departments; neither given means all rows."""
        grant = Grant(
            None if areas is None else frozenset(areas), None if departments is None else frozenset(departments)
        )
        return cls(audience, () if grant.everything else (grant,))

    def within(self, area: str | None = None, department: str | None = None) -> "Scope":
        """The same scope, narrower: only this area's subtree and only this department's orders."""
        grants = self.grants
        if area is not None:
            grants = (*grants, Grant(areas=frozenset({area})))
        if department is not None:
            grants = (*grants, Grant(departments=frozenset({department})))
        return replace(self, grants=grants)

    @property
    def persons(self) -> bool:
        """Whether names and other personal columns of the own rows may be read."""
        return self.audience in (Audience.OFFICIAL, Audience.LEADER)

    def withheld(self, table: str) -> frozenset[str]:
        """Columns of a contract table that this audience cannot reach."""
        return frozenset() if self.persons else _PERSONAL.get(table, frozenset())
