"""``gridwall demo``: builds the made-up city once, keeps it alive with the simulator, and shows it.

The address answers from the first moment: our own progress page first, then the wall, on the same listening socket.
"""

import os
import socket
import sys
from pathlib import Path
from typing import Final

from dashboard.progress_page import ProgressPage, progress_of
from dashboard.settings import IN_SO_MANY_WORDS, LOOPBACK, PREFIX, variable
from dashboard.supervise import Supervisor

BACKDROP: Final = Path(__file__).resolve().parent.parent / "demo" / "reference" / "xuzhou_water.geojson"
BACKDROP_CREDIT: Final = "© OpenStreetMap contributors"


def run(scale: str, host: str, port: int, data: Path) -> int:
    """Everything until ctrl-C. Returns the exit code."""
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
    started = folder / "started"
    started.unlink(missing_ok=True)
    supervisor.spawn(
        "wall",
        (*python, "dashboard.cli", "serve", "--descriptor", str(listener.fileno()), "--started", str(started)),
        environment(host, port, folder, city),
        (listener.fileno(),),
    )
    code = supervisor.wait_for("wall", started.exists)
    if code is not None or supervisor.stop.is_set():
        return _give_up(supervisor, waiting, f"the wall ended with {code}" if code is not None else "")
    waiting.stop()
    return supervisor.watch()


def environment(host: str, port: int, folder: Path, city: Path) -> dict[str, str]:
    """The settings of the demo over those of the environment."""
    kept = {
        name: value for name, value in os.environ.items() if name.startswith(PREFIX) or not name.startswith("GUNICORN")
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
