"""The replay: from T1 to T2 it leaves what an import as of T2 writes, however it is cut into steps."""

import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from data_access import contract
from data_access.engine import Database, ReadOptions
from data_access.errors import ImportRefused, SourceUnreachable
from data_access.scope import Audience, Scope
from importers.replay import Replay, Step, play
from importers.run import Loaded, load, write
from tests.data.import_city import SNAPSHOT, City, ask, content, row, traps

FIRST = datetime(2015, 2, 1)
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    return City(tmp_path_factory.mktemp("replay"))


@pytest.fixture(scope="module")
def loaded(city: City) -> Loaded:
    return load(city.source())


def moments(loaded: Loaded) -> list[datetime]:
    """All moments at which something happens, the seconds around them, and both ends."""
    found = {FIRST, SNAPSHOT}
    for order in loaded.book.orders:
        for moment in (order.reported_at, order.closed_at):
            if moment is not None:
                found.update(moment + timedelta(seconds=n) for n in (-1, 0, 1))
    return sorted(moment for moment in found if moment <= SNAPSHOT)


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_a_replay_leaves_what_an_import_writes(
    loaded: Loaded, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("pair")
    steps = sorted(data.draw(st.lists(st.sampled_from(moments(loaded)), min_size=2, max_size=5)))
    write(loaded, str(folder / "replayed.sqlite"), steps[0])
    write(loaded, str(folder / "imported.sqlite"), steps[-1])
    replay = Replay(str(folder / "replayed.sqlite"), loaded)
    for moment in steps[1:]:
        replay.advance(moment)
    assert content(folder / "replayed.sqlite") == content(folder / "imported.sqlite")


def test_every_moment_one_after_the_other(loaded: Loaded, tmp_path: Path) -> None:
    write(loaded, str(tmp_path / "a.sqlite"), FIRST)
    write(loaded, str(tmp_path / "b.sqlite"))
    replay = Replay(str(tmp_path / "a.sqlite"), loaded)
    steps = [replay.advance(moment) for moment in moments(loaded)]
    assert content(tmp_path / "a.sqlite") == content(tmp_path / "b.sqlite")
    assert sum(step.opened for step in steps) == len(loaded.book.orders)
    assert sum(step.closed for step in steps) == sum(order.closed_at is not None for order in loaded.book.orders)


def test_a_replay_reads_its_source_again(city: City, loaded: Loaded, tmp_path: Path) -> None:
    write(loaded, str(tmp_path / "a.sqlite"), datetime(2015, 2, 10))
    write(loaded, str(tmp_path / "b.sqlite"))
    Replay(str(tmp_path / "a.sqlite")).advance(SNAPSHOT)
    assert content(tmp_path / "a.sqlite") == content(tmp_path / "b.sqlite")


class Watch:
    """A clock that ``wait`` moves."""

    def __init__(self, stop_after: int = 10**9) -> None:
        self.now, self.waits, self.stop_after = 1000.0, 0, stop_after

    def clock(self) -> float:
        return self.now

    def wait(self, seconds: float) -> bool:
        self.now += seconds
        self.waits += 1
        return self.waits >= self.stop_after


def test_the_speed_is_seconds_of_the_city_a_second(loaded: Loaded, tmp_path: Path) -> None:
    write(loaded, str(tmp_path / "a.sqlite"), FIRST)
    watch, seen = Watch(stop_after=6), list[Step]()
    reached = play(
        Replay(str(tmp_path / "a.sqlite"), loaded), 3600.5, clock=watch.clock, wait=watch.wait, on_step=seen.append
    )
    assert reached == FIRST + timedelta(seconds=5 * 3600 + 2)
    assert [step.moment for step in seen][:2] == [FIRST + timedelta(seconds=n) for n in (3600, 7201)]
    assert ask(tmp_path / "a.sqlite", "SELECT value FROM import_about WHERE key = 'as_of'") == [
        ("2015-02-01 05:00:02",)
    ]


def test_it_ends_at_the_end(loaded: Loaded, tmp_path: Path) -> None:
    write(loaded, str(tmp_path / "a.sqlite"), FIRST)
    write(loaded, str(tmp_path / "b.sqlite"))
    watch = Watch()
    replay = Replay(str(tmp_path / "a.sqlite"), loaded)
    assert play(replay, 86400 * 10, datetime(2015, 2, 20), clock=watch.clock, wait=watch.wait) == datetime(2015, 2, 20)
    assert play(replay, 1e12, clock=watch.clock, wait=watch.wait) == SNAPSHOT
    assert content(tmp_path / "a.sqlite") == content(tmp_path / "b.sqlite")
    assert replay.advance(SNAPSHOT + timedelta(days=1)) == Step(SNAPSHOT, 0, 0)


def test_a_step_is_all_or_nothing(loaded: Loaded, tmp_path: Path) -> None:
    """An order that is already there stops the transaction; the moment reached stays with the rows."""
    db = tmp_path / "a.sqlite"
    write(loaded, str(db), FIRST)
    ask_nothing = sqlite3.connect(db)
    ask_nothing.execute("INSERT INTO work_orders (id, case_no) VALUES ('30', '30')")
    ask_nothing.commit()
    ask_nothing.close()
    before = content(db)
    with pytest.raises(SourceUnreachable, match="cannot be written"):
        Replay(str(db), loaded).advance(SNAPSHOT)
    assert content(db) == before


def test_two_replays_do_not_write_the_same_rows(loaded: Loaded, tmp_path: Path) -> None:
    write(loaded, str(tmp_path / "a.sqlite"), FIRST)
    one, other = (Replay(str(tmp_path / "a.sqlite"), loaded) for _ in range(2))
    one.advance(datetime(2015, 2, 2))
    with pytest.raises(ImportRefused, match=r"a\.sqlite is no longer as of 2015-02-01"):
        other.advance(datetime(2015, 2, 3))


def test_a_file_put_in_its_place_is_not_written_over(loaded: Loaded, tmp_path: Path) -> None:
    write(loaded, str(tmp_path / "a.sqlite"), FIRST)
    replay = Replay(str(tmp_path / "a.sqlite"), loaded)
    write(loaded, str(tmp_path / "a.sqlite"), datetime(2015, 2, 5))
    with pytest.raises(ImportRefused, match="is no longer as of"):
        replay.advance(datetime(2015, 2, 10))
    (tmp_path / "a.sqlite").unlink()
    with pytest.raises(SourceUnreachable):
        replay.advance(datetime(2015, 2, 10))
    assert not (tmp_path / "a.sqlite").exists()


def test_a_reader_in_the_middle_of_a_beat_neither_waits_nor_sees_half(loaded: Loaded, tmp_path: Path) -> None:
    db = tmp_path / "a.sqlite"
    write(loaded, str(db), FIRST)
    replay = Replay(str(db), loaded)
    reader = sqlite3.connect(f"file:{db}?mode=ro", uri=True, isolation_level=None, timeout=0)
    reader.execute("BEGIN")
    before = reader.execute("SELECT count(*) FROM work_orders").fetchall()
    replay.advance(SNAPSHOT)
    assert reader.execute("SELECT count(*) FROM work_orders").fetchall() == before
    reader.execute("COMMIT")
    assert reader.execute("SELECT count(*) FROM work_orders").fetchall() == [(len(loaded.book.orders),)]
    reader.close()


def test_a_wall_that_was_there_before_sees_each_step(loaded: Loaded, tmp_path: Path) -> None:
    """The product's own pooled connections, made while the file had no write-ahead log."""
    write(loaded, str(tmp_path / "a.sqlite"), FIRST)
    database = Database(f"sqlite:///{tmp_path / 'a.sqlite'}", ReadOptions(timezone="America/New_York"))

    def rows() -> int:
        with database.reader(Scope(Audience.WALL)) as db:
            return len(db.rows(select(db.scoped(contract.work_orders).c.id)))

    seen, expected = [rows()], [0]
    replay = Replay(str(tmp_path / "a.sqlite"), loaded)
    for day in range(1, 8):
        moment = FIRST + timedelta(days=day)
        replay.advance(moment)
        seen.append(rows())
        expected.append(sum(order.reported_at <= moment for order in loaded.book.orders))
    database.close()
    assert seen == expected
    assert seen[-1] > seen[0]


def test_an_import_over_a_replayed_file_takes_nothing_of_its_log(loaded: Loaded, tmp_path: Path) -> None:
    db = tmp_path / "a.sqlite"
    write(loaded, str(db), FIRST)
    replay = Replay(str(db), loaded)
    reader = sqlite3.connect(f"file:{db}?mode=ro", uri=True)  # keeps the log from being folded in
    reader.execute("SELECT count(*) FROM work_orders").fetchall()
    replay.advance(SNAPSHOT)
    assert (tmp_path / "a.sqlite-wal").stat().st_size > 0
    write(loaded, str(db), datetime(2015, 2, 5))
    write(loaded, str(tmp_path / "b.sqlite"), datetime(2015, 2, 5))
    assert content(db) == content(tmp_path / "b.sqlite")
    reader.close()
    assert content(db) == content(tmp_path / "b.sqlite")


def test_a_source_that_changed_is_refused(tmp_path: Path) -> None:
    city = City(tmp_path)
    write(load(city.source()), str(tmp_path / "a.sqlite"), FIRST)
    city.write("cases.csv", [*traps(), row(999, "2015-03-01 00:00:00")])
    with pytest.raises(ImportRefused, match="have changed since the import"):
        Replay(str(tmp_path / "a.sqlite"))


def test_what_no_import_wrote_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="does not exist"):
        Replay(str(tmp_path / "none.sqlite"))
    sqlite3.connect(tmp_path / "empty.sqlite").close()
    with pytest.raises(ImportRefused, match="was not written by an import"):
        Replay(str(tmp_path / "empty.sqlite"))
    (tmp_path / "text.sqlite").write_text("no database " * 100, encoding="utf-8")
    with pytest.raises(ImportRefused, match="cannot be read as a database"):
        Replay(str(tmp_path / "text.sqlite"))


