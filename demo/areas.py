"""The rows of ``areas``, ``departments`` and ``categories`` of the demo city."""

from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from demo import reference_data as reference
from demo.geometry import Tiling
from demo.world import department_of_street, geojson

Row = dict[str, Any]


def area_rows(tiling: Tiling, seed: int) -> list[Row]:
    """City, counties, streets, communities and grids; households sum up from the grids, boundaries are schematic."""
    rng = np.random.default_rng([seed, 6])
    villages = reference.village_codes()
    names = reference.names()
    grid_rows = [_grid_row(code, tiling, villages, rng) for code in tiling.grids]
    rows: list[Row] = []
    for level, shapes in (
        ("city", tiling.city),
        ("county", tiling.counties),
        ("street", tiling.streets),
        ("community", tiling.communities),
    ):
        homes = _sums(grid_rows, "households", len(next(iter(shapes))))
        people = _sums(grid_rows, "population", len(next(iter(shapes))))
        for code, shape in sorted(shapes.items()):
            at = shape.centroid if shape.contains(shape.centroid) else shapely.point_on_surface(shape)
            kind = ("village" if code in villages else "residential") if level == "community" else None
            row = _row(code, level, *names[code], shape, (round(at.x, 5), round(at.y, 5)))
            rows.append(row | {"kind": kind, "households": homes[code], "population": people[code]})
    return rows + grid_rows


def _row(code: str, level: str, name: str, name_en: str, shape: BaseGeometry, at: tuple[float, float]) -> Row:
    parent = {4: None, 6: code[:4], 9: code[:6], 12: code[:9], 15: code[:12]}[len(code)]
    return {
        "code": code,
        "parent_code": parent,
        "level": level,
        "name": name,
        "boundary": geojson(shape),
        "lon": at[0],
        "lat": at[1],
        "name_en": name_en,
    }


def _grid_row(code: str, tiling: Tiling, villages: frozenset[str], rng: np.random.Generator) -> Row:
    """Households: 300 to 500 in towns, 110 to 290 in villages, few in dedicated grids (a market, a campus)."""
    name, name_en = reference.names()[code[:12]]
    village = code[:12] in villages
    dedicated = not village and rng.random() < 0.05 and not code.endswith("001")
    low, high = (110, 291) if village else (300, 501)
    homes = int(rng.integers(12, 70)) if dedicated else int(rng.integers(low, high))
    row = _row(
        code, "grid", f"{name}{code[-3:]}网格", f"{name_en} Grid {code[-3:]}", tiling.grids[code], tiling.points[code]
    )
    kind = "dedicated" if dedicated else "village" if village else "residential"
    return row | {"kind": kind, "households": homes, "population": round(homes * rng.uniform(2.4, 3.4))}


def _sums(rows: list[Row], column: str, length: int) -> dict[str, int]:
    totals: dict[str, int] = {}
    for row in rows:
        totals[row["code"][:length]] = totals.get(row["code"][:length], 0) + row[column]
    return totals


def department_rows(areas: list[Row]) -> list[Row]:
    """City bureaus and utilities, and the office of each street."""
    rows: list[Row] = [
        {
            "code": b.code,
            "name": b.name,
            "area_code": reference.CITY,
            "group": b.group,
            "short_name": b.short_name,
            "name_en": b.name_en,
        }
        for b in reference.bureaus()
    ]
    for area in areas:
        if area["level"] == "street":
            office = "人民政府" if area["name"].endswith("镇") else "办事处"
            rows.append(
                {
                    "code": department_of_street(area["code"]),
                    "name": area["name"] + office,
                    "area_code": area["code"],
                    "group": "street",
                    "short_name": area["name"],
                    "name_en": area["name_en"],
                }
            )
    return rows


def category_rows() -> list[Row]:
    """Major classes, then minor ones with the limit that applies most often."""
    columns = ("code", "name", "name_en", "kind", "sensitive", "public")
    rows: list[Row] = [dict(zip(columns, major, strict=True)) for major in reference.majors()]
    for minor in reference.categories():
        limit = max(minor.limits, key=lambda one: one.weight, default=None)
        rows.append(
            {
                "code": minor.code,
                "parent_code": minor.parent,
                "name": minor.name,
                "kind": minor.kind,
                "name_en": minor.name_en,
                "limit_value": limit and limit.value,
                "limit_unit": limit and limit.unit,
                "limit_clock": limit and limit.clock,
                "sensitive": minor.sensitive,
                "public": minor.public,
            }
        )
    return rows
