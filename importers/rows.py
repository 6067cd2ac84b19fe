"""The fields of one row, read: times, status, category, department, source, point, the row's own area names."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from data_access.contract import CODE, Level
from importers.book import Book, Category, Noted
from importers.layouts import LEVELS, Layout
from importers.names import coded, slug
from importers.places import Point
from importers.records import Header
from importers.times import has_clock, read_time

CLOCKS_DIFFER: Final = timedelta(days=1)
"""How long before its opening a closing may lie and still be a closing."""


@dataclass(slots=True)
class Draft:
    """A row whose own fields are read and whose place is not yet looked up."""

    line: int
    id: str
    reported_at: datetime
    closed_at: datetime | None
    due_at: datetime | None
    text: dict[str, str | None]
    category: str | None
    department: str | None
    source: str | None
    verdict: str | None
    point: Point | None
    own: tuple[tuple[Level, tuple[str, ...]], ...]


class KeptOut(Exception):
    """This row becomes no order; ``reason`` is a key of ``book.REASONS``."""

    def __init__(self, reason: str, detail: str = "") -> None:
        self.reason = reason
        self.detail = detail


class RowReader:
    """Reads the fields of one row after another; what is odd goes into the book."""

    def __init__(self, header: Header, layout: Layout, book: Book) -> None:
        self._index, self._header, self._book = header.index, header, book
        self._zone: ZoneInfo = layout.zone
        self._closed = tuple(word.casefold() for word in layout.closed)
        self._sources = {word.casefold(): source or None for word, source in layout.sources.items()}
        self._verdicts = {word.casefold(): verdict for word, verdict in layout.verdicts.items()}
        self._no_department = {word.casefold() for word in layout.no_department}
        self._department_names = {slug(code): (code, name) for code, name in layout.departments.items()}
        self._department_codes: dict[str, str] = {}
        self._paths: dict[tuple[str, ...], str] = {}
        self._levels = [(level, header.areas.get(level.value, ())) for level in LEVELS]  # type: ignore[call-overload]

    def _get(self, fields: list[str], name: str) -> str:
        place = self._index[name]
        return "" if place is None else fields[place].strip()

    def id(self, fields: list[str]) -> str:
        """The case number. Raises KeptOut where there is none that fits."""
        name = self._get(fields, "id")
        if not name:
            raise KeptOut("no-id")
        if len(name) > CODE:
            raise KeptOut("id-too-long", name)
        return name

    def read(self, line: int, name: str, fields: list[str]) -> Draft:
        """The row of this line and case number. Raises KeptOut."""
        opened, closed, due = self._times(line, name, fields)
        status = self._get(fields, "status").casefold()
        if closed is None and status.startswith(self._closed):
            raise KeptOut("closed-without-time")
        if closed is not None and status and not status.startswith(self._closed):
            self._remark(line, name, "status-says-open", status)
        return Draft(
            line,
            name,
            opened,
            closed,
            due,
            {field_: self._get(fields, field_) or None for field_ in ("title", "description", "result", "address")},
            self._category(line, name, fields),
            self._department(fields),
            self._source(line, name, fields),
            self._verdicts.get(self._get(fields, "verdict").casefold()),
            self._point(line, name, fields),
            tuple(
                (level, tuple(fields[place].strip() for place in places)) for level, places in self._levels if places
            ),
        )

    def _times(self, line: int, name: str, fields: list[str]) -> tuple[datetime, datetime | None, datetime | None]:
        opened = self._time(fields, "opened_at", "opening-time-unreadable")
        closed = self._time(fields, "closed_at", "closing-time-unreadable")
        due = self._time(fields, "target_at", "target-time-unreadable", end_of_day=True)
        if opened is None:
            raise KeptOut("no-opening-time")
        if closed is not None and closed < opened:
            if opened - closed > CLOCKS_DIFFER:
                raise KeptOut("closed-long-before-opened", f"{closed} before {opened}")
            self._remark(line, name, "closed-before-opened", f"{closed} before {opened}")
        if due is not None and due < opened:
            self._remark(line, name, "target-before-opened", f"{due} before {opened}")
        if due is not None and not has_clock(self._get(fields, "target_at")):
            self._remark(line, name, "target-without-time", str(due))
        return opened, closed, due

    def _time(self, fields: list[str], field_: str, reason: str, *, end_of_day: bool = False) -> datetime | None:
        text = self._get(fields, field_)
        try:
            return read_time(text, self._zone, end_of_day=end_of_day)
        except (ValueError, OverflowError):
            raise KeptOut(reason, text) from None

    def _category(self, line: int, name: str, fields: list[str]) -> str | None:
        path = tuple(text for place in self._header.categories if (text := fields[place].strip()))
        if not path:
            if self._header.categories:
                self._remark(line, name, "no-category", "")
            return None
        code = self._paths.get(path)
        if code is None:
            parent = None
            for depth, text in enumerate(path, start=1):
                code = self._paths[path[:depth]] = coded(text, *path[: depth - 1])
                self._book.categories[code] = Category(code, parent, text)
                parent = code
        return code

    def _department(self, fields: list[str]) -> str | None:
        """The department's column, else the beginning of the queue's name, which is a department's code."""
        text = self._get(fields, "department")
        if not text and (queue := self._get(fields, "queue")):
            text = next((code for code, _ in self._department_names.values() if queue.startswith(code)), "")
        if not text or text.casefold() in self._no_department:
            return None
        code = self._department_codes.get(text)
        if code is None:
            known, named = self._department_names.get(slug(text), (None, text))
            plain = known or (text if len(text) <= CODE and slug(text) == text.casefold() else coded(text))
            code = next((c for c in self._department_codes.values() if c.casefold() == plain.casefold()), plain)
            self._department_codes[text] = code
            self._book.departments.setdefault(code, named)
        return code

    def _source(self, line: int, name: str, fields: list[str]) -> str | None:
        text = self._get(fields, "source")
        if text and text.casefold() not in self._sources:
            self._remark(line, name, "source-unmapped", text)
        return self._sources.get(text.casefold())

    def _point(self, line: int, name: str, fields: list[str]) -> Point | None:
        lon, lat = self._get(fields, "lon"), self._get(fields, "lat")
        if not lon and not lat:
            return None
        try:
            return float(lon), float(lat)
        except ValueError:
            self._remark(line, name, "point-unreadable", f"{lon}, {lat}")
            return None

    def _remark(self, line: int, name: str, code: str, detail: str) -> None:
        self._book.remarks.append(Noted(line, name, code, detail))
