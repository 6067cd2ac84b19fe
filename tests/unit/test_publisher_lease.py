"""The lease of the publisher on a real ledger, with a clock turned by hand."""

from pathlib import Path

import pytest

from dashboard.lease import LEASE_S, LeaseKeeper
from data_access.errors import LedgerError
from data_access.ledger import Ledger
from tests.fixtures.beats import HandClock


@pytest.fixture
def clock() -> HandClock:
    """One clock for all holders."""
    return HandClock()


def keeper(path: Path, clock: HandClock, holder: str) -> LeaseKeeper:
    """A keeper on the ledger in this folder."""
    return LeaseKeeper(Ledger(f"sqlite:///{path}/ledger.sqlite"), clock, holder)


def test_one_of_two_publishes_and_the_other_takes_over_with_a_larger_epoch(tmp_path: Path, clock: HandClock) -> None:
    first, second = keeper(tmp_path, clock, "first"), keeper(tmp_path, clock, "second")
    first.attend()
    second.attend()
    epoch = first.epoch()
    assert epoch is not None
    assert second.epoch() is None
    for _ in range(5):
        clock.turn(LEASE_S - 1)
        first.attend()
        second.attend()
    assert (first.epoch(), second.epoch()) == (epoch, None)
    clock.turn(LEASE_S + 1)  # the first is dead
    second.attend()
    taken = second.epoch()
    assert taken is not None and taken > epoch
    first.attend()  # and comes back
    assert first.epoch() is None
    first.attend()
    assert first.epoch() is None


def test_a_lease_given_back_is_free_at_once(tmp_path: Path, clock: HandClock) -> None:
    first, second = keeper(tmp_path, clock, "first"), keeper(tmp_path, clock, "second")
    first.attend()
    first.stop()
    second.attend()
    assert second.epoch() is not None


def test_the_holder_goes_on_while_the_ledger_is_away(
    tmp_path: Path, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    holder = keeper(tmp_path, clock, "first")
    holder.attend()
    epoch = holder.epoch()

    def away(*args: object) -> None:
        raise LedgerError("disk full")

    monkeypatch.setattr(Ledger, "renew", away)
    clock.turn(60)
    holder.attend()
    assert (holder.epoch(), holder.problem()) == (epoch, "ledger")
    monkeypatch.undo()
    holder.attend()
    assert (holder.epoch(), holder.problem()) == (epoch, "")


def test_whoever_meets_a_larger_epoch_stands_back(tmp_path: Path, clock: HandClock) -> None:
    holder = keeper(tmp_path, clock, "first")
    holder.attend()
    epoch = holder.epoch()
    assert epoch is not None
    holder.lost(epoch)
    assert holder.epoch() == epoch
    holder.lost(epoch + 5)
    assert holder.epoch() is None
    clock.turn(LEASE_S + 1)
    holder.attend()
    again = holder.epoch()
    assert again is not None and again > epoch
