"""The live simulator: it goes where a fresh build would be, in any steps, through locks and stops."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from demo.build import build, is_current
from demo.mark import NotADemoCity, read_mark
from demo.simulator import Simulator
from tests.fixtures.city import SEED, SHORT_DAYS, SHORT_END, one, read_only, rows

OPEN = "SELECT count(*) FROM work_orders WHERE stage NOT IN ('closed', 'void', 'cancelled')"
LATER = datetime(2026, 11, 20, 10, 30)
ROOT = Path(__file__).resolve().parents[2]
TABLES = (
    "work_orders", "work_order_events", "work_order_measures", "worker_positions", "shifts", "duty_roster",
    "source_feeds",
)  # fmt: skip


def content(path: Path, table: str) -> list[tuple[Any, ...]]:
    with closing(read_only(path)) as connection:
        return sorted(rows(connection, f"SELECT * FROM {table}"), key=repr)


def advance(path: Path, *moments: datetime) -> None:
    for moment in moments:
        with closing(Simulator(path)) as simulator:
            simulator.advance_to(moment)


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The town as built at LATER, with the same first day as the short town."""
    path = tmp_path_factory.mktemp("fresh") / "town.sqlite"
    build(path, "town", LATER, SEED, days=SHORT_DAYS + 2)
    return path


