"""A period that a named person froze: the scores as they stood, never changed, only followed by a revision."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FrozenPeriod:
    """One revision. ``document`` is the JSON text of the scores with their scheme; ``at`` is seconds since 1970."""

    subject: str
    """department, county or street."""
    period: str
    """The name of the period, such as 2026-10."""
    revision: int
    """1, and one more each time a later change of the data was taken over."""
    scheme: str
    version: str
    by: str
    at: float
    document: str
    reason: str = ""