@pytest.fixture
def process(loaded: Loaded, tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    write(loaded, str(tmp_path / "a.sqlite"), FIRST)
    shutil.copy(tmp_path / "a.sqlite", tmp_path / "b.sqlite")
    command = [sys.executable, "-m", "importers", "replay", str(tmp_path / "a.sqlite"), "--speed", "7200"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as running:
        yield running
        if running.poll() is None:
            running.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_when_told_to_and_goes_on_from_there(
    process: "subprocess.Popen[str]", loaded: Loaded, tmp_path: Path, number: signal.Signals
) -> None:
    assert process.stdout is not None
    assert process.stdout.readline().startswith(
        "replaying from 2015-02-01 00:00:00 to 2015-04-01 00:00:00 at speed 7200"
    )
    assert "opened" in process.stdout.readline()
    process.send_signal(number)
    rest = process.stdout.read()
    assert process.wait(timeout=30) == 0
    reached = ask(tmp_path / "a.sqlite", "SELECT value FROM import_about WHERE key = 'as_of'")[0][0]
    assert rest.splitlines()[-1] == f"stopped at {reached}"
    assert datetime.fromisoformat(reached) > FIRST
    Replay(str(tmp_path / "a.sqlite"), loaded).advance(SNAPSHOT)
    Replay(str(tmp_path / "b.sqlite"), loaded).advance(SNAPSHOT)
    assert content(tmp_path / "a.sqlite") == content(tmp_path / "b.sqlite")
