"""Logs: JSON lines for programs, readable ones for people."""

import io
import json
import logging
from collections.abc import Iterator

import pytest

from dashboard import logs


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """The root logger as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def test_json_lines_carry_what_a_line_belongs_to() -> None:
    stream = io.StringIO()
    logs.set_up("auto", "info", stream)
    mark = logs.request_id.set("abc123")
    try:
        logging.getLogger("dashboard.x").info("read %s", "open", extra={"panel": "open", "ms": 1.5, "rows": 3})
        logging.getLogger("dashboard.x").debug("not shown")
    finally:
        logs.request_id.reset(mark)
    line = json.loads(stream.getvalue())
    assert line.pop("at")
    assert line == {
        "level": "info", "logger": "dashboard.x", "message": "read open", "panel": "open", "ms": 1.5, "rows": 3,
        "request": "abc123",
    }  # fmt: skip


def test_an_exception_is_one_line() -> None:
    stream = io.StringIO()
    logs.set_up("json", "info", stream)
    try:
        raise ValueError("line one\nline two")
    except ValueError:
        logging.getLogger("x").exception("failed")
    assert stream.getvalue().count("\n") == 1
    assert "line two" in json.loads(stream.getvalue())["exception"]


def test_text_is_for_people() -> None:
    stream = io.StringIO()
    logs.set_up("text", "debug", stream)
    logging.getLogger("x").warning("hello", extra={"place": "3203"})
    assert "warning hello place=3203" in " ".join(stream.getvalue().split())
