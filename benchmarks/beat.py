"""Database time of one beat of the overview at 0.5, 2 and 5 million orders on three engines."""

import os
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmarks import volume
from benchmarks.frame import Bench, Measure
from benchmarks.stage import Statements
from data_access.engine import Database, ReadOptions
from data_access.scope import Audience, Scope
from indicators.policy import load_policy
from indicators.readings import READINGS
from indicators.values import At
from indicators.workcalendar import WorkCalendar
from layouts.scenes import PANELS, SCENES
from tests.fixtures.servers import MariaDB, PostgreSQL, running

SIZES: Final = tuple(int(float(size) * 1e6) for size in os.environ.get("GRIDWALL_BENCH_MILLIONS", "0.5,2,5").split(","))
BEATS: Final = 15
WALL: Final = Scope.of(Audience.WALL)
ONE_SCENE_MS: Final = 25.0
FLAT: Final = 1.2
ENGINES_APART: Final = 2.0


def due(every: int) -> tuple[str, ...]:
    """The fast readings of the overview that are due with panels of this pace or a quicker one."""
    panels = [PANELS[panel] for panel in SCENES["overview"].panels]
    names = {panel.reading for panel in panels if panel.every <= every} | {"sources"}
    return tuple(sorted(name for name in names if READINGS[name].lane == "fast"))


def beat_ms(database: Database, names: Sequence[str], at: At) -> float:
    """Milliseconds of reading these in one snapshot, opening and closing it included."""
    began = time.perf_counter()
    with database.reader(WALL) as db:
        for name in names:
            READINGS[name].read(db, at)
    return (time.perf_counter() - began) * 1000


def measure(database: Database, label: str, at: At, statements: Statements) -> dict[str, Measure]:
    """An ordinary beat, a beat in which everything fast is due, and each slow reading."""
    found = {}
    for key, every in (("beat", 2), ("full", 10)):
        names = due(every)
        beat_ms(database, names, at)
        statements.clear()
        times = [beat_ms(database, names, at) for _ in range(BEATS)]
        note = (
            f"{len(names)} readings, {statements.count // BEATS} statements, of it in the driver "
            f"{statements.seconds * 1000 / BEATS:.1f} ms"
        )
        what = f"{label}: a beat" if key == "beat" else f"{label}: a beat with the 10-second panels"
        found[key] = Measure(what, statistics.median(times), "ms", ONE_SCENE_MS, note)
    slow = {}
    for name, reading in READINGS.items():
        if reading.lane == "slow":
            beat_ms(database, (name,), at)
            slow[name] = statistics.median(beat_ms(database, (name,), at) for _ in range(3))
    worst = max(slow, key=lambda name: slow[name])
    found["slow"] = Measure(f"{label}: all slow readings once a minute", sum(slow.values()), "ms", None,
                            f"the longest is {worst} with {slow[worst]:.0f} ms")  # fmt: skip
    return found


def run(folder: Path) -> list[Measure]:
    """All sizes on all engines, then what the sizes and the engines have to do with one another."""
    calendar = WorkCalendar.named("cn", "Asia/Shanghai")
    at = At(volume.END, calendar, load_policy(), None, None)
    statements = Statements()
    taken: dict[tuple[str, int], dict[str, Measure]] = {}
    for size in SIZES:
        path = volume.city(folder, size)
        taken["SQLite", size] = _on(f"sqlite:///{path}", f"SQLite, {size / 1e6:g} million", at, statements)
        with running(PostgreSQL) as server:
            url = volume.into_postgresql(path, server)
            taken["PostgreSQL", size] = _on(url, f"PostgreSQL, {size / 1e6:g} million", at, statements)
        with running(MariaDB) as server:
            url = volume.into_mariadb(path, server, folder)
            taken["MariaDB", size] = _on(url, f"MariaDB, {size / 1e6:g} million", at, statements)
    measures = [row for found in taken.values() for row in found.values()]
    for engine in ("SQLite", "PostgreSQL", "MariaDB"):
        smallest, largest = taken[engine, min(SIZES)]["full"].value, taken[engine, max(SIZES)]["full"].value
        measures.append(Measure(f"{engine}: the largest city against the smallest", largest / smallest, "times", FLAT))
    for size in SIZES:
        ratio = taken["MariaDB", size]["full"].value / taken["PostgreSQL", size]["full"].value
        measures.append(Measure(f"MariaDB against PostgreSQL, {size / 1e6:g} million", ratio, "times", ENGINES_APART))
    return measures


def _on(url: str, label: str, at: At, statements: Statements) -> dict[str, Measure]:
    database = Database(url, ReadOptions(timezone="Asia/Shanghai", timeout_s=60.0, pool_size=2))
    try:
        return measure(database, label, at, statements)
    finally:
        database.close()


BENCH: Final = Bench(
    "beat",
    "Database time of one beat",
    "The demo city, with closed copies of its past up to the size; its present is the same at every size. All readings "
    "of the overview that are due in a beat, in one snapshot, the making of the values included: the median of "
    f"{BEATS} after one to warm up.",
    run,
)
