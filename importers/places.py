"""Where an order is: its point in the polygons, else the area names in its own row, and which points are no places."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from data_access.contract import Level
from importers.areas import AreaSet
from importers.layouts import LEVELS, Layout
from importers.names import name_key

DEFAULT_SHARE: Final = 0.02
"""A point that more than this share of all rows lie on, to the last digit, is where an address was not found."""

DEFAULT_ROWS: Final = 30
"""and at least this many rows: in a small file a few neighbours are no default."""

FAR_DEGREES: Final = 0.2
"""A point further than this (about 20 km) outside the city's bounds is a slip of the pen, not a place of the city."""

Point = tuple[float, float]
"""Longitude and latitude, WGS-84 degrees."""


def default_points(points: Sequence[Point | None]) -> frozenset[Point]:
    """Points that carry an implausible share of all rows; ``points`` has one entry a row, None without coordinates."""
    counts = Counter(point for point in points if point is not None)
    least = DEFAULT_SHARE * len(points)
    return frozenset(point for point, count in counts.items() if count >= DEFAULT_ROWS and count > least)


class Locator:
    """Finds areas by point. Levels are tried from the finest; on a shared border the lower code has the point."""

    def __init__(self, areas: AreaSet) -> None:
        self._areas = areas
        self._levels = [level for level in reversed(LEVELS) if areas.of(level)]
        self._bounds = None if areas.city.shape is None else areas.city.shape.bounds

    def plausible(self, point: Point) -> bool:
        """Whether the point is on Earth, not (0, 0), and not far outside the city."""
        lon, lat = point
        if not (-180 <= lon <= 180 and -90 <= lat <= 90) or point == (0.0, 0.0):
            return False
        if self._bounds is None:
            return True
        west, south, east, north = self._bounds
        return west - FAR_DEGREES <= lon <= east + FAR_DEGREES and south - FAR_DEGREES <= lat <= north + FAR_DEGREES

    def locate(self, points: Sequence[Point | None]) -> list[str | None]:
        """The code of the finest area that holds each point; None for no point and for a point in no area."""
        found: list[str | None] = [None] * len(points)
        open_ = np.array([place for place, point in enumerate(points) if point is not None], dtype=np.intp)
        for level in self._levels:
            if not len(open_):
                break
            coded = self._in_level(level, np.array([points[place] for place in open_], dtype=float))
            for place, code in zip(open_.tolist(), coded, strict=True):
                found[place] = code
            open_ = np.array([place for place in open_.tolist() if found[place] is None], dtype=np.intp)
        return found

    def _in_level(self, level: Level, points: NDArray[np.float64]) -> list[str | None]:
        areas = self._areas.of(level)
        tree = shapely.STRtree([area.shape for area in areas if area.shape is not None])
        which, inside = tree.query(shapely.points(points), predicate="intersects")
        first = np.full(len(points), len(areas), dtype=np.intp)
        np.minimum.at(first, which, inside)
        return [areas[place].code if place < len(areas) else None for place in first.tolist()]


@dataclass(frozen=True, slots=True)
class Own:
    """What a row itself says of its area: the code it comes to, and what was odd about it.

    ``unknown`` are names no area has, of the first column of a level only: the others are other ways to say it.
    """

    code: str | None
    by_level: Mapping[Level, str]
    unknown: tuple[str, ...] = ()
    disagree: bool = False


class OwnNames:
    """Area codes by the names that rows write into their own columns."""

    def __init__(self, areas: AreaSet, layout: Layout) -> None:
        self._words = layout.area_words
        self._synonyms = {self._key(other): self._key(name) for other, name in layout.synonyms.items()}
        self._above = areas.ancestors()
        self._codes: dict[Level, dict[str, str]] = {}
        for level in LEVELS:
            exact = {area.key: area.code for area in areas.of(level)}
            shared = Counter(self._synonyms.get(key, key) for key in exact)
            alike = {self._synonyms.get(key, key): code for key, code in exact.items()}
            self._codes[level] = {key: code for key, code in alike.items() if shared[key] == 1} | exact
        self._known: dict[tuple[tuple[Level, tuple[str, ...]], ...], Own] = {}

    def find(self, texts: tuple[tuple[Level, tuple[str, ...]], ...]) -> Own:
        """The finest area that a row's names lead to; ``texts`` are its columns by level, from the widest level down.

        A finer name that does not lie inside the wider one contradicts it: then the wider one is believed.
        """
        known = self._known.get(texts)
        if known is None:
            known = self._known[texts] = self._find(texts)
        return known

    def _find(self, texts: tuple[tuple[Level, tuple[str, ...]], ...]) -> Own:
        best: str | None = None
        by_level: dict[Level, str] = {}
        unknown: list[str] = []
        disagree = False
        for level, written in texts:
            if not self._codes[level]:
                continue
            codes = [code for text in written if text and (code := self._code(level, text)) is not None]
            if codes:
                by_level[level] = codes[0]
                if best is None or best in self._above[codes[0]]:
                    best = codes[0]
                else:
                    disagree = True
            else:
                unknown.extend(text for text in written[:1] if text)
        return Own(best, by_level, tuple(unknown), disagree)

    def _code(self, level: Level, text: str) -> str | None:
        key = self._key(text)
        codes = self._codes[level]
        return codes.get(key) or codes.get(self._synonyms.get(key, key))

    def _key(self, text: str) -> str:
        return name_key(text, self._words)
