"""The mark of a demo city in the header of its file: that it is one, its seed, and which version of the plan made it.

Orders are planned by a pure function of seed and day, so a file can only be played on by the code that began it.
"""

import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from demo.moments import calendar

APPLICATION: Final = 0x67726964
"""SQLite's application id of a demo city ("grid")."""
SEEDS: Final = 1 << 16
"""Seeds are below this: seed and fingerprint share the 31 bits of SQLite's user version."""
PLANNING: Final = ("arrivals", "handling", "measures", "moments", "people", "plan", "planting", "world")
HEADER: Final = 72
_USER_VERSION, _APPLICATION_ID = slice(60, 64), slice(68, 72)


class NotADemoCity(ValueError):
    """The file was not made by this version of ``python -m demo build``; the simulator writes into no other."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Seed of a city and fingerprint of the code that planned it."""

    seed: int
    fingerprint: int

    @property
    def user_version(self) -> int:
        """Both as SQLite's user version."""
        return self.fingerprint * SEEDS + self.seed


@cache
def fingerprint() -> int:
    """15 bits that change with the code, the tables and the holidays that plan the orders."""
    folder = Path(__file__).parent
    sources = [folder / f"{name}.py" for name in PLANNING]
    sources += [folder / "reference" / name for name in ("categories.csv", "departments.csv")]
    total = zlib.crc32(repr(calendar().rules.version()).encode())
    for source in sources:
        total = zlib.crc32(source.read_bytes().replace(b"\r\n", b"\n"), total)
    return total & 0x7FFF


def mark(seed: int) -> Mark:
    """The mark of a city that is built now; ValueError for a seed out of range."""
    if not 0 <= seed < SEEDS:
        raise ValueError(f"a seed is a number from 0 to {SEEDS - 1}, not {seed}")
    return Mark(seed, fingerprint())


def read_mark(path: Path) -> Mark:
    """The mark of a file that can be played on; NotADemoCity says why it cannot. Reads the header only."""
    if not path.is_file():
        raise NotADemoCity(f"{path} does not exist; build it with: python -m demo build --out {path}")
    with path.open("rb") as file:
        header = file.read(HEADER)
    if header[:15] != b"SQLite format 3" or header[_APPLICATION_ID] != APPLICATION.to_bytes(4, "big"):
        raise NotADemoCity(f"{path} is not a demo city; the simulator writes into no other database")
    found, seed = divmod(int.from_bytes(header[_USER_VERSION], "big"), SEEDS)
    if found != fingerprint():
        raise NotADemoCity(f"{path} was built by another version of the demo; build it anew")
    return Mark(seed, found)
