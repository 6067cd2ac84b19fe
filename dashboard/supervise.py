"""Starting processes so that none outlives us: ctrl-C, SIGTERM, SIGHUP or our own death end all of them."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import FrameType
from typing import Final

_TIE: Final = (
    "import ctypes, os, signal, sys; "
    "ctypes.CDLL(None).prctl(1, signal.SIGTERM); "  # PR_SET_PDEATHSIG
    "os.getppid() == int(sys.argv[1]) or os._exit(1); "
    "os.execv(sys.argv[2], sys.argv[2:])"
)
_PATIENCE_S: Final = 8.0
_ENDING: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True, slots=True)
class Chore:
    """A command that ends by itself while others stay; ``fine`` are its exit codes that are no news."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    fine: tuple[int, ...] = (0,)


class Supervisor:
    """Children in sessions of their own, so that a ctrl-C reaches them once and through us."""

    def __init__(self) -> None:
        self.stop = threading.Event()
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._signal: int | None = None

    def listen(self) -> None:
        """End on the usual signals from now on."""
        for number in _ENDING:
            signal.signal(number, self._told)

    def _told(self, number: int, _frame: FrameType | None) -> None:
        self._signal = number
        self.stop.set()

    def spawn(
        self, name: str, command: Sequence[str], environment: Mapping[str, str], descriptors: Sequence[int] = ()
    ) -> subprocess.Popen[bytes]:
        """Start a child that inherits these descriptors and is told to end when we die."""
        child = subprocess.Popen(  # noqa: S603 - the commands are our own
            [*_tied(), *command],
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            pass_fds=tuple(descriptors),
            start_new_session=True,
        )
        self._children[name] = child
        return child

    def wait_for(self, name: str, ready: Callable[[], bool] | None = None) -> int | None:
        """Wait until a child ends (its exit code), or is ready or we are told to stop (None)."""
        child = self._children[name]
        while not self.stop.wait(0.1):
            code = child.poll()
            if code is not None:
                del self._children[name]
                return code
            if ready is not None and ready():
                return None
        return None

    def watch(self, chores: Iterable[Chore] = ()) -> int:
        """Wait until we are told to stop or a child ends, then end all. Exit code 1 when a child ended by itself.

        Meanwhile the chores are done, one after the other; one that fails is said and leaves the rest running.
        """
        code, waiting, doing = 0, iter(chores), None
        while code == 0 and not self.stop.wait(0.2):
            doing = self._done(doing) or next(waiting, None)
            if doing is not None and doing.name not in self._children:
                self.spawn(doing.name, doing.command, doing.environment)
            for name, child in self._children.items():
                if child.poll() is not None and (doing is None or name != doing.name):
                    sys.stderr.write(f"gridwall: {name} ended with {child.returncode}; ending the rest\n")
                    code = 1
        self.end()
        return code or self.exit_code

    def _done(self, doing: Chore | None) -> Chore | None:
        """The chore, when it still runs."""
        if doing is None or (code := self._children[doing.name].poll()) is None:
            return doing
        del self._children[doing.name]
        if code not in doing.fine:
            sys.stderr.write(f"gridwall: {doing.name} ended with {code}; the rest goes on\n")
        return None

    @property
    def exit_code(self) -> int:
        """0, or 128 and the number of the signal that ended us (ctrl-C is a normal end)."""
        return 0 if self._signal in (None, signal.SIGINT) else 128 + int(self._signal)

    def end(self) -> None:
        """Ask all children to end, wait, and kill with their groups what is left."""
        children = list(self._children.values())
        for child in children:
            with contextlib.suppress(ProcessLookupError):
                child.terminate()
        deadline = time.monotonic() + _PATIENCE_S
        for child in children:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(max(deadline - time.monotonic(), 0.05))
        for child in children:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()
        self._children.clear()


def _tied() -> list[str]:
    """The words before a command that make it end with us (Linux): a small program that asks for it and becomes it."""
    if sys.platform != "linux":
        return []
    return [sys.executable, "-S", "-E", "-c", _TIE, str(os.getpid())]
