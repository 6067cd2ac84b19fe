"""How sure a score and a rank are: a seeded bootstrap of the terms.

Each share is drawn from its Beta distribution with Jeffreys' prior, Beta(good + 1/2, rest + 1/2) (a Dirichlet where
some cases count in part), each count from Gamma(n + 1/2): Brown, Cai, DasGupta 2001, "Interval estimation for a
binomial proportion". The same scheme, period and unit give the same draws, on every machine and whatever units stand
beside it.
"""

from collections.abc import Sequence
from typing import Any, Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from indicators.scores.scheme import Term
from indicators.values import Count, Rate, WeightedRate

DRAWS: Final = 2000
"""Draws of each term."""
_ENDS: Final = (2.5, 97.5)
_PRIOR: Final = 0.5

Draws = NDArray[np.float64]


def draw_points(term: Term, figure: Rate | WeightedRate | Count, seed: str) -> Draws:
    """``DRAWS`` draws of the points 0 to 100 of one term of one unit."""
    rng = np.random.default_rng(crc32(f"{seed}/{term.id}".encode()))
    if isinstance(figure, Count):
        counts = np.rint(rng.gamma(figure.n + _PRIOR, size=DRAWS))
        bounds = np.array([bound for bound, _ in term.ladder], dtype=float)
        steps = np.array([*(points for _, points in term.ladder), term.beyond], dtype=float)
        found: Draws = steps[np.searchsorted(bounds, counts, side="left")]
        return found
    if isinstance(figure, WeightedRate):
        parts = rng.dirichlet([figure.full + _PRIOR, figure.part + _PRIOR, figure.rest + _PRIOR], size=DRAWS)
        shares = parts[:, 0] + figure.weight * parts[:, 1]
    else:
        shares = rng.beta(figure.good + _PRIOR, figure.rest + _PRIOR, size=DRAWS)
    points: Draws = 100.0 * np.clip((shares - term.zero) / (term.full - term.zero), 0.0, 1.0)
    return points


def ends(draws: Draws, value: float) -> tuple[float, float]:
    """The 95 % interval of the draws, widened to hold the value itself (a perfect unit is at its upper end)."""
    low, high = np.percentile(draws, _ENDS)
    return min(float(low), value), max(float(high), value)


def rank_ranges(draws: Sequence[Draws], ranks: Sequence[int]) -> list[tuple[int, int]]:
    """Best and worst rank of each unit in 95 % of the draws, its own rank included. One row of draws a unit."""
    table: NDArray[Any] = np.asarray(draws, dtype=np.float64)
    ranges = []
    for own, rank in zip(table, ranks, strict=True):
        drawn = 1 + (table > own).sum(axis=0)
        low = int(np.percentile(drawn, _ENDS[0], method="lower"))
        high = int(np.percentile(drawn, _ENDS[1], method="higher"))
        ranges.append((min(low, rank), max(high, rank)))
    return ranges
