"""Grouping points: nearest of some places, and k-means with an exact number of groups, none of them empty."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def nearest_index(places: Floats, points: Floats) -> Ints:
    """For each of ``points`` (n, 2) the index of the nearest of ``places`` (k, 2); ties go to the first."""
    out = np.empty(len(points), dtype=np.int64)
    for start in range(0, len(points), 4096):
        block = points[start : start + 4096]
        square = (block[:, None, 0] - places[None, :, 0]) ** 2 + (block[:, None, 1] - places[None, :, 1]) ** 2
        out[start : start + 4096] = np.argmin(square, axis=1)
    return out


def cluster(points: Floats, count: int, rng: np.random.Generator, rounds: int = 8) -> Ints:
    """Labels 0..count-1 of a k-means of ``points`` (n, 2) with n >= count; every label is used at least once."""
    if count == 1:
        return np.zeros(len(points), dtype=np.int64)
    centres = points[rng.choice(len(points), count, replace=False)]
    label = nearest_index(centres, points)
    for _ in range(rounds):
        size = np.bincount(label, minlength=count)
        total = np.stack([np.bincount(label, points[:, axis], count) for axis in (0, 1)], axis=1)
        centres = np.where(size[:, None] > 0, total / np.maximum(size, 1)[:, None], centres)
        label = nearest_index(centres, points)
    return _fill_empty(points, label, centres, count)


def _fill_empty(points: Floats, label: Ints, centres: Floats, count: int) -> Ints:
    """Each empty label takes the point farthest from its centre in a group of at least two."""
    away = np.hypot(*(points - centres[label]).T)
    for empty in np.flatnonzero(np.bincount(label, minlength=count) == 0).tolist():
        free = np.bincount(label, minlength=count)[label] > 1
        taken = int(np.argmax(np.where(free, away, -1.0)))
        label[taken], away[taken] = empty, -1.0
    return label
