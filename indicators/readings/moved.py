"""The few orders of a snapshot whose deadline is not simply the source's."""

from dataclasses import replace
from datetime import datetime

from data_access.engine import ScopedReader
from indicators.moved import Moved
from indicators.values import At


def judged_at(db: ScopedReader, at: At, since: datetime | None = None) -> At:
    """The same moment, knowing which orders are judged by another deadline than the source's.

    Everything that judges deadlines begins with ``at = judged_at(db, at)``, or with the earliest deadline of its window
    as ``since`` where orders count that are over. Found once a snapshot.
    """
    found = db.once(("moved", at.now, since), lambda: Moved(since=since))
    return replace(at, moved=found)
