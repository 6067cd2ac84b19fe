"""Scopes as values: what a viewer's grants and columns are, before any database is asked."""

import pytest

from data_access import contract
from data_access.scope import Audience, Grant, Scope


def test_without_areas_and_departments_all_rows() -> None:
    assert Scope.of(Audience.LEADER).grants == ()


def test_an_empty_list_of_areas_is_a_grant_of_nothing_and_not_of_everything() -> None:
    assert Scope.of(Audience.OFFICIAL, areas=[]).grants == (Grant(areas=frozenset()),)
    assert not Scope.of(Audience.OFFICIAL, areas=[]).grants[0].everything


def test_a_focus_is_added_to_the_right_and_replaces_nothing() -> None:
    scope = Scope.of(Audience.OFFICIAL, areas=["a"], departments=["d"]).within("b", "e").within()
    assert scope.grants == (
        Grant(frozenset({"a"}), frozenset({"d"})),
        Grant(areas=frozenset({"b"})),
        Grant(departments=frozenset({"e"})),
    )


@pytest.mark.parametrize("audience", list(Audience))
def test_personal_columns_by_audience(audience: Audience) -> None:
    scope = Scope.of(audience)
    hidden = {f"{t}.{column}" for t in contract.metadata.tables for column in scope.withheld(t)}
    if audience in (Audience.OFFICIAL, Audience.LEADER):
        assert scope.persons and not hidden
    else:
        assert not scope.persons
        assert {"work_orders.title", "work_orders.address", "work_orders.description", "workers.name", "workers.phone",
                "work_order_events.note", "duty_roster.phone", "work_orders.case_no"} <= hidden  # fmt: skip


def test_what_is_withheld_are_columns_of_the_contract() -> None:
    for table in contract.metadata.sorted_tables:
        assert Scope.of(Audience.WALL).withheld(table.name) <= set(table.columns.keys())
