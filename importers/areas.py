"""Polygons of GeoJSON files, one file a level, into the areas of the contract: codes, parents, the city around them.

Coordinates must be WGS-84 degrees (RFC 7946, or a ``crs`` member that names a datum within a metre or two of it). The
numbers are looked at as well: files exist that say degrees and hold feet.
"""

import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely
from shapely.errors import ShapelyError
from shapely.geometry import MultiPolygon, Polygon, shape
from shapely.geometry.base import BaseGeometry

from data_access.contract import CODE, Level
from data_access.errors import ImportRefused
from importers.layouts import LEVELS, AreaRule, Layout
from importers.names import fingerprint, name_key, slug

_DEGREES: Final = re.compile(r"(?:CRS:?84|EPSG:+(?:[\d.]*:)?(?:4326|4979|4269|4490))$", re.IGNORECASE)
"""WGS-84 in its usual spellings, NAD83 (within 2 m of it) and CGCS2000 (within centimetres)."""

_MEND: Final = "convert it first, for example with ogr2ogr -t_srs EPSG:4326 OUT.geojson IN.geojson"


@dataclass(frozen=True, slots=True)
class AreaSpec:
    """One ``--areas`` argument: the level, its file, the property with the code and the one with the name."""

    level: Level
    path: Path
    code_property: str
    name_property: str | None = None

    @classmethod
    def parse(cls, text: str) -> "AreaSpec":
        """From ``LEVEL=FILE:CODE_PROPERTY[:NAME_PROPERTY]``."""
        level, equals, rest = text.partition("=")
        parts = rest.split(":")
        if not equals or len(parts) not in (2, 3) or not all(parts):
            raise ImportRefused(f"--areas {text!r} must read LEVEL=FILE.geojson:CODE_PROPERTY[:NAME_PROPERTY].")
        if level not in LEVELS:
            raise ImportRefused(f"--areas {text!r}: the level must be one of {', '.join(LEVELS)}.")
        return cls(Level(level), Path(parts[0]), parts[1], parts[2] if len(parts) == 3 else None)

    def text(self) -> str:
        """What ``parse`` reads, with the file's full path."""
        parts = (str(self.path.resolve()), self.code_property, self.name_property)
        return f"{self.level}={':'.join(part for part in parts if part)}"


@dataclass(frozen=True, slots=True)
class ImportedArea:
    """A row of ``areas``. ``key`` is the area's own name as ``name_key`` writes it; ``shape`` None without polygons."""

    code: str
    parent_code: str | None
    level: Level
    name: str
    key: str
    shape: BaseGeometry | None

    def row(self) -> dict[str, object]:
        """The columns of the contract; the label point lies inside the area."""
        point = None if self.shape is None else self.shape.representative_point()
        return {
            "code": self.code,
            "parent_code": self.parent_code,
            "level": str(self.level),
            "name": self.name,
            "boundary": None if self.shape is None else shapely.to_geojson(self.shape),
            "lon": None if point is None else round(point.x, 6),
            "lat": None if point is None else round(point.y, 6),
        }


@dataclass(frozen=True, slots=True)
class AreaSet:
    """All areas, the city first, then level by level, sorted by code. ``notes`` counts what was mended, by sentence."""

    areas: Sequence[ImportedArea]
    notes: Counter[str] = field(default_factory=Counter)

    @property
    def city(self) -> ImportedArea:
        """The row of the whole city."""
        return self.areas[0]

    def of(self, level: Level) -> list[ImportedArea]:
        """The areas of one level, sorted by code."""
        return [area for area in self.areas if area.level == level]

    def ancestors(self) -> Mapping[str, frozenset[str]]:
        """Codes above each code."""
        above: dict[str, frozenset[str]] = {}
        for area in self.areas:
            above[area.code] = frozenset() if area.parent_code is None else above[area.parent_code] | {area.parent_code}
        return above


