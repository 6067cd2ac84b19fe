"""The rows of a 311 file, with the line each begins on. What cannot be a row is handed over too."""

import csv
import gzip
import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from data_access.errors import ImportRefused
from importers.layouts import Columns, Layout, Names

_GZIP: Final = b"\x1f\x8b"


def digest(path: Path) -> str:
    """SHA-256 of the file's bytes, to know it again."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def open_text(path: Path, encoding: str) -> Iterator[io.TextIOBase]:
    """The file as text, unpacked when it is gzip. Raises ImportRefused when there is no such file."""
    try:
        raw = path.open("rb")
    except OSError as error:
        raise ImportRefused(f"The file {path} cannot be read: {error.strerror}.") from error
    with raw:
        packed = raw.read(2) == _GZIP
        raw.seek(0)
        stream = gzip.GzipFile(fileobj=raw) if packed else raw
        try:
            with io.TextIOWrapper(stream, encoding=encoding, newline="") as text:
                yield text
        except (gzip.BadGzipFile, EOFError) as error:
            raise ImportRefused(f"The file {path.name} is a damaged gzip file: {error}.") from error
        except UnicodeDecodeError as error:
            raise ImportRefused(
                f"The file {path.name} is not {error.encoding}: write its encoding into a mapping file."
            ) from error
        except LookupError as error:
            raise ImportRefused(f"The encoding {encoding!r} of the layout is not known.") from error


def read_records(text: io.TextIOBase, name: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """(line, fields) of each record, the header first; a record may span lines. Blank lines are no records.

    Raises ImportRefused, naming the line, where the text cannot be CSV at all.
    """
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise ImportRefused(f"The file {name} cannot be read as CSV from line {line} on: {error}.") from error
        if fields:
            yield line, fields


class Header:
    """Where the layout's columns stand in this file. ``index`` of a field, None where the file has no such column."""

    def __init__(self, header: list[str], layout: Layout, name: str) -> None:
        places = {column.strip(): place for place, column in enumerate(header)}
        self.width = len(header)
        self.index: dict[str, int | None] = {}
        lost: list[str] = []
        for field in Columns.model_fields:
            if field == "categories":
                continue
            names: Names = getattr(layout.columns, field)
            self.index[field] = next((places[column] for column in names if column in places), None)
            if self.index[field] is None and field in ("id", "opened_at", "closed_at"):
                lost.append(f"{field} ({' or '.join(names) or 'not mapped'})")
        if lost:
            raise ImportRefused(
                f"The file {name} has no column for {', '.join(lost)}; it has {', '.join(places) or 'no header'}."
            )
        self.categories = [
            place
            for names in layout.columns.categories
            if (place := next((places[column] for column in names if column in places), None)) is not None
        ]
        self.areas = {
            level: [places[column] for column in rule.columns if column in places]
            for level, rule in layout.areas.items()
        }
        used = {place for place in self.index.values() if place is not None} | set(self.categories)
        used.update(place for found in self.areas.values() for place in found)
        self.unused = [column for column, place in places.items() if place not in used]

    def has(self, *fields: str) -> bool:
        """Whether the file has a column for each of these fields."""
        return all(self.index[field] is not None for field in fields)
