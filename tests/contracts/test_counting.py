"""Counting in SQL against counting by hand, on each engine."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

import pytest
from sqlalchemy import select

from data_access.contract import work_orders
from data_access.engine import ScopedReader
from data_access.queries.counting import all_rows, count, day_of, hour_of, total
from data_access.scope import Audience, Scope
from tests.fixtures import small
from tests.fixtures.contract import ContractDatabase


@pytest.fixture
def db(contract_database: ContractDatabase) -> Iterator[ScopedReader]:
    database = contract_database.database()
    with database.reader(Scope.of(Audience.WALL)) as reader:
        yield reader
    database.close()


def test_groups_with_several_conditions_in_one_pass(db: ScopedReader) -> None:
    o = db.scoped(work_orders)
    named = {"all": all_rows(), "closed": o.c.stage == "closed", "late": o.c.closed_at > o.c.close_due_at}
    found = {group.key: dict(group.n) for group in count(db, o, named, by=[o.c.department_code])}
    expected: dict[tuple[str | None], dict[str, int]] = {}
    for row in small.ORDERS:
        n = expected.setdefault((row["department_code"],), dict.fromkeys(named, 0))
        closed, due = row.get("closed_at"), row["close_due_at"]
        n["all"] += 1
        n["closed"] += row["stage"] == "closed"
        n["late"] += bool(closed and due and closed > due)
    assert found == expected
    assert all(type(value) is int for n in found.values() for value in n.values())


def test_no_rows_are_nought_and_no_groups(db: ScopedReader) -> None:
    o = db.scoped(work_orders)
    nothing = [o.c.stage == "no such stage"]
    assert dict(total(db, o, {"all": all_rows()}, where=nothing)) == {"all": 0}
    assert count(db, o, {"all": all_rows()}, where=nothing, by=[o.c.stage]) == []


def test_hours_and_days_of_city_time(db: ScopedReader) -> None:
    o = db.scoped(work_orders)
    for column in ("reported_at", "closed_at"):
        moments = [row[column] for row in small.ORDERS if row.get(column)]
        found = count(
            db, o, {"n": all_rows()}, where=[o.c[column].is_not(None)], by=[day_of(o.c[column]), hour_of(o.c[column])]
        )
        by_hand: Counter[tuple[str, int]] = Counter((f"{m:%Y-%m-%d}", m.hour) for m in moments)
        assert {group.key: group.n["n"] for group in found} == dict(by_hand)


def test_the_first_and_the_last_second_of_a_day_are_in_that_day(own_database: ContractDatabase) -> None:
    own_database.write(
        "UPDATE work_orders SET closed_at = '2026-02-28 23:59:59' WHERE id = 't01'",
        "UPDATE work_orders SET closed_at = '2026-03-01 00:00:00' WHERE id = 't02'",
    )
    database = own_database.database()
    with database.reader(Scope.of(Audience.WALL)) as db:
        o = db.scoped(work_orders)
        rows = db.rows(
            select(o.c.id, day_of(o.c.closed_at), hour_of(o.c.closed_at))
            .where(o.c.closed_at >= datetime(2026, 2, 28, 23), o.c.closed_at < datetime(2026, 3, 1, 1))
            .order_by(o.c.id)
        )
    database.close()
    assert rows == [("t01", "2026-02-28", 23), ("t02", "2026-03-01", 0)]
