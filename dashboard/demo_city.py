"""``gridwall demo``: builds the made-up city once, keeps it alive with the simulator, and shows it.

The address answers from the first moment: our own progress page first, then the wall, on the same listening socket.
"""

import os
import socket
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path
from typing import Final

from dashboard.freeze_command import OFFERED
from dashboard.progress_page import ProgressPage, progress_of
from dashboard.settings import IN_SO_MANY_WORDS, LOOPBACK, variable
from dashboard.supervise import Chore, Supervisor
from indicators.periods import Periods
from indicators.policy import load_policy

BACKDROP: Final = Path(__file__).resolve().parent.parent / "demo" / "reference" / "xuzhou_water.geojson"
BACKDROP_CREDIT: Final = "© OpenStreetMap contributors"
OPERATOR: Final = "演示考核员"
"""Who freezes the demo's months."""
REASON: Final = "申诉复核"
COMMAND: Final = (sys.executable, "-m", "dashboard.cli", "--no-env-file")
"""Our own command line; the settings of a real city that the working folder may hold are not the demo's."""
CITYS_OWN: Final = ("timezone", "calendar", "source_crs", "area", "clock", "workers", "store")
"""Settings that the made-up city needs at their defaults, whatever the environment says of another city."""


def run(scale: str, host: str, port: int, data: Path, policy: Path | None = None) -> int:
    """Everything until ctrl-C. Returns the exit code."""
    periods = Periods.of(load_policy(policy))
    folder = (data / f"demo-{scale}").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    city, progress = folder / "city.sqlite", folder / "progress.json"
    progress.unlink(missing_ok=True)
    try:
        listener = _listen(host, port)
    except OSError as error:
        sys.stderr.write(
            f"gridwall: {host}:{port} cannot be used ({error.strerror}); choose another: make demo PORT=8051\n"
        )
        return 2
    supervisor = Supervisor()
    supervisor.listen()
    waiting = ProgressPage(listener, progress)
    waiting.start()
    sys.stderr.write(f"gridwall: http://{host}:{port}/ (ctrl-C ends it)\n")
    python = (sys.executable, "-m")
    told = ("--progress", str(progress))
    plain = dict(os.environ)
    build = (*python, "demo", "build", "--scale", scale, "--out", str(city), "--if-needed", *told)
    supervisor.spawn("builder", build, plain)
    code = supervisor.wait_for("builder")
    if code != 0:
        return _give_up(supervisor, waiting, "the city could not be built" if code else "")
    supervisor.spawn("simulator", (*python, "demo", "simulate", str(city), *told), plain)
    code = supervisor.wait_for("simulator", lambda: progress_of(progress)[2])
    if code is not None or supervisor.stop.is_set():
        return _give_up(supervisor, waiting, f"the simulator ended with {code}" if code is not None else "")
    own_ledger(folder, city)
    started = folder / "started"
    started.unlink(missing_ok=True)
    supervisor.spawn(
        "wall",
        (*COMMAND, "serve", "--descriptor", str(listener.fileno()), "--started", str(started)),
        environment(host, port, folder, city),
        (listener.fileno(),),
    )
    code = supervisor.wait_for("wall", started.exists)
    if code is not None or supervisor.stop.is_set():
        return _give_up(supervisor, waiting, f"the wall ended with {code}" if code is not None else "")
    waiting.stop()
    return supervisor.watch(chores(city, periods, environment(host, port, folder, city)))


def own_ledger(folder: Path, city: Path) -> None:
    """Put the ledger of a city that was planned otherwise aside: its frozen months are not those of this city."""
    with closing(_read(city)) as connection:
        version = str(connection.execute("PRAGMA user_version").fetchone()[0])
    note, ledger = folder / "ledger.of", folder / "ledger.sqlite"
    before = note.read_text(encoding="ascii").strip() if note.is_file() else version
    if before != version and ledger.exists():
        for suffix in ("-wal", "-shm", ""):
            with suppress(FileNotFoundError):
                ledger.with_name(ledger.name + suffix).rename(folder / f"ledger-{before}.sqlite{suffix}")
    note.write_text(version + "\n", encoding="ascii")


def chores(city: Path, periods: Periods, settings: dict[str, str]) -> Iterator[Chore]:
    """What the office of such a city does once a month, by the same commands as anywhere.

    Months that are over are frozen; those before last month are revised when appeals changed them since, and what
    changed last month is left for whoever tries it.
    """
    months = ended(city, periods)
    freeze = (*COMMAND, "freeze", "--by", OPERATOR)
    if len(months) > 1:
        yield Chore("freeze", (*freeze, "--revise", "--reason", REASON, *months[:-1]), settings)
    if months:
        yield Chore("freeze", (*freeze, months[-1]), settings, (0, OFFERED))


def ended(city: Path, periods: Periods) -> list[str]:
    """The months that lie wholly in the city's data, the oldest first: from its first case to its last moment."""
    with closing(_read(city)) as connection:
        span = connection.execute("SELECT min(reported_at), max(updated_at) FROM work_orders").fetchone()
    if span[0] is None:
        return []
    first, last = map(datetime.fromisoformat, span)
    found: list[str] = []
    month = periods.previous(periods.current(last))
    while month.start >= first:
        found.append(month.name)
        month = periods.previous(month)
    return found[::-1]


def _read(city: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{city.absolute().as_uri()}?mode=ro", uri=True)


def environment(host: str, port: int, folder: Path, city: Path) -> dict[str, str]:
    """The environment of the demo's processes: its own settings over those that do not belong to another city."""
    others = {variable(name) for name in CITYS_OWN}
    kept = {
        name: value
        for name, value in os.environ.items()
        if name.upper() not in others and not name.startswith("GUNICORN")
    }
    ours = {
        "database_url": f"sqlite:///{city}",
        "data_dir": str(folder),
        "ledger_url": f"sqlite:///{folder}/ledger.sqlite",
        "host": host,
        "port": str(port),
        "auth": "open",
        "open_on_all_addresses": os.environ.get(variable("open_on_all_addresses"), ""),
        "notice": "demo",
        "schematic": "true",
        "backdrop": str(BACKDROP),
        "backdrop_credit": BACKDROP_CREDIT,
    }
    return {**kept, **{variable(name): value for name, value in ours.items()}}


def _listen(host: str, port: int) -> socket.socket:
    if host not in LOOPBACK and os.environ.get(variable("open_on_all_addresses")) != IN_SO_MANY_WORDS:
        raise OSError(1, f"the demo has no sign-on; set {variable('open_on_all_addresses')}={IN_SO_MANY_WORDS}")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    listener.listen(512)
    listener.set_inheritable(True)
    return listener


def _give_up(supervisor: Supervisor, waiting: ProgressPage, why: str) -> int:
    if why:
        sys.stderr.write(f"gridwall: {why}\n")
    waiting.stop()
    supervisor.end()
    return 1 if why else supervisor.exit_code
