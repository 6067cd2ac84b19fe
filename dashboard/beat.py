"""The beat: a thread that calls ``Publisher.step`` every two seconds, until it is told to stop."""

import logging
import threading
import time
from typing import Final

from dashboard.lease import LeaseKeeper
from dashboard.plan import BEAT_S
from dashboard.publisher import Publisher, pace

_log = logging.getLogger(__name__)
_ASIDE_S: Final = 0.5
"""How often a publisher without the lease looks whether it has it now."""


class Beat:
    """Lease, publisher and their threads, as one thing that starts and stops."""

    def __init__(self, publisher: Publisher, keeper: LeaseKeeper) -> None:
        self._publisher = publisher
        self._keeper = keeper
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="beat", daemon=True)
        self._last = time.monotonic()

    def start(self) -> None:
        """Begin, in a thread."""
        self._keeper.start()
        self._thread.start()

    def run_here(self) -> None:
        """Beat in the caller's thread until ``end``, then stop."""
        self._keeper.start()
        self._run()
        self.stop()

    def end(self) -> None:
        """Ask ``run_here`` to end after its present round; may be called by a signal handler."""
        self._stop.set()

    def _run(self) -> None:
        started = time.monotonic()
        while not self._stop.is_set():
            published = False
            try:
                published = self._publisher.step()
            except Exception:  # noqa: BLE001 - one beat that fails must not end all beats
                _log.exception("a beat failed")
            self._last = time.monotonic()
            self._stop.wait(pace(started) if published else _ASIDE_S)

    @property
    def alive(self) -> bool:
        """Whether the thread runs and had a round within the last ten seconds."""
        return self._thread.is_alive() and time.monotonic() - self._last < 5 * BEAT_S

    def stop(self) -> None:
        """End the threads and give the lease back."""
        self._stop.set()
        if self._thread.is_alive() and threading.current_thread() is not self._thread:
            self._thread.join(timeout=3)
        self._publisher.close()
        self._keeper.stop()
