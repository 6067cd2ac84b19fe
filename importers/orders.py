"""Lines of a 311 file into orders. A line becomes an order or is kept out and listed with its reason: nothing else.

Why some odd lines stay and others do not:

- A case closed up to a day before it was opened stays as the city wrote it, with a remark. Two systems' clocks differ
  by seconds (84 cases in Boston's first half of 2015, 32 s at most, and the city judges them like any other), and some
  agencies write closings as days. Earlier than that the closing is no closing (1900-01-01 is one way to write "none"),
  and the case can be called neither open nor closed: kept out.
- A case whose status says closed but that has no closing time is kept out: it would stand open for ever. The time of
  its last change is not taken instead; a later comment changes it too.
- A blank deadline means none. A deadline that cannot be read is not blank: kept out, not turned into "no deadline".
- A status that says open beside a closing time before the file was taken: the time is believed, with a remark.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from data_access.errors import ImportRefused
from importers.areas import AreaSet
from importers.book import REASONS, Book, Noted
from importers.history import OPTIONAL, Order
from importers.layouts import Layout
from importers.places import Locator, OwnNames, Point, default_points
from importers.records import Header, open_text, read_records
from importers.rows import Draft, KeptOut, RowReader


def read_orders(path: Path, layout: Layout, areas: AreaSet, snapshot: datetime | None = None) -> Book:
    """The book of this file. ``snapshot`` is when the file was taken; not given, its latest opening or closing.

    Raises ImportRefused where the file cannot be read at all, no row of it is usable, or no point is in any area.
    """
    book = Book()
    with open_text(path, layout.encoding) as text:
        records = read_records(text, path.name, layout.delimiter)
        first = next(records, None)
        if first is None:
            raise ImportRefused(f"The file {path.name} is empty.")
        header = Header(first[1], layout, path.name)
        drafts = _read_drafts(records, header, layout, book)
    if not drafts:
        why = f", the first because of {REASONS[book.kept_out[0].code]}" if book.kept_out else ""
        raise ImportRefused(f"No row of the {book.rows} in {path.name} can be used{why}.")
    book.snapshot = snapshot or max(max(d.reported_at, d.closed_at or d.reported_at) for d in drafts)
    drafts = _known_by(drafts, book)
    book.unused = header.unused
    book.columns = frozenset(c for field_, names in OPTIONAL.items() if header.index[field_] is not None for c in names)
    if not header.has("lon", "lat"):
        book.columns -= {"lon", "lat"}
    _place(drafts, layout, areas, book, path.name)
    book.kept_out.sort()
    book.remarks.sort()
    return book


def _read_drafts(records: Iterator[tuple[int, list[str]]], header: Header, layout: Layout, book: Book) -> list[Draft]:
    reader = RowReader(header, layout, book)
    drafts: list[Draft] = []
    seen: dict[str, int] = {}
    for line, fields in records:
        book.rows += 1
        name = ""
        try:
            if len(fields) != header.width:
                raise KeptOut("wrong-width", f"{len(fields)} instead of {header.width}")
            name = reader.id(fields)
            if name in seen:
                raise KeptOut("duplicate-id", f"line {seen[name]}")
            drafts.append(reader.read(line, name, fields))
            seen[name] = line
        except KeptOut as out:
            book.kept_out.append(Noted(line, name, out.reason, out.detail))
    return drafts


def _known_by(drafts: list[Draft], book: Book) -> list[Draft]:
    known: list[Draft] = []
    for draft in drafts:
        latest = max(draft.reported_at, draft.closed_at or draft.reported_at)
        if latest > book.snapshot:
            book.kept_out.append(Noted(draft.line, draft.id, "after-snapshot", str(latest)))
        else:
            known.append(draft)
    return known


def _place(drafts: list[Draft], layout: Layout, areas: AreaSet, book: Book, name: str) -> None:
    """Areas of all drafts, which become the book's orders."""
    locator, names = Locator(areas), OwnNames(areas, layout)
    defaults = default_points([draft.point for draft in drafts])
    book.default_points = Counter(
        draft.point for draft in drafts if draft.point in defaults and draft.point is not None
    )
    points: list[Point | None] = []
    for draft in drafts:
        good = draft.point is not None and locator.plausible(draft.point)
        if draft.point is not None and not good and draft.point not in defaults:
            book.remarks.append(Noted(draft.line, draft.id, "point-implausible", f"{draft.point[1]}, {draft.point[0]}"))
        points.append(draft.point if good and draft.point not in defaults else None)
    located = locator.locate(points)
    given = [draft.point for draft in drafts if draft.point is not None and draft.point not in defaults]
    if areas.city.shape is not None and given and not any(located):
        lon, lat = given[0]
        raise ImportRefused(
            f"None of the points of {name} (the first is longitude {lon}, latitude {lat}) lies in any area: "
            "check that the areas are of the same city and that longitude and latitude are not exchanged."
        )
    above = areas.ancestors()
    for draft, point, code in zip(drafts, points, located, strict=True):
        own = names.find(draft.own)
        if code is not None:
            for level, own_code in own.by_level.items():
                book.agreement[level, own_code == code or own_code in above[code]] += 1
        else:
            _remark_fallback(draft, point, own.code, areas, book)
        book.remarks.extend(Noted(draft.line, draft.id, "own-area-unknown", text) for text in own.unknown)
        if own.disagree:
            book.remarks.append(Noted(draft.line, draft.id, "own-areas-disagree", _written(draft)))
        quality = "default" if draft.point in defaults else "point" if point else "area" if own.code else "none"
        book.orders.append(_order(draft, point, code or own.code or areas.city.code, quality))


def _remark_fallback(draft: Draft, point: Point | None, own: str | None, areas: AreaSet, book: Book) -> None:
    if point is not None and areas.city.shape is not None:
        book.remarks.append(Noted(draft.line, draft.id, "point-in-no-area", f"{point[1]}, {point[0]}"))
    if own is None:
        book.remarks.append(Noted(draft.line, draft.id, "no-area", _written(draft)))


def _written(draft: Draft) -> str:
    return ", ".join(f"{level}: {' / '.join(text)}" for level, text in draft.own if any(text))


def _order(draft: Draft, point: Point | None, area_code: str, quality: str) -> Order:
    return Order(
        id=draft.id,
        line=draft.line,
        reported_at=draft.reported_at,
        closed_at=draft.closed_at,
        due_at=draft.due_at,
        verdict=draft.verdict,
        category_code=draft.category,
        area_code=area_code,
        department_code=draft.department,
        source=draft.source,
        title=draft.text["title"],
        description=draft.text["description"],
        result=draft.text["result"],
        address=draft.text["address"],
        lon=None if point is None else point[0],
        lat=None if point is None else point[1],
        location_quality=quality,
    )
