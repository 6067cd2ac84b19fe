"""``gridwall indicators``: the numbers of the screens without a browser, from any contract database."""

import argparse
import sys
from collections.abc import Callable, Mapping
from datetime import date
from difflib import get_close_matches
from typing import Any, Final

from data_access.errors import InputError
from data_access.reference import LEVELS, Reference
from indicators.periods import Period, Periods
from indicators.values import At

_LEVELS: Final = tuple(level for level in LEVELS if level != "city")


def add_command(commands: Any, clocked: Callable[[argparse.ArgumentParser], argparse.ArgumentParser]) -> None:
    """Add the command to the parser; ``clocked`` adds what all commands with a moment have."""
    command = commands.add_parser("indicators", help="the numbers of the screens, with their definitions")
    command.add_argument("ids", nargs="*", metavar="ID", help="indicators or scores (all that are counted over orders)")
    command.add_argument("--by", choices=("department", "area", "category", "day"), help="one line for each")
    command.add_argument("--from", dest="first", metavar="DAY", help="first day, 2026-10-01 (each its own window)")
    command.add_argument("--to", dest="last", metavar="DAY", help="last day, included (today)")
    command.add_argument("--period", help="a month, week or day as the city cuts them: 2026-10, 2026-W41, 2026-10-05")
    command.add_argument("--area", metavar="CODE", help="only this area and what is below it (the whole city)")
    command.add_argument("--level", help=f"with --by area one of {', '.join(_LEVELS)}; with --by category: major")
    command.add_argument("--format", choices=("table", "json", "csv"), default="table")
    command.add_argument("--lang", choices=("zh", "en"), help="language of the words (GRIDWALL_LANGUAGE)")
    clocked(command).set_defaults(run=_command)


def _command(chosen: argparse.Namespace) -> int:
    """Exit code 2 with one sentence for what cannot be asked so."""
    from dashboard.cli import loaded

    settings = loaded(chosen)
    try:
        return run(chosen, settings)
    except InputError as error:
        sys.stderr.write(f"gridwall: {error}\n")
        return 2


def run(chosen: argparse.Namespace, settings: Any) -> int:
    """Read, write the answer to standard output. Raises InputError and SourceError."""
    from dashboard import compose
    from dashboard.clock import city_time
    from dashboard.indicators_formats import as_csv, as_json, as_table
    from dashboard.indicators_report import SCORES, Question, report
    from data_access.ledger import Ledger
    from data_access.scope import Audience, Scope

    policy = compose.policy_of(settings)
    clock, calendar = compose.clock_of(settings), compose.calendar_of(settings)
    now = city_time(clock.now(), clock.zone)
    period = period_of(chosen, Periods.of(policy), Periods.of(policy).day_at(now))
    ids = ids_of(chosen, period)
    lang = chosen.lang or settings.language
    database = compose.open_database(settings)
    try:
        # aggregates alone: with the eyes of a wall, which sees no person
        with database.reader(Scope.of(Audience.WALL)) as db:
            area, level = place_of(chosen, db.reference)
            ledger = Ledger(settings.ledger) if set(ids) & set(SCORES) else None
            at = At(now, calendar, policy, area, None, ledger)
            found = report(db, at, Question(ids, period, chosen.by, level), lang, str(clock.zone))
    finally:
        database.close()
    write = {"table": as_table, "json": as_json, "csv": as_csv}[chosen.format]
    sys.stdout.write(write(found).rstrip("\n") + "\n")
    return 0


def period_of(chosen: argparse.Namespace, periods: Periods, today: date) -> Period | None:
    """The period asked for, None for each indicator's own window. Raises InputError."""
    if chosen.period is not None:
        if chosen.first or chosen.last:
            raise InputError("--period says the days already: leave --from and --to away")
        try:
            found = periods.named(chosen.period)
        except ValueError as error:
            raise InputError(f"--period: {error}") from None
    elif chosen.first is not None:
        first, last = _day("--from", chosen.first), today if chosen.last is None else _day("--to", chosen.last)
        if last < first and chosen.last is not None:
            raise InputError(f"--to {last} lies before --from {first}")
        found = periods.days(first, max(first, last))
    elif chosen.last is not None:
        raise InputError("--to needs --from")
    else:
        return None
    if found.first > today:
        raise InputError(f"{found.first} has not come yet: it is {today} in the city")
    return found


def _day(option: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(f"{option} is a day like 2026-10-01, not {text}") from None


def ids_of(chosen: argparse.Namespace, period: Period | None) -> tuple[str, ...]:
    """The ids asked for, or all that can be counted so. Raises InputError."""
    from dashboard.indicators_report import SCORES
    from indicators.readings.patrols import PATROL
    from indicators.registry import REGISTRY
    from indicators.windows import Now

    counted = {name: entry for name, entry in REGISTRY.items() if entry.counted and not entry.derived}
    if not chosen.ids:
        return tuple(
            name for name, entry in counted.items() if chosen.by != "day" or not isinstance(entry.window, Now)
        )  # fmt: skip
    for name in chosen.ids:
        if name in SCORES:
            _score(name, chosen.by, period)
        elif name not in REGISTRY:
            raise InputError(_unknown(name, {**REGISTRY, **SCORES}))
        elif name in PATROL:
            if chosen.by is not None:
                raise InputError(f"{name} is not counted over work orders, so not by {chosen.by}")
        elif name not in counted:
            raise InputError(f"{name} is not counted over work orders; it is on the screens alone")
        elif chosen.by == "day" and isinstance(counted[name].window, Now):
            raise InputError(f"{name} is the state of now, it has no days")
    return tuple(dict.fromkeys(chosen.ids))


def _score(name: str, by: str | None, period: Period | None) -> None:
    if by is not None:
        raise InputError(f"{name} has its own units: leave --by away")
    if period is not None and period.kind != "month":
        raise InputError(f"{name} is made for months: --period 2026-10")


def _unknown(name: str, known: Mapping[str, object]) -> str:
    close = get_close_matches(name, known, 1)
    meant = f"; {close[0]} meant?" if close else ""
    return f"there is no indicator {name}{meant} (docs/indicators.md lists them)"


def place_of(chosen: argparse.Namespace, reference: Reference) -> tuple[str | None, str | None]:
    """The area (None: the whole city) and the level to group by. Raises InputError."""
    tree = reference.tree
    if chosen.area is not None and chosen.area not in tree.by_code:
        raise InputError(f"there is no area {chosen.area}")
    area = None if chosen.area == tree.root else chosen.area
    if chosen.level is None:
        below = [child.level for child in tree.children(area or tree.root or "") if child.level in LEVELS]
        return area, (min(below, key=LEVELS.index, default=None) if chosen.by == "area" else None)
    allowed = {"area": _LEVELS, "category": ("major",)}.get(chosen.by or "", ())
    if not allowed:
        raise InputError("--level goes with --by area or --by category")
    if chosen.level not in allowed:
        raise InputError(f"--level with --by {chosen.by} is one of {', '.join(allowed)}, not {chosen.level}")
    if chosen.by == "area" and not tree.below(area or tree.root or "", chosen.level):
        raise InputError(f"there are no areas of the level {chosen.level} here")
    return area, chosen.level
