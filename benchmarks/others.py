"""The same panels in Panel and in Streamlit, as their users would write them, and what a tick of a viewer costs there.

Each is a server process of its own with real sessions over WebSocket; its processor time is divided by the ticks. They
are installed into the bench's own folder (``others.txt``), never beside the product.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

from tests.fixtures.servers import free_port, wait_until
from tests.fixtures.trees import texts

HERE: Final = Path(__file__).resolve().parent
REQUIREMENTS: Final = HERE / "others.txt"
SESSIONS: Final = 10
TICKS: Final = 5
EVERY_S: Final = 2.0
FOLDER: Final = "BENCH_FOLDER"


def installed(folder: Path) -> Path:
    """The folder with both, filled once for these versions."""
    site = folder / "others"
    mark = site / "requirements.txt"
    wanted = REQUIREMENTS.read_text(encoding="utf-8")
    if not mark.exists() or mark.read_text(encoding="utf-8") != wanted:
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet"]
        subprocess.run([*pip, "--upgrade", "--target", str(site), "-r", str(REQUIREMENTS)], check=True)
        mark.write_text(wanted, encoding="utf-8")
    return site


def measured(folder: Path) -> Mapping[str, float]:
    """Processor milliseconds of a tick and viewer, by the name of the framework."""
    site = installed(folder)
    found = {}
    for name in ("panel", "streamlit"):
        said = subprocess.run(
            [sys.executable, "-m", "benchmarks.others", name, str(folder)],
            cwd=HERE.parent,
            env=_environment(site),
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        if said.returncode:
            raise RuntimeError(f"{name} could not be measured:\n{said.stderr[-3000:]}")
        found[name] = float(said.stdout.split()[-1])
    return found


def _environment(site: Path) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join((str(site), str(HERE.parent)))}


Texts = list[tuple[str, list[list[str]]]]
"""The texts of a screen: by panel, a list for each row."""


def panels() -> Iterator[Callable[[], Texts]]:
    """What both show: the two-second panels of the overview, asked again."""
    from benchmarks.stage import stage

    with stage(Path(os.environ[FOLDER])) as on:

        def said() -> Texts:
            return [
                (name, [row for part in parts.values() for row in rows(part.get("children"))])
                for name, parts in on.asked_again()
            ]

        yield said


def rows(children: Any) -> list[list[str]]:
    """The texts of a part, a list for each row."""
    parts = children if isinstance(children, list) else [children]
    return [found for part in parts if (found := [text for text in texts(part) if text])]


def in_panel() -> None:
    """A Panel application: numbers and lists, renewed every two seconds in each session."""
    import panel as pn

    said = next(source := panels())

    def page() -> Any:
        boxes = {name: pn.pane.HTML("") for name, _ in said()}

        def renew() -> None:
            for name, found in said():
                html = "".join(f"<div>{' '.join(row)}</div>" for row in found)
                if boxes[name].object != html:
                    boxes[name].object = html

        pn.state.add_periodic_callback(renew, period=int(EVERY_S * 1000))
        return pn.Column(*boxes.values())

    pn.serve(page, port=int(sys.argv[2]), show=False, threaded=False)
    source.close()  # type: ignore[attr-defined]


def in_streamlit() -> None:
    """A Streamlit page: the script runs anew for each session at each tick."""
    import streamlit as st

    said = st.cache_resource(lambda: next(panels()))()
    for name, found in said():
        if len(found) == 1:
            st.metric(name, " ".join(found[0]))
        else:
            st.table([" ".join(row) for row in found])


@contextmanager
def served(command: list[str], folder: Path, health: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A server process and its port, from when it answers until the end of the block."""
    import urllib.request

    port = free_port()
    environment = {**os.environ, FOLDER: str(folder)}
    process = subprocess.Popen([part.format(port=port) for part in command], env=environment, stdout=subprocess.DEVNULL)

    def answers() -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{health}", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    try:
        wait_until(answers, "the server to answer", 120)
        yield process, port
    finally:
        process.terminate()
        process.wait(20)


def processor_s(process: subprocess.Popen[bytes]) -> float:
    """Seconds of processor that a process has used."""
    fields = Path(f"/proc/{process.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def panel_ms(folder: Path) -> float:
    """Sessions that stay open; their own periodic callbacks tick."""
    import panel as pn  # noqa: F401 - the client must know its models
    from bokeh.client import pull_session

    command = [sys.executable, "-m", "benchmarks.others", "panel-page", "{port}"]
    with served(command, folder, "/") as (process, port), ExitStack() as stack:
        for _ in range(SESSIONS):
            session = pull_session(url=f"http://127.0.0.1:{port}/")
            stack.callback(session.close)
        time.sleep(EVERY_S)
        began, used = time.monotonic(), processor_s(process)
        time.sleep(EVERY_S * TICKS)
        ticks = (time.monotonic() - began) / EVERY_S * SESSIONS
        return (processor_s(process) - used) * 1000 / ticks


def streamlit_ms(folder: Path) -> float:
    """Sessions that ask for a run each, one after the other, and wait until it is finished."""
    from streamlit.proto.BackMsg_pb2 import BackMsg
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
    from websockets.sync.client import ClientConnection, connect

    def run(connection: ClientConnection) -> None:
        again = BackMsg()
        again.rerun_script.query_string = ""
        connection.send(again.SerializeToString())
        while True:
            message = ForwardMsg()
            message.ParseFromString(bytes(connection.recv(timeout=60)))
            if message.WhichOneof("type") == "script_finished":
                return

    options = {"port": "{port}", "address": "127.0.0.1", "headless": "true"}
    command = [sys.executable, "-m", "streamlit", "run", str(HERE / "others_page.py")]
    command += [word for name, value in options.items() for word in (f"--server.{name}", value)]
    command += ["--global.developmentMode", "false", "--browser.gatherUsageStats", "false"]
    with served(command, folder, "/_stcore/health") as (process, port), ExitStack() as stack:
        address = f"ws://127.0.0.1:{port}/_stcore/stream"
        sessions = [stack.enter_context(connect(address, max_size=None)) for _ in range(SESSIONS)]
        for session in sessions:
            run(session)
        used = processor_s(process)
        for _ in range(TICKS):
            for session in sessions:
                run(session)
        return (processor_s(process) - used) * 1000 / (TICKS * SESSIONS)


if __name__ == "__main__":
    match sys.argv[1]:
        case "panel-page":
            in_panel()
        case "panel":
            print(panel_ms(Path(sys.argv[2])))
        case "streamlit":
            print(streamlit_ms(Path(sys.argv[2])))
