"""Names of alarms on screens: alike in all processes of an installation, and told to nobody who has not its key."""

import hashlib
import subprocess
import sys
from datetime import datetime
from pathlib import Path

from pydantic import SecretStr

from dashboard import compose
from dashboard.settings import Settings
from dashboard.stores import MemoryBroadcast
from indicators.readings.alarms import Alarm, Alarms
from layouts.opaque import OF_THIS_PROCESS, Opaque, keyed
from layouts.panels import alarms
from tests.fixtures.handmade import showing

ROOT = Path(__file__).resolve().parents[2]
ALARM = Alarm("supervision_unanswered:17", "supervision_unanswered", datetime(2026, 11, 21, 14, 2), "o1", "E0406")
KEY = "k" * 40


def shown(opaque: Opaque) -> str:
    """The name of an alarm in the body."""
    props = alarms.show(Alarms((ALARM,)), showing(opaque=opaque))
    return str(props["alarms"]["data"][0]["id"])


def settings(folder: Path, key: str = "") -> Settings:
    return Settings(data_dir=folder, secret_key=SecretStr(key), database_url=SecretStr(f"sqlite:///{folder}/none"))


def test_processes_with_the_same_secret_agree_and_others_do_not(tmp_path: Path) -> None:
    here, there = (shown(compose.names_of(settings(tmp_path / name, KEY))) for name in ("a", "b"))
    assert here == there and len(here) == 16
    assert shown(compose.names_of(settings(tmp_path, "l" * 40))) != here
    assert compose.names_of(settings(tmp_path, KEY))("another") != here


def test_a_secret_that_was_not_set_is_made_once_and_kept(tmp_path: Path) -> None:
    first, again = (shown(compose.names_of(settings(tmp_path / "one"))) for _ in range(2))
    assert first == again, "a restart names an alarm as before"
    assert shown(compose.names_of(settings(tmp_path / "two"))) != first


def test_a_name_cannot_be_computed_without_the_secret() -> None:
    name = shown(keyed(KEY.encode(), "alarm"))
    assert name != hashlib.sha256(ALARM.id.encode()).hexdigest()[:16]
    assert shown(keyed(KEY.encode(), "other")) != name, "names of other kinds have nothing in common with it"
    assert hashlib.sha256(KEY.encode() + ALARM.id.encode()).hexdigest()[:16] != name


def test_without_any_secret_names_hold_for_the_process_only() -> None:
    assert shown(OF_THIS_PROCESS) == shown(OF_THIS_PROCESS)
    program = f"from layouts.opaque import OF_THIS_PROCESS; print(OF_THIS_PROCESS({ALARM.id!r}))"
    said = [
        subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
        for _ in range(2)
    ]
    assert len({*(one.stdout.strip() for one in said), shown(OF_THIS_PROCESS)}) == 3


def test_the_publisher_names_by_the_secret_of_the_settings(tmp_path: Path) -> None:
    given, broadcast = settings(tmp_path, KEY), MemoryBroadcast()
    beat = compose.publisher_of(given, broadcast, compose.geometry_of(given, broadcast), compose.clock_of(given))
    try:
        assert shown(beat._publisher.opaque) == shown(compose.names_of(given))
    finally:
        beat.stop()
