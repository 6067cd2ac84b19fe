"""Who sees which rows and columns, on each engine, against a recount of the rows by hand."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import exists, select

from data_access import contract
from data_access.engine import Database, ScopedReader, UnscopedStatement
from data_access.scope import Audience, Scope
from tests.fixtures import small
from tests.fixtures.contract import ContractDatabase

Row = dict[str, Any]
STREET, COUNTY = small.area(1, 1), small.area(2)


@pytest.fixture
def database(contract_database: ContractDatabase) -> Iterator[Database]:
    opened = contract_database.database()
    yield opened
    opened.close()


def ids(db: ScopedReader, table: str) -> set[object]:
    seen = db.scoped(contract.metadata.tables[table])
    key = "id" if "id" in seen.c else "code" if table == "areas" else "worker_id"
    return {row[0] for row in db.rows(select(seen.c[key]))}


def inside(*areas: str) -> Callable[[Row], bool]:
    return lambda row: any((row["area_code"] or "").startswith(area) for area in areas)


def orders(condition: Callable[[Row], bool]) -> set[object]:
    return {row["id"] for row in small.ORDERS if condition(row)}


CASES: list[tuple[str, Scope, Callable[[Row], bool]]] = [
    ("all", Scope.of(Audience.LEADER), lambda row: True),
    ("street", Scope.of(Audience.OFFICIAL, areas=[STREET]), inside(STREET)),
    ("two places", Scope.of(Audience.OFFICIAL, areas=[STREET, COUNTY]), inside(STREET, COUNTY)),
    ("bureau", Scope.of(Audience.OFFICIAL, departments=["D2"]), lambda row: row["department_code"] == "D2"),
    (
        "street or bureau",
        Scope.of(Audience.OFFICIAL, areas=[STREET], departments=["D2"]),
        lambda row: inside(STREET)(row) or row["department_code"] == "D2",
    ),
    ("no place", Scope.of(Audience.OFFICIAL, areas=[]), lambda row: False),
    ("no bureau", Scope.of(Audience.OFFICIAL, departments=[]), lambda row: False),
    ("unknown place", Scope.of(Audience.OFFICIAL, areas=["9999"]), lambda row: False),
    ("the whole city", Scope.of(Audience.OFFICIAL, areas=[small.CITY]), lambda row: True),
    ("focus inside", Scope.of(Audience.OFFICIAL, areas=[small.area(1)]).within(STREET), inside(STREET)),
    ("focus outside", Scope.of(Audience.OFFICIAL, areas=[STREET]).within(COUNTY), lambda row: False),
    ("focus above", Scope.of(Audience.OFFICIAL, areas=[STREET]).within(small.CITY), inside(STREET)),
    (
        "focus on a bureau",
        Scope.of(Audience.OFFICIAL, areas=[STREET]).within(department="D2"),
        lambda row: inside(STREET)(row) and row["department_code"] == "D2",
    ),
]


@pytest.mark.parametrize("prefixes", [True, False], ids=["ranges", "sets"])
@pytest.mark.parametrize(("scope", "condition"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_orders_and_what_hangs_on_them(
    database: Database, scope: Scope, condition: Callable[[Row], bool], prefixes: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = orders(condition)
    with database.reader(scope) as db:
        # The answer must not depend on the way the subtree is asked for.
        monkeypatch.setitem(db.reference.tree.__dict__, "prefix_safe", prefixes)
        assert ids(db, "work_orders") == expected
        assert ids(db, "work_order_events") == {row["id"] for row in small.EVENTS if row["order_id"] in expected}
        assert ids(db, "work_order_measures") == {row["id"] for row in small.MEASURES if row["order_id"] in expected}


def test_areas_and_people_of_a_street(database: Database) -> None:
    here = {row["worker_id"] for row in small.WORKER_AREAS if row["area_code"].startswith(STREET)}
    with database.reader(Scope.of(Audience.OFFICIAL, areas=[STREET])) as db:
        assert ids(db, "areas") == {row["code"] for row in small.AREAS if row["code"].startswith(STREET)}
        assert ids(db, "workers") == here
        for table, rows in (
            ("worker_positions", small.POSITIONS),
            ("patrol_pings", small.PINGS),
            ("shifts", small.SHIFTS),
        ):
            key = "worker_id" if table == "worker_positions" else "id"
            assert ids(db, table) == {row[key] for row in rows if row["worker_id"] in here}
    with database.reader(Scope.of(Audience.OFFICIAL, departments=["D2"])) as db:
        assert ids(db, "workers") == set(), "a bureau has orders, not the people of the grids"
        assert len(ids(db, "areas")) == len(small.AREAS)


@pytest.mark.parametrize("audience", [Audience.WALL, Audience.PUBLIC])
def test_personal_columns_cannot_even_be_named(database: Database, audience: Audience) -> None:
    with database.reader(Scope.of(audience)) as db:
        for table in contract.metadata.sorted_tables:
            seen = db.scoped(table)
            assert not set(seen.c.keys()) & db.scope.withheld(table.name)
            texts = " ".join(str(row) for row in db.rows(select(seen)))
            for planted in ("13812345678", "和平路", "张三", "1390000", "不属于本单位", "等待配件", small.HOSTILE):
                assert planted not in texts


def test_a_statement_that_forgets_the_scope_is_refused(database: Database) -> None:
    table = contract.work_orders
    with database.reader(Scope.of(Audience.WALL)) as db:
        seen, other = db.scoped(table), db.scoped(contract.work_order_events)
        for forgetful in (
            select(table.c.id),
            select(table.alias().c.id),
            select(seen.c.id).where(seen.c.id.in_(select(table.c.id))),
            select(seen.c.id).where(exists(select(1).where(contract.work_order_events.c.order_id == seen.c.id))),
            select(seen.c.id).join(table, table.c.id == seen.c.id),
            select(select(table.c.title).limit(1).scalar_subquery()),
            select(seen.c.id).union_all(select(table.c.id)).subquery().select(),
            select(select(table.c.id).cte().c.id),
        ):
            with pytest.raises(UnscopedStatement):
                db.rows(forgetful)
        kept = select(seen.c.id).where(exists(select(1).where(other.c.order_id == seen.c.id)))
        assert len(db.rows(kept)) == len(small.ORDERS)
        again = seen.alias()
        assert db.rows(select(seen.c.id).join(again, again.c.id == seen.c.id).where(seen.c.id == "t01")) == [("t01",)]


def test_the_same_table_is_the_same_object_within_a_reader(database: Database) -> None:
    with database.reader(Scope.of(Audience.WALL)) as db:
        assert db.scoped(contract.work_orders) is db.scoped(contract.work_orders)
        assert db.narrowed(STREET).scoped(contract.work_orders) is not db.scoped(contract.work_orders)


def test_every_table_of_the_contract_has_a_rule(database: Database) -> None:
    scope = Scope.of(Audience.OFFICIAL, areas=[STREET], departments=["D1"])
    with database.reader(scope) as db:
        for table in contract.metadata.sorted_tables:
            db.rows(select(db.scoped(table)).limit(1))
