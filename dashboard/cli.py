"""The command line ``gridwall``: one function a command; larger commands have a module of their own."""

import argparse
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dashboard import freeze_command, indicators_command, logs
from dashboard.settings import Settings, as_example, as_markdown, load
from data_access.contract_sql import ENGINES, as_sql
from data_access.errors import DashboardError, SettingError
from importers.cli import add_commands

Command = Callable[[argparse.Namespace], int]


def parser() -> argparse.ArgumentParser:
    """All commands. Parsed arguments carry ``run``, a function of them that returns the exit code."""
    top = argparse.ArgumentParser(prog="gridwall", description="One screen for a city that governs by grid.")
    top.add_argument("--no-env-file", action="store_true", help="read no .env of the working folder")
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    command = commands.add_parser("serve", help="the wall, with its publisher, in one process")
    # what `gridwall demo` hands over: a socket that listens already, and the file to make when the wall answers
    command.add_argument("--descriptor", type=int, help=argparse.SUPPRESS)
    command.add_argument("--started", type=Path, help=argparse.SUPPRESS)
    _addressed(command).set_defaults(run=_serve)
    command = commands.add_parser("publish", help="the publisher alone; needs GRIDWALL_STORE=redis://...")
    _clocked(command).set_defaults(run=_publish)
    command = commands.add_parser("web", help="web processes without a publisher; needs GRIDWALL_STORE=redis://...")
    _addressed(command).set_defaults(run=_web)
    command = commands.add_parser("demo", help="a made-up city, built once and kept alive, and its wall")
    command.add_argument("--scale", choices=("city", "town"), default="city", help="9,000 grids, or a small town")
    command.add_argument("--host", default="127.0.0.1")
    command.add_argument("--port", type=int, default=8050)
    command.set_defaults(run=_demo)
    command = commands.add_parser("settings", help="all settings, as .env.example or as a table")
    command.add_argument("--format", choices=("example", "markdown"), default="example")
    command.set_defaults(run=_settings)
    _checking(commands)
    indicators_command.add_command(commands, _clocked)
    freeze_command.add_command(commands)
    add_commands(commands)
    return top


def main(arguments: list[str] | None = None) -> int:
    """Run one command. A mistake of the operator is one sentence on standard error and exit code 2."""
    chosen = parser().parse_args(arguments)
    run: Command = chosen.run
    try:
        return run(chosen)
    except SettingError as error:
        sys.stderr.write(f"gridwall: {error}\n")
        return 2
    except DashboardError as error:
        sys.stderr.write(f"gridwall: {error} ({error.key})\n")
        return 1


def _clocked(command: argparse.ArgumentParser) -> argparse.ArgumentParser:
    command.add_argument("--clock", help="as GRIDWALL_CLOCK: -90d, +36h or 2015-03-31T09:00")
    return command


def _addressed(command: argparse.ArgumentParser) -> argparse.ArgumentParser:
    command.add_argument("--host", help="as GRIDWALL_HOST")
    command.add_argument("--port", type=int, help="as GRIDWALL_PORT")
    return _clocked(command)


def loaded(chosen: argparse.Namespace) -> Settings:
    """The settings, with what the command line says; logs begin."""
    given: dict[str, Any] = {
        name: value for name in ("host", "port", "clock") if (value := getattr(chosen, name, None)) is not None
    }
    settings = load(None if chosen.no_env_file else Path(".env"), **given)
    logs.set_up(settings.log, settings.log_level)
    return settings


def _tried(settings: Settings) -> Settings:
    """Refuse at once, with a sentence, what would only fail in a worker."""
    from dashboard import compose
    from dashboard.auth import entrances
    from dashboard.settings import secret_key
    from dashboard.stores import open_broadcast

    clock = compose.clock_of(settings)
    compose.calendar_of(settings)
    compose.policy_of(settings)
    compose.open_database(settings).close()
    entrances(settings, secret_key(settings), clock.real)
    open_broadcast(settings.store.get_secret_value())
    return settings


def _serve(chosen: argparse.Namespace) -> int:
    from dashboard.serving import serve

    settings = _tried(loaded(chosen))
    if settings.workers > 1:
        raise SettingError(
            "gridwall serve is one process with its publisher; for more run gridwall publish and gridwall web",
            name="GRIDWALL_WORKERS",
        )
    serve(settings, embedded=True, descriptor=chosen.descriptor, started=chosen.started)
    return 0


def _web(chosen: argparse.Namespace) -> int:
    from dashboard.serving import serve

    settings = _shared(_tried(loaded(chosen)))
    serve(settings, embedded=False)
    return 0


def _publish(chosen: argparse.Namespace) -> int:
    from dashboard.compose import clock_of, geometry_of, publisher_of
    from dashboard.stores import open_broadcast

    settings = _shared(_tried(loaded(chosen)))
    broadcast = open_broadcast(settings.store.get_secret_value())
    beat = publisher_of(settings, broadcast, geometry_of(settings, broadcast), clock_of(settings, broadcast))
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: beat.end())
    beat.run_here()
    return 0


def _shared(settings: Settings) -> Settings:
    if settings.store.get_secret_value() == "memory":
        raise SettingError(
            "publisher and web processes meet in a store: set GRIDWALL_STORE=redis://...", name="GRIDWALL_STORE"
        )
    return settings


def _demo(chosen: argparse.Namespace) -> int:
    from dashboard.demo_city import run

    settings = load(None, host="127.0.0.1")
    return run(chosen.scale, chosen.host, chosen.port, settings.data_dir, settings.policy)


def _settings(chosen: argparse.Namespace) -> int:
    sys.stdout.write(as_markdown() if chosen.format == "markdown" else as_example())
    return 0


def _checking(commands: Any) -> None:
    """``check`` and ``contract``."""
    command = commands.add_parser("check", help="compare the operational database with the contract, line by line")
    command.add_argument("--format", choices=("text", "json"), default="text")
    command.add_argument("--lang", choices=("zh", "en"), help="language of the findings (GRIDWALL_LANGUAGE)")
    _clocked(command).set_defaults(run=_check)
    command = commands.add_parser("contract", help="the contract as example views, indexes and grants")
    command.add_argument(
        "--sql", required=True, nargs="?", const="postgresql", choices=ENGINES, metavar="ENGINE",
        help=f"for this engine: {', '.join(ENGINES)} (postgresql)",
    )  # fmt: skip
    command.set_defaults(run=_contract)


def _check(chosen: argparse.Namespace) -> int:
    """Exit code 1 when the wall cannot be trusted on this database (a fault), 0 with warnings and notes only."""
    from dashboard import compose
    from dashboard.clock import city_time
    from data_access.check import Severity, as_json, as_text, run_check
    from indicators.registry import REGISTRY

    settings = loaded(chosen)
    clock, database = compose.clock_of(settings), compose.open_database(settings)
    try:
        found = run_check(
            database,
            now=city_time(clock.now(), clock.zone),
            calendar=compose.calendar_of(settings),
            indicators=[(entry.id, entry.needed) for entry in REGISTRY.values()],
        )
    finally:
        database.close()
    lang = chosen.lang or settings.language
    text = as_json(found) if chosen.format == "json" else as_text(found, lang)
    sys.stdout.write(text.rstrip("\n") + "\n")
    return int(any(one.severity is Severity.FAULT for one in found))


def _contract(chosen: argparse.Namespace) -> int:
    sys.stdout.write(as_sql(chosen.sql))
    return 0


if __name__ == "__main__":
    sys.exit(main())
