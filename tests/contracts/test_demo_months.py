"""What ``gridwall demo`` does as the operator of its city: which months it freezes, and whose ledger it keeps."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from dashboard.demo_city import COMMAND, OPERATOR, chores, ended, environment, own_ledger
from dashboard.settings import Settings, load
from indicators.periods import Periods


def city(folder: Path, *moments: str, version: int = 7) -> Path:
    path = folder / "city.sqlite"
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE work_orders (reported_at, updated_at)")
        connection.executemany("INSERT INTO work_orders VALUES (?, ?)", [(moment, moment) for moment in moments])
        connection.execute(f"PRAGMA user_version = {version}")
    return path


@pytest.mark.parametrize(
    ("first", "last", "start", "months"),
    [
        ("2026-08-25 00:35:23", "2026-11-22 16:17:24", 1, ["2026-09", "2026-10"]),
        ("2026-09-01 00:00:00", "2026-10-31 23:59:59", 1, ["2026-09"]),
        ("2026-09-01 00:00:01", "2026-11-01 00:00:00", 1, ["2026-10"]),
        ("2026-11-02 08:00:00", "2026-11-22 16:17:24", 1, []),
        ("2026-11-20 08:00:00", "2027-01-01 00:00:00", 1, ["2026-12"]),
        ("2026-08-25 00:35:23", "2026-11-26 00:00:00", 26, ["2026-09", "2026-10", "2026-11"]),
    ],
)
def test_months_that_lie_wholly_in_the_data_are_over(
    tmp_path: Path, first: str, last: str, start: int, months: list[str]
) -> None:
    assert ended(city(tmp_path, first, last), Periods(start)) == months


def test_a_city_without_cases_has_no_months(tmp_path: Path) -> None:
    assert ended(city(tmp_path), Periods()) == []
    assert list(chores(city(tmp_path), Periods(), {})) == []


def test_months_are_frozen_by_the_command_and_only_older_ones_are_revised(tmp_path: Path) -> None:
    made = city(tmp_path, "2026-08-25 00:35:23", "2026-11-22 16:17:24")
    older, last = chores(made, Periods(), {"GRIDWALL_AUTH": "open"})
    assert older.command == (*COMMAND, "freeze", "--by", OPERATOR, "--revise", "--reason", "申诉复核", "2026-09")
    assert last.command == (*COMMAND, "freeze", "--by", OPERATOR, "2026-10")
    assert "--no-env-file" in COMMAND, "the .env of a real city is not the demo's"
    assert (older.fine, last.fine) == ((0,), (0, 3)), "an offer is no fault"
    assert older.environment == last.environment == {"GRIDWALL_AUTH": "open"}


def test_settings_of_another_city_are_not_the_demos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    another = {
        "GRIDWALL_DATABASE_URL": "postgresql://db/city",
        "GRIDWALL_TIMEZONE": "America/New_York",
        "GRIDWALL_CALENDAR": "continuous",
        "GRIDWALL_SOURCE_CRS": "gcj02",
        "GRIDWALL_AREA": "BOS",
        "GRIDWALL_CLOCK": "-90d",
        "gridwall_workers": "4",
        "GRIDWALL_STORE": "redis://redis:6379/0",
        "GRIDWALL_AUTH": "device",
        "GRIDWALL_NOTICE": "none",
        "GRIDWALL_LANGUAGE": "en",
        "GRIDWALL_ROTATE": "overview,orders",
        "GUNICORN_CMD_ARGS": "--reload",
    }
    for name, value in another.items():
        monkeypatch.setenv(name, value)
    made = environment("127.0.0.1", 8050, tmp_path, tmp_path / "city.sqlite")
    for name in another:
        monkeypatch.delenv(name)
    for name, value in made.items():
        monkeypatch.setenv(name, value)
    settings = load(None)
    for name in ("timezone", "calendar", "source_crs", "area", "clock", "workers", "store"):
        assert getattr(settings, name) == Settings.model_fields[name].default, name
    assert settings.database_url.get_secret_value() == f"sqlite:///{tmp_path}/city.sqlite"
    assert (settings.auth, settings.notice) == ("open", "demo")
    assert (settings.language, settings.rotate) == ("en", ("overview", "orders")), "how it is shown may be chosen"
    assert "GUNICORN_CMD_ARGS" not in made


def test_the_ledger_of_a_city_that_was_planned_otherwise_is_put_aside(tmp_path: Path) -> None:
    made, ledger = city(tmp_path), tmp_path / "ledger.sqlite"
    ledger.write_bytes(b"first")
    for _ in range(2):
        own_ledger(tmp_path, made)
        assert ledger.read_bytes() == b"first", "an older ledger of the same city stays"
    own_ledger(tmp_path, city(tmp_path, version=8))
    assert not ledger.exists() and (tmp_path / "ledger-7.sqlite").read_bytes() == b"first"
    ledger.write_bytes(b"second")
    own_ledger(tmp_path, city(tmp_path, version=8))
    assert ledger.read_bytes() == b"second"
