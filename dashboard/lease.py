"""Keeping the lease: of any number of publishers one publishes, and every body carries the epoch it got with the lease.

Works in a thread of its own, because the ledger is a database too and may hang. While the ledger cannot be reached the
holder goes on: bodies carry its epoch, and whoever took the lease meanwhile has a larger one, which wins everywhere.
"""

import logging
import os
import secrets
import socket
import threading
from typing import Final, Protocol

from dashboard.clock import Clock
from data_access.errors import DashboardError
from data_access.ledger import Lease, Ledger

_log = logging.getLogger(__name__)
NAME: Final = "publisher"
LEASE_S: Final = 5.0
RENEW_S: Final = 1.5


class Mandate(Protocol):
    """Says whether to publish, and in which epoch."""

    def epoch(self) -> int | None:
        """The epoch to publish in; None: another publishes."""
        ...

    def lost(self, larger: int) -> None:
        """Somebody publishes in a larger epoch: stand back until the lease is ours again."""
        ...

    def problem(self) -> str:
        """What is wrong with the ledger, as a key of the catalogues; empty when nothing is."""
        ...


class LeaseKeeper:
    """Takes and renews the lease."""

    def __init__(self, ledger: Ledger, clock: Clock, holder: str = "") -> None:
        self._ledger = ledger
        self._clock = clock
        self.holder = holder or f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._lease: Lease | None = None
        self._problem = ""
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def epoch(self) -> int | None:
        """The epoch of the lease we hold."""
        lease = self._lease
        return None if lease is None else lease.epoch

    def lost(self, larger: int) -> None:
        """Stand back at once; the thread goes on trying to take the lease."""
        with self._lock:
            if self._lease is not None and self._lease.epoch < larger:
                _log.warning("another publisher has a larger epoch", extra={"own": self._lease.epoch, "other": larger})
                self._lease = None

    def problem(self) -> str:
        """The key of the last failure."""
        return self._problem

    def attend(self) -> None:
        """One round: renew what we hold, or try to take what is free."""
        try:
            with self._lock:
                held = self._lease
            now = self._clock.real()
            lease = (
                self._ledger.take(NAME, self.holder, LEASE_S, now)
                if held is None
                else self._ledger.renew(held, LEASE_S, now)
            )
        except DashboardError as error:
            if not self._problem:
                _log.warning("the ledger cannot be used", extra={"detail": str(error)})
            self._problem = error.key
            return
        with self._lock:
            if self._lease is held:
                self._lease = lease
        self._problem = ""
        if held is None and lease is not None:
            _log.info("publishing", extra={"epoch": lease.epoch, "holder": self.holder})
        elif held is not None and lease is None:
            _log.warning("the lease is lost", extra={"epoch": held.epoch})

    def start(self) -> None:
        """Attend in a thread until ``stop``."""
        self._thread = threading.Thread(target=self._run, name="lease", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        self.attend()
        while not self._stop.wait(RENEW_S):
            self.attend()

    def stop(self) -> None:
        """End the thread and give the lease back, so that a successor need not wait."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=3)
        lease, self._lease = self._lease, None
        if lease is not None:
            try:
                self._ledger.release(lease)
            except DashboardError as error:
                _log.warning("the lease was not given back", extra={"detail": str(error)})
