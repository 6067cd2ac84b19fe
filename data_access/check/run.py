"""The whole comparison, one part after the other; a part that fails says so and the others go on."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from data_access.check import deadlines, grants, places, sources, structure, values
from data_access.check.asking import Asker
from data_access.check.deadlines import Calendar
from data_access.check.findings import Finding, Severity, finding
from data_access.engine import Database
from data_access.errors import SourceError, SourceUnreachable
from data_access.shape import Shape

Need = tuple[str, Sequence[str]]
"""An indicator's id and what it needs: ``table``, ``table.column`` or ``table.a|b`` (one of them)."""

QUESTION_S: Final = 10.0
_ORDER: Final = {Severity.FAULT: 0, Severity.WARNING: 1, Severity.NOTE: 2}


def run_check(
    database: Database,
    *,
    now: datetime,
    calendar: Calendar | None = None,
    indicators: Sequence[Need] = (),
    seconds: float = QUESTION_S,
) -> list[Finding]:
    """All findings, faults first. ``now`` is city time; no question takes longer than ``seconds``.

    Raises SourceUnreachable or SourceRefused when the database cannot be opened at all. What could not be checked is a
    finding of its own (``not-checked``, ``only-recent``).
    """
    asker = Asker(database, now, seconds)
    found: list[Finding] = []

    def part(what: str, ask: Callable[[], list[Finding]]) -> None:
        try:
            found.extend(ask())
        except SourceUnreachable:
            raise
        except SourceError as error:
            asker.not_checked(what, "", error)

    box: list[places.Box | None] = [None]

    def boundaries() -> list[Finding]:
        box[0], said = places.boundaries(asker)
        return said

    part("tables and columns", lambda: structure.missing(asker))
    part("types", lambda: structure.types(asker))
    part("indexes", lambda: structure.indexes(asker))
    part("empty values", lambda: values.blank_requirements(asker))
    part("codes", lambda: values.codes(asker))
    part("times", lambda: values.moments(asker))
    part("boundaries", boundaries)
    part("coordinates", lambda: places.outside(asker, box[0]))
    part("datum", lambda: places.datum(asker))
    part("nesting of codes", lambda: places.nesting(asker))
    part("sources", lambda: sources.silent(asker))
    part("deadlines", lambda: deadlines.differing(asker, calendar))
    part("write grants", lambda: grants.writing(asker))
    found += lost(asker.shape, indicators)
    found += asker.findings
    return sorted(found, key=lambda one: _ORDER[one.severity])


def lost(shape: Shape, indicators: Sequence[Need]) -> list[Finding]:
    """Indicators that this database cannot feed, with what they miss: they will show "not recorded"."""
    found: list[Finding] = []
    for name, needs in indicators:
        absent = [need for need in needs if not _recorded(need, shape)]
        if absent:
            params = {"indicator": name, "missing": ", ".join(absent)}
            found.append(finding("indicator-lost", Severity.NOTE, params=params))
    return found


def _recorded(need: str, shape: Shape) -> bool:
    table, _, columns = need.partition(".")
    return any(shape.has(table, *([column] if column else [])) for column in columns.split("|"))
