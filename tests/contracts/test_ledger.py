"""The ledger on SQLite and PostgreSQL: exactly one holder, epochs that only rise, and a lost ledger that says so."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from data_access.errors import LedgerError, SettingError
from data_access.ledger import Access, Lease, Ledger
from tests.fixtures.servers import PostgreSQL, wait_until

NOW = 1_700_000_000.0


@pytest.fixture(autouse=True)
def _close_all(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Close every ledger a test opened."""
    opened: list[Ledger] = []
    original = Ledger.__init__

    def remember(self: Ledger, url: str) -> None:
        original(self, url)
        opened.append(self)

    monkeypatch.setattr(Ledger, "__init__", remember)
    yield
    for ledger in opened:
        ledger.close()


RACER = """
import sys, time
from pathlib import Path
from data_access.ledger import Ledger

address, holder, folder = sys.argv[1:]
ledger = Ledger(address)
Path(folder, holder).touch()
while not Path(folder, "start").exists():
    time.sleep(0.001)
print(*(number for number in range(20) if ledger.take(f"role-{number}", holder, 60, 1_700_000_000.0)))
ledger.close()
"""


def test_of_processes_that_race_exactly_one_wins_each_role(ledger_address: str, tmp_path: Path) -> None:
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", RACER, ledger_address, holder, str(tmp_path)], stdout=subprocess.PIPE, text=True
        )
        for holder in ("a", "b")
    ]
    try:
        wait_until(lambda: (tmp_path / "a").exists() and (tmp_path / "b").exists(), "both are at the start", 60)
        (tmp_path / "start").touch()
        won = [racer.communicate(timeout=60)[0].split() for racer in racers]
    finally:
        for racer in racers:
            racer.kill()
            racer.wait()
    assert sorted(int(number) for numbers in won for number in numbers) == list(range(20))


def test_a_lease_in_force_is_refused_and_an_expired_one_is_taken_with_a_larger_epoch(ledger_address: str) -> None:
    ledger = Ledger(ledger_address)
    first = ledger.take("publisher", "a", 10, NOW)
    assert first == Lease("publisher", "a", int(NOW), NOW + 10)
    assert ledger.take("publisher", "b", 10, NOW + 9.9) is None
    second = ledger.take("publisher", "b", 10, NOW + 10)
    assert second is not None and second.epoch > first.epoch
    assert ledger.renew(first, 10, NOW + 11) is None
    assert ledger.current("publisher") == second
    assert ledger.current("nobody") is None


def test_renewing_moves_the_end_and_not_the_epoch(ledger_address: str) -> None:
    ledger = Ledger(ledger_address)
    lease = ledger.take("publisher", "a", 10, NOW)
    assert lease is not None
    assert ledger.renew(lease, 10, NOW + 5) == Lease("publisher", "a", lease.epoch, NOW + 15)
    assert ledger.take("publisher", "b", 10, NOW + 12) is None
    assert ledger.renew(lease, 10, NOW + 60) is not None, "nobody took it: still the largest epoch"


def test_the_same_holder_taking_again_shuts_its_earlier_run_out(ledger_address: str) -> None:
    ledger = Ledger(ledger_address)
    before = ledger.take("publisher", "a", 10, NOW)
    after = ledger.take("publisher", "a", 10, NOW + 1)
    assert before is not None and after is not None and after.epoch == before.epoch + 1
    assert ledger.renew(before, 10, NOW + 2) is None
    ledger.release(before)
    assert ledger.take("publisher", "b", 10, NOW + 2) is None, "an old lease releases nothing"
    ledger.release(after)
    assert ledger.take("publisher", "b", 10, NOW + 2) is not None


def test_the_epoch_rises_over_restarts_a_clock_set_back_and_a_release(ledger_address: str) -> None:
    epochs = []
    for run in range(5):
        ledger = Ledger(ledger_address)
        lease = ledger.take("publisher", f"run-{run}", 10, NOW - 1000 * run)
        assert lease is not None
        epochs.append(lease.epoch)
        ledger.release(lease)
        ledger.close()
    assert epochs == sorted(set(epochs))


def test_accesses_are_kept_newest_first(ledger_address: str) -> None:
    ledger = Ledger(ledger_address)
    ledger.log_access()
    ledger.log_access(*(Access(NOW + n, "网格员甲", "official", "order", f"o-{n}", "127.0.0.1") for n in range(5)))
    assert [access.target for access in ledger.accesses(2)] == ["o-4", "o-3"]
    assert ledger.accesses(1)[0].who == "网格员甲"


def test_a_lost_file_is_said_and_a_new_ledger_goes_on_above_the_old_epoch(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    ledger = Ledger(f"sqlite:///{path}")
    lease = ledger.take("publisher", "a", 10, NOW)
    assert lease is not None
    os.rename(path, tmp_path / "away.sqlite")
    with pytest.raises(LedgerError):
        ledger.renew(lease, 10, NOW + 1)
    assert not path.exists(), "renewing must not make an empty ledger"
    again = ledger.take("publisher", "b", 10, NOW + 2)
    assert again is not None and again.epoch > lease.epoch


def test_an_unusable_ledger_is_an_error_of_ours(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no database " * 200)
    with pytest.raises(LedgerError):
        Ledger(f"sqlite:///{tmp_path}/file").take("publisher", "a", 10, NOW)
    with pytest.raises(LedgerError):
        Ledger("postgresql://nobody@127.0.0.1:1/none").take("publisher", "a", 10, NOW)
    for address in ("mariadb://a@b/c", "no address", "sqlite://"):
        with pytest.raises(SettingError):
            Ledger(address)


def test_a_frozen_or_stopped_server_is_said_in_time_and_heals(private_postgresql: PostgreSQL) -> None:
    ledger = Ledger(private_postgresql.url("postgres"))
    lease = ledger.take("publisher", "a", 10, NOW)
    assert lease is not None
    for away, back in (
        (private_postgresql.freeze, private_postgresql.thaw),
        (private_postgresql.stop, private_postgresql.start),
    ):
        away()
        began = time.monotonic()
        try:
            with pytest.raises(LedgerError):
                ledger.renew(lease, 10, NOW + 1)
        finally:
            back()
        assert time.monotonic() - began < 40, "not without end (the machine may be busy)"
        assert ledger.renew(lease, 10, NOW + 2) is not None
