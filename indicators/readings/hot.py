"""Hot areas: more cases than usual in the same area, by more than chance, and enough of them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import exp, lgamma, log
from typing import Final

from sqlalchemy import and_

from data_access.contract import work_orders
from data_access.engine import ScopedReader
from data_access.queries.counting import count
from data_access.reference import AreaTree
from indicators.readings.events import reach_back
from indicators.readings.map_cells import CELL_LEVELS
from indicators.registry import REGISTRY
from indicators.values import At, NotRecorded

LISTED: Final = 28
"""Areas listed."""
NEAR: Final = 6
"""Areas named that come next."""


@dataclass(frozen=True, slots=True)
class HotArea:
    """One area: cases in the window, ``expected`` as usual there, their ``ratio``, and the chance ``p`` of so many.

    Where nothing was usual there is no ratio.
    """

    area: str
    n: int
    expected: float
    ratio: float | None
    p: float


@dataclass(frozen=True, slots=True)
class HotAreas:
    """The areas of one level with more cases than usual, the least likely first; ``hot`` of them in all.

    ``tested`` areas had enough cases to be asked; of those found ``fdr`` may be by chance. ``left_out`` cases of the
    window stand at a default location, ``not_located`` are coded above the level: neither says where it was.
    ``near`` are the next likely: above their usual as well, but by no more than chance brings among so many.
    """

    days: int
    level: str
    rows: tuple[HotArea, ...]
    tested: int
    left_out: int
    fdr: float
    not_located: int = 0
    hot: int = 0
    near: tuple[HotArea, ...] = ()


def hot_areas(db: ScopedReader, at: At) -> HotAreas | NotRecorded:
    """Reports of the last days against those of the windows before (policy), as far back as there is history.

    Given all cases n + m of an area in the window and k windows before, n is binomial with 1 / (1 + k) when nothing has
    changed: p is the chance of n or more (exact conditional test of two Poisson rates, Przyborowski and Wilenski 1940).
    Benjamini and Hochberg (1995) keep the share of false ones. The level is the lowest at which enough areas can be
    tested. Without history nothing is usual: no area is tested.
    """
    rule, rows = at.policy.hot, db.scoped(work_orders)
    span = timedelta(days=rule.days)
    lived = reach_back(db, [at.now - (back + 1) * span for back in range(1, rule.before + 1)])
    windows = next((n for n, there in enumerate(lived) if not there), len(lived))
    here, default = (REGISTRY[name].good(rows.c, at) for name in ("in_hot_area", "default_located"))
    now = rows.c.reported_at > at.now - span
    named = {"n": and_(here, now), "before": and_(here, ~now), "default": and_(default, now)}
    where = [rows.c.reported_at > at.now - (1 + windows) * span, rows.c.reported_at <= at.now]
    by_area = {group.key[0]: group.n for group in count(db, rows, named, where=where, by=[rows.c.area_code])}
    level, found = _level(db.reference.tree, at, by_area)
    tested = {code: pair for code, pair in found.items() if windows and sum(pair) >= rule.enough}
    hot, near = _hot(tested, windows, at) if windows else ([], [])
    left_out, located = sum(n["default"] for n in by_area.values()), sum(n for n, _ in found.values())
    everything = sum(n["n"] for n in by_area.values())
    return HotAreas(
        rule.days,
        level,
        tuple(hot[:LISTED]),
        len(tested),
        left_out,
        rule.fdr,
        everything - located,
        len(hot),
        tuple(near[:NEAR]),
    )


def _levels(tree: AreaTree, area: str | None) -> list[str]:
    """Levels below the place, the lowest first; its own where there is none."""
    place = area or tree.root
    below = [
        level for level in CELL_LEVELS if place is not None and {one.code for one in tree.below(place, level)} - {place}
    ]
    own = tree.by_code.get(place or "")
    return below or [own.level if own else CELL_LEVELS[-1]]


def _level(
    tree: AreaTree, at: At, by_area: Mapping[str | None, Mapping[str, int]]
) -> tuple[str, dict[str, tuple[int, int]]]:
    """The lowest level at which enough of the areas with cases can be tested, with (now, before) of these areas."""
    rule, share = at.policy.hot, at.policy.samples.cells_share
    chosen, found = "", dict[str, tuple[int, int]]()
    for chosen in _levels(tree, at.area):
        found = _rolled_up(tree, by_area, chosen)
        enough = sum(sum(pair) >= rule.enough for pair in found.values())
        if found and enough >= share * len(found):
            break
    return chosen, found


def _rolled_up(
    tree: AreaTree, by_area: Mapping[str | None, Mapping[str, int]], level: str
) -> dict[str, tuple[int, int]]:
    n, before = Counter[str](), Counter[str]()
    for code, counted in by_area.items():
        if (area := tree.up_to(code, level)) is not None:
            n[area.code] += counted["n"]
            before[area.code] += counted["before"]
    return {code: (n[code], before[code]) for code in n if n[code] + before[code]}


def _hot(tested: Mapping[str, tuple[int, int]], windows: int, at: At) -> tuple[list[HotArea], list[HotArea]]:
    """Those above their usual that survive the false discovery rate, and those that do not: the least likely first."""
    chances = {code: tail(n, n + before, 1 / (1 + windows)) for code, (n, before) in tested.items()}
    cut = discovered(list(chances.values()), at.policy.hot.fdr)
    above = sorted(
        (
            HotArea(code, n, before / windows, n * windows / before if before else None, chances[code])
            for code, (n, before) in tested.items()
            if n > before / windows
        ),
        key=lambda row: (row.p, row.area),
    )
    hot = [row for row in above if row.p <= cut and row.n >= at.policy.hot.minimum]
    return hot, [row for row in above if row.p > cut]


def discovered(chances: Sequence[float], rate: float) -> float:
    """The largest p that is still a discovery by Benjamini and Hochberg; below every p when none is."""
    ranked = sorted(chances)
    kept = [p for rank, p in enumerate(ranked, start=1) if p <= rate * rank / len(ranked)]
    return kept[-1] if kept else -1.0


def tail(n: int, of: int, share: float) -> float:
    """P(X >= n) for X binomial with ``of`` trials: exact, summed away from n until nothing is added any more."""
    if n <= 0:
        return 1.0
    upper = n > of * share
    k, odds = (n if upper else n - 1), share / (1 - share)
    term = exp(lgamma(of + 1) - lgamma(k + 1) - lgamma(of - k + 1) + k * log(share) + (of - k) * log(1 - share))
    added = 0.0
    while term > 0 and added + term != added and 0 <= k <= of:
        added += term
        term, k = (term * (of - k) / (k + 1) * odds, k + 1) if upper else (term * k / (of - k + 1) / odds, k - 1)
    return min(1.0, added if upper else 1.0 - added)
