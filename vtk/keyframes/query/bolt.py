"""bolt: frames at even steps of the sum of the scores, so most come from where they are high.

BOLT (Liu et al., "BOLT: Boost Large Vision-Language Model Without Training for Long-form Video
Understanding", CVPR 2025, inverse transform sampling; constants as in its published
code): scores from 0 to 1, to the power SHARP, are summed, and the sum is met at even steps. A
moment that is met twice gives way to the nearest that is free.
"""

import numpy as np

from vtk.keyframes.query.grid import Curve, Picks
from vtk.keyframes.query.methods import QueryMethod, of_curve

SHARP = 3.0  # power of the scores; 2.5 to 3 as published


def pick(curve: Curve, k: int) -> Picks:
    """Choose `k` indices of the curve; `share` is the share of the sum up to each."""
    total = np.cumsum(curve.relative**SHARP)
    total /= total[-1]
    free = np.ones(len(total), bool)
    found: Picks = {}
    for level in np.linspace(1 / k, 1 - 1 / k, k) if k > 1 else [0.5]:
        met = min(int(np.searchsorted(total, level)), len(total) - 1)
        others = np.flatnonzero(free)
        place = int(others[np.argmin(np.abs(others - met))])
        free[place] = False
        found[place] = {"share": float(total[place])}
    return found


METHOD = QueryMethod(of_curve(pick))
