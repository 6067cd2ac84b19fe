"""``gridwall freeze 2026-10 --by NAME``: scores of an ended period are set down; what changes later is a revision."""

import argparse
import sys
from collections.abc import Sequence
from typing import Any, Final

from dashboard.clock import city_time
from dashboard.settings import Settings
from data_access.engine import ScopedReader
from data_access.errors import InputError
from data_access.ledger import FrozenPeriod, Ledger
from data_access.scope import Audience, Scope
from indicators.periods import Period, Periods
from indicators.readings.scores import live, offer, thawed
from indicators.scores.document import to_text
from indicators.scores.load import SUBJECTS
from indicators.scores.revision import Offer, UnitChange
from indicators.scores.scheme import Subject
from indicators.scores.values import Scores, UnitScore
from indicators.values import At, NotRecorded, Rate, WeightedRate

OFFERED: Final = 3
"""Exit code when the data changed after the freeze and no revision was asked for."""
_SHOWN: Final = 20


def add_command(commands: Any) -> None:
    """``freeze`` with its arguments."""
    command = commands.add_parser(
        "freeze", help="set down the scores of a period that has ended; later changes are offered as a revision"
    )
    command.add_argument(
        "period", metavar="PERIOD", nargs="+", help="the month, 2026-10 (as GRIDWALL_POLICY cuts months); or several"
    )
    command.add_argument("--by", required=True, metavar="NAME", help="who answers for it; written beside the scores")
    command.add_argument("--subject", choices=SUBJECTS, action="append", help="only these (may be repeated)")
    command.add_argument("--revise", action="store_true", help="take over what changed since, as the next revision")
    command.add_argument("--reason", default="", help="why it is revised; written beside the scores")
    command.add_argument("--clock", help="as GRIDWALL_CLOCK: -90d, +36h or 2015-03-31T09:00")
    command.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    """Exit code 3: the data changed after the freeze, and the revision is offered, not made."""
    from dashboard.cli import loaded

    settings = loaded(chosen)
    by = " ".join(chosen.by.split())
    if not 0 < len(by) <= 200:
        raise InputError("--by needs the name of a person, of 200 characters at most")
    subjects = chosen.subject or SUBJECTS
    return max(
        freeze(settings, name, by, subjects, revise=chosen.revise, reason=chosen.reason)
        for name in dict.fromkeys(chosen.period)
    )


def freeze(
    settings: Settings, name: str, by: str, subjects: Sequence[Subject], *, revise: bool = False, reason: str = ""
) -> int:
    """Freeze a month of these subjects, or say what a revision would change, or make it. Returns the exit code.

    Raises InputError for a month that is none or has not ended, and the errors of database and ledger.
    """
    from dashboard import compose

    clock, policy = compose.clock_of(settings), compose.policy_of(settings)
    ledger, database = Ledger(settings.ledger), compose.open_database(settings)
    at = At(city_time(clock.now(), clock.zone), compose.calendar_of(settings), policy, ledger=ledger)
    try:
        period = _ended(Periods.of(policy), name, at)
        with database.reader(Scope.of(Audience.LEADER)) as db:
            codes = [
                _one(db, at, ledger, subject, period, by, clock.real(), revise=revise, reason=reason)
                for subject in dict.fromkeys(subjects)
            ]
    finally:
        ledger.close()
        database.close()
    return max(codes)


def _ended(periods: Periods, name: str, at: At) -> Period:
    try:
        period = periods.month(name)
    except ValueError as error:
        raise InputError(str(error)) from error
    if period.runs(at.now):
        raise InputError(f"{name} runs until {period.end:%Y-%m-%d %H:%M}; a running month stays provisional")
    return period


def _one(
    db: ScopedReader,
    at: At,
    ledger: Ledger,
    subject: Subject,
    period: Period,
    by: str,
    moment: float,
    *,
    revise: bool,
    reason: str,
) -> int:
    if (kept := ledger.frozen(subject, [period.name]).get(period.name)) is None:
        found = live(db, at, subject, period)
        if isinstance(found, NotRecorded):
            _say(f"{subject} {period.name}: not frozen, the source does not record {', '.join(found.missing)}")
            return 0
        return _write(ledger, _row(found, 1, by, moment, reason))
    frozen = thawed(kept, at.calendar.zone).period
    if (frozen.start, frozen.end) != (period.start, period.end):
        raise InputError(
            f"{period.name} was frozen from {frozen.start:%Y-%m-%d %H:%M} to {frozen.end:%Y-%m-%d %H:%M}; the policy "
            "cuts months elsewhere now, so the two do not compare"
        )
    offered = offer(db, at, subject, period)
    if offered is None:
        _say(f"{subject} {period.name}: unchanged, revision {kept.revision} by {kept.by} stands")
        return 0
    _say(f"{subject} {period.name}: {len(offered.changes)} units changed since revision {kept.revision} by {kept.by}")
    _show(offered, _names(db, subject))
    if not revise:
        _say(f"  offered as revision {offered.revision}: --revise takes it over, --reason says why")
        return OFFERED
    return _write(ledger, _row(offered.now, offered.revision, by, moment, reason))


def _row(scores: Scores, revision: int, by: str, moment: float, reason: str) -> FrozenPeriod:
    return FrozenPeriod(
        subject=scores.subject,
        period=scores.period.name,
        revision=revision,
        scheme=scores.scheme,
        version=scores.version,
        by=by,
        at=moment,
        document=to_text(scores),
        reason=reason,
    )


def _write(ledger: Ledger, row: FrozenPeriod) -> int:
    if not ledger.freeze(row):
        raise InputError(
            f"somebody else froze revision {row.revision} of {row.period} at this moment; look at it first"
        )
    _say(
        f"{row.subject} {row.period}: frozen as revision {row.revision} by {row.by}, scheme {row.scheme} {row.version}"
    )
    return 0


def _show(offered: Offer, names: dict[str, str]) -> None:
    for change in offered.changes[:_SHOWN]:
        _say(f"  {change.code} {names.get(change.code, '')}: {_unit(change)}")
    if len(offered.changes) > _SHOWN:
        _say(f"  and {len(offered.changes) - _SHOWN} more")


def _unit(change: UnitChange) -> str:
    if change.before is None or change.after is None:
        return "new" if change.before is None else "gone"
    parts = [f"{_score(change.before)} -> {_score(change.after)}"]
    parts += [f"{term.id} {_cases(term.before)} -> {_cases(term.after)}" for term in change.terms]
    return "; ".join(parts)


def _score(unit: UnitScore) -> str:
    return "no score" if unit.score is None else f"{unit.score:.2f} {unit.grade} rank {unit.rank}"


def _cases(value: Rate | WeightedRate | float | None) -> str:
    if value is None:
        return "none"
    return f"{value:g}" if isinstance(value, float) else f"{value.good:g}/{value.of}"


def _names(db: ScopedReader, subject: Subject) -> dict[str, str]:
    if subject == "department":
        return {code: unit.name for code, unit in db.reference.departments.items()}
    return {code: area.name for code, area in db.reference.tree.by_code.items()}


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
