"""The working clock of 100,000 open orders: their use of time, the open book made and kept, lights and horizon."""

import statistics
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.frame import Bench, Measure
from indicators.book import Book, Entry
from indicators.effective import Facts, Suspension
from indicators.policy import load_policy
from indicators.workcalendar import Clock, WorkCalendar

ORDERS: Final = 100_000
SUSPENDED: Final = 1_000
CHANGED: Final = 200
"""Orders that change within the two minutes which every beat reads again, in a busy city."""
ROUNDS: Final = 9
BUDGET_MS: Final = 200.0
NOW: Final = datetime(2026, 11, 18, 16, 5)
_SEED: Final = 20261118


def median_ms(do: Callable[[], object]) -> float:
    """The median of some rounds after one to warm up."""
    do()
    taken = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        do()
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken)


def entries() -> dict[str, Entry]:
    """Open orders of the last month with limits of two hours to fifteen days, a few of them suspended."""
    rng = np.random.default_rng(_SEED)
    ages, limits = rng.integers(0, 30 * 86_400, ORDERS).tolist(), rng.integers(7_200, 15 * 86_400, ORDERS).tolist()
    found = {}
    for number, (age, limit) in enumerate(zip(ages, limits, strict=True)):
        start = NOW - timedelta(seconds=age)
        waits = (Suspension(start + timedelta(hours=1), NOW + timedelta(days=2)),) if number < SUSPENDED else ()
        clock = Clock.CONTINUOUS if number % 8 == 0 else Clock.WORK
        facts = Facts(None, start + timedelta(seconds=limit), clock, start=start, suspensions=waits)
        found[f"o{number}"] = Entry("handling", f"A{number % 9_000}", f"D{number % 80}", start, facts)
    return found


def run(folder: Path) -> list[Measure]:
    """In one process, without a database."""
    calendar, levels = WorkCalendar.named("cn", "Asia/Shanghai"), load_policy().lights
    orders = entries()
    dues = np.array([entry.facts.close_due for entry in orders.values()], dtype="datetime64[us]")
    starts = np.array([entry.start for entry in orders.values()], dtype="datetime64[us]")
    book = Book.of(calendar, levels, "sqlite", orders)
    seen = book.columns.alive
    turned = {
        f"o{number}": Entry("checking", f"A{number}", "D1", NOW, Facts(None, NOW, Clock.WORK))
        for number in range(SUSPENDED, SUSPENDED + CHANGED)
    }
    return [
        Measure(
            "use of working time of 100,000 open orders",
            median_ms(lambda: calendar.use_many(starts, dues, np.datetime64(NOW, "us"))),
            "ms",
            BUDGET_MS,
        ),
        Measure("lights of 100,000 orders from the book", median_ms(lambda: book.lights(seen, NOW)), "ms"),
        Measure(
            "overdue by a cut of 100,000 orders, by department",
            median_ms(
                lambda: book.by(
                    book.departments, book.columns.department, book.overdue_at(seen, NOW + timedelta(hours=2))
                )
            ),
            "ms",
        ),
        Measure(
            f"the book of 100,000 orders with {CHANGED} changed",
            median_ms(lambda: book.changed(turned)),
            "ms",
            note="what a beat does when as many changed within two minutes",
        ),
        Measure(
            "the book of 100,000 orders made anew",
            median_ms(lambda: Book.of(calendar, levels, "sqlite", orders)),
            "ms",
            note=f"{SUSPENDED:,} of them suspended, one by one; at the start and after a difference",
        ),
    ]


BENCH: Final = Bench(
    "clock",
    "The clock of 100,000 open orders",
    "Made-up open orders of a month in one process, without a database; the median of "
    f"{ROUNDS} rounds after one to warm up.",
    run,
)
