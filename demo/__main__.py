"""``python -m demo build`` makes the demo city, ``python -m demo simulate`` keeps it alive."""

import argparse
import signal
import sys
from datetime import datetime
from pathlib import Path
from types import FrameType
from zoneinfo import ZoneInfo

from demo.build import HISTORY_DAYS, SCALES, Built, build, is_current
from demo.moments import ZONE
from demo.progress import Progress
from demo.simulator import run


def city_now() -> datetime:
    """The city's time of day, without zone, to the second."""
    return datetime.now(ZoneInfo(ZONE)).replace(tzinfo=None, microsecond=0)


def parser() -> argparse.ArgumentParser:
    """The command line of the demo."""
    top = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    commands = top.add_subparsers(dest="command", required=True)
    make = commands.add_parser("build", help="write the made-up city into a SQLite file")
    make.add_argument("--scale", choices=SCALES, default="city")
    make.add_argument("--out", type=Path, required=True)
    make.add_argument("--end", type=datetime.fromisoformat, help="the moment at which the city stands (default: now)")
    make.add_argument("--seed", type=int, default=1)
    make.add_argument("--days", type=int, default=HISTORY_DAYS, help=f"days of history (default {HISTORY_DAYS})")
    make.add_argument("--if-needed", action="store_true", help="keep a file that the simulator can play on from")
    make.add_argument("--progress", type=Path, help="file that tells how far the build is, as JSON")
    play = commands.add_parser("simulate", help="play the other systems into the file, in real time")
    play.add_argument("file", type=Path)
    play.add_argument("--speed", type=float, default=1.0, help="seconds of the city for each real one (default 1)")
    play.add_argument("--progress", type=Path, help="file that tells when the city has caught up, as JSON")
    return top


def summary(built: Built) -> str:
    """Rows and bytes of what was written, one table a line."""
    lines = [f"  {name:<20}{count:>12,}" for name, count in built.rows.items()]
    return "\n".join([f"{built.path}: {built.size / 1e6:,.0f} MB in {built.took:.1f} s", *lines])


def _leave(_signal: int, _frame: FrameType | None) -> None:
    """End as asked, through the clean-up of the build."""
    sys.exit(128 + signal.SIGTERM)


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    chosen = parser().parse_args(arguments)
    progress = Progress(chosen.progress)
    if chosen.command == "build":
        if chosen.if_needed and is_current(chosen.out, chosen.end or city_now()):
            return 0
        signal.signal(signal.SIGTERM, _leave)
        built = build(chosen.out, chosen.scale, chosen.end or city_now(), chosen.seed, progress, chosen.days)
        sys.stdout.write(summary(built) + "\n")
        return 0
    return run(chosen.file, chosen.speed, progress, city_now)


if __name__ == "__main__":
    sys.exit(main())
