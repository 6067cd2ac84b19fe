"""The rest of an imported file, played into its database as the clock goes: openings, closings, the city's verdicts.

A replay from T1 to T2 leaves what an import as of T2 writes. It may be stopped at any moment and goes on where it was:
the moment reached is committed with the rows.
"""

import argparse
import json
import math
import signal
import sys
import threading
import time
from bisect import bisect_right
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, bindparam
from sqlalchemy.exc import SQLAlchemyError

from data_access.errors import ImportRefused, SourceUnreachable
from importers import database
from importers.areas import AreaSpec
from importers.history import Order, as_of
from importers.run import Loaded, Source, load, moment_of, verdict_rows

TICK_S = 1.0
"""Seconds between two transactions."""


@dataclass(frozen=True, slots=True)
class Step:
    """One transaction of a replay: the moment reached and what was played."""

    moment: datetime
    opened: int
    closed: int


class Replay:
    """Plays the orders of a source into the database that an import of it wrote."""

    def __init__(self, db: str, loaded: Loaded | None = None) -> None:
        """Reads the source again, if it is not given; raises ImportRefused when database or source do not fit."""
        self._url = database.target(db)
        path = database.file_of(self._url)
        if path is not None and not path.is_file():
            raise ImportRefused(f"{path} does not exist: run gridwall import-311 first.")
        self._engine = database.connect(self._url)
        try:
            with self._engine.connect() as connection:
                about = database.read_about(connection, self._url)
            database.write_beside_readers(self._engine)
        except SQLAlchemyError as error:
            raise ImportRefused(f"{database.shown(self._url)} cannot be read as a database.") from error
        self.loaded = loaded or _load_again(about)
        self.layout = about["layout"]
        self.moment = datetime.fromisoformat(about["as_of"])
        self.end = self.loaded.book.snapshot
        self._tables = database.layout_tables(self.loaded.book.columns).tables
        self._opened = _Timeline([(order.reported_at, order) for order in self.loaded.book.orders])
        self._closed = _Timeline([(e, order) for order in self.loaded.book.orders if (e := order.ended_at) is not None])

    def advance(self, until: datetime) -> Step:
        """Plays everything after the moment reached up to and with ``until``, in one transaction."""
        after, until = self.moment, min(until, self.end)
        if until <= after:
            return Step(after, 0, 0)
        opened = self._opened.between(after, until)
        closed = self._closed.between(after, until)
        orders = self._tables["work_orders"]
        with self._transaction() as connection:
            self._take_place(connection, after, until)
            database.write(connection, orders, [row for order in opened if (row := as_of(order, until)) is not None])
            self._close(connection, closed, until)
            verdicts = verdict_rows(self.loaded, until, after) if closed or until == self.end else []
            database.write(connection, self._tables[database.VERDICTS], verdicts)
        self.moment = until
        return Step(until, len(opened), len(closed))

    def _close(self, connection: Connection, closed: list[Order], until: datetime) -> None:
        if not closed:
            return
        orders = self._tables["work_orders"]
        changing = [name for name in ("stage", "closed_at", "updated_at", "result") if name in orders.columns]
        rows = [row for order in closed if (row := as_of(order, until)) is not None]
        statement = (
            orders.update()
            .where(orders.c.id == bindparam("which"))
            .values({name: bindparam(f"new_{name}") for name in changing})
        )
        connection.execute(
            statement, [{"which": row["id"]} | {f"new_{name}": row[name] for name in changing} for row in rows]
        )

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            first = str(error).splitlines()[0]
            raise SourceUnreachable(f"{database.shown(self._url)} cannot be written: {first}") from error

    def _take_place(self, connection: Connection, after: datetime, until: datetime) -> None:
        """Moves the moment in the database, which must still be ours: two replays would write the same rows."""
        about = self._tables[database.ABOUT]
        ours = (about.c.key == "as_of") & (about.c.value == database.stamp(after))
        if connection.execute(about.update().where(ours).values(value=database.stamp(until))).rowcount != 1:
            raise ImportRefused(f"{database.shown(self._url)} is no longer as of {after}: something else writes it.")


class _Timeline:
    """Orders by moment."""

    def __init__(self, events: list[tuple[datetime, Order]]) -> None:
        events.sort(key=lambda item: (item[0], item[1].line))
        self._moments = [moment for moment, _ in events]
        self._orders = [order for _, order in events]

    def between(self, after: datetime, until: datetime) -> list[Order]:
        """Those in (after, until]."""
        return self._orders[bisect_right(self._moments, after) : bisect_right(self._moments, until)]


def play(
    replay: Replay,
    speed: float,
    until: datetime | None = None,
    *,
    clock: Callable[[], float] = time.monotonic,
    wait: Callable[[float], object] = time.sleep,
    on_step: Callable[[Step], None] = lambda step: None,
) -> datetime:
    """Plays at ``speed`` seconds of the city a second, up to ``until`` (None: the file's end); the moment reached.

    ``clock`` gives seconds, ``wait`` waits so many and answers true to stop. Each tick plays up to the whole second.
    """
    end = replay.end if until is None else min(until, replay.end)
    began, start = clock(), replay.moment
    while replay.moment < end:
        gone = (clock() - began) * speed
        now = start + timedelta(seconds=math.floor(min(gone, (end - start).total_seconds())))
        if now > replay.moment:
            on_step(replay.advance(now))
        if replay.moment < end and wait(TICK_S):
            break
    return replay.moment


def replay_command(args: argparse.Namespace) -> int:
    """``gridwall replay``: plays until the end, or until ctrl-C or SIGTERM, which stop it between transactions."""
    stop = threading.Event()
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        replay = Replay(args.db)
        until = moment_of(args.until, replay.layout) if args.until else None
        print(f"replaying from {replay.moment} to {until or replay.end} at speed {args.speed:g}", flush=True)
        reached = play(replay, args.speed, until, wait=stop.wait, on_step=_say)
    except (ImportRefused, SourceUnreachable) as refused:
        print(f"refused: {refused}", file=sys.stderr)
        return 2
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    print(f"stopped at {reached}")
    return 0


def _say(step: Step) -> None:
    if step.opened or step.closed:
        print(f"{step.moment}  opened {step.opened}  closed {step.closed}", flush=True)


def _load_again(about: dict[str, str]) -> Loaded:
    areas = tuple(AreaSpec.parse(text) for text in json.loads(about["areas"]))
    source = Source(Path(about["file"]), about["layout"], areas, datetime.fromisoformat(about["snapshot"]))
    loaded = load(source)
    if source.digest() != about["sha256"]:
        raise ImportRefused(
            f"{source.path}, its mapping or its areas have changed since the import: import them again."
        )
    return loaded
