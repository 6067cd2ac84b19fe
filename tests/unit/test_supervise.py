"""No process outlives its supervisor, however that one ends."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fixtures.servers import wait_until

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import os, sys
from pathlib import Path
from dashboard.supervise import Supervisor
folder = Path(sys.argv[1])
child = "import os, sys, time; open(sys.argv[1], 'w').write(str(os.getpid())); time.sleep(float(sys.argv[2]))"
stubborn = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + child
supervisor = Supervisor()
supervisor.listen()
second = stubborn if sys.argv[3:] == ["stubborn"] else child
for name, code, seconds in (("one", child, "600"), ("two", second, sys.argv[2])):
    supervisor.spawn(name, (sys.executable, "-c", code, str(folder / name), seconds), dict(os.environ))
sys.exit(supervisor.watch())
"""


def alive(pid: int) -> bool:
    """Whether the process runs (a zombie does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def start(folder: Path, seconds: str = "600", *more: str) -> tuple[subprocess.Popen[bytes], list[int]]:
    """A supervisor with two children; their process ids."""
    program = subprocess.Popen([sys.executable, "-c", PROGRAM, str(folder), seconds, *more], cwd=ROOT)
    files = [folder / "one", folder / "two"]
    wait_until(lambda: all(file.exists() and file.read_text(encoding="ascii") for file in files), "the children")
    return program, [int(file.read_text(encoding="ascii")) for file in files]


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGINT, 0), (signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGKILL, -9)],
)
def test_signals_end_all(tmp_path: Path, number: signal.Signals, code: int) -> None:
    program, children = start(tmp_path)
    assert all(map(alive, children))
    program.send_signal(number)
    assert program.wait(30) == code
    wait_until(lambda: not any(map(alive, children)), "the children to end")


def test_a_child_that_ends_takes_the_others_with_it(tmp_path: Path) -> None:
    program, children = start(tmp_path, "0.2")
    assert program.wait(30) == 1
    assert not any(map(alive, children))


CHORES = """
import os, sys
from pathlib import Path
from dashboard.supervise import Chore, Supervisor
folder, codes = Path(sys.argv[1]), sys.argv[2].split(",")
write = "import sys; open(sys.argv[1], 'a').write(sys.argv[2]); sys.exit(int(sys.argv[2]))"
wait = "import sys, time; time.sleep(600)"
supervisor = Supervisor()
supervisor.listen()
supervisor.spawn("one", (sys.executable, "-c", wait), dict(os.environ))
command = lambda code: (sys.executable, "-c", write, str(folder / "done"), code)
chores = [Chore("chore", command(code), dict(os.environ), (0, 3)) for code in codes]
sys.exit(supervisor.watch(chores))
"""


def test_chores_are_done_one_after_the_other_and_end_nothing(tmp_path: Path) -> None:
    with (tmp_path / "said").open("wb") as said:
        program = subprocess.Popen([sys.executable, "-c", CHORES, str(tmp_path), "0,3,7,0"], cwd=ROOT, stderr=said)
    done = tmp_path / "done"
    wait_until(lambda: done.exists() and done.read_text(encoding="ascii") == "0370", "the chores")
    assert program.poll() is None, "what shall stay stays"
    program.send_signal(signal.SIGTERM)
    assert program.wait(30) == 143
    assert (tmp_path / "said").read_text(encoding="utf-8") == "gridwall: chore ended with 7; the rest goes on\n"


def test_a_child_that_will_not_end_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program, children = start(tmp_path, "600", "stubborn")
    program.send_signal(signal.SIGTERM)
    assert program.wait(60) == 143
    assert not any(map(alive, children))


def test_a_child_keeps_the_listening_socket_it_was_given(tmp_path: Path) -> None:
    code = (
        "import os, socket, sys\n"
        "from dashboard.supervise import Supervisor\n"
        "listener = socket.create_server(('127.0.0.1', 0)); listener.set_inheritable(True)\n"
        "child = 'import socket, sys; print(socket.socket(fileno=int(sys.argv[1])).getsockname()[1], flush=True)'\n"
        "supervisor = Supervisor()\n"
        "n = listener.fileno()\n"
        "supervisor.spawn('child', (sys.executable, '-c', child, str(n)), dict(os.environ), (n,))\n"
        "print(listener.getsockname()[1], flush=True)\n"
        "print(supervisor.wait_for('child'))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, env=dict(os.environ)
    )
    first, second, ended = sorted(done.stdout.split(), key=len, reverse=True)
    assert first == second
    assert ended == "0"
