"""What a reader promises, on SQLite, PostgreSQL and MariaDB: one state, no writing, a time limit, city time."""

import threading
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import case, column, func, select, text
from sqlalchemy.exc import DBAPIError

from data_access import contract
from data_access.check.structure import kind_of
from data_access.codes import among
from data_access.contract import departments, duty_roster, work_orders
from data_access.driver_errors import translate
from data_access.engine import Database, ScopedReader
from data_access.errors import ContractBroken, SourceError, SourceRefused, SourceTooSlow
from data_access.scope import Audience, Scope
from tests.fixtures import small
from tests.fixtures.contract import READER, ContractDatabase

ALL = Scope.of(Audience.LEADER)


@pytest.fixture
def database(own_database: ContractDatabase) -> Iterator[Database]:
    opened = own_database.database(timeout_s=1.0)
    yield opened
    opened.close()


def count(db: ScopedReader) -> int:
    orders = db.scoped(work_orders)
    return int(db.rows(select(func.count()).select_from(orders))[0][0])


def test_a_commit_of_another_is_not_seen_within_a_block_and_is_seen_after(
    own_database: ContractDatabase, database: Database
) -> None:
    with database.reader(ALL) as db:
        before = count(db)
        own_database.write("DELETE FROM work_orders WHERE id = 't01'", "UPDATE work_orders SET title = 'x'")
        assert count(db) == before == len(small.ORDERS)
        titles = db.rows(select(db.scoped(work_orders).c.title).distinct())
        assert ("x",) not in titles
    with database.reader(ALL) as db:
        assert count(db) == before - 1


def test_the_snapshot_stands_from_its_opening(own_database: ContractDatabase, database: Database) -> None:
    with database.reader(ALL) as db:
        own_database.write("DELETE FROM work_orders WHERE id = 't01'")
        assert count(db) == len(small.ORDERS)


WRITES = [
    "INSERT INTO departments (code, name) VALUES ('x', 'x')",
    "UPDATE work_orders SET title = 'x'",
    "DELETE FROM work_orders",
    "CREATE TABLE planted (a INTEGER)",
    "DROP TABLE work_orders",
]
SNEAKY = {
    "sqlite": ["PRAGMA query_only = OFF", "PRAGMA journal_mode = DELETE"],
    "postgresql": ["SET TRANSACTION READ WRITE", "SET transaction_read_only = off"],
    "mariadb": ["SET TRANSACTION READ WRITE", "SET SESSION TRANSACTION READ WRITE"],
}


def _attempt(db: ScopedReader, statement: str) -> SourceError | None:
    try:
        db._connection.execute(text(statement))
    except DBAPIError as error:
        return translate(error)
    return None


@pytest.mark.parametrize("owner", [False, True], ids=["reading account", "owner's account"])
@pytest.mark.parametrize("statement", WRITES)
def test_every_write_is_refused_whatever_the_account_may(
    contract_database: ContractDatabase, statement: str, owner: bool
) -> None:
    url = contract_database.admin_url if owner else contract_database.url
    database = Database(url)
    with database.reader(ALL) as db:
        assert isinstance(_attempt(db, statement), SourceRefused)
    with database.reader(ALL) as db:
        assert count(db) == len(small.ORDERS)
    database.close()


@pytest.mark.parametrize("owner", [False, True], ids=["reading account", "owner's account"])
def test_asking_for_writing_first_does_not_help(contract_database: ContractDatabase, owner: bool) -> None:
    database = Database(contract_database.admin_url if owner else contract_database.url)
    for request in SNEAKY[contract_database.engine]:
        with database.reader(ALL) as db:
            count(db)
            _attempt(db, request)
            assert _attempt(db, WRITES[0]) is not None
    with database.reader(ALL) as db:
        assert count(db) == len(small.ORDERS)
        names = db.rows(select(db.scoped(departments).c.code))
    assert ("x",) not in names
    database.close()


def test_a_reading_account_may_not_write_even_outside_our_transactions(contract_database: ContractDatabase) -> None:
    """The grant is the proof: the account itself is refused, in a transaction of its own."""
    if contract_database.engine == "sqlite":
        database = contract_database.database()
        with database.reader(ALL) as db:
            driver: Any = db._connection.connection.driver_connection
            driver.execute("PRAGMA query_only = OFF")
            with pytest.raises(Exception, match="readonly"):
                driver.execute(WRITES[0])
        database.close()
        return
    server = ContractDatabase(contract_database.engine, contract_database.url, contract_database.url)
    with pytest.raises(DBAPIError) as refused:
        server.write(WRITES[0])
    server.close()
    assert isinstance(translate(refused.value), SourceRefused)


def _endless(db: ScopedReader) -> None:
    orders = db.scoped(work_orders)
    a, b, c, d = (orders.alias(name) for name in "abcd")
    joined = a.join(b, a.c.id != b.c.id).join(c, b.c.id != c.c.id).join(d, c.c.id != d.c.id)
    long_text = a.c.title + b.c.title + c.c.title + d.c.title
    db.rows(select(func.count()).select_from(joined).where(long_text.like("%nothing like it%")))


