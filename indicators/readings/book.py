"""The open book filled from the database: read whole once, then kept in step by what changed."""

import logging
import threading
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, func, select

from data_access.contract import work_orders
from data_access.queries.counting import all_rows, count
from data_access.reader import ScopedReader
from indicators.book import Book, Entry
from indicators.readings.moved import fact_columns, facts_of_rows, has_deadlines, special_open, with_log
from indicators.rules import orders
from indicators.values import At

_log = logging.getLogger(__name__)
OVERLAP: Final = timedelta(minutes=2)
"""Times of change are given before commit: so far behind the newest one seen what changed is read again."""
CHECK_S: Final = 60
"""Seconds between two comparisons with the database's own counts."""


def read_book(db: ScopedReader, at: At) -> Book:
    """The open orders of the scope, read whole."""
    rows = db.scoped(work_orders)
    special = special_open(db)
    entries = _entries(db, at, list(db.rows(_statement(db).where(orders.is_open(rows.c)))), special)
    return Book.of(at.calendar, at.policy.lights, db.dialect, entries)


def book_of(db: ScopedReader, at: At) -> Book:
    """The publisher's book where there is one, else one read for this snapshot and scope."""
    return at.book if at.book is not None else db.once(("book",), lambda: read_book(db, at))


class OpenBook:
    """The book of one process, kept across beats. Safe for threads: what a hanging one brings late is dropped."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._book: Book | None = None
        self._mark: datetime | None = None
        self._checked_at: datetime | None = None
        self._version: tuple[int, int] | None = None
        self.reloads = 0
        """How often a difference to the database's counts was found, and the book read again."""

    def follow(self, db: ScopedReader, at: At) -> Book | None:
        """The book as of this snapshot, which must see everything; None where the source records no deadlines.

        Raises the errors of ``ScopedReader.rows``.
        """
        if not has_deadlines(db):
            return None
        before, mark, checked_at = self._book, self._mark, self._checked_at
        version = at.calendar.rules.version()
        if before is None or mark is None or version != self._version:
            book = read_book(db, at)
            mark, checked_at = self._newest(db, at), at.now
        else:
            book, mark = self._changed(db, at, before, mark)
            if checked_at is None or not 0 <= (at.now - checked_at).total_seconds() < CHECK_S:
                book, checked_at = self._checked(db, at, book), at.now
        with self._lock:
            if self._book is before:
                self._book, self._mark, self._checked_at, self._version = book, mark, checked_at, version
        return book

    def _changed(self, db: ScopedReader, at: At, book: Book, mark: datetime) -> tuple[Book, datetime]:
        """What changed since two minutes before the mark, and the new mark."""
        rows = db.scoped(work_orders)
        found = list(db.rows(_statement(db, rows.c.updated_at).where(rows.c.updated_at >= mark - OVERLAP)))
        is_open = [row for row in found if row.stage in orders.OPEN_CODES]
        changes: dict[str, Entry | None] = dict.fromkeys(row.id for row in found)
        changes.update(_entries(db, at, is_open, {row.id for row in is_open}))
        times = [row.updated_at for row in found if row.updated_at is not None]
        newest = max((time for time in times if time <= at.now), default=mark)
        with self._lock:  # names are added to
            return book.changed(changes), max(mark, newest)

    def _checked(self, db: ScopedReader, at: At, book: Book) -> Book:
        """The book itself where the database counts the same, else one read anew."""
        rows = db.scoped(work_orders)
        named = {"open": all_rows(), "due": orders.due(rows.c) >= orders.PAST}
        groups = count(db, rows, named, where=[orders.is_open(rows.c)], by=[rows.c.stage])
        theirs = {group.key[0]: (group.n["open"], group.n["due"]) for group in groups}
        ours = book.by_stage()
        if theirs == ours:
            return book
        self.reloads += 1
        different = sorted(str(stage) for stage in theirs.keys() | ours.keys() if theirs.get(stage) != ours.get(stage))
        _log.warning(
            "the open book differed from the database and is read again",
            extra={
                "stages": ",".join(different),
                "book": len(book.entries),
                "database": sum(n for n, _ in theirs.values()),
            },
        )
        return read_book(db, at)

    @staticmethod
    def _newest(db: ScopedReader, at: At) -> datetime:
        """The newest time of change, those of the future left out: a clock that runs ahead must not hide the others."""
        rows = db.scoped(work_orders)
        ((newest,),) = db.rows(select(func.max(rows.c.updated_at)).where(rows.c.updated_at <= at.now))
        return newest or orders.PAST


def _statement(db: ScopedReader, *more: ColumnElement[Any]) -> Select[*tuple[Any, ...]]:
    rows = db.scoped(work_orders)
    start = orders.clock_start(rows.c).label("start")
    return select(*fact_columns(rows), rows.c.area_code, rows.c.department_code, start, *more)


def _entries(db: ScopedReader, at: At, rows: Sequence[Any], special: set[str]) -> Mapping[str, Entry]:
    """Rows of ``_statement`` as entries; measures are asked for the special ones."""
    measured = [row.id for row in rows if row.id in special]
    logged = with_log(db, {row.id: facts for row, facts in facts_of_rows(db, at, rows, measured)})
    return {row.id: Entry(row.stage, row.area_code, row.department_code, row.start, logged[row.id]) for row in rows}
