"""Applications on the small city."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import pytest
from pydantic import SecretStr

from dashboard.freeze_command import freeze
from data_access.engine import Database
from data_access.ledger import Ledger
from indicators.scores.load import SUBJECTS
from tests.fixtures.contract import ContractDatabase
from tests.fixtures.wall import READING, Opener, Wall, settings_for, wall_on

FREEZER: Final = "欧阳定版"
"""Who froze the months of ``two_months_frozen``."""


@pytest.fixture(scope="session")
def small_city(sqlite_database: ContractDatabase) -> Iterator[Database]:
    """The small city as applications read it, open for all of them; nobody writes to it."""
    opened = Database(sqlite_database.url, READING)
    yield opened
    opened.close()


@pytest.fixture
def open_wall(tmp_path: Path, small_city: Database) -> Iterator[Opener]:
    """Makes applications with settings of one's own; beaten once."""
    with ExitStack() as stack:

        def make(database: ContractDatabase | None = None, **settings: Any) -> Wall:
            address, opened = (database.url, None) if database else (small_city.name, small_city)
            wall = stack.enter_context(wall_on(address, tmp_path, opened=opened, **settings))
            wall.beat()
            return wall

        yield make


@pytest.fixture
def wall(open_wall: Opener) -> Wall:
    """The application as it starts: open, on the small city."""
    return open_wall()


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory, small_city: Database) -> Iterator[Wall]:
    """The same application for all tests of a file that only ask: none of them beats it, tells it or takes it away."""
    with wall_on(small_city.name, tmp_path_factory.mktemp("standing"), opened=small_city) as made:
        made.beat()
        yield made


@pytest.fixture
def two_months_frozen(sqlite_database: ContractDatabase, tmp_path: Path) -> Iterator[Ledger]:
    """The ledger of applications in ``tmp_path``, where the running month and the one before it are frozen."""
    settings = settings_for(tmp_path, database_url=SecretStr(sqlite_database.url), clock="2026-04-01T09:00")
    for month in ("2026-02", "2026-03"):
        assert freeze(settings, month, FREEZER, SUBJECTS) == 0
    opened = Ledger(settings.ledger)
    yield opened
    opened.close()
