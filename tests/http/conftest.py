"""Applications on the small city."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.contract import ContractDatabase
from tests.fixtures.wall import Opener, Wall, wall_on


@pytest.fixture
def open_wall(tmp_path: Path, sqlite_database: ContractDatabase) -> Iterator[Opener]:
    """Makes applications with settings of one's own; beaten once."""
    with ExitStack() as stack:

        def make(database: ContractDatabase | None = None, **settings: Any) -> Wall:
            wall = stack.enter_context(wall_on((database or sqlite_database).url, tmp_path, **settings))
            wall.beat()
            return wall

        yield make


@pytest.fixture
def wall(open_wall: Opener) -> Wall:
    """The application as it starts: open, on the small city."""
    return open_wall()


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory, sqlite_database: ContractDatabase) -> Iterator[Wall]:
    """The same application for all tests of a file that only ask: none of them beats it, tells it or takes it away."""
    with wall_on(sqlite_database.url, tmp_path_factory.mktemp("standing")) as made:
        made.beat()
        yield made
