"""Correlation and edge similarity of pictures, independent of exposure."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

ALIKE = 0.4  # correlation from which two pictures may show the same scene
NOISE = 4.0  # variance of luma that is mere noise
EDGE = 2.0  # difference of neighbouring samples, 0..255, up to which there is no edge


def luma_correlation(one: NDArray[np.float32], two: NDArray[np.float32]) -> float:
    """Return the luma correlation of two pictures of the same shape, luma 0..255.

    Independent of exposure; near 1 for the same scene.
    """
    sums = float(one.sum()), float(two.sum())
    products = np.vdot(one, one), np.vdot(two, two), np.vdot(one, two)
    return correlation(one.size, sums, *map(float, products))


def correlation(size: int, sums: tuple[float, float], one: float, two: float, both: float) -> float:
    """Return the luma correlation of two pictures of `size` samples from their sums and products.

    `one` and `two` are the sums of the squared samples, `both` is the sum of their products.
    """
    means = sums[0] / size, sums[1] / size
    first, second = one / size - means[0] ** 2, two / size - means[1] ** 2
    covariance = both / size - means[0] * means[1]
    return covariance / math.sqrt((first + NOISE) * (second + NOISE))


class EdgeShares(NamedTuple):
    """How edges change from an old to a new picture, as shares of the old or the new edges."""

    old_stays: float
    new_stays: float
    gone: float
    come: float
    ink: float  # logarithm of the mean edge strength of the picture with fewer edges


def edge_shares(old: NDArray[np.float32], new: NDArray[np.float32]) -> EdgeShares:
    """Return the shares of edges in two pictures, (rows, columns), that stay, vanish or appear."""
    before, after, between = (_edge(luma) for luma in (old, new, new - old))
    one, two = (np.maximum(edge - EDGE, 0) for edge in (before, after))
    stays = between < np.maximum(3, 0.35 * np.maximum(before, after))
    kept = float((np.minimum(one, two) * stays).sum())
    sums = [float(part.sum()) + 5 for part in (one, two)]
    return EdgeShares(
        kept / sums[0],
        kept / sums[1],
        float(np.maximum(one - two, 0).sum()) / sums[0],
        float(np.maximum(two - one, 0).sum()) / sums[1],
        math.log(min(float(part.mean()) for part in (one, two)) + 0.1),
    )


def _edge(luma: NDArray[np.float32]) -> NDArray[np.float32]:
    down, across = np.abs(luma[1:] - luma[:-1]), np.abs(luma[:, 1:] - luma[:, :-1])
    return np.asarray(np.maximum(down[:, :-1], across[:-1]))
