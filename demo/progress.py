"""How far a build or a start is: a bar on standard error and a small JSON file for the progress page."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final, TextIO

Report = Callable[[str, float], None]
"""Called with the key of a stage and the share of the whole that is done, 0 to 1."""
WIDTH: Final = 30


def silent(stage: str, fraction: float) -> None:
    """Reports to nobody."""


class Progress:
    """Writes a bar to a terminal or plain lines elsewhere, and keeps ``{"stage", "fraction", "ready"}`` in a file."""

    def __init__(self, file: Path | None, stream: TextIO | None = None) -> None:
        self._file = file
        self._stream = stream or sys.stderr
        self._stage = ""

    def __call__(self, stage: str, fraction: float) -> None:
        """Show that so much of the whole is done."""
        fraction = min(max(fraction, 0.0), 1.0)
        if self._stream.isatty():
            done = round(WIDTH * fraction)
            self._stream.write(f"\r[{'#' * done}{'.' * (WIDTH - done)}] {fraction:4.0%} {stage:<12}")
            if fraction >= 1:
                self._stream.write("\n")
            self._stream.flush()
        elif stage != self._stage:
            self._stream.write(f"{fraction:4.0%} {stage}\n")
            self._stream.flush()
        self._stage = stage
        self._write(stage, fraction, ready=False)

    def ready(self) -> None:
        """Say that the city is built and lives."""
        self._write("ready", 1.0, ready=True)

    def _write(self, stage: str, fraction: float, *, ready: bool) -> None:
        if self._file is None:
            return
        body = json.dumps({"stage": stage, "fraction": round(fraction, 3), "ready": ready})
        beside = self._file.with_name(f".{self._file.name}.{os.getpid()}")
        beside.write_text(body, encoding="ascii")
        beside.replace(self._file)
