"""The shapes of the map as immutable files, named by the hash of their content and compressed once."""

import gzip
import hashlib
import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import brotli
import numpy as np
import orjson
import shapely
from shapely.geometry.base import BaseGeometry

from dashboard import shapes as polygonal
from dashboard.bodies import Shapes
from data_access.crs import Crs, from_wgs84
from data_access.engine import ScopedReader
from data_access.errors import StoreError
from data_access.queries.boundaries import Boundary, Sign, boundaries, sign
from data_access.reference import LEVELS, Area, AreaTree
from indicators.readings.map_cells import cells_of
from layouts.panel import Geometry

_log = logging.getLogger(__name__)

PREFIX: Final = "/geometry/"
MOST_OUTLINES: Final = 500
CELL_LABELS: Final = 300
"""Up to so many cells carry their own names."""
REREAD_S: Final = 3600.0
"""A boundary may be redrawn with as many characters: after this time all are read again."""
_MARGIN: Final = 0.5
_STORE: Final = "geometry:"
_GENERATIONS: Final = 2


class Keep(Protocol):
    """Where files are shared with the other processes; every method may raise StoreError."""

    def fetch(self, key: str) -> bytes | None:
        """The bytes under this key."""
        ...

    def put(self, entries: Mapping[str, bytes]) -> None:
        """Write these entries."""
        ...

    def drop(self, *keys: str) -> None:
        """Remove these entries."""
        ...


@dataclass(frozen=True, slots=True)
class File:
    """One file in the two forms that every browser accepts; ``name`` is the hash of its content."""

    name: str
    brotli: bytes
    gzip: bytes

    @property
    def address(self) -> str:
        """Where the browser fetches it."""
        return f"{PREFIX}{self.name}.json"

    @classmethod
    def of(cls, content: object) -> "File":
        """The file of a JSON value. About 0.3 s for the 2 MB of 9,000 cells."""
        plain = orjson.dumps(content)
        name = hashlib.sha256(plain).hexdigest()[:20]
        return cls(name, brotli.compress(plain, quality=5), gzip.compress(plain, 6, mtime=0))

    def packed(self) -> bytes:
        """The two compressed forms behind their lengths, as they are shared."""
        return len(self.brotli).to_bytes(4, "big") + self.brotli + self.gzip

    @classmethod
    def unpacked(cls, name: str, packed: bytes) -> "File":
        """The file from its shared form."""
        end = 4 + int.from_bytes(packed[:4], "big")
        return cls(name, packed[4:end], packed[end:])


@dataclass(frozen=True, slots=True)
class Drawing:
    """What was made for one area: the addresses, the cells in drawing order, the files."""

    shapes: Shapes | None
    files: tuple[File, ...]
    sign: Sign
    made_at: float


