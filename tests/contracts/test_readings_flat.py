"""The work of a reading does not grow with history: counted in steps of SQLite's own machine, not in time.

The town is given two more histories of closed orders, each moved back by whole quarters; what is open, today
and this month stays the same. Rates over 30 days and the past of a fortnight stay the same too.
"""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from data_access import connecting, contract
from data_access.engine import Database
from data_access.scope import Audience, Scope
from indicators.readings import READINGS
from indicators.readings.facts import area_facts
from tests.fixtures.city import END
from tests.fixtures.edges import when

CLOSED = "('closed', 'void', 'cancelled')"
COPIES = 2
GROWTH = 1.2
OF_MONTHS = {"trends_departments", "trends_counties", "trends_streets"}
"""They show the last months one by one, and here these are the history that grows: never more than six of them."""
GRAIN = 50
"""Steps of the machine between two calls of the handler that counts them."""


def moved(column: Any, days: int) -> str:
    if column.name in {"id", "case_no"}:
        return f"\"{column.name}\" || '-{days}'"
    if isinstance(column.type, contract.LocalTime):
        return f"strftime('%Y-%m-%d %H:%M:%S', \"{column.name}\", '-{days} days')"
    return f'"{column.name}"'


@pytest.fixture(scope="module")
def grown(town_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The town with a long past: orders, their events and suspensions."""
    path = Path(shutil.copy(town_path, tmp_path_factory.mktemp("grown") / "town.sqlite"))
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-400000")
        for copy in range(1, COPIES + 1):
            days = 91 * copy
            for name, chosen in (
                ("work_orders", f"stage IN {CLOSED}"),
                ("work_order_events", f"order_id IN (SELECT id FROM work_orders WHERE stage IN {CLOSED})"),
                ("work_order_measures", f"order_id IN (SELECT id FROM work_orders WHERE stage IN {CLOSED})"),
                ("shifts", "start_at < '2026-11-19'"),
            ):
                table = contract.metadata.tables[name]
                key = "id" if name == "work_orders" else f"id + {copy * 10**14}"
                columns = [
                    key if column.name == "id" and name != "work_orders"
                    else f"order_id || '-{days}'" if column.name == "order_id"
                    else moved(column, days)
                    for column in table.columns
                ]  # fmt: skip
                young = f"{chosen} AND id NOT LIKE '%-%'" if name == "work_orders" else chosen
                if name != "work_orders":
                    young += f" AND id < {10**14}"
                connection.execute(f"INSERT INTO {name} SELECT {', '.join(columns)} FROM {name} WHERE {young}")
        connection.commit()
        connection.execute("PRAGMA analysis_limit=2000")
        connection.execute("ANALYZE")
    return path


@pytest.fixture(scope="module")
def towns(town_path: Path, grown: Path) -> Iterator[tuple[Database, Database]]:
    databases = Database(f"sqlite:///{town_path}"), Database(f"sqlite:///{grown}")
    yield databases
    for database in databases:
        database.close()


class Counter:
    """Stands in for the clock of the time limit, which SQLite's machine asks every ``GRAIN`` steps."""

    def __init__(self) -> None:
        self.calls = 0

    def monotonic(self) -> float:
        """Time stands; the call is counted."""
        self.calls += 1
        return 0.0


def steps(database: Database, name: str, place: str | None, department: str | None) -> tuple[int, object]:
    """Steps of the machine while a reading is taken, and what it read."""
    read = area_facts if name == "facts" else READINGS[name].read
    counter = Counter()
    with pytest.MonkeyPatch.context() as patch, database.reader(Scope.of(Audience.LEADER)) as whole:
        patch.setattr(connecting, "SQLITE_STEPS", GRAIN)
        patch.setattr(connecting, "time", counter)
        value = read(whole.narrowed(place, department) if place or department else whole, when(END, place, department))
    return counter.calls * GRAIN, value


def of_town(path: Path, sql: str) -> Any:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchone()[0]


@pytest.fixture(scope="module")
def wheres(town_path: Path) -> dict[str, tuple[str | None, str | None]]:
    """Place and department of each test: the whole city, its first street, its busiest department."""
    street = of_town(town_path, "SELECT min(code) FROM areas WHERE level = 'street'")
    busiest = of_town(
        town_path,
        "SELECT department_code FROM work_orders WHERE department_code IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC",
    )
    return {"city": (None, None), "street": (street, None), "department": (None, busiest)}


@pytest.mark.parametrize("name", [*(name for name in READINGS if name not in OF_MONTHS), "facts"])
@pytest.mark.parametrize("where", ["city", "street", "department"])
def test_the_work_stays_flat_as_history_grows(
    towns: tuple[Database, Database], wheres: dict[str, tuple[str | None, str | None]], name: str, where: str
) -> None:
    place, department = wheres[where]
    (small, before), (large, after) = (steps(town, name, place, department) for town in towns)
    assert after == before
    assert large <= GROWTH * small + 3000, f"{small} steps, with a long past {large}"


def test_the_machine_is_counted(towns: tuple[Database, Database]) -> None:
    assert steps(towns[0], "pulse", None, None)[0] > 10 * GRAIN


def test_the_long_past_is_there(town_path: Path, grown: Path) -> None:
    many, few = (of_town(path, "SELECT count(*) FROM work_orders") for path in (grown, town_path))
    assert many > COPIES * few
    ends = [
        datetime.fromisoformat(of_town(path, "SELECT max(updated_at) FROM work_orders")) for path in (grown, town_path)
    ]
    assert ends[0] == ends[1]
