"""The commands ``import-311`` and ``replay``."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from data_access.errors import ImportRefused
from importers.areas import AreaSpec
from importers.book import REASONS, REMARKS
from importers.layouts import LAYOUTS
from importers.replay import replay_command
from importers.run import Report, Source, moment_of, remarks_file, run

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[Any]


def add_commands(subparsers: "Subparsers") -> None:
    """Adds both commands. Parsed arguments carry ``run``, a function of them that returns the exit code."""
    _add_import(subparsers)
    _add_replay(subparsers)


def main(argv: list[str] | None = None) -> int:
    """``python -m importers``: the same two commands without the rest of gridwall."""
    parser = argparse.ArgumentParser(prog="python -m importers", description=__doc__)
    add_commands(parser.add_subparsers(required=True, metavar="COMMAND"))
    args = parser.parse_args(argv)
    command: Callable[[argparse.Namespace], int] = args.run
    return command(args)


def _add_import(subparsers: "Subparsers") -> None:
    parser = subparsers.add_parser(
        "import-311",
        help="a city's 311 file as a contract database, as it stood at a moment",
        description="Writes a 311 file as a contract database, as the city stood at a moment.",
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="CSV, also packed with gzip")
    parser.add_argument(
        "--layout", required=True, help=f"{', '.join(LAYOUTS)}, or a mapping file ending in .toml or .json"
    )
    parser.add_argument(
        "--areas",
        action="append",
        default=[],
        metavar="LEVEL=FILE:CODE[:NAME]",
        help="GeoJSON polygons of a level (county, street, community, grid, micro_grid) and the property with the "
        "area's number or name; repeat for each level",
    )
    parser.add_argument("--as-of", metavar="T", help="the moment, in the city's time (default: the file's last moment)")
    parser.add_argument("--snapshot", metavar="T", help="when the file was taken (default: its last moment)")
    parser.add_argument("--out", required=True, metavar="DB", help="path of a SQLite file, or a database URL")
    parser.add_argument("--kept-out", type=Path, metavar="FILE", help="list of rows kept out (default: beside DB)")
    parser.set_defaults(run=_import)


def _add_replay(subparsers: "Subparsers") -> None:
    parser = subparsers.add_parser(
        "replay",
        help="plays the rest of an imported file into its database",
        description="Plays what happened after the moment of the import into its database, as the clock goes.",
    )
    parser.add_argument("db", metavar="DB", help="the database that import-311 wrote")
    parser.add_argument(
        "--speed", type=_speed, default=1.0, metavar="N", help="N seconds of the city a second (default 1)"
    )
    parser.add_argument("--until", metavar="T", help="where to stop (default: the file's last moment)")
    parser.set_defaults(run=replay_command)


def _speed(text: str) -> float:
    speed = float(text)
    if not 0 < speed < float("inf"):
        raise argparse.ArgumentTypeError("must be a number above 0")
    return speed


def _import(args: argparse.Namespace) -> int:
    try:
        snapshot = moment_of(args.snapshot, args.layout) if args.snapshot else None
        moment = moment_of(args.as_of, args.layout) if args.as_of else None
        source = Source(args.file, args.layout, tuple(AreaSpec.parse(text) for text in args.areas), snapshot)
        report = run(source, args.out, moment, args.kept_out)
    except ImportRefused as refused:
        print(f"refused: {refused}", file=sys.stderr)
        return 2
    print("\n".join(summary(report)))
    return 0


def summary(report: Report) -> list[str]:
    """The report in lines for a person."""
    book, areas = report.loaded.book, report.loaded.areas
    written = f"{report.written} written as of {report.moment} ({report.open} open)"
    lines = [f"{report.rows} rows read, {written}, {len(report.kept_out)} kept out and listed"]
    lines += [f"  kept out  {count:>7}  {REASONS[reason]}" for reason, count in report.reasons().most_common()]
    lines += [f"  remark    {count:>7}  {REMARKS[kind]}" for kind, count in report.kinds().most_common()]
    lines += [
        f"  {count} rows lie on {lat}, {lon}: a default point, kept out of the map"
        for (lon, lat), count in book.default_points.items()
    ]
    lines += [f"  {count} {note}" for note, count in sorted(areas.notes.items())]
    for level in dict.fromkeys(level for level, _ in sorted(book.agreement)):
        same, other = book.agreement[level, True], book.agreement[level, False]
        lines.append(f"  point and own {level} name agree on {same} of {same + other} rows")
    if book.unused:
        lines.append(f"  columns not used: {', '.join(book.unused)}")
    lines.append(f"wrote {report.out}, {report.listing} and {remarks_file(report.listing).name}")
    return lines
