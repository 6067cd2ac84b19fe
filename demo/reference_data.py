"""The committed reference tables of the demo city (``demo/reference``, sources in its SOURCES.md)."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent / "reference"
CITY: Final = "3203"
"""Code of the city, root of the area tree at every scale."""
TOWN: Final = "320382"
"""The one county of ``--scale town`` (Pizhou)."""


@dataclass(frozen=True, slots=True)
class Street:
    """A street or town; ``point`` is its known place (lon, lat) where GeoNames has one."""

    code: str
    county: str
    communities: tuple[str, ...]
    point: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Limit:
    """One time limit of a class: value, unit and clock as the contract names them, and how often it is the one."""

    value: float
    unit: str
    clock: str
    weight: float


@dataclass(frozen=True, slots=True)
class Category:
    """A minor class: what it is called, who handles it and how often it comes."""

    code: str
    parent: str
    name: str
    name_en: str
    kind: str
    limits: tuple[Limit, ...]
    department: str
    street_share: float
    weight: float
    sensitive: int
    public: int


@dataclass(frozen=True, slots=True)
class Bureau:
    """A city department; ``overdue`` is the share of its orders that it handles too late."""

    code: str
    name: str
    short_name: str
    name_en: str
    group: str
    overdue: float


UNITS: Final = {"h": ("hour", "work"), "eh": ("hour", "continuous"), "d": ("day", "work"), "ed": ("day", "continuous")}


def _rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def parse_limits(text: str) -> tuple[Limit, ...]:
    """``2eh:1|4h:3`` as limits: eh and ed run continuously, h and d on the working calendar; ``:n`` is the weight."""
    limits = []
    for part in filter(None, text.split("|")):
        amount, _, weight = part.partition(":")
        digits = amount.rstrip("ehd")
        unit, clock = UNITS[amount[len(digits) :]]
        limits.append(Limit(float(digits), unit, clock, float(weight or 1)))
    return tuple(limits)


@cache
def names() -> dict[str, tuple[str, str]]:
    """Code of a city, county, street or community -> (Chinese name, English name)."""
    return {row["code"]: (row["name"], row["name_en"]) for row in _rows("names_en.csv")}


@cache
def streets() -> tuple[Street, ...]:
    """The 186 streets with their 2,812 communities, ordered by code."""
    children: dict[str, list[str]] = {}
    for row in _rows("xuzhou_villages.csv"):
        children.setdefault(row["streetCode"], []).append(row["code"])
    points = {row["code"]: (float(row["longitude"]), float(row["latitude"])) for row in _rows("xuzhou_town_points.csv")}
    found = (
        Street(row["code"], row["areaCode"], tuple(sorted(children[row["code"]])), points.get(row["code"]))
        for row in _rows("xuzhou_streets.csv")
    )
    return tuple(sorted(found, key=lambda street: street.code))


@cache
def village_codes() -> frozenset[str]:
    """Codes of the communities that are villages (村委会)."""
    return frozenset(row["code"] for row in _rows("xuzhou_villages.csv") if row["name"].endswith("村委会"))


@cache
def bureaus() -> tuple[Bureau, ...]:
    """City departments and utilities, ordered by code."""
    return tuple(
        Bureau(r["code"], r["name"], r["short_name"], r["name_en"], r["group"], float(r["overdue"]))
        for r in _rows("departments.csv")
    )


@cache
def majors() -> tuple[tuple[str, str, str, str, int, int], ...]:
    """Major classes: code, name, English name, kind, sensitive, public."""
    return tuple(
        (r["code"], r["name"], r["name_en"], r["kind"], int(r["sensitive"]), int(r["public"]))
        for r in _rows("categories.csv")
        if not r["parent"]
    )


@cache
def categories() -> tuple[Category, ...]:
    """Minor classes in the order of the file."""
    return tuple(
        Category(
            r["code"],
            r["parent"],
            r["name"],
            r["name_en"],
            r["kind"],
            parse_limits(r["limits"]),
            r["department"],
            float(r["street_share"]),
            float(r["weight"]),
            int(r["sensitive"]),
            int(r["public"]),
        )
        for r in _rows("categories.csv")
        if r["parent"]
    )
