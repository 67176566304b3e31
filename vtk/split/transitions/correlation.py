"""How alike two pictures are, whatever their exposure."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

ALIKE = 0.4  # likeness from which two pictures may show one scene
NOISE = 4.0  # variance of luma that is nothing
EDGE = 2.0  # difference of neighbours, 0..255, that is no edge


def luma_correlation(one: NDArray[np.float32], two: NDArray[np.float32]) -> float:
    """Correlation of the luma, 0..255, of two pictures of one shape, whatever their exposure.

    Near 1 for one scene.
    """
    sums = float(one.sum()), float(two.sum())
    products = np.vdot(one, one), np.vdot(two, two), np.vdot(one, two)
    return correlation(one.size, sums, *map(float, products))


def correlation(size: int, sums: tuple[float, float], one: float, two: float, both: float) -> float:
    """The same for pictures of `size` samples, from their sums and products.

    `one` and `two` are the sums of their squares, `both` that of their product.
    """
    means = sums[0] / size, sums[1] / size
    first, second = one / size - means[0] ** 2, two / size - means[1] ** 2
    covariance = both / size - means[0] * means[1]
    return covariance / math.sqrt((first + NOISE) * (second + NOISE))


class EdgeShares(NamedTuple):
    """What becomes of the edges of a picture: shares of all of the old, or of the new."""

    old_stays: float
    new_stays: float
    gone: float
    come: float
    ink: float  # logarithm of the mean edge of the picture that has less


def edge_shares(old: NDArray[np.float32], new: NDArray[np.float32]) -> EdgeShares:
    """Which share of the edges of two pictures, (rows, columns), stays in place, goes, comes."""
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
