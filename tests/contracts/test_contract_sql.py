"""The printed SQL, executed: views over a platform with other names, indexes, and an account that can only read."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Column, Engine, MetaData, NullPool, Table, create_engine, func, select
from sqlalchemy.exc import DBAPIError

from data_access import contract
from data_access.check import run_check
from data_access.contract_sql import ENGINES, PASSWORD, READER, EngineName, as_sql, source_column, source_table
from data_access.driver_errors import translate
from data_access.engine import Database
from data_access.errors import SourceRefused
from data_access.scope import Audience, Scope
from indicators.workcalendar import WorkCalendar
from tests.fixtures import small
from tests.fixtures.contract import ENGINES as TESTED
from tests.fixtures.servers import MariaDB, PostgreSQL


def _platform(engine: Engine, schema: str | None) -> None:
    """The placeholder platform with the small city: other names, no indexes of ours."""
    metadata = MetaData()
    with engine.begin() as connection:
        for table in contract.metadata.sorted_tables:
            made = Table(
                source_table(table.name),
                metadata,
                *(
                    Column(source_column(table.name, c.name), c.type, primary_key=c.primary_key, autoincrement=False)
                    for c in table.columns
                ),
                schema=schema,
            )
            made.create(connection)
            if rows := small.ROWS[table.name]:
                names = [column.name for column in table.columns]
                connection.execute(
                    made.insert(), [{source_column(table.name, name): row.get(name) for name in names} for row in rows]
                )


def _run(engine: Engine, script: str) -> None:
    lines = (line.partition("  --")[0] for line in script.splitlines() if not line.startswith("--"))
    with engine.begin() as opened:
        connection = opened.execution_options(no_parameters=True)
        for statement in "\n".join(lines).split(";\n"):
            if statement.strip():
                connection.exec_driver_sql(statement)


@pytest.fixture(params=TESTED)
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The reading account's address of a database to which the printed script was applied."""
    if request.param == "sqlite":
        engine = create_engine(f"sqlite:///{tmp_path}/platform.sqlite", poolclass=NullPool)
        _platform(engine, None)
        _run(engine, as_sql("sqlite"))
        yield f"sqlite:///{tmp_path}/platform.sqlite"
    elif request.param == "postgresql":
        server: PostgreSQL = request.getfixturevalue("postgresql_server")
        with server.database() as url:
            engine = create_engine(url, poolclass=NullPool)
            with engine.begin() as connection:
                connection.exec_driver_sql("CREATE SCHEMA platform")
            _platform(engine, "platform")
            _run(engine, as_sql("postgresql").replace(READER, "reader_of_views"))
            yield url.replace("postgres@", f"reader_of_views:{PASSWORD}@")
        with server.connect() as admin:
            admin.execute("DROP ROLE reader_of_views")
    else:
        maria: MariaDB = request.getfixturevalue("mariadb_server")
        maria.execute("CREATE DATABASE platform CHARACTER SET utf8mb4")
        engine = create_engine(maria.url("platform"), poolclass=NullPool)
        try:
            _platform(engine, "platform")
            _run(engine, as_sql("mariadb").replace(READER, "reader_of_views"))
            yield maria.url("gridwall", f"reader_of_views:{PASSWORD}")
        finally:
            maria.execute(
                "DROP DATABASE IF EXISTS gridwall",
                "DROP DATABASE platform",
                "DROP USER IF EXISTS 'reader_of_views'@'%'",
            )


def test_the_printed_script_makes_a_database_that_check_finds_clean(address: str) -> None:
    database = Database(address)
    calendar = WorkCalendar.named("cn", "Asia/Shanghai")
    found = [one for one in run_check(database, now=small.NOW, calendar=calendar) if one.kind != "file-writable"]
    assert found == []
    with database.reader(Scope.of(Audience.LEADER)) as db:
        orders = db.scoped(contract.work_orders)
        assert db.rows(select(func.count()).select_from(orders))[0][0] == len(small.ORDERS)
        one = db.rows(select(orders.c.case_no, orders.c.closed_at).where(orders.c.id == "t01"))
    database.close()
    assert one == [("SC-t01", small.at("03-11 09:25"))]


def test_the_account_of_the_script_may_not_write(address: str) -> None:
    if address.startswith("sqlite"):
        database = Database(address)
        with database.reader(Scope.of(Audience.LEADER)) as db, pytest.raises(DBAPIError) as refused:
            db._connection.exec_driver_sql("DELETE FROM t_work_orders")
        database.close()
        assert isinstance(translate(refused.value), SourceRefused)
        return
    engine = create_engine(address, poolclass=NullPool)
    postgresql = engine.dialect.name == "postgresql"
    ask = "SET transaction_read_only = off" if postgresql else "SET SESSION TRANSACTION READ WRITE"
    for table, before in itertools.product(("work_orders", "platform.t_work_orders"), ("SELECT 1", ask)):
        with engine.connect() as connection, pytest.raises(DBAPIError) as refused:
            connection.exec_driver_sql(before)
            connection.exec_driver_sql(f"DELETE FROM {table}")
        assert isinstance(translate(refused.value), SourceRefused)


def test_a_view_whose_index_is_gone_is_named(address: str, request: pytest.FixtureRequest) -> None:
    dropped = next(columns for columns in contract.INDEXES["work_orders"] if columns[0] == "updated_at")
    name = f"gridwall_work_orders_{contract.INDEXES['work_orders'].index(dropped)}"
    if address.startswith("sqlite"):
        engine = create_engine(address, poolclass=NullPool)
        drop = f"DROP INDEX {name}"
    elif address.startswith("postgresql"):
        server: PostgreSQL = request.getfixturevalue("postgresql_server")
        engine = create_engine(server.url(address.rpartition("/")[2]), poolclass=NullPool)
        drop = f"DROP INDEX platform.{name}"
    else:
        maria: MariaDB = request.getfixturevalue("mariadb_server")
        engine = create_engine(maria.url("platform"), poolclass=NullPool)
        drop = f"DROP INDEX {name} ON t_work_orders"
    with engine.begin() as connection:
        connection.exec_driver_sql(drop)
    database = Database(address)
    calendar = WorkCalendar.named("cn", "Asia/Shanghai")
    found = [one for one in run_check(database, now=small.NOW, calendar=calendar) if one.kind != "file-writable"]
    database.close()
    assert [(one.kind, one.table, dict(one.params)["columns"]) for one in found] == [
        ("missing-index", "work_orders", ", ".join(dropped))
    ]


@pytest.mark.parametrize("engine", ENGINES)
def test_every_table_and_column_is_in_the_script(engine: EngineName) -> None:
    script = as_sql(engine)
    for table in contract.metadata.sorted_tables:
        assert f"{table.name} AS SELECT" in script
    assert script.count("CREATE INDEX") == sum(map(len, contract.INDEXES.values()))
