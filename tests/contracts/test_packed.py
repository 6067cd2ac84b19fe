"""Groups handed over as few rows are the groups, on each engine, also where a server cuts long texts short."""

from collections import Counter
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
from sqlalchemy import Select, case, func, literal, select

from data_access import connecting
from data_access.contract import work_orders
from data_access.engine import Database, ScopedReader
from data_access.queries.packed import packed
from data_access.scope import Audience, Scope
from tests.fixtures import small
from tests.fixtures.contract import ContractDatabase

WALL = Scope.of(Audience.WALL)


@pytest.fixture
def database(contract_database: ContractDatabase) -> Iterator[Database]:
    found = contract_database.database()
    yield found
    found.close()


def by_hand(column: str) -> dict[str | None, tuple[int, ...]]:
    """Orders, and closed ones of them, by a column."""
    every = Counter(row.get(column) for row in small.ORDERS)
    closed = Counter(row.get(column) for row in small.ORDERS if row["stage"] == "closed")
    return {code: (n, closed[code]) for code, n in every.items()}


def grouped(db: ScopedReader, key: Any) -> Select[Any]:
    o = db.scoped(work_orders)
    closed = func.count(case((o.c.stage == "closed", 1)))
    return select(key.label("key"), func.count().label("n"), closed.label("closed")).group_by(key)


def asked(db: ScopedReader, key: Any) -> tuple[dict[str | None, tuple[int, ...]], int]:
    """The groups, and with how many statements they came."""
    with patch.object(ScopedReader, "rows", autospec=True, side_effect=ScopedReader.rows) as rows:
        found = packed(db, grouped(db, key), "key", "n", "closed")
    assert len(found) == len(dict(found)), "each group once"
    return dict(found), rows.call_count


@pytest.mark.parametrize("column", ["department_code", "area_code"])
def test_groups_come_in_one_statement_the_nameless_one_too(database: Database, column: str) -> None:
    with database.reader(WALL) as db:
        assert asked(db, db.scoped(work_orders).c[column]) == (by_hand(column), 1)


def test_without_rows_there_are_no_groups(database: Database) -> None:
    with database.reader(WALL) as db:
        o = db.scoped(work_orders)
        assert packed(db, grouped(db, o.c.area_code).where(o.c.stage == "no such stage"), "key", "n", "closed") == []


def test_a_code_with_the_separator_in_it_is_still_one(database: Database) -> None:
    with database.reader(WALL) as db:
        odd = literal("a\x1f").concat(db.scoped(work_orders).c.area_code)
        found, statements = asked(db, odd)
    named = {None if code is None else f"a\x1f{code}": numbers for code, numbers in by_hand("area_code").items()}
    assert (found, statements) == (named, 2)


@pytest.mark.parametrize("longest", [9, 10, 11, 12])
def test_a_server_that_cuts_texts_short_loses_no_group(
    contract_database: ContractDatabase, longest: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connecting, "LONGEST_TEXT", longest)
    database = contract_database.database()
    try:
        with database.reader(WALL) as db:
            found, statements = asked(db, db.scoped(work_orders).c.area_code)
    finally:
        database.close()
    assert found == by_hand("area_code")
    assert statements == (2 if contract_database.engine == "mariadb" else 1)
