"""The database is taken away and given back: what a reader says, how soon it says it, that it heals alone."""

import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import NullPool, create_engine, func, select

from data_access.connecting import CONNECT_S, GRACE_S
from data_access.contract import work_orders
from data_access.engine import Database, ReadOptions
from data_access.errors import SettingError, SourceError, SourceRefused, SourceUnreachable
from data_access.scope import Audience, Scope
from tests.fixtures import small
from tests.fixtures.contract import ContractDatabase, ContractServers
from tests.fixtures.servers import MariaDB, PostgreSQL, Server, free_port, running, wait_until

ALL = Scope.of(Audience.WALL)
OPTIONS = ReadOptions(timeout_s=0.5, pool_size=2)


def count(database: Database) -> int:
    with database.reader(ALL) as db:
        return int(db.rows(select(func.count()).select_from(db.scoped(work_orders)))[0][0])


def reads(database: Database) -> bool:
    try:
        return count(database) > 0
    except SourceError:
        return False


@pytest.fixture
def path(own_sqlite: ContractDatabase) -> Path:
    return Path(own_sqlite.url.removeprefix("sqlite:///"))


class TestSqliteFile:
    def test_a_file_moved_away_is_noticed_and_its_return_too(self, own_sqlite: ContractDatabase, path: Path) -> None:
        database = own_sqlite.database()
        assert count(database) == len(small.ORDERS)
        away = path.with_name("away.sqlite")
        os.rename(path, away)
        with pytest.raises(SourceUnreachable) as gone:
            count(database)
        assert gone.value.params["cause"] == "file"
        assert not path.exists(), "reading must not make an empty file"
        os.rename(away, path)
        assert count(database) == len(small.ORDERS)
        database.close()

    def test_another_file_at_the_same_path_is_the_one_read(
        self, contract_servers: ContractServers, own_sqlite: ContractDatabase, path: Path
    ) -> None:
        database = own_sqlite.database()
        assert count(database) == len(small.ORDERS)
        other = contract_servers.make("sqlite")
        other.write("DELETE FROM work_orders WHERE id <> 't01'", f"DELETE FROM areas WHERE code = '{small.area(3)}'")
        os.replace(other.url.removeprefix("sqlite:///"), path)
        assert count(database) == 1
        with database.reader(ALL) as db:
            assert small.area(3) not in db.reference.tree.by_code, "names and tree are the new file's"
        database.close()

    def test_a_block_that_is_open_while_the_file_moves_ends_well(
        self, own_sqlite: ContractDatabase, path: Path
    ) -> None:
        database = own_sqlite.database()
        with database.reader(ALL) as db:
            os.rename(path, path.with_name("away.sqlite"))
            orders = db.scoped(work_orders)
            assert db.rows(select(func.count()).select_from(orders))[0][0] == len(small.ORDERS)
        assert not reads(database)
        database.close()

    def test_a_file_that_is_no_database_or_empty_or_cut_short(self, own_sqlite: ContractDatabase, path: Path) -> None:
        database = own_sqlite.database()
        whole = path.read_bytes()
        assert count(database)
        database.close()
        for content in (b"", b"no database at all " * 500, whole[: len(whole) // 3]):
            path.write_bytes(content)
            with pytest.raises(SourceError):
                count(database)
            database.close()
            database.forget()
        path.write_bytes(whole)
        assert count(database) == len(small.ORDERS)
        database.close()

    def test_a_file_cut_short_under_open_connections_ends_no_process(
        self, own_sqlite: ContractDatabase, path: Path
    ) -> None:
        database = own_sqlite.database()
        assert count(database)
        with open(path, "r+b") as file:
            file.truncate(8192)
        for _ in range(3):
            database.forget()
            with pytest.raises(SourceError):
                count(database)
        database.close()

    def test_what_a_live_writer_has_committed_is_seen_before_any_checkpoint(
        self, own_sqlite: ContractDatabase, path: Path
    ) -> None:
        database = own_sqlite.database()
        writer = sqlite3.connect(path, isolation_level=None)
        writer.execute("PRAGMA wal_autocheckpoint = 0")
        try:
            for left in range(len(small.ORDERS) - 1, len(small.ORDERS) - 6, -1):
                writer.execute("DELETE FROM work_orders WHERE id = (SELECT max(id) FROM work_orders)")
                assert count(database) == left
            writer.execute("BEGIN IMMEDIATE")
            writer.execute("DELETE FROM work_orders")
            assert count(database) == len(small.ORDERS) - 5, "not committed"
            assert path.with_name(path.name + "-wal").stat().st_size > 0
        finally:
            writer.close()
        database.close()

    def test_reading_leaves_nothing_open_that_stops_a_checkpoint(
        self, own_sqlite: ContractDatabase, path: Path
    ) -> None:
        database = own_sqlite.database()
        writer = sqlite3.connect(path, isolation_level=None)
        try:
            for _ in range(20):
                writer.execute("UPDATE work_orders SET title = title || '.'")
                assert reads(database)
            busy, *_ = writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            assert busy == 0
            assert path.with_name(path.name + "-wal").stat().st_size == 0
        finally:
            writer.close()
        database.close()

    def test_paths_with_odd_signs_are_read(self, own_sqlite: ContractDatabase, path: Path) -> None:
        odd = path.with_name("a b%20c#d?e 城.sqlite")
        shutil.copyfile(path, odd)
        for url in (
            f"sqlite:///{odd.with_name('a b%20c#d')}",
            "sqlite:///",
            "sqlite:///:memory:",
            "oracle://a@b/c",
            "no",
        ):
            with pytest.raises((SourceUnreachable, SettingError)):
                count(Database(url))
        plain = path.with_name("a b%20c#d 城.sqlite")
        os.rename(odd, plain)
        database = Database(f"sqlite:///{quote(str(plain))}")
        assert count(database) == len(small.ORDERS)
        database.close()


@pytest.fixture(scope="module", params=[PostgreSQL, MariaDB], ids=["postgresql", "mariadb"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A server of this module alone, with the small city in the database ``city``."""
    with running(request.param) as started:
        name = started.create()
        engine = create_engine(started.url(name), poolclass=NullPool)
        with engine.begin() as connection:
            small.load(connection)
        yield started


@pytest.fixture
def database(server: Server) -> Iterator[Database]:
    opened = Database(server.url("test_1"), OPTIONS)  # type: ignore[attr-defined]
    yield opened
    opened.close()


def test_a_server_that_stops_is_unreachable_and_its_return_heals_the_pool_at_once(
    server: Server, database: Database
) -> None:
    assert count(database) == len(small.ORDERS)
    server.stop()
    try:
        for _ in range(OPTIONS.pool_size + 2):
            with pytest.raises(SourceUnreachable):
                count(database)
    finally:
        server.start()
    for _ in range(OPTIONS.pool_size + 2):
        assert count(database) == len(small.ORDERS)


def test_a_server_that_stops_within_a_block_breaks_only_that_block(server: Server, database: Database) -> None:
    with database.reader(ALL) as db:
        server.stop()
        server.start()
        with pytest.raises(SourceUnreachable):
            db.rows(select(func.count()).select_from(db.scoped(work_orders)))
    assert count(database) == len(small.ORDERS)


@pytest.mark.parametrize("connected", [True, False], ids=["pooled connections", "new connections"])
def test_a_frozen_server_makes_nobody_wait_without_end(server: Server, database: Database, connected: bool) -> None:
    if connected:
        assert count(database) == len(small.ORDERS)
    longest = 0.0
    server.freeze()
    try:
        for _ in range(2 if connected else 1):
            began = time.monotonic()
            with pytest.raises(SourceError):
                count(database)
            longest = max(longest, time.monotonic() - began)
    finally:
        server.thaw()
    assert longest < 4 * (CONNECT_S + GRACE_S), "not without end, and not minutes (the machine may be busy)"
    wait_until(lambda: reads(database), "reading works again after the server was thawed", 10)
    assert count(database) == len(small.ORDERS)


def test_a_server_frozen_within_a_block_ends_it_and_gives_the_connection_back(
    server: Server, database: Database
) -> None:
    for _ in range(OPTIONS.pool_size + 1):
        with database.reader(ALL) as db:
            server.freeze()
            try:
                with pytest.raises(SourceUnreachable):
                    db.rows(select(func.count()).select_from(db.scoped(work_orders)))
            finally:
                server.thaw()
    assert count(database) == len(small.ORDERS)


def test_a_wrong_account_is_refused_and_a_wrong_database_is_unreachable(server: Server) -> None:
    nobody = "nobody_here"
    for url in (server.url("test_1", nobody), server.url("no_such_database")):  # type: ignore[attr-defined]
        database = Database(url)
        with pytest.raises((SourceRefused, SourceUnreachable)) as said:
            count(database)
        assert said.value.detail
        database.close()


def test_several_hosts_in_the_address_of_postgresql(postgresql_server: PostgreSQL) -> None:
    with postgresql_server.database() as url:
        engine = create_engine(url, poolclass=NullPool)
        with engine.begin() as connection:
            small.load(connection)
        name, port = url.rpartition("/")[2], postgresql_server.port
        hosts = f"host=127.0.0.1:{free_port()}&host=127.0.0.1:{port}&target_session_attrs=any"
        database = Database(f"postgresql://postgres@/{name}?{hosts}")
        assert count(database) == len(small.ORDERS)
        database.close()


def test_the_password_is_not_in_the_name(tmp_path: Path) -> None:
    assert "secret" not in Database("postgresql://reader:secret@127.0.0.1/city").name
