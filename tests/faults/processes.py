"""The product as its operator starts it: processes of the console program, with settings in the environment."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from tests.fixtures import small
from tests.fixtures.servers import free_port, wait_until

ROOT: Final = Path(__file__).parents[2]


@dataclass
class Program:
    """One command of ``gridwall`` as a process of its own; its log goes to a file beside its data."""

    command: str
    settings: dict[str, str]
    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Where its pages are."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it; on the same port when it was there before."""
        mine = {name: value for name, value in os.environ.items() if not name.startswith("GRIDWALL_")}
        mine |= {f"GRIDWALL_{name}": value for name, value in self.settings.items()}
        mine |= {"GRIDWALL_PORT": str(self.port), "GRIDWALL_DATA_DIR": str(self.folder), "GRIDWALL_LOG": "json"}
        with (self.folder / f"{self.command}.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "dashboard.cli", self.command], cwd=ROOT, env=mine, stdout=log, stderr=log
            )

    def ready(self) -> None:
        """Wait until ``/readyz`` is good."""
        wait_until(lambda: self._status("/readyz") == 200, f"{self.command} to be ready", 60)

    def _status(self, path: str) -> int:
        assert self.process is not None and self.process.poll() is None, (
            self.folder / f"{self.command}.log"
        ).read_text(encoding="utf-8")[-4000:]
        try:
            with urllib.request.urlopen(f"{self.address}{path}", timeout=5) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def body(self, place: str = small.CITY) -> dict[str, Any]:
        """The full body of the overview."""
        with urllib.request.urlopen(f"{self.address}/live/wall/overview/{place}/zh", timeout=5) as answer:
            found: dict[str, Any] = json.load(answer)
            return found

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        assert self.process is not None
        self.process.send_signal(number)

    def kill(self) -> None:
        """End it without a chance to tidy up, and with it the workers it made."""
        if self.process is not None:
            for child in _children(self.process.pid):
                os.kill(child, signal.SIGKILL)
            self.process.kill()
            self.process.wait(10)

    def end(self) -> int:
        """End it as an operator does."""
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.terminate()
        return self.process.wait(20)


def _children(parent: int) -> list[int]:
    listed = Path(f"/proc/{parent}/task/{parent}/children")
    return [int(child) for child in listed.read_text(encoding="ascii").split()] if listed.exists() else []


def settings_for(url: str, **more: str) -> dict[str, str]:
    """Settings of a wall on the small city, whose clock begins at the city's own moment and goes on over restarts."""
    moment = small.NOW.replace(tzinfo=ZoneInfo("Asia/Shanghai")).timestamp()
    return {"DATABASE_URL": url, "CLOCK": f"{int(moment - time.time())}s", "STATEMENT_TIMEOUT": "2", **more}