def test_a_statement_over_its_time_is_ended_and_the_next_snapshot_works(database: Database) -> None:
    began = time.monotonic()
    with database.reader(ALL, timeout_s=0.3) as db, pytest.raises(SourceTooSlow):
        _endless(db)
    assert time.monotonic() - began < 20, "far from the minutes the statement would take"
    for _ in range(6):
        with database.reader(ALL) as db:
            assert count(db) == len(small.ORDERS)


def test_the_limit_of_one_block_is_not_the_limit_of_the_next(database: Database) -> None:
    with database.reader(ALL, timeout_s=0.2) as db, pytest.raises(SourceTooSlow):
        _endless(db)
    with database.reader(ALL, timeout_s=5) as db:
        rows = db.rows(_slow_rows(db, 0.4))
    assert rows


def _slow_rows(db: ScopedReader, seconds: float) -> Any:
    """A statement that needs more than ``seconds`` and less than ten times as long."""
    if db._connection.dialect.name == "postgresql":
        return select(func.pg_sleep(seconds))
    if db._connection.dialect.name != "sqlite":
        return select(func.sleep(seconds))
    return text(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000000) SELECT max(i) FROM n"
    ).columns(column("m"))


def test_the_time_limit_holds_while_rows_are_fetched_on_sqlite(own_sqlite: ContractDatabase) -> None:
    database = own_sqlite.database()
    with database.reader(ALL, timeout_s=0.3) as db:
        a, b, c = (db.scoped(work_orders).alias(name) for name in "abc")
        many = (
            select(a.c.id, b.c.id, c.c.id)
            .select_from(a.join(b, a.c.id != b.c.id).join(c, b.c.id != c.c.id))
            .where((a.c.title + b.c.title + c.c.title).like("%nothing%") | (a.c.id == "t01"))
        )
        result = db._connection.execute(many)
        assert result.fetchone() is not None, "the first row comes within the time"
        with pytest.raises(DBAPIError) as ended:
            deadline = time.monotonic() + 60
            while result.fetchmany(50):
                time.sleep(0.02)
                assert time.monotonic() < deadline
    assert isinstance(translate(ended.value), SourceTooSlow)
    with database.reader(ALL) as db:
        assert count(db) == len(small.ORDERS)
    database.close()


def test_eight_threads_share_four_connections(contract_database: ContractDatabase) -> None:
    database = contract_database.database()
    wrong: list[object] = []

    def work() -> None:
        for _ in range(10):
            try:
                with database.reader(ALL) as db:
                    if count(db) != len(small.ORDERS):
                        wrong.append("count")
            except Exception as error:  # noqa: BLE001
                wrong.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    database.close()
    assert wrong == []


MOMENT = datetime(2026, 7, 1, 8, 30, 15)


def test_instants_are_read_and_compared_as_city_time(own_database: ContractDatabase) -> None:
    """Columns that keep instants (timestamptz, MariaDB's TIMESTAMP) are read in the city's zone."""
    if own_database.engine == "sqlite":
        own_database.write(f"UPDATE work_orders SET closed_at = '{MOMENT:%Y-%m-%d %H:%M:%S}' WHERE id = 'o01'")
    elif own_database.engine == "postgresql":
        own_database.write(
            "ALTER TABLE work_orders ALTER closed_at TYPE timestamptz USING closed_at AT TIME ZONE 'Asia/Shanghai'",
            "UPDATE work_orders SET closed_at = '2026-07-01T00:30:15Z' WHERE id = 'o01'",
        )
    else:
        own_database.write(
            "ALTER TABLE work_orders MODIFY closed_at TIMESTAMP NULL", "SET time_zone = '+00:00'",
            "UPDATE work_orders SET closed_at = '2026-07-01 00:30:15' WHERE id = 'o01'",
        )  # fmt: skip
    for zone, expected in (("Asia/Shanghai", MOMENT), ("Asia/Tokyo", MOMENT.replace(hour=9))):
        if own_database.engine == "sqlite" and zone != "Asia/Shanghai":
            continue
        database = own_database.database(timezone=zone)
        with database.reader(ALL) as db:
            orders = db.scoped(work_orders)
            found = db.rows(select(orders.c.id, orders.c.closed_at).where(orders.c.closed_at == expected))
        database.close()
        assert found == [("o01", expected)]


def test_views_are_as_good_as_tables(own_database: ContractDatabase) -> None:
    grant = "GRANT SELECT ON work_orders TO gridwall_reader" if own_database.engine == "postgresql" else "SELECT 1"
    own_database.write(
        "ALTER TABLE work_orders RENAME TO platform_orders",
        "CREATE VIEW work_orders AS SELECT id, case_no, category_code, area_code, stage, reported_at, closed_at,"
        " updated_at, title FROM platform_orders WHERE id <> 't01'",
        grant,
    )
    database = own_database.database()
    with database.reader(ALL) as db:
        assert count(db) == len(small.ORDERS) - 1
        orders = db.scoped(work_orders)
        assert db.rows(select(orders.c.close_due_at, orders.c.department_code).distinct()) == [(None, None)]
        assert not db.shape.has("work_orders", "close_due_at")
        assert db.shape.has("work_orders", "title")
    database.close()