class GeometryStore:
    """Makes the files of an area when somebody looks at it, and again when its areas have changed.

    ``keep`` shares the files between processes (the broadcast store); ``backdrop`` is a GeoJSON file of water in
    WGS-84, ``credit`` its attribution; ``schematic`` says that the boundaries are drawn, not surveyed; ``tiles`` is the
    address pattern of the operator's map and ``tiles_crs`` its datum, in which everything is drawn then.
    """

    def __init__(
        self,
        keep: Keep,
        *,
        schematic: bool = False,
        backdrop: Path | None = None,
        credit: str = "",
        tiles: str = "",
        tiles_crs: Crs = Crs.WGS84,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._keep = keep
        self._schematic = schematic
        self._credit = credit
        self._clock = clock
        self._tiles = tiles
        self._datum = tiles_crs if tiles else Crs.WGS84
        self._water = _Water(backdrop, self._datum)
        self._lock = threading.Lock()
        self._drawings: dict[str, Drawing] = {}
        self._files: dict[str, File] = {}
        self._old: dict[str, list[tuple[str, ...]]] = {}

    def shapes(self, db: ScopedReader, area: str) -> Shapes | None:
        """The geometry of an area, None where no boundary is recorded. Takes seconds when it has to be made anew.

        Raises the errors of ``ScopedReader.rows``; broken boundaries are counted and left out.
        """
        seen = db if area == db.reference.tree.root else db.narrowed(area)
        now, mark = self._clock(), sign(seen)
        drawing = self._drawings.get(area)
        if drawing is None or drawing.sign != mark or now - drawing.made_at > REREAD_S:
            drawing = self._redrawn(seen, area, mark, now, drawing)
        self._share(drawing.files)
        return drawing.shapes

    def fetch(self, digest: str) -> tuple[bytes, bytes] | None:
        """Brotli and gzip of the file of this name, made here or by another process; None when there is none.

        Raises StoreError when the store cannot be asked.
        """
        found = self._files.get(digest)
        if found is None and _is_name(digest) and (packed := self._keep.fetch(_STORE + digest)) is not None:
            found = File.unpacked(digest, packed)
            with self._lock:
                self._files[digest] = found
        return None if found is None else (found.brotli, found.gzip)

    def _redrawn(self, db: ScopedReader, area: str, mark: Sign, now: float, before: Drawing | None) -> Drawing:
        started = time.perf_counter()
        parts = draw(db, area, self._datum)
        files = {name: File.of(content) for name, content in parts.contents(self._water).items()}
        shapes = None if parts.cells is None else self._described(parts, files)
        if before is not None and before.shapes == shapes:
            shapes = before.shapes
        drawing = Drawing(shapes, tuple(files.values()), mark, now)
        with self._lock:
            self._drawings[area] = drawing
            self._files.update({file.name: file for file in drawing.files})
        self._retire(area, before, drawing)
        took = round((time.perf_counter() - started) * 1000)
        _log.info("geometry made", extra={"area": area, "cells": parts.count, "missing": parts.missing, "ms": took})
        return drawing

    def _described(self, parts: "Parts", files: Mapping[str, File]) -> Shapes:
        geometry = Geometry(
            cells=files["cells"].address,
            cells_hash=files["cells"].name,
            outlines=files["outlines"].address if "outlines" in files else None,
            water=files["water"].address if "water" in files else None,
            credit=self._credit or None,
            schematic=self._schematic,
            missing=parts.missing,
            tiles=self._tiles or None,
        )
        return Shapes(geometry, parts.codes)

    def _share(self, files: Iterable[File]) -> None:
        """Put what the store has lost; without a store this process still has its own."""
        try:
            lost = {_STORE + file.name: file.packed() for file in files if self._keep.fetch(_STORE + file.name) is None}
            if lost:
                self._keep.put(lost)
        except StoreError:
            _log.warning("geometry is not shared: the store cannot be used")

    def _retire(self, area: str, before: Drawing | None, drawing: Drawing) -> None:
        """Keep the files of the last generations for pages that still name them; drop older ones nobody else uses."""
        if before is None:
            return
        generations = self._old.setdefault(area, [])
        generations.append(tuple(file.name for file in before.files))
        if len(generations) <= _GENERATIONS:
            return
        with self._lock:
            used = {file.name for other in self._drawings.values() for file in other.files}
            used |= {name for kept in self._old.values() for names in kept[-_GENERATIONS:] for name in names}
            unused = [name for name in generations.pop(0) if name not in used]
            for name in unused:
                self._files.pop(name, None)
        try:
            self._keep.drop(*(_STORE + name for name in unused))
        except StoreError:
            _log.warning("old geometry is not dropped: the store cannot be used")


def _is_name(name: str) -> bool:
    return len(name) == 20 and all(sign in "0123456789abcdef" for sign in name)


@dataclass(frozen=True, slots=True)
class Parts:
    """The shapes of one area before they are written. ``missing`` counts cells without a usable boundary."""

    codes: tuple[str, ...]
    cells: dict[str, Any] | None
    outlines: dict[str, Any] | None
    box: tuple[float, float, float, float] | None
    missing: int

    @property
    def count(self) -> int:
        """How many cells are drawn."""
        return len(self.codes)

    def contents(self, water: "_Water") -> dict[str, object]:
        """Content by kind of file; only those that have any."""
        found: dict[str, object] = {}
        if self.cells is not None and self.box is not None:
            found["cells"] = self.cells
            if (near := water.near(self.box)) is not None:
                found["water"] = near
        if self.outlines is not None:
            found["outlines"] = self.outlines
        return found


def draw(db: ScopedReader, area: str, datum: Crs = Crs.WGS84) -> Parts:
    """The shapes of an area in this datum: its cells, the outlines of the levels between, names with their places.

    Raises the errors of ``ScopedReader.rows``.
    """
    tree = db.reference.tree
    inside = tree.subtree(area)
    level, _ = cells_of(tree, area)
    by_level: dict[str, list[Boundary]] = {level: []}
    for row in boundaries(db, LEVELS):
        if row.code in inside:
            by_level.setdefault(row.level, []).append(row)
    found = {
        level: polygonal.redrawn(polygonal.polygons([row.geojson for row in by_level[level]], db.crs), datum)
        for level in by_level
    }
    drawn = {row.code: shape for row, shape in zip(by_level[level], found[level], strict=True) if shape is not None}
    if not drawn:
        return Parts((), None, None, None, len(by_level[level]))
    known = {
        row.code: shape
        for upper in by_level
        for row, shape in zip(by_level[upper], found[upper], strict=True)
        if shape is not None
    }
    cells = polygonal.collection(
        [
            polygonal.feature(shape, {"i": i, "code": code, **_names(tree, code, area)})
            for i, (code, shape) in enumerate(drawn.items())
        ],
        bbox=polygonal.box(np.array(list(drawn.values()), dtype=object)),
    )
    between = _levels_between(tree, area, level, by_level)
    outlines = _outlines(tree, area, between, known, drawn)
    labelled = (*between, level) if len(drawn) <= CELL_LABELS else between
    outlines["labels"] = _labels(tree, inside, labelled, known, datum)
    return Parts(tuple(drawn), cells, outlines, cells["bbox"], len(by_level[level]) - len(drawn))


def _levels_between(tree: AreaTree, area: str, cells: str, rows: Mapping[str, list[Boundary]]) -> tuple[str, ...]:
    """Levels above the cells and below the area, from the top, that are few enough to be drawn as lines."""
    own = tree.by_code[area].level if area in tree.by_code else LEVELS[0]
    start = LEVELS.index(own) + 1 if own in LEVELS else 0
    return tuple(
        level for level in LEVELS[start : LEVELS.index(cells)] if 1 < len(rows.get(level, ())) <= MOST_OUTLINES
    )


def _outlines(
    tree: AreaTree,
    area: str,
    between: tuple[str, ...],
    known: Mapping[str, BaseGeometry],
    cells: Mapping[str, BaseGeometry],
) -> dict[str, Any]:
    """Lines of the finest level between (clickable from afar) and of the highest; the area's own edge where none is."""

    def level(name: str) -> dict[str, Any]:
        return _lines(tree, area, [below.code for below in tree.below(area, name)], known, cells)

    if not between:
        return {"outlines": None, "borders": _lines(tree, area, [area], known, cells)}
    return {"outlines": level(between[-1]), "borders": level(between[0])}


def _lines(
    tree: AreaTree,
    area: str,
    codes: Iterable[str],
    known: Mapping[str, BaseGeometry],
    cells: Mapping[str, BaseGeometry],
) -> dict[str, Any]:
    """The edges of these areas: their own boundary, else that of their cells together."""
    features = []
    for code in codes:
        shape = known.get(code)
        if shape is None:
            own = [cells[below] for below in tree.subtree(code) if below in cells]
            shape = polygonal.united(np.array(own, dtype=object))
        if shape is not None:
            features.append(polygonal.feature(shape, {"code": code, **_names(tree, code, area)}))
    return polygonal.collection(features)


def _names(tree: AreaTree, code: str, within: str) -> dict[str, str]:
    """Name in both languages, and the two highest areas that hold it below ``within``."""
    area = tree.by_code[code]
    above = [tree.by_code[holder] for holder in reversed(tree.ancestors(code))]
    if within in {holder.code for holder in above}:
        above = above[[holder.code for holder in above].index(within) + 1 :]
    named = {"name": area.name}
    if area.name_en:
        named["en"] = area.name_en
    if above:
        named["up"] = " ".join(holder.name for holder in above[:2])
        if area.name_en:
            named["up_en"] = ", ".join(holder.label("en") for holder in reversed(above[:2]))
    return named


def _labels(
    tree: AreaTree, inside: Iterable[str], levels: tuple[str, ...], known: Mapping[str, BaseGeometry], datum: Crs
) -> list[dict[str, Any]]:
    """Names with the point they stand at and the width of their area in degrees."""
    return [
        _label(tree.by_code[code], known[code], datum)
        for code in sorted(inside)
        if code in known and code in tree.by_code and tree.by_code[code].level in levels
    ]


def _label(area: Area, shape: BaseGeometry, datum: Crs) -> dict[str, Any]:
    west, south, east, north = shape.bounds
    lon, lat = area.lon, area.lat
    if lon is not None and lat is not None:
        lon, lat = from_wgs84(lon, lat, datum)
    if lon is None or lat is None or not (west <= lon <= east and south <= lat <= north):
        point = shape.representative_point()
        lon, lat = point.x, point.y
    label = {"name": area.name, "level": area.level, "lon": round(lon, 5), "lat": round(lat, 5)}
    if area.name_en:
        label["en"] = area.name_en
    return {**label, "width": round(east - west, 5)}


class _Water:
    """Lakes and rivers from the operator's file, read at the first use."""

    def __init__(self, path: Path | None, datum: Crs) -> None:
        self._path = path
        self._datum = datum
        self._shapes: polygonal.Shapes | None = None

    def near(self, box: tuple[float, float, float, float]) -> dict[str, Any] | None:
        """The water around a place; None without any, or when the file cannot be read (which is logged)."""
        if self._shapes is None:
            self._shapes = self._read()
        west, south, east, north = box
        wide, high = (east - west) * _MARGIN, (north - south) * _MARGIN
        frame = shapely.box(west - wide, south - high, east + wide, north + high)
        features = [polygonal.feature(shape, {}) for shape in self._shapes[shapely.intersects(self._shapes, frame)]]
        return polygonal.collection(features) if features else None

    def _read(self) -> polygonal.Shapes:
        if self._path is None:
            return np.array([], dtype=object)
        try:
            content = orjson.loads(self._path.read_bytes())
            texts = [orjson.dumps(feature.get("geometry")).decode() for feature in content["features"]]
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            _log.warning("the backdrop cannot be read", extra={"file": self._path.name, "cause": str(error)})
            return np.array([], dtype=object)
        found = polygonal.redrawn(polygonal.polygons(texts, Crs.WGS84), self._datum)
        return found[~shapely.is_missing(found)]