def read_areas(specs: Iterable[AreaSpec], layout: Layout) -> AreaSet:
    """The areas of these files under the layout's city. Without files, the city alone, without a boundary.

    A parent is the area of the next wider level that covers most of the child; no overlap at all is counted and hangs
    the child under the city. Raises ImportRefused with one sentence naming file, value and mend.
    """
    ordered = sorted(specs, key=lambda spec: LEVELS.index(spec.level))
    if twice := [level for level, count in Counter(spec.level for spec in ordered).items() if count > 1]:
        raise ImportRefused(f"--areas gives the level {twice[0]} twice: join the two files into one.")
    notes: Counter[str] = Counter()
    city_code = layout.city.code
    found: list[ImportedArea] = []
    above: list[ImportedArea] = []
    for spec in ordered:
        rule = layout.areas.get(spec.level.value, AreaRule(prefix=spec.level.value[0].upper()))  # type: ignore[call-overload]
        features = _features(spec, layout.area_words, notes)
        level = [
            _area(spec, rule, city_code, key, label, polygons, above, notes)
            for key, (label, polygons) in features.items()
        ]
        level.sort(key=lambda area: area.code)
        _refuse_same_codes(spec, level, found)
        found.extend(level)
        above = level
    widest = (
        [area.shape for area in found if area.level == ordered[0].level and area.shape is not None] if found else []
    )
    around = _polygons(shapely.make_valid(shapely.union_all(widest))) if widest else None
    city = ImportedArea(city_code, None, Level.CITY, layout.city.name, "", around)
    return AreaSet([city, *found], notes)


def _area(
    spec: AreaSpec,
    rule: AreaRule,
    city_code: str,
    key: str,
    label: str,
    polygons: list[BaseGeometry],
    above: Sequence[ImportedArea],
    notes: Counter[str],
) -> ImportedArea:
    if len(polygons) > 1:
        notes[f"{spec.level} areas joined from several features"] += 1
    boundary = polygons[0] if len(polygons) == 1 else _polygons(shapely.make_valid(shapely.union_all(polygons)))
    value = key.zfill(rule.width) if key.isdigit() else slug(key).upper()
    code = f"{city_code}-{rule.prefix}{value}"
    if len(code) > CODE:
        code = f"{code[: CODE - 9]}-{fingerprint(key)}"
    name = label if spec.name_property else rule.name.format(label)
    return ImportedArea(code, _parent(boundary, above, city_code, spec, notes), spec.level, name, key, boundary)


def _parent(
    boundary: BaseGeometry | None, above: Sequence[ImportedArea], city_code: str, spec: AreaSpec, notes: Counter[str]
) -> str:
    if not above or boundary is None:
        return city_code
    shared = shapely.area(shapely.intersection(np.array([area.shape for area in above], dtype=object), boundary))
    best = int(np.argmax(shared))
    if shared[best] <= 0:
        notes[f"{spec.level} areas inside no area of the level above, hung under the city"] += 1
        return city_code
    return above[best].code


def _refuse_same_codes(spec: AreaSpec, level: Sequence[ImportedArea], others: Sequence[ImportedArea]) -> None:
    seen = {area.code: area for area in others}
    for area in level:
        if area.code in seen:
            raise ImportRefused(
                f"{spec.path.name}: the {spec.level} {area.key!r} would have the code {area.code}, which the "
                f"{seen[area.code].level} {seen[area.code].key!r} has: give the level a prefix in a mapping file."
            )
        seen[area.code] = area


