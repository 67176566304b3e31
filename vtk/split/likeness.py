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
    size = one.size
    means = float(one.sum()) / size, float(two.sum()) / size
    covariance = float(np.vdot(one, two)) / size - means[0] * means[1]
    first = float(np.vdot(one, one)) / size - means[0] ** 2
    second = float(np.vdot(two, two)) / size - means[1] ** 2
    return covariance / math.sqrt((first + NOISE) * (second + NOISE))
