"""``gridwall demo`` as a user starts it: an address that answers at once, a wall, and nothing left when it ends."""

import contextlib
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from calendar import monthrange
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.servers import free_port, wait_until

ROOT = Path(__file__).resolve().parents[2]


def knowing(folder: Path) -> list[int]:
    """All processes with this folder in their environment (a zombie has none)."""
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and str(folder).encode() in (entry / "environ").read_bytes():
                found.append(int(entry.name))
    return [pid for pid in found if pid != os.getpid()]


def kept(file: Path, statement: str) -> list[tuple[Any, ...]]:
    """Rows of a file that others write; none while its tables are not there."""
    with contextlib.closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as connection:
        try:
            return connection.execute(statement).fetchall()
        except sqlite3.OperationalError:
            return []


def months(city: Path) -> list[str]:
    """The months all of whose days have cases and are over."""
    days = kept(city, "SELECT DISTINCT substr(reported_at, 1, 10) FROM work_orders ORDER BY 1")
    by_month = Counter(day[:7] for (day,) in days)
    last = days[-1][0][:7]
    return [month for month, n in by_month.items() if month != last and n == monthrange(*map(int, month.split("-")))[1]]


class Demo:
    """One run of the demo."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        names = {name: value for name, value in os.environ.items() if not name.startswith("GRIDWALL_")}
        self.log = folder / f"demo-{self.port}.log"
        another_city = (
            "GRIDWALL_TIMEZONE=America/New_York\nGRIDWALL_AREA=BOS\nGRIDWALL_WORKERS=4\nGRIDWALL_AUTH=device\n"
        )
        (folder / ".env").write_text(another_city, encoding="utf-8")  # of the working folder, and not the demo's
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "dashboard.cli", "demo", "--scale", "town", "--port", str(self.port)],
                cwd=folder,
                env={**names, "PYTHONPATH": str(ROOT), "GRIDWALL_DATA_DIR": str(folder), "LC_ALL": "C", "LANG": "C"},
                stdout=log,
                stderr=log,
            )

    def get(self, path: str) -> tuple[int, bytes]:
        """Status and content; 0 when nobody answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=30) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()
        except OSError:
            return 0, b""

    def gone(self) -> bool:
        """Whether none of its processes is left."""
        return not knowing(self.folder)

    def said(self) -> str:
        """The log."""
        return self.log.read_text(encoding="utf-8", errors="replace")[-3000:]

    def end(self) -> None:
        """Whatever happens."""
        self.process.kill()
        self.process.wait(30)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder whose processes are all ended."""
    yield tmp_path
    for pid in knowing(tmp_path):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


@pytest.fixture
def start(folder: Path) -> Iterator[Callable[[], Demo]]:
    """Starts demos and ends them."""
    begun: list[Demo] = []

    def begin() -> Demo:
        begun.append(Demo(folder))
        return begun[-1]

    yield begin
    for demo in begun:
        demo.end()


def test_the_demo_from_the_first_second_to_the_last(folder: Path, start: Callable[[], Demo]) -> None:
    demo = start()
    wait_until(lambda: demo.get("/")[0] == 200, "the address to answer")
    assert b'http-equiv="refresh"' in demo.get("/")[1], "the page of the progress comes first"
    status, said = demo.get("/readyz")
    assert (status, json.loads(said)["reasons"]) == (503, ["demo-city-being-built"])
    assert demo.get("/healthz")[0] == 200
    assert demo.get("/live/wall/overview/3203/zh")[0] == 503
    answered: list[int] = []

    def ready() -> bool:
        assert demo.process.poll() is None, demo.said()
        answered.append(demo.get("/")[0])
        return demo.get("/readyz")[0] == 200

    wait_until(ready, "the wall", 240)
    assert set(answered) == {200}, "no connection was refused while the wall took over"
    body = json.loads(demo.get("/live/wall/overview/3203/zh")[1])
    assert {"filed", "open", "flow", "sla", "map-workload", "duty"} <= set(body["panels"])
    live = "/live/wall/overview/3203/zh"
    good = {"live", "quiet"}
    wait_until(lambda: json.loads(demo.get(live)[1])["panels"]["open"]["state"] in good, "the first numbers", 60)
    first = body["seq"]
    wait_until(lambda: json.loads(demo.get("/live/wall/overview/3203/zh")[1])["seq"] > first, "the next beat")
    assert len(knowing(folder)) >= 4

    def frozen() -> list[str]:
        rows = kept(folder / "demo-town" / "ledger.sqlite", "SELECT subject, period, revision FROM frozen_period")
        assert {row[2] for row in rows} <= {1}
        return sorted({row[1] for row in rows if sum(row[1] == other[1] for other in rows) == 3})

    full = months(folder / "demo-town" / "city.sqlite")
    assert 1 <= len(full) <= 2, full
    wait_until(lambda: frozen() == full, "the months that are over to be frozen", 120)
    assert demo.process.poll() is None, demo.said()
    demo.process.terminate()
    assert demo.process.wait(30) == 143, demo.said()
    assert demo.gone(), demo.said()

    city = folder / "demo-town" / "city.sqlite"
    before = city.stat().st_ino
    again = start()
    began = time.monotonic()
    wait_until(lambda: again.get("/readyz")[0] == 200, "the wall again", 120)
    assert city.stat().st_ino == before, f"the city was built anew after {time.monotonic() - began:.0f} s"
    again.process.send_signal(signal.SIGKILL)
    again.process.wait(30)
    wait_until(again.gone, "orphans to end by themselves")


def test_a_port_that_is_taken_is_a_sentence(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = subprocess.run(
            [sys.executable, "-m", "dashboard.cli", "demo", "--scale", "town", "--port", str(taken.getsockname()[1])],
            cwd=ROOT, env={**os.environ, "GRIDWALL_DATA_DIR": str(folder)}, capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 2
    assert "choose another: make demo PORT=" in done.stderr
    assert "Traceback" not in done.stderr