@pytest.fixture(scope="module")
def played(short_town_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The short town played to LATER in steps, with stops between them."""
    path = Path(shutil.copy(short_town_path, tmp_path_factory.mktemp("played") / "town.sqlite"))
    with closing(Simulator(path)) as simulator:
        assert simulator.now == SHORT_END
        for step in (1, 1, 30, 45, 600, 3000):
            simulator.advance_to(simulator.now + timedelta(seconds=step))
    advance(path, datetime(2026, 11, 19, 0, 0, 1), datetime(2026, 11, 19, 8), LATER)
    return path


@pytest.mark.parametrize("table", TABLES)
def test_playing_on_ends_where_a_fresh_build_is(played: Path, fresh: Path, table: str) -> None:
    assert content(played, table) == content(fresh, table)


def test_one_long_step_ends_there_too(short_town: Path, fresh: Path) -> None:
    advance(short_town, LATER)
    for table in TABLES:
        assert content(short_town, table) == content(fresh, table), table


def test_event_ids_rise_without_gap_or_double(played: Path) -> None:
    with closing(read_only(played)) as connection:
        assert one(connection, "SELECT count(*) = max(id) - min(id) + 1 FROM work_order_events") == 1
        steps = "SELECT at, lag(at) OVER (ORDER BY id) AS before FROM work_order_events"
        assert one(connection, f"SELECT count(*) FROM ({steps}) WHERE at < before") == 0


def test_every_changed_row_says_so(short_town_path: Path, played: Path) -> None:
    before = {row[0]: row for row in content(short_town_path, "work_orders")}
    columns = [row[1] for row in rows(read_only(played), "PRAGMA table_info(work_orders)")]
    place = columns.index("updated_at")
    changed = [row for row in content(played, "work_orders") if before.get(row[0]) != row]
    assert len(changed) > 1500
    assert all(str(SHORT_END) < row[place] <= str(LATER) for row in changed)


def test_the_city_stays_in_balance_for_days(short_town: Path) -> None:
    counts, sizes = [], []
    with closing(Simulator(short_town)) as simulator, closing(read_only(short_town)) as connection:
        for day in range(1, 6):
            simulator.advance_to(datetime(2026, 11, 18, 12) + timedelta(days=day))
            counts.append(one(connection, OPEN))
            sizes.append(one(connection, "SELECT count(*) FROM patrol_pings"))
            oldest = one(connection, "SELECT min(start_at) FROM shifts")
            assert oldest >= str(simulator.now - timedelta(days=17))
            assert one(connection, "SELECT max(start_at) FROM shifts") > str(simulator.now + timedelta(days=1))
    assert all(400 < count < 700 for count in counts), counts
    assert max(sizes) < 2 * min(sizes), sizes


def test_pings_are_everybodys_while_it_runs_and_pruned_after_three_days(short_town: Path) -> None:
    with closing(Simulator(short_town)) as simulator, closing(read_only(short_town)) as connection:
        begin = simulator.now
        for _ in range(10):
            simulator.advance_to(simulator.now + timedelta(seconds=30))
        present = one(
            connection,
            "SELECT count(*) FROM worker_positions WHERE at >= ?",
            str(simulator.now - timedelta(seconds=60)),
        )
        per_minute = (
            one(
                connection,
                "SELECT count(*) FROM patrol_pings WHERE at > ? AND at <= ?",
                str(begin),
                str(begin + timedelta(minutes=5)),
            )
            / 5
        )
        assert 0.9 * present < per_minute < 1.1 * present
        simulator.advance_to(begin + timedelta(days=4))
        for _ in range(12):
            simulator.advance_to(simulator.now + timedelta(minutes=1))
        assert one(connection, "SELECT min(at) FROM patrol_pings") >= str(simulator.now - timedelta(days=3, minutes=1))
        assert one(connection, "SELECT count(*) - count(DISTINCT id) FROM patrol_pings") == 0


def test_feeds_are_heard_of(played: Path) -> None:
    with closing(read_only(played)) as connection:
        feeds = rows(connection, "SELECT code, last_received_at, expected_every_s FROM source_feeds")
    assert len(feeds) >= 6
    for code, last, expected in feeds:
        assert timedelta(0) <= LATER - datetime.fromisoformat(last) < timedelta(seconds=expected), code


def test_a_locked_database_changes_nothing_and_is_tried_again(short_town: Path) -> None:
    with closing(Simulator(short_town, busy_s=0.05)) as simulator, closing(sqlite3.connect(short_town)) as other:
        before = simulator.now
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            simulator.step(int((before - datetime(1970, 1, 1)).total_seconds()) + 60, 0)
        assert simulator.now == before
        tries = iter(range(1000))

        def release(_stage: str, _fraction: float) -> None:
            next(tries)

        other.rollback()
        simulator.advance_to(before + timedelta(minutes=1), release)
        assert simulator.now == before + timedelta(minutes=1)
        assert next(tries) == 1
        assert one(other, "SELECT count(*) = max(id) - min(id) + 1 FROM work_order_events") == 1


def test_a_step_that_fails_is_undone_as_a_whole(short_town: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(Simulator(short_town)) as simulator, closing(read_only(short_town)) as connection:
        target = simulator.now + timedelta(hours=1)
        events = one(connection, "SELECT max(id) FROM work_order_events")

        def fail(*_: object) -> int:
            raise ValueError("planted")

        with monkeypatch.context() as patch, pytest.raises(ValueError, match="planted"):
            patch.setattr(simulator, "_write_patrol", fail)
            simulator.advance_to(target)
        assert one(connection, "SELECT max(id) FROM work_order_events") == events
        simulator.advance_to(target)
        assert simulator.now == target
        assert one(connection, "SELECT max(id) FROM work_order_events") > events


def test_nothing_but_a_demo_city_is_written_into(tmp_path: Path) -> None:
    with pytest.raises(NotADemoCity, match="does not exist"):
        Simulator(tmp_path / "none.sqlite")
    real = tmp_path / "real.sqlite"
    with closing(sqlite3.connect(real)) as connection:
        connection.execute("CREATE TABLE work_orders (id TEXT)")
    before = real.read_bytes()
    with pytest.raises(NotADemoCity, match="not a demo city"):
        Simulator(real)
    assert real.read_bytes() == before


def test_a_city_of_another_version_or_long_ago_is_built_anew(short_town: Path) -> None:
    assert is_current(short_town, SHORT_END + timedelta(days=1))
    assert not is_current(short_town, SHORT_END + timedelta(days=9))
    assert not is_current(short_town, SHORT_END - timedelta(days=1))
    assert not is_current(short_town.with_name("none"), SHORT_END)
    with closing(sqlite3.connect(short_town)) as connection:
        connection.execute(f"PRAGMA user_version={one(connection, 'PRAGMA user_version') ^ (1 << 20)}")
    assert not is_current(short_town, SHORT_END)
    with pytest.raises(NotADemoCity, match="another version"):
        Simulator(short_town)


def wait_for(found: Callable[[], bool], process: subprocess.Popen[str], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not found():
        assert process.poll() is None, process.stderr and process.stderr.read()
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT])
def test_the_process_plays_fast_and_ends_cleanly(short_town: Path, tmp_path: Path, name: signal.Signals) -> None:
    progress = tmp_path / "progress.json"
    command = [sys.executable, "-m", "demo", "simulate", str(short_town), "--speed", "60", "--progress", str(progress)]
    process = subprocess.Popen(
        command, cwd=ROOT, stderr=subprocess.PIPE, encoding="utf-8", env={**os.environ, "LC_ALL": "C"}
    )
    try:
        wait_for(lambda: progress.exists() and json.loads(progress.read_text("ascii"))["ready"], process)

        def moved() -> bool:
            with closing(read_only(short_town)) as connection:
                clock = one(connection, "SELECT last_received_at FROM source_feeds WHERE code = 'platform'")
            return datetime.fromisoformat(clock) >= SHORT_END + timedelta(minutes=2)

        wait_for(moved, process)
        process.send_signal(name)
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.communicate()
    assert not short_town.with_name(short_town.name + "-wal").exists()
    with closing(sqlite3.connect(short_town)) as connection:
        assert one(connection, "PRAGMA quick_check") == "ok"


def test_the_command_line_builds_and_tells_how_far_it_is(tmp_path: Path) -> None:
    out, progress = tmp_path / "town.sqlite", tmp_path / "progress.json"
    command = [sys.executable, "-m", "demo", "build", "--scale", "town", "--out", str(out), "--progress", str(progress)]
    command += ["--days", "2"]
    done = subprocess.run(
        [*command, "--end", "2026-11-20 11:30:00"],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=True,
    )
    assert "work_orders" in done.stdout
    assert "100%" in done.stderr
    assert json.loads(progress.read_text("ascii")) == {"stage": "done", "fraction": 1.0, "ready": False}
    assert read_mark(out).seed == SEED
    stamp = out.stat().st_mtime_ns
    kept = [*command, "--end", "2026-11-20 12:00:00", "--if-needed"]
    subprocess.run(kept, cwd=ROOT, timeout=60, check=True)
    assert out.stat().st_mtime_ns == stamp
    refused = subprocess.run(
        [sys.executable, "-m", "demo", "simulate", str(progress)],
        cwd=ROOT,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert refused.returncode == 2
