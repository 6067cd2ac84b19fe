"""Logging: readable lines on a terminal, JSON lines elsewhere, each with what it belongs to (request, panel, ms)."""

import logging
import sys
from contextvars import ContextVar
from typing import Final, TextIO

import orjson

request_id: ContextVar[str] = ContextVar("request_id", default="")
_OWN: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The record with its extra fields; an exception as one text."""
        entry: dict[str, object] = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **_extras(record),
        }
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return orjson.dumps(entry, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


class PlainLines(logging.Formatter):
    """Time, level, message and the extra fields as ``name=value``."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line, and the exception below it."""
        fields = "".join(f" {name}={value}" for name, value in _extras(record).items())
        line = f"{self.formatTime(record, '%H:%M:%S')} {record.levelname.lower():7} {record.getMessage()}{fields}"
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def _extras(record: logging.LogRecord) -> dict[str, object]:
    fields = {name: value for name, value in vars(record).items() if name not in _OWN}
    if current := request_id.get():
        fields["request"] = current
    return fields


def set_up(form: str = "auto", level: str = "info", stream: TextIO | None = None) -> None:
    """Send everything to one stream (standard error); ``form`` is auto, text or json. Called once, at the edge."""
    target = stream or sys.stderr
    text = form == "text" or (form == "auto" and target.isatty())
    handler = logging.StreamHandler(target)
    handler.setFormatter(PlainLines() if text else JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    logging.getLogger("alembic.runtime.plugins").setLevel(logging.WARNING)
