"""Walls to take pictures of: the demo, and walls on copies of its database that lack what others record."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

READY_S: Final = 240
UNRECORDED: Final = ("close_due_at", "handle_due_at", "filed_at")
UNKEPT: Final = ("work_order_events", "work_order_measures", "worker_positions", "shifts", "source_feeds")


def free_port() -> int:
    """A port nobody listens on just now."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(arguments: list[str], port: int, log: Path, **environment: str) -> Iterator[str]:
    """A gridwall process until the block ends; gives its address when ``/readyz`` is good.

    Raises RuntimeError when it ends or is not ready in time.
    """
    command = [sys.executable, "-m", "dashboard.cli", *arguments]
    with log.open("wb") as out:
        process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=out, stderr=subprocess.STDOUT)
        try:
            _until_ready(f"http://127.0.0.1:{port}", process, log)
            yield f"http://127.0.0.1:{port}/"
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _until_ready(address: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + READY_S
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"the wall ended with {process.returncode}; see {log}")
        try:
            with urllib.request.urlopen(f"{address}/readyz", timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            pass
        time.sleep(0.5)
    raise RuntimeError(f"the wall was not ready within {READY_S} s; see {log}")


@contextmanager
def demo(scale: str, folder: Path) -> Iterator[str]:
    """The demo city with its simulator. Its database is kept in ``folder`` for the next time."""
    port = free_port()
    arguments = ["demo", "--scale", scale, "--port", str(port)]
    with running(arguments, port, folder / "demo.log", GRIDWALL_DATA_DIR=str(folder)) as address:
        yield address


@contextmanager
def on_copy(city: Path, folder: Path, name: str, script: str, clock: str = "") -> Iterator[str]:
    """A wall on a copy of the database, changed by an SQL script; no simulator writes into it."""
    copy = folder / f"{name}.sqlite"
    copy.unlink(missing_ok=True)
    with closing(sqlite3.connect(city)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
        target.executescript(script)
        target.execute("pragma journal_mode=delete")
        target.commit()
    port = free_port()
    settings = {
        "GRIDWALL_DATABASE_URL": f"sqlite:///{copy}",
        "GRIDWALL_DATA_DIR": str(folder / name),
        "GRIDWALL_LEDGER_URL": f"sqlite:///{folder / name}/ledger.sqlite",
        "GRIDWALL_PORT": str(port),
        "GRIDWALL_AUTH": "open",
        "GRIDWALL_SCHEMATIC": "true",
        **({"GRIDWALL_CLOCK": clock} if clock else {}),
    }
    (folder / name).mkdir(parents=True, exist_ok=True)
    try:
        with running(["serve"], port, folder / f"{name}.log", **settings) as address:
            yield address
    finally:
        copy.unlink(missing_ok=True)


def without_optional(city: Path) -> str:
    """SQL that takes away what a plain source does not record; indexes on it go first."""
    with closing(sqlite3.connect(city)) as connection:
        indexes = [
            name
            for name, sql in connection.execute(
                "select name, sql from sqlite_master where type='index' and sql is not null"
            )
            if any(column in sql for column in UNRECORDED)
        ]
    drops = [f'drop index "{name}";' for name in indexes]
    drops += [f"alter table work_orders drop column {column};" for column in UNRECORDED]
    return "\n".join([*drops, *(f"drop table if exists {table};" for table in UNKEPT)])


EMPTY: Final = "\n".join(f"delete from {table};" for table in ("work_orders", *UNKEPT))
"""SQL that leaves areas, departments and categories, and nothing else: the first day."""


def cut_off(after: datetime) -> str:
    """SQL that leaves the orders as a source that fell silent at this moment would have left them."""
    return f"delete from work_orders where updated_at > '{after:%Y-%m-%d %H:%M:%S}';"


def gap(hour: int, minutes: int) -> tuple[str, str]:
    """A source that last wrote yesterday at ``hour`` and is looked at ``minutes`` later: (SQL, clock)."""
    last = (datetime.now(ZoneInfo("Asia/Shanghai")).replace(tzinfo=None) - timedelta(days=1)).replace(
        hour=hour, minute=0, second=0, microsecond=0
    )
    return cut_off(last), f"{last + timedelta(minutes=minutes):%Y-%m-%dT%H:%M}"
