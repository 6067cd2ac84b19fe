"""A bench, its measures and the budgets they are held to; and the page of all results."""

import json
import os
import platform
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).resolve().parent
RESULTS: Final = HERE / "results"
PAGE: Final = HERE / "RESULTS.md"
TOLERANCE: Final = 1.5
"""A budget may be missed by this factor when a decision record says why; beyond it the work is not done."""
_READING: Final = (
    "Made by `make bench`; do not edit. Each section was taken in one run on the machine it names; compare ratios "
    "within a section rather than figures between machines. A budget is what the product promises."
)


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure. ``budget`` is the most it may be, in the same unit; None where nothing is promised."""

    what: str
    value: float
    unit: str
    budget: float | None = None
    note: str = ""

    @property
    def verdict(self) -> str:
        """Within the budget, missed by which factor, or nothing where nothing is promised."""
        if self.budget is None:
            return ""
        return "within" if self.value <= self.budget else f"missed, {self.value / self.budget:.2f} times"


@dataclass(frozen=True, slots=True)
class Bench:
    """A named measurement: ``run`` gets an empty-or-reused work folder and says what it found."""

    name: str
    title: str
    how: str
    run: Callable[[Path], Sequence[Measure]]


def machine() -> dict[str, str]:
    """What the figures were taken on: processor, cores, memory, system, versions, and how busy it was at the start."""
    cpu = platform.processor() or platform.machine()
    for line in _lines("/proc/cpuinfo"):
        if line.startswith("model name"):
            cpu = line.partition(":")[2].strip()
            break
    memory = next((line for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), "MemTotal: 0 kB")
    return {
        "processor": f"{cpu}, {os.cpu_count()} cores",
        "memory": f"{int(memory.split()[1]) / 2**20:.0f} GiB",
        "system": f"{platform.system()} {platform.release()}, Python {platform.python_version()}",
        "load at the start": f"{os.getloadavg()[0]:.1f}",
        "revision": _revision(),
        "taken": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
    }


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        return []


def _revision() -> str:
    said = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=HERE, capture_output=True, encoding="utf-8", check=False
    )
    return said.stdout.strip() or "unknown"


def keep(bench: Bench, where: dict[str, str], measures: Sequence[Measure]) -> None:
    """Write the result of one bench beside the others and the page anew."""
    RESULTS.mkdir(exist_ok=True)
    entry = {
        "name": bench.name,
        "title": bench.title,
        "how": bench.how,
        "machine": where,
        "measures": [asdict(measure) for measure in measures],
    }
    (RESULTS / f"{bench.name}.json").write_text(
        json.dumps(entry, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    PAGE.write_text(page(), encoding="utf-8")


def page() -> str:
    """The page of all kept results."""
    parts = ["# Measured", _READING]
    for path in sorted(RESULTS.glob("*.json")):
        entry = json.loads(path.read_text(encoding="utf-8"))
        parts.append(_section(entry))
    return "\n\n".join(parts) + "\n"


def _section(entry: dict[str, object]) -> str:
    where = entry["machine"]
    found = entry["measures"]
    assert isinstance(where, dict) and isinstance(found, list)
    rows = [Measure(**fields) for fields in found]
    lines = [f"## {entry['title']}", "", str(entry["how"]), ""]
    lines += ["; ".join(f"{name}: {value}" for name, value in where.items()), ""]
    lines += ["| what | measured | budget | | |", "|---|---:|---:|---|---|"]
    for row in rows:
        budget = "" if row.budget is None else f"{figure(row.budget)} {row.unit}"
        lines.append(f"| {row.what} | {figure(row.value)} {row.unit} | {budget} | {row.verdict} | {row.note} |")
    return "\n".join(lines)


def figure(value: float) -> str:
    """Three significant digits, with thousands apart."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"
