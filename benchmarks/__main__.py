"""``python -m benchmarks [NAME ...]``: run these benches, or all, and write benchmarks/RESULTS.md."""

import argparse
import sys
from pathlib import Path

from benchmarks import beat, clock, live, screen
from benchmarks.frame import HERE, PAGE, TOLERANCE, Bench, figure, keep, machine

BENCHES: tuple[Bench, ...] = (beat.BENCH, clock.BENCH, live.BENCH, screen.BENCH)


def main(arguments: list[str] | None = None) -> int:
    """Run what was asked for, one after the other; print and keep each result. 1 when a budget was missed by far."""
    top = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    top.add_argument("names", nargs="*", metavar="NAME", help="one of " + ", ".join(bench.name for bench in BENCHES))
    top.add_argument("--work", type=Path, default=HERE / "work", help="folder for data that are made once and kept")
    chosen = top.parse_args(arguments)
    if unknown := set(chosen.names) - {bench.name for bench in BENCHES}:
        top.error(f"there is no bench {', '.join(sorted(unknown))}")
    far = False
    for bench in BENCHES:
        if chosen.names and bench.name not in chosen.names:
            continue
        print(f"{bench.title}", flush=True)
        where = machine()
        folder = chosen.work.resolve() / bench.name
        folder.mkdir(parents=True, exist_ok=True)
        measures = bench.run(folder)
        keep(bench, where, measures)
        for row in measures:
            print(f"  {row.what:<64} {figure(row.value):>9} {row.unit:<8} {row.verdict}", flush=True)
            far = far or (row.budget is not None and row.value > TOLERANCE * row.budget)
    print(f"written to {PAGE}")
    return 1 if far else 0


if __name__ == "__main__":
    sys.exit(main())
