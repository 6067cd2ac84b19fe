"""Database time of one beat at 0.5, 2 and 5 million orders on three engines: the overview alone, and all scenes."""

import os
import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

from benchmarks import volume
from benchmarks.frame import Bench, Measure
from benchmarks.stage import Statements
from dashboard.compose import product
from dashboard.jobs import Job, Spot
from dashboard.keys import Focus
from dashboard.plan import BEAT_S
from dashboard.publisher import reader_of
from data_access.engine import Database, ReadOptions, ScopedReader
from data_access.scope import Audience, Scope
from indicators.policy import load_policy
from indicators.readings import READINGS
from indicators.workcalendar import WorkCalendar
from layouts.scenes import PANELS, SCENES
from tests.fixtures.beats import HandClock
from tests.fixtures.servers import MariaDB, PostgreSQL, running

SIZES: Final = tuple(int(float(size) * 1e6) for size in os.environ.get("BENCH_MILLIONS", "0.5,2,5").split(","))
BEATS: Final = 15
WALL: Final = Scope.of(Audience.WALL)
BUDGETS_MS: Final = {"one scene": 25.0, "all scenes": 50.0}
SHOWN: Final = {"one scene": ("overview",), "all scenes": tuple(SCENES)}
FLAT: Final = 1.2
ENGINES_APART: Final = 2.0
PERIOD: Final = 10 // BEAT_S
"""Beats after which everything of the fast lane was read."""


