"""What a web process knows of the city: the tree of areas and the names, refreshed aside, never in a request."""

import logging
import threading
from typing import Final

from data_access.engine import Database
from data_access.errors import DashboardError
from data_access.reference import Reference
from data_access.scope import Audience, Scope

_log = logging.getLogger(__name__)
_REFRESH_S: Final = 30.0
_RETRY_S: Final = 2.0


class Directory:
    """The last reference data that could be read; they stay when the database is away."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._reference: Reference | None = None
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self.trouble: DashboardError | None = None

    @property
    def reference(self) -> Reference | None:
        """Tree, departments and categories; None until they were read once."""
        return self._reference

    def refresh(self) -> bool:
        """Read them now; whether it worked."""
        try:
            with self._database.reader(Scope.of(Audience.WALL)) as db:
                _ = db.reference.tree.children_of  # computed here once, not in a request
                self._reference = db.reference
        except DashboardError as error:
            if self.trouble is None:
                _log.warning("the database cannot be read", extra={"cause": error.key, "detail": error.detail})
            self.trouble = error
            return False
        self.trouble = None
        return True

    def start(self) -> None:
        """Refresh in a thread until ``stop``."""
        self._thread = threading.Thread(target=self._run, name="directory", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=3)

    def _run(self) -> None:
        wait = 0.0
        while not self._stop.wait(wait):
            wait = _REFRESH_S if self.refresh() else _RETRY_S
