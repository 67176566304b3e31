"""How alike two pictures are, whatever their exposure."""

import math

import numpy as np
from numpy.typing import NDArray

ALIKE = 0.4  # likeness from which two pictures may show one scene
NOISE = 4.0  # variance of luma that is nothing


def likeness(one: NDArray[np.float32], two: NDArray[np.float32]) -> float:
    """Correlation of two pictures of luma, 0..255, of one shape: near 1 for one scene, whatever the exposure."""
    size = one.size
    means = float(one.mean()), float(two.mean())
    covariance = float(np.vdot(one, two)) / size - means[0] * means[1]
    spreads = (
        float(np.vdot(one, one)) / size - means[0] ** 2,
        float(np.vdot(two, two)) / size - means[1] ** 2,
    )
    return covariance / math.sqrt((spreads[0] + NOISE) * (spreads[1] + NOISE))
