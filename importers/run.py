"""The import: a file and its areas as a contract database, as they stood at a moment."""

import csv
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.engine import URL

from data_access.errors import ImportRefused
from importers import database
from importers.areas import AreaSet, AreaSpec, read_areas
from importers.book import Book, Noted
from importers.history import as_of
from importers.layouts import LAYOUTS, Layout
from importers.mapping import layout_of
from importers.names import fingerprint
from importers.orders import read_orders
from importers.records import digest
from importers.times import read_time


@dataclass(frozen=True, slots=True)
class Source:
    """What is imported: the file, how to read it, the files of areas, and when it was taken (None: its latest time)."""

    path: Path
    layout: str
    areas: tuple[AreaSpec, ...] = ()
    snapshot: datetime | None = None

    @property
    def mapping(self) -> Path | None:
        """The mapping file; None for a layout known by name."""
        return None if self.layout in LAYOUTS else Path(self.layout)

    def digest(self) -> str:
        """One SHA-256 over all the files this source is read from."""
        files = [self.path, *(spec.path for spec in self.areas), *([self.mapping] if self.mapping else [])]
        return fingerprint(" ".join(digest(file) for file in files), 64)


@dataclass(frozen=True, slots=True)
class Loaded:
    """A source that was read."""

    source: Source
    layout: Layout
    areas: AreaSet
    book: Book

    def about(self, moment: datetime) -> dict[str, str]:
        """What the database says of itself, as it stands at the moment."""
        source = self.source
        return {
            "file": str(source.path.resolve()),
            "sha256": source.digest(),
            "layout": source.layout if source.mapping is None else str(source.mapping.resolve()),
            "areas": json.dumps([spec.text() for spec in source.areas]),
            "zone": self.layout.city.zone,
            "snapshot": database.stamp(self.book.snapshot),
            "as_of": database.stamp(moment),
        }


@dataclass(frozen=True, slots=True)
class Report:
    """What an import did; ``rows`` = ``written`` + ``len(kept_out)``, always."""

    out: str
    listing: Path
    moment: datetime
    snapshot: datetime
    rows: int
    written: int
    open: int
    kept_out: Sequence[Noted]
    remarks: Sequence[Noted]
    verdicts: int
    loaded: Loaded

    def reasons(self) -> Counter[str]:
        """Rows kept out by reason."""
        return Counter(noted.code for noted in self.kept_out)

    def kinds(self) -> Counter[str]:
        """Remarks on written rows by kind; one row may have several."""
        return Counter(noted.code for noted in self.remarks)


def load(source: Source) -> Loaded:
    """Reads a source. Raises ImportRefused with one sentence when it cannot be used."""
    layout = layout_of(source.layout)
    areas = read_areas(source.areas, layout)
    return Loaded(source, layout, areas, read_orders(source.path, layout, areas, source.snapshot))


def run(source: Source, out: str, moment: datetime | None = None, listing: Path | None = None) -> Report:
    """Reads the source and writes it: ``load`` and ``write``."""
    database.target(out)  # refused before the long part
    return write(load(source), out, moment, listing)


def write(loaded: Loaded, out: str, moment: datetime | None = None, listing: Path | None = None) -> Report:
    """Writes the source as it stood at the moment (None: when the file was taken) into the database at ``out``.

    ``listing`` is the CSV file of rows kept out (not given: the database's path and ``.kept-out.csv``); remarks on rows
    that were written stand beside it in a file ending in ``.remarks.csv``. Raises ImportRefused: nothing is written.
    """
    url = database.target(out)
    listing = listing or _listing(url)
    book = loaded.book
    moment = moment or book.snapshot
    if moment > book.snapshot:
        raise ImportRefused(
            f"The file does not know how things stood at {moment}: its latest time is {book.snapshot}. "
            "Say with --snapshot when it was taken, if that was later."
        )
    rows = [(order, row) for order in book.orders if (row := as_of(order, moment)) is not None]
    written = {order.line for order, _ in rows}
    later = [Noted(o.line, o.id, "opened-later", str(o.reported_at)) for o in book.orders if o.line not in written]
    verdicts = verdict_rows(loaded, moment)
    metadata = database.layout_tables(book.columns)
    with database.fresh_database(url, metadata) as connection:
        tables = metadata.tables
        database.write(connection, tables["areas"], [area.row() for area in loaded.areas.areas])
        database.write(connection, tables["departments"], _departments(book))
        database.write(connection, tables["categories"], _categories(book))
        database.write(connection, tables["work_orders"], [row for _, row in rows])
        database.write(connection, tables[database.VERDICTS], verdicts)
        about = [{"key": key, "value": value} for key, value in loaded.about(moment).items()]
        database.write(connection, tables[database.ABOUT], about)
        kept_out = sorted([*book.kept_out, *later])
        remarks = [noted for noted in book.remarks if noted.line in written]
        _write_list(listing, kept_out)
        _write_list(remarks_file(listing), remarks)
    return Report(
        out=database.shown(url),
        listing=listing,
        moment=moment,
        snapshot=book.snapshot,
        rows=book.rows,
        written=len(rows),
        open=sum(row["closed_at"] is None for _, row in rows),
        kept_out=kept_out,
        remarks=remarks,
        verdicts=len(verdicts),
        loaded=loaded,
    )


def verdict_rows(loaded: Loaded, until: datetime, after: datetime | None = None) -> list[dict[str, object]]:
    """The city's own verdicts that were known at ``until`` and, where ``after`` is given, not yet then."""
    found: list[dict[str, object]] = []
    for order in loaded.book.orders:
        known = order.verdict_at(loaded.book.snapshot)
        if known is not None and known <= until and (after is None or known > after):
            found.append({"order_id": order.id, "verdict": order.verdict})
    return found


def moment_of(text: str, layout: str) -> datetime:
    """A moment typed by a person, in the city's zone."""
    try:
        moment = read_time(text, layout_of(layout).zone)
    except ValueError:
        moment = None
    if moment is None:
        raise ImportRefused(f"{text!r} is not a moment: write it like 2015-06-15T14:00.")
    return moment


def remarks_file(listing: Path) -> Path:
    """Where the remarks go that belong to this list of rows kept out."""
    return listing.with_name(listing.name.removesuffix(".csv").removesuffix(".kept-out") + ".remarks.csv")


def _listing(url: URL) -> Path:
    path = database.file_of(url)
    return path.with_name(f"{path.name}.kept-out.csv") if path is not None else Path("import-311.kept-out.csv")


def _departments(book: Book) -> list[dict[str, object]]:
    return [{"code": code, "name": name} for code, name in sorted(book.departments.items())]


def _categories(book: Book) -> list[dict[str, object]]:
    return [
        {"code": c.code, "parent_code": c.parent_code, "name": c.name, "kind": "service"}
        for c in sorted(book.categories.values(), key=lambda c: c.code)
    ]


def _write_list(path: Path, noted: Iterable[Noted]) -> None:
    """``line,id,reason,detail``. A value that a spreadsheet would take for a formula gets an apostrophe before it."""
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("line", "id", "reason", "detail"))
            for row in noted:
                writer.writerow((row.line, _harmless(row.id), row.code, _harmless(row.detail)))
    except OSError as error:
        raise ImportRefused(f"The list {path} cannot be written: {error.strerror}.") from error


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
