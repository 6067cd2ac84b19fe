"""The four detectors together: conduct that a deadline alone does not show, with the cases."""

from data_access.engine import ScopedReader
from indicators.detectors.found import Detected
from indicators.detectors.perfunctory import perfunctory
from indicators.detectors.repeated import repeated
from indicators.detectors.stalling import stalling
from indicators.detectors.unexplained import unexplained
from indicators.readings.handled import handling_at
from indicators.readings.moved import judged_at
from indicators.values import At

RULES = (unexplained, stalling, perfunctory, repeated)


def detectors(db: ScopedReader, at: At) -> Detected:
    """All rules over the same days (policy); a rule that the source cannot feed says what it would need."""
    at = handling_at(db, judged_at(db, at))
    return Detected(tuple(rule(db, at) for rule in RULES), at.policy.detectors.days)