def due(scenes: Sequence[str], turn: int) -> tuple[str, ...]:
    """The fast readings of these scenes in one beat of the period, shared out as the publisher does."""
    every = {"sources": BEAT_S}
    for scene in scenes:
        for panel in (PANELS[panel] for panel in SCENES[scene].panels):
            every[panel.reading] = min(panel.every, every.get(panel.reading, panel.every))
            for name in panel.also:
                every.setdefault(name, max(panel.every, BEAT_S))
    fast = {name: seconds for name, seconds in every.items() if READINGS[name].lane == "fast"}
    return tuple(
        sorted(
            name
            for name, seconds in fast.items()
            if (turn - READINGS[name].turn) % max(1, min(PERIOD, seconds // BEAT_S)) == 0
        )
    )


class Waiting:
    """Seconds spent in asking: statements compiled, run and fetched, by every reader until the end of the block."""

    def __init__(self) -> None:
        self.seconds = 0.0

    @contextmanager
    def heard(self) -> Iterator["Waiting"]:
        """Listen to all readers."""
        asked = ScopedReader.rows

        def rows(db: ScopedReader, statement: Any) -> Any:
            began = time.perf_counter()
            try:
                return asked(db, statement)
            finally:
                self.seconds += time.perf_counter() - began

        with patch.object(ScopedReader, "rows", rows):
            yield self


@dataclass(frozen=True, slots=True)
class Beat:
    """Milliseconds of one beat: with the database (opening, asking, closing), and the making of the values too."""

    database: float
    whole: float


class Beats:
    """Beats as the publisher reads them: two seconds apart, the open book kept in step."""

    def __init__(self, database: Database, waiting: Waiting) -> None:
        self._database, self._waiting = database, waiting
        self._clock = HandClock(volume.END)
        calendar = WorkCalendar.named("cn", "Asia/Shanghai")
        self._read = reader_of(product(), calendar, load_policy(), self._clock, None)
        with database.reader(WALL) as db:
            assert db.reference.tree.root is not None
            self._spot = Spot(Audience.WALL, Focus(db.reference.tree.root))

    def turn(self, names: Sequence[str]) -> Beat:
        """Two seconds later: these readings in one snapshot."""
        self._clock.turn(BEAT_S)
        self._waiting.seconds = 0.0
        began = time.perf_counter()
        with self._database.reader(WALL) as db:
            opened = time.perf_counter()
            for name in names:
                self._read(db, Job(self._spot, name), self._clock.now())
            read = time.perf_counter()
        ended = time.perf_counter()
        around = (opened - began) + (ended - read)
        return Beat((around + self._waiting.seconds) * 1000, (ended - began) * 1000)


def measure(database: Database, label: str, statements: Statements, share: float = 1.0) -> dict[str, Measure]:
    """The heaviest beat of a period, of one scene and of all, and each slow reading; ``share`` of the budgets."""
    with Waiting().heard() as waiting:
        return _measured(Beats(database, waiting), label, statements, share)


def _measured(beat: Beats, label: str, statements: Statements, share: float) -> dict[str, Measure]:
    found = {}
    for shown, scenes in SHOWN.items():
        beats = {}
        for turn in range(PERIOD):
            names = due(scenes, turn)
            beat.turn(names)
            statements.clear()
            times = [beat.turn(names) for _ in range(BEATS)]
            whole = statistics.median(one.whole for one in times)
            beats[turn] = (statistics.median(one.database for one in times), names, statements.count // BEATS, whole)
        value, names, count, whole = max(beats.values())
        usual = statistics.median(one[0] for one in beats.values())
        note = (
            f"{len(names)} readings, {count} statements; with the making of the values {whole:.1f} ms; "
            f"the middle beat {usual:.1f} ms"
        )
        found[shown] = Measure(f"{label}: heaviest beat, {shown}", value, "ms", BUDGETS_MS[shown] * share, note)
    slow = {}
    wanted = {PANELS[panel].reading for scene in SCENES.values() for panel in scene.panels}
    for name in sorted(wanted):
        if READINGS[name].lane == "slow":
            slow[name] = min(beat.turn((name,)).whole for _ in range(2))
    worst = max(slow, key=lambda name: slow[name])
    found["slow"] = Measure(f"{label}: all slow readings, each in its own snapshot", sum(slow.values()), "ms", None,
                            f"the longest is {worst} with {slow[worst]:.0f} ms")  # fmt: skip
    return found


@contextmanager
def cities(folder: Path) -> Iterator[dict[tuple[str, int], volume.Grown]]:
    """The city of each engine and size, all made before anything is measured."""
    with ExitStack() as stack:
        made: dict[tuple[str, int], volume.Grown] = {}

        def grown(engine: str, size: int, city: volume.Grown) -> None:
            stack.callback(city.close)
            city.grow(size)
            made[engine, size] = city

        postgresql, mariadb = stack.enter_context(running(PostgreSQL)), stack.enter_context(running(MariaDB))
        for size in sorted(SIZES):
            grown("SQLite", size, volume.GrownSqlite(folder, str(size)))
            grown("PostgreSQL", size, volume.GrownPostgresql(folder, postgresql))
            grown("MariaDB", size, volume.GrownMariadb(folder, mariadb))
        yield made


def run(folder: Path) -> list[Measure]:
    """All sizes on all engines, then what the sizes and the engines have to do with one another."""
    with cities(folder) as made:
        return compared(made)


def compared(made: Mapping[tuple[str, int], volume.Grown]) -> list[Measure]:
    """Each city measured, and the ratios between them."""
    statements = Statements()
    taken: dict[tuple[str, int], dict[str, Measure]] = {}
    for (engine, size), city in sorted(made.items()):
        share = ENGINES_APART if engine == "MariaDB" else 1.0  # it may take so many times what PostgreSQL may
        taken[engine, size] = _on(city.url, f"{engine}, {size / 1e6:g} million", statements, share)
        for row in taken[engine, size].values():
            print(f"  {row.what}: {row.value:.1f} {row.unit} ({row.note})", flush=True)
    measures = [row for found in taken.values() for row in found.values()]
    for engine in dict.fromkeys(engine for engine, _ in taken):
        sizes = [size for name, size in taken if name == engine]
        for shown in SHOWN if len(sizes) > 1 else ():
            smallest, largest = taken[engine, min(sizes)][shown].value, taken[engine, max(sizes)][shown].value
            what = f"{engine}, {shown}: {max(sizes) / 1e6:g} million against {min(sizes) / 1e6:g}"
            measures.append(Measure(what, largest / smallest, "times", FLAT))
    for size in sorted({size for _, size in taken}):
        theirs, others = taken.get(("MariaDB", size)), taken.get(("PostgreSQL", size))
        if theirs and others:
            ratio = theirs["all scenes"].value / others["all scenes"].value
            what = f"MariaDB against PostgreSQL, {size / 1e6:g} million"
            measures.append(Measure(what, ratio, "times", ENGINES_APART))
    return measures


def _on(url: str, label: str, statements: Statements, share: float) -> dict[str, Measure]:
    database = Database(url, ReadOptions(timezone="Asia/Shanghai", timeout_s=60.0, pool_size=2))
    try:
        return measure(database, label, statements, share)
    finally:
        database.close()


BENCH: Final = Bench(
    "beat",
    "Database time of one beat",
    "The demo city, with closed copies of its past up to the size; its present is the same at every size. All readings "
    "that are due in a beat, in one snapshot: opening it, compiling, running and fetching all statements, closing it. "
    f"The heaviest of the five beats of ten seconds, each the median of {BEATS} after one to warm up.",
    run,
)
