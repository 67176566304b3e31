"""Detect wipes between two nearly static shots: an even sweep from one to the other.

Every sample shows the old shot and then the new one, and the time at which it changes increases
evenly across the picture, from a side or a corner to the opposite one: the spatial edit in the
model of Hampapur, Jain and Weymouth (Production model based digital video segmentation, 1995).
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]

SPREAD = 0.2  # share of the samples in each twelfth of the picture that a wipe must change
SWEEP = 0.8  # share of the variance of the times of change that an even sweep must explain


def wipe_score(pictures: Vector, shape: tuple[int, int], page: Callable[[], bool]) -> float:
    """Return the score, 0.5..1, of a wipe from the first to the last of `pictures`, or 0 if none.

    `pictures` are (n, samples). Only samples that differ between first and last are used, and they
    must be spread all over the picture, of `shape` (rows, columns), unless it is a page: a large
    object that moves into view sweeps evenly too.
    """
    change = pictures[-1] - pictures[0]
    apart = np.abs(change)
    changed = apart > apart.mean() / 2
    rows, columns = shape[0] // 3, shape[1] // 4
    parts = changed.reshape(shape)[: 3 * rows, : 4 * columns].reshape(3, rows, 4, columns)
    if parts.sum((1, 3)).min() < SPREAD * rows * columns and not page():
        return 0.0
    seen = pictures - (pictures[-1] + pictures[0]) / 2
    seen *= change
    new = (seen > 0).view(np.uint8).sum(0, dtype=np.uint8)  # pictures nearer to the new shot
    y, x = changed.reshape(shape).nonzero()
    points = np.stack([y, x, new[changed]]).astype(np.float64)
    points -= points.mean(1, keepdims=True)
    (yy, yx, yn), (_, xx, xn), (_, _, nn) = (points @ points.T).tolist()
    # Share of the variance explained by a plane; for collinear points its sideways tilt is free.
    yy, xx, nn = (product + 1e-6 * x.size for product in (yy, xx, nn))
    even = (yn**2 * xx - 2 * yn * xn * yx + xn**2 * yy) / (yy * xx - yx**2) / nn
    return 0.5 + 0.5 * (even - SWEEP) / (1 - SWEEP) if even >= SWEEP else 0.0