def _features(spec: AreaSpec, words: tuple[str, ...], notes: Counter[str]) -> dict[str, tuple[str, list[BaseGeometry]]]:
    """(name, polygons) by key of the area's own name; features of one name are parts of one area."""
    found: dict[str, tuple[str, list[BaseGeometry]]] = {}
    spelled: dict[str, str] = {}
    for place, feature in enumerate(_read(spec), start=1):
        properties = feature.get("properties") or {}
        if spec.code_property not in properties:
            has = ", ".join(properties) or "none at all"
            raise ImportRefused(
                f"{spec.path.name}: feature {place} has no property {spec.code_property!r}; it has {has}."
            )
        text = _text(properties[spec.code_property])
        if not text:
            notes[f"{spec.level} features left out: no {spec.code_property}"] += 1
            continue
        boundary = _boundary(spec, place, feature.get("geometry"), notes)
        if boundary is None:
            notes[f"{spec.level} features left out: no polygon"] += 1
            continue
        key = name_key(text, words)
        if spelled.setdefault(key, text) != text:
            raise ImportRefused(
                f"{spec.path.name}: two areas are called {spelled[key]!r} and {text!r}, which an order's "
                "own area name cannot tell apart: choose another property."
            )
        label = _text(properties.get(spec.name_property)) if spec.name_property else ""
        found.setdefault(key, (label or text, []))[1].append(boundary)
    if not found:
        raise ImportRefused(f"{spec.path.name} holds no polygon with a {spec.code_property}.")
    return found


def _text(value: object) -> str:
    """A property as text; 5.0, which is what tables make of 5, is 5."""
    if value is None or isinstance(value, bool):
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()


def _read(spec: AreaSpec) -> list[dict[str, Any]]:
    name = spec.path.name
    try:
        data = json.loads(spec.path.read_bytes())
    except OSError as error:
        raise ImportRefused(f"The file {spec.path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise ImportRefused(f"{name} is not GeoJSON: {error}.") from error
    features = data.get("features") if isinstance(data, dict) else None
    if not isinstance(features, list) or not all(isinstance(feature, dict) for feature in features):
        raise ImportRefused(f"{name} is not GeoJSON: it has no list of features.")
    declared = data.get("crs")
    if isinstance(declared, dict):
        label = str((declared.get("properties") or {}).get("name", declared))
        if not _DEGREES.search(label):
            raise ImportRefused(f"{name} says its coordinates are {label}, not WGS-84 degrees: {_MEND}.")
    return features


def _boundary(spec: AreaSpec, place: int, geometry: object, notes: Counter[str]) -> BaseGeometry | None:
    """The valid polygon or polygons of a feature, flat; None where there is none."""
    if not isinstance(geometry, dict):
        return None
    try:
        with np.errstate(invalid="ignore"):  # what is no number is refused below
            found = shapely.force_2d(shape(geometry))
    except (ShapelyError, ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        raise ImportRefused(f"{spec.path.name}: the geometry of feature {place} cannot be read: {error}.") from error
    _refuse_other_than_degrees(spec, shapely.get_coordinates(found))
    if not found.is_valid:
        notes[f"{spec.level} areas with invalid rings mended"] += 1
        found = shapely.make_valid(found)
    return _polygons(found)


def _refuse_other_than_degrees(spec: AreaSpec, coordinates: "np.ndarray[Any, np.dtype[np.float64]]") -> None:
    lon, lat = coordinates[:, 0], coordinates[:, 1]
    wrong = ~(np.abs(lon) <= 180) | ~(np.abs(lat) <= 90)  # also where a coordinate is no number
    if wrong.any():
        x, y = (
            format(float(value), "g" if math.isnan(value) else ".2f") for value in coordinates[int(np.argmax(wrong))]
        )
        raise ImportRefused(
            f"{spec.path.name} holds the point ({x}, {y}), which cannot be degrees of longitude and latitude, whatever "
            f"the file's label says: {_MEND}, naming its true system with -s_srs."
        )


def _polygons(geometry: BaseGeometry) -> BaseGeometry | None:
    """Only what has an area: mending may leave lines and points beside the polygons."""
    parts = [
        part
        for piece in shapely.get_parts([geometry])
        for part in (
            shapely.get_parts([piece]) if piece.geom_type in ("MultiPolygon", "GeometryCollection") else [piece]
        )
        if isinstance(part, Polygon) and not part.is_empty
    ]
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else MultiPolygon(parts)
