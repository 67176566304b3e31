"""How alike two pictures are, whatever their exposure."""

import numpy as np
from numpy.typing import NDArray

ALIKE = 0.4  # likeness from which two pictures may show one scene
NOISE = 4.0  # variance of luma that is nothing


def likeness(one: NDArray[np.float32], two: NDArray[np.float32]) -> float:
    """Correlation of two rows of luma, 0..255: near 1 for one scene, whatever the exposure."""
    covariance = np.mean(one * two) - one.mean() * two.mean()
    return float(covariance / np.sqrt((one.var() + NOISE) * (two.var() + NOISE)))
