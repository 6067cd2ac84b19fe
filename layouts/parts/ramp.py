"""Classes of a map layer: few, stable, and named by what they stand for."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final

NO_VALUE: Final = "-"
TOO_FEW: Final = "h"
_SMALL: Final = (0, 1, 2, 3, 4)


def breaks_of(values: Iterable[float | None]) -> tuple[int, ...]:
    """Lower ends of the five classes.

    0 to 4 for small counts, else 0, an eighth, a quarter, a half and the whole of a power of two that about 19 of 20
    positive values do not exceed. Powers of two keep the classes as they are while the numbers move a little.
    """
    positive = sorted(value for value in values if value is not None and value > 0)
    high = positive[int((len(positive) - 1) * 0.95)] if positive else 0.0
    if high <= _SMALL[-1]:
        return _SMALL
    top = 8
    while top < high:
        top *= 2
    return (0, top // 8, top // 4, top // 2, top)


def class_of(value: float | None, breaks: Sequence[int]) -> str:
    """The number of the class whose lower end is the last not above the value; ``NO_VALUE`` for None."""
    return NO_VALUE if value is None else str(max(bisect_right(breaks, value) - 1, 0))


def labels_of(breaks: Sequence[int], *, whole: bool) -> list[str]:
    """What each class stands for; ``whole`` numbers up to four are named one by one."""
    if whole and tuple(breaks) == _SMALL:
        return ["0", "1", "2", "3", "≥4"]
    ends = [f"{start}\u2013{end}" for start, end in pairwise(breaks)]
    return [*ends, f"≥{breaks[-1]}"]
