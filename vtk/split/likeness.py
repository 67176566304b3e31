"""How alike two pictures are, whatever their exposure."""

import math

import numpy as np
from numpy.typing import NDArray

ALIKE = 0.4  # likeness from which two pictures may show one scene
NOISE = 4.0  # variance of luma that is nothing


def likeness(one: NDArray[np.float32], two: NDArray[np.float32]) -> float:
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
