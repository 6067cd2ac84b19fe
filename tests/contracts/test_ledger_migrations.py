"""The ledger's tables by alembic, on SQLite and PostgreSQL: made once, taken over from before, never from later."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, insert, inspect, text

from data_access.errors import LedgerError
from data_access.ledger import Access, FrozenPeriod, Ledger, migrate, tables
from tests.fixtures.servers import wait_until

NOW = 1_700_000_000.0


@pytest.fixture
def engine(ledger_address: str) -> Iterator[Engine]:
    """The same database seen from aside; of a file its folder is there."""
    made = create_engine(ledger_address.replace("postgresql://", "postgresql+psycopg://"))
    if made.dialect.name == "sqlite":
        Path(str(made.url.database)).parent.mkdir()
    yield made
    made.dispose()


@pytest.fixture
def ledger(ledger_address: str) -> Iterator[Ledger]:
    opened = Ledger(ledger_address)
    yield opened
    opened.close()


def step(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return list(connection.execute(text("SELECT version_num FROM alembic_version")).scalars())


def frozen(revision: int = 1, period: str = "2026-10", document: str = "{}") -> FrozenPeriod:
    return FrozenPeriod("department", period, revision, "default", "1", "张三", NOW, document, "更正")


def test_the_last_step_is_the_one_that_the_program_expects() -> None:
    assert ScriptDirectory(str(migrate.FOLDER)).get_heads() == [migrate.HEAD]


def test_the_steps_make_just_the_tables_of_the_program(ledger: Ledger, engine: Engine) -> None:
    assert ledger.current("publisher") is None
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), tables.metadata) == []


def test_a_ledger_made_without_alembic_is_taken_over_with_its_lease_and_log(ledger: Ledger, engine: Engine) -> None:
    old = [tables.lease, tables.access_log]
    tables.metadata.create_all(engine, tables=old)
    with engine.begin() as connection:
        connection.execute(insert(tables.lease), {"name": "publisher", "holder": "a", "epoch": 9e9, "until": NOW + 5})
        connection.execute(insert(tables.access_log), {"at": NOW, "who": "b", "audience": "leader", "action": "order"})
    kept = ledger.current("publisher")
    assert kept is not None and (kept.holder, kept.epoch, kept.until) == ("a", 9_000_000_000, NOW + 5)
    assert ledger.take("publisher", "other", 10, NOW) is None, "the lease is still in force"
    assert ledger.renew(kept, 10, NOW + 1) is not None
    assert [access.who for access in ledger.accesses()] == ["b"]
    ledger.log_access(Access(NOW + 1, "c", "leader", "order"))
    assert ledger.freeze(frozen()) and step(engine) == [migrate.HEAD]


def test_a_ledger_of_the_first_step_gets_the_others(ledger: Ledger, engine: Engine) -> None:
    assert ledger.take("publisher", "a", 10, NOW) is not None
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE frozen_period"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    again = Ledger(ledger._url.render_as_string(hide_password=False))
    try:
        kept = again.current("publisher")
        assert kept is not None and kept.holder == "a"
        assert again.freeze(frozen())
    finally:
        again.close()
    assert step(engine) == [migrate.HEAD]


def test_a_ledger_of_a_newer_release_is_refused_and_left_alone(ledger: Ledger, engine: Engine) -> None:
    assert ledger.freeze(frozen())
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    again = Ledger(ledger._url.render_as_string(hide_password=False))
    try:
        with pytest.raises(LedgerError, match="newer release"):
            again.current("publisher")
    finally:
        again.close()
    assert step(engine) == ["9999"]


OPENER = """
import sys, time
from pathlib import Path
from data_access.ledger import Ledger

address, name, folder = sys.argv[1:]
ledger = Ledger(address)
Path(folder, name).touch()
while not Path(folder, "start").exists():
    time.sleep(0.001)
print(ledger.current("publisher"), len(ledger.frozen("department", ["2026-10"])))
ledger.close()
"""


def test_processes_that_open_an_old_ledger_at_once_change_it_once(
    ledger_address: str, engine: Engine, tmp_path: Path
) -> None:
    tables.metadata.create_all(engine, tables=[tables.lease, tables.access_log])
    openers = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", OPENER, ledger_address, name, str(tmp_path)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for name in "abc"
    ]  # fmt: skip
    try:
        wait_until(lambda: all((tmp_path / name).exists() for name in "abc"), "all are at the start", 60)
        (tmp_path / "start").touch()
        said = [opener.communicate(timeout=60) for opener in openers]
    finally:
        for opener in openers:
            opener.kill()
            opener.wait()
    assert said == [("None 0\n", "")] * 3
    assert step(engine) == [migrate.HEAD]


def test_frozen_periods_are_added_never_changed(ledger: Ledger) -> None:
    assert ledger.freeze(frozen(1, document='{"a": "甲"}'))
    assert not ledger.freeze(frozen(1, document="other"))
    assert ledger.freeze(frozen(2, document='{"a": "乙"}')) and ledger.freeze(frozen(1, "2026-09"))
    newest = ledger.frozen("department", ["2026-08", "2026-09", "2026-10"])
    assert {name: (found.revision, found.document) for name, found in newest.items()} == {
        "2026-09": (1, "{}"),
        "2026-10": (2, '{"a": "乙"}'),
    }
    assert ledger.frozen("street", ["2026-10"]) == {} and ledger.frozen("department", []) == {}
    assert [found.document for found in ledger.revisions("department", "2026-10")] == ['{"a": "甲"}', '{"a": "乙"}']
    assert newest["2026-09"] == frozen(1, "2026-09")


def test_the_tables_of_sqlite_and_postgresql_have_the_same_columns(ledger: Ledger, engine: Engine) -> None:
    assert ledger.current("publisher") is None
    found = inspect(engine)
    for table in tables.metadata.sorted_tables:
        assert [column["name"] for column in found.get_columns(table.name)] == [column.name for column in table.columns]
