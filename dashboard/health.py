"""``/healthz``: this process lives and its publisher beats. ``/readyz``: the city can be shown. Both answer in JSON.

The city can be shown when what is read every few seconds can be read. A heavy reading that takes too long, and a ledger
that is away, are named among the reasons and leave it ready.
"""

from collections.abc import Callable
from typing import Final

import orjson
from flask import Flask, Response

from dashboard.clock import Clock
from dashboard.directory import Directory
from dashboard.plan import BEAT_S
from dashboard.publisher import Told, told
from dashboard.stores import Broadcast
from data_access.errors import StoreError

_LATE_S: Final = 3 * BEAT_S + 1
SLOW: Final = "slow-readings"
"""The slow lane cannot read: rates and scores get old, the rest is well."""
_MILD: Final = frozenset({"ledger", SLOW})


def reasons(
    broadcast: Broadcast, directory: Directory, clock: Clock, alive: Callable[[], bool] | None
) -> tuple[list[str], Told | None]:
    """Why the city cannot be shown (empty when it can), and what the publisher last said of itself."""
    found: list[str] = []
    if alive is not None and not alive():
        found.append("publisher-stopped")
    if directory.reference is None or directory.trouble is not None:
        found.append(directory.trouble.key if directory.trouble is not None else "source-not-read-yet")
    try:
        word = told(broadcast)
    except StoreError:
        return [*found, "store"], None
    if word is None:
        return [*found, "nothing-published-yet"], None
    if clock.real() - word.real_at > _LATE_S:
        found.append("publisher-silent")
    if word.trouble is not None and word.trouble not in found:
        found.append(word.trouble)
    if not word.read or word.bodies == 0:
        found.append("nothing-published-yet")
    if word.slow_trouble is not None:
        found.append(SLOW)
    if word.ledger:
        found.append(word.ledger)
    return found, word


def register(
    server: Flask,
    *,
    broadcast: Broadcast,
    directory: Directory,
    clock: Clock,
    alive: Callable[[], bool] | None,
    build: str,
) -> None:
    """Add both routes. ``alive`` says whether the embedded publisher beats; None where it is another process."""

    def healthz() -> Response:
        beating = alive is None or alive()
        return _json(
            200 if beating else 503, {"alive": True, "publisher": beating if alive is not None else "elsewhere"}
        )

    def readyz() -> Response:
        why, word = reasons(broadcast, directory, clock, alive)
        fatal = [reason for reason in why if reason not in _MILD]
        said: dict[str, object] = {"ready": not fatal, "reasons": why, "build": build}
        if word is not None:
            said.update(epoch=word.epoch, seq=word.seq, beat_at=word.beat_at)
            if word.slow_trouble is not None:
                said["slow_readings"] = word.slow_trouble
        return _json(503 if fatal else 200, said)

    server.add_url_rule("/healthz", "healthz", healthz)
    server.add_url_rule("/readyz", "readyz", readyz)


def _json(status: int, said: dict[str, object]) -> Response:
    return Response(orjson.dumps(said), status=status, mimetype="application/json")
