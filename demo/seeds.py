"""Where areas grow from: a point for each street, and one for each grid, placed before any boundary is drawn.

Lengths here are squeezed degrees: longitude times ``SQUEEZE``, so that distances are alike in both directions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from demo import reference_data as reference
from demo.clusters import cluster, nearest_index

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

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


@dataclass(slots=True)
class Plot:
    """A street while it is laid out: its point and the sample points that fall to it (squeezed degrees)."""

    street: reference.Street
    grids: int
    at: Floats
    known: bool
    samples: list[Floats]


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


def _random_points(shape: BaseGeometry, count: int, rng: np.random.Generator, box: Floats | None = None) -> Floats:
    """``count`` uniform points inside a polygon, or as many as 8 * count tries in ``box`` give."""
    west, south, east, north = shape.bounds if box is None else box
    tries = count * 8 if box is None else count
    xy = rng.uniform((west, south), (east, north), (tries, 2))
    return xy[shapely.contains_xy(shape, xy[:, 0], xy[:, 1])][:count]


def place_streets(
    streets: Sequence[reference.Street],
    grids: dict[str, int],
    borders: dict[str, BaseGeometry],
    rng: np.random.Generator,
) -> list[Plot]:
    """A point for every street: known ones where they are, the rest by best candidate, then pushed apart."""
    plots: list[Plot] = []
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
        plots.append(Plot(street, grids[street.code], at, known, []))
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


def _push_apart(plots: list[Plot], borders: dict[str, BaseGeometry]) -> None:
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


def sample_plots(plots: list[Plot], borders: dict[str, BaseGeometry], rng: np.random.Generator) -> None:
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


def grid_points(plots: list[Plot], rng: np.random.Generator) -> tuple[list[str], Floats]:
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