def test_every_optional_column_may_be_absent_and_is_null_of_its_type(own_database: ContractDatabase) -> None:
    grant = own_database.engine == "postgresql"
    for table in contract.metadata.sorted_tables:
        kept = ", ".join(one.name for one in table.columns if one.info["required"])
        own_database.write(
            f"ALTER TABLE {table.name} RENAME TO p_{table.name}",
            f"CREATE VIEW {table.name} AS SELECT {kept} FROM p_{table.name}",
            f"GRANT SELECT ON {table.name} TO {READER}" if grant else "SELECT 1",
        )
    values = {"text": "x", "number": 1.5, "whole number": 1, "time": small.NOW}
    database = own_database.database()
    with database.reader(ALL) as db:
        for table in contract.metadata.sorted_tables:
            seen = db.scoped(table)
            n = len(small.ROWS[table.name])
            assert db.rows(select(func.count()).select_from(seen))[0][0] == n
            for wanted in table.columns:
                if wanted.info["required"]:
                    continue
                mine, value = seen.c[wanted.name], values[kind_of(wanted)]
                statement = select(
                    func.count(mine),
                    func.count(case((mine.is_(None), 1))),
                    func.count(case((mine >= value, 1))),
                    func.max(mine),
                    func.min(func.coalesce(mine, value)),
                )
                assert db.rows(statement) == [(0, n, 0, None, value)], f"{table.name}.{wanted.name}"
    database.close()


def test_a_missing_required_column_or_table_is_named(own_database: ContractDatabase) -> None:
    own_database.write("ALTER TABLE categories RENAME TO elsewhere")
    database = own_database.database()
    with pytest.raises(ContractBroken, match="categories"), database.reader(ALL):
        pass
    own_database.write(
        "ALTER TABLE elsewhere RENAME TO categories", "ALTER TABLE areas RENAME COLUMN boundary TO shape_"
    )
    with pytest.raises(ContractBroken, match=r"areas\.boundary"), database.reader(ALL):
        pass
    own_database.write("ALTER TABLE areas RENAME COLUMN shape_ TO boundary")
    with database.reader(ALL) as db:
        assert count(db) == len(small.ORDERS)
    database.close()


def test_an_optional_table_that_is_absent_has_no_rows(own_database: ContractDatabase) -> None:
    own_database.write("DROP TABLE duty_roster")
    database = own_database.database()
    with database.reader(ALL) as db:
        assert db.rows(select(db.scoped(duty_roster).c.day)) == []
        assert not db.shape.has("duty_roster")
    database.close()


@pytest.mark.parametrize("number", [3, 500, 30_000])
@pytest.mark.parametrize("odd", [False, True], ids=["plain codes", "codes with quotes"])
def test_long_lists_of_codes_are_asked_for_in_one_statement(
    contract_database: ContractDatabase, number: int, odd: bool
) -> None:
    wanted = [*(f"BOS-W{n}" for n in range(number)), small.area(1, 1), small.area(2)]
    if odd:
        if number > 1000:
            number = 1000
            wanted = [*wanted[:1000], *wanted[-2:]]
        wanted += ["it's", 'a "b"', "back\\slash", "%s", ":name", "汉字"]
    database = contract_database.database()
    with database.reader(ALL) as db:
        orders = db.scoped(work_orders)
        inside = among(orders.c.area_code, wanted, db._connection.dialect.name)
        found = {row[0] for row in db.rows(select(orders.c.id).where(inside))}
    database.close()
    assert found == {row["id"] for row in small.ORDERS if row["area_code"] in (small.area(1, 1), small.area(2))}


def test_moments_that_python_cannot_hold_are_none(own_database: ContractDatabase) -> None:
    """PostgreSQL's infinity, MariaDB's zero date, a text on SQLite: no moment, and the other rows are still read."""
    value = {"sqlite": "soon", "postgresql": "infinity", "mariadb": "0000-00-00 00:00:00"}[own_database.engine]
    mode = "SET SESSION sql_mode = ''" if own_database.engine == "mariadb" else "SELECT 1"
    own_database.write(mode, f"UPDATE work_orders SET close_due_at = '{value}' WHERE id = 'o01'")
    database = own_database.database()
    with database.reader(ALL) as db:
        orders = db.scoped(work_orders)
        found = dict(db.rows(select(orders.c.id, orders.c.close_due_at)))
    database.close()
    assert found["o01"] is None
    assert found["t01"] == small.at("03-11 14:10")


def test_reference_data_stay_the_same_object_until_they_change(
    own_database: ContractDatabase, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("data_access.engine.REFERENCE_SECONDS", -1.0)
    with database.reader(ALL) as db:
        first = db.reference
    with database.reader(ALL) as db:
        assert db.reference is first
    own_database.write(f"UPDATE areas SET name = '新名' WHERE code = '{small.CITY}'")
    with database.reader(ALL) as db:
        assert db.reference is not first
        assert db.reference.tree.by_code[small.CITY].name == "新名"
