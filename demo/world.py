"""What never moves in the demo city, as arrays: grids, points to report from, classes, departments, workers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from demo import reference_data as reference
from demo.geometry import GRIDS
from demo.moments import Floats, Ints

SPOTS: Final = 24
"""Points kept inside each grid; orders are reported from one of them, so that places repeat."""
WORKERS: Final = 26_000
KIND_SHARES: Final = {"event": 0.765, "component": 0.104, "dispute": 0.055, "service": 0.076}


@dataclass(frozen=True, slots=True)
class World:
    """The fixed city. Areas are numbered by code order within their level; departments: bureaus first, then streets."""

    seed: int
    share: float
    grids: list[str]
    communities: list[str]
    streets: list[str]
    counties: list[str]
    community_of: Ints
    street_of: Ints
    county_of: Ints
    centres: Floats
    reach: Floats
    """Metres: radius of a circle of the grid's area."""
    spots: Floats
    weight: Floats
    """Cumulated share of the orders by grid."""
    first_worker: Ints
    """Workers of grid g are numbered first_worker[g] to first_worker[g + 1] - 1."""
    departments: list[str]
    overdue: Floats
    categories: tuple[reference.Category, ...]
    category_share: Floats
    category_department: Ints

    @property
    def workers(self) -> int:
        """Number of grid workers."""
        return int(self.first_worker[-1])

    def home(self) -> Ints:
        """Grid of each worker."""
        return np.repeat(np.arange(len(self.grids)), np.diff(self.first_worker))


def department_of_street(code: str) -> str:
    """Code of the office of a street."""
    return f"S{code}"


def make_world(areas: Sequence[Mapping[str, Any]], seed: int) -> World:
    """The world of a database's area rows (code, level, households, kind, lon, lat, boundary as GeoJSON text)."""
    by_level: dict[str, list[Mapping[str, Any]]] = {}
    for row in sorted(areas, key=lambda r: str(r["code"])):
        by_level.setdefault(str(row["level"]), []).append(row)
    grids = by_level["grid"]
    codes = {level: [str(r["code"]) for r in rows] for level, rows in by_level.items()}
    index = {level: {code: n for n, code in enumerate(found)} for level, found in codes.items()}
    shapes = shapely.from_geojson([str(r["boundary"]) for r in grids])
    centres = np.array([(r["lon"], r["lat"]) for r in grids], dtype=np.float64)
    rng = np.random.default_rng([seed, 7])
    street_of = np.array([index["street"][code[:9]] for code in codes["grid"]])
    community_of = np.array([index["community"][code[:12]] for code in codes["grid"]])
    weight = np.cumsum(_busy(grids, codes["grid"], street_of, community_of, rng))
    spare = np.bincount(
        rng.integers(0, len(grids), round(WORKERS * len(grids) / GRIDS) - 2 * len(grids)), minlength=len(grids)
    )
    departments = [b.code for b in reference.bureaus()] + [department_of_street(code) for code in codes["street"]]
    late = [b.overdue for b in reference.bureaus()] + (0.02 + 0.11 * rng.beta(1.3, 3.2, len(codes["street"]))).tolist()
    numbers = {code: n for n, code in enumerate(departments)}
    minors = reference.categories()
    raw = np.array([c.weight for c in minors])
    kinds = np.array([c.kind for c in minors])
    for kind, share in KIND_SHARES.items():
        raw[kinds == kind] *= share / raw[kinds == kind].sum()
    return World(
        seed=seed,
        share=len(grids) / GRIDS,
        grids=codes["grid"],
        communities=codes["community"],
        streets=codes["street"],
        counties=codes["county"],
        community_of=community_of,
        street_of=street_of,
        county_of=np.array([index["county"][code[:6]] for code in codes["grid"]]),
        centres=centres,
        reach=np.sqrt(shapely.area(shapes) * 111_320**2 * np.cos(np.radians(34.3)) / np.pi),
        spots=_spots(shapes, centres, rng),
        weight=weight / weight[-1],
        first_worker=np.concatenate([[0], np.cumsum(2 + spare)]),
        departments=departments,
        overdue=np.array(late),
        categories=minors,
        category_share=raw,
        category_department=np.array([numbers[c.department] for c in minors]),
    )


def _busy(
    grids: Sequence[Mapping[str, Any]],
    codes: list[str],
    street_of: Ints,
    community_of: Ints,
    rng: np.random.Generator,
) -> Floats:
    """How much is reported from each grid: by households, more in towns than in villages, with luck at each level."""
    homes = np.maximum(np.array([row["households"] for row in grids], dtype=np.float64), 150)
    town = np.where([row["kind"] == "village" for row in grids], 1.0, 1.7)
    office = np.where([code[6] == "0" for code in codes], 1.5, 1.0)
    luck = rng.lognormal(0.0, 0.4, street_of.max() + 1)[street_of]
    luck = luck * rng.lognormal(0.0, 0.65, community_of.max() + 1)[community_of] * rng.lognormal(0.0, 0.5, len(grids))
    return np.asarray(homes * town * office * luck)


def _spots(shapes: NDArray[Any], centres: Floats, rng: np.random.Generator) -> Floats:
    """``SPOTS`` points inside each grid (n, SPOTS, 2): between centre and a random border vertex pair, tested."""
    ring = [shapely.get_coordinates(shapely.get_exterior_ring(shape))[:-1] for shape in shapes]
    size = np.array([len(r) for r in ring])
    start = np.concatenate([[0], np.cumsum(size)[:-1]])
    vertex = np.concatenate(ring)
    out = np.repeat(centres[:, None], SPOTS, axis=1)
    shapely.prepare(shapes)
    for turn in range(SPOTS):
        pick = (rng.random(len(shapes)) * size).astype(np.int64)
        a, b = vertex[start + pick], vertex[start + (pick + 1) % size]
        edge = a + rng.random((len(shapes), 1)) * (b - a)
        spot = np.round(centres + np.sqrt(rng.random((len(shapes), 1))) * 0.97 * (edge - centres), 6)
        inside = shapely.contains_xy(shapes, spot[:, 0], spot[:, 1])
        out[inside, turn] = spot[inside]
    return out


def geojson(shape: BaseGeometry) -> str:
    """A polygon as compact GeoJSON text, coordinates at five decimals."""
    return orjson.dumps(shape.__geo_interface__, option=orjson.OPT_SERIALIZE_NUMPY).decode()
