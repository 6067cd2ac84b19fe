"""Whether last month is frozen, and whether it would come out otherwise now: what ``gridwall freeze`` would offer.

One month and no intervals, because counting a month anew takes as long as scoring the running one. Months before it are
looked at by ``gridwall freeze`` alone.
"""

from dataclasses import dataclass
from datetime import datetime

from data_access.engine import ScopedReader
from data_access.errors import InputError
from indicators.periods import Period, Periods
from indicators.readings.scores import is_whole, offer, thawed
from indicators.scores.scheme import Subject
from indicators.scores.values import Scores
from indicators.values import At


@dataclass(frozen=True, slots=True)
class Settled:
    """The last ended month of one subject. ``revision`` None: nobody has frozen it (then nothing else is known).

    ``frozen_at`` is naive city time. ``changed`` counts the units that a revision would change; None where that cannot
    be said: of a part of the city, of a month with other bounds, or by rules whose indicators are gone.
    """

    subject: Subject
    period: Period
    revision: int | None = None
    frozen_by: str | None = None
    frozen_at: datetime | None = None
    changed: int | None = None


def settled_departments(db: ScopedReader, at: At) -> Settled:
    """Departments in the last ended month."""
    return settled(db, at, "department")


def settled_counties(db: ScopedReader, at: At) -> Settled:
    """Counties in the last ended month."""
    return settled(db, at, "county")


def settled_streets(db: ScopedReader, at: At) -> Settled:
    """Streets in the last ended month."""
    return settled(db, at, "street")


def settled(db: ScopedReader, at: At, subject: Subject) -> Settled:
    """The month before the running one. Raises LedgerError when there is a ledger and it cannot be asked."""
    periods = Periods.of(at.policy)
    period = periods.previous(periods.current(at.now))
    kept = None if at.ledger is None else at.ledger.frozen(subject, [period.name]).get(period.name)
    if kept is None:
        return Settled(subject, period)
    frozen = thawed(kept, at.calendar.zone)
    changed = _changed(db, at, subject, period, frozen)
    return Settled(subject, period, frozen.revision, frozen.frozen_by, frozen.frozen_at, changed)


def _changed(db: ScopedReader, at: At, subject: Subject, period: Period, frozen: Scores) -> int | None:
    if (frozen.period.start, frozen.period.end) != (period.start, period.end) or not is_whole(db, at):
        return None
    try:
        offered = offer(db, at, subject, period, sure=False)
    except InputError:
        return None
    return 0 if offered is None else len(offered.changes)
