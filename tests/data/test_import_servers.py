"""Imports and replays into PostgreSQL and MariaDB: the same content as in a SQLite file."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from data_access.engine import Database, ReadOptions
from data_access.errors import ImportRefused
from data_access.scope import Audience, Scope
from importers.replay import Replay
from importers.run import Loaded, load, write
from indicators.policy import load_policy
from indicators.readings.counts import pulse
from indicators.values import At
from indicators.workcalendar import WorkCalendar
from tests.data.import_city import SNAPSHOT, City, content
from tests.fixtures.servers import MariaDB, PostgreSQL

FIRST = datetime(2015, 3, 1, 12)


@pytest.fixture(params=["postgresql", "mariadb"])
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    """An empty database of its own."""
    server = request.getfixturevalue(f"{request.param}_server")
    assert isinstance(server, PostgreSQL | MariaDB)
    name = server.create()
    yield server.url(name)
    server.drop(name)


@pytest.fixture
def loaded(tmp_path: Path) -> Loaded:
    return load(City(tmp_path).source())


def test_import_replay_and_import_again(url: str, loaded: Loaded, tmp_path: Path) -> None:
    listing = tmp_path / "out.csv"
    for name, moment in (("first", FIRST), ("last", SNAPSHOT)):
        write(loaded, str(tmp_path / f"{name}.sqlite"), moment)
    report = write(loaded, url, FIRST, listing)
    assert listing.is_file()
    assert content(url) == content(tmp_path / "first.sqlite")
    Replay(url, loaded).advance(SNAPSHOT)
    assert content(url) == content(tmp_path / "last.sqlite")
    write(loaded, url, FIRST, listing)
    assert content(url) == content(tmp_path / "first.sqlite")
    assert report.rows == report.written + len(report.kept_out)


def test_gridwall_reads_it(url: str, loaded: Loaded, tmp_path: Path) -> None:
    write(loaded, url, FIRST, tmp_path / "out.csv")
    database = Database(url, ReadOptions(timezone="America/New_York"))
    with database.reader(Scope(Audience.WALL)) as db:
        assert db.reference.tree.root == "BOS"
        found = pulse(db, At(FIRST, WorkCalendar.named("weekdays", "America/New_York"), load_policy()))
    database.close()
    opened = [order for order in loaded.book.orders if order.reported_at <= FIRST]
    still = [order for order in opened if order.closed_at is None or order.closed_at > FIRST]
    overdue = [order for order in still if order.due_at is not None and order.due_at < FIRST]
    assert found.filed_today is None
    assert (found.open, found.overdue) == (len(still), len(overdue))
    assert len(overdue) > 1


def test_tables_of_others_are_left_alone(url: str, loaded: Loaded, tmp_path: Path) -> None:
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE work_orders (id VARCHAR(9))"))
    with pytest.raises(ImportRefused, match="holds a database that no import wrote") as refused:
        write(loaded, url, FIRST, tmp_path / "out.csv")
    assert url.partition("@")[2].split("/")[0] in str(refused.value)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM work_orders")).scalar() == 0


def test_a_password_is_not_shown(loaded: Loaded, tmp_path: Path) -> None:
    with pytest.raises(ImportRefused) as refused:
        write(loaded, "postgresql://somebody:secret-word@127.0.0.1:1/none", FIRST, tmp_path / "out.csv")
    assert "somebody:***@127.0.0.1:1" in str(refused.value)
    assert "secret-word" not in str(refused.value)
