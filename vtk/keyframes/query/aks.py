"""aks: the curve is halved where it is uneven, and each part gives its share of the best.

AKS (Tang et al., "Adaptive Keyframe Sampling for Long Video Understanding", CVPR 2025;
constants as in its published code): scores from 0 to 1; a part whose best scores are ALONE above
its mean is left whole, any other is halved, at most DEEP times. Here a part's share of an odd
number is rounded so that no frame is lost, and a part that is too short gives its neighbour the
rest.
"""

import numpy as np

from vtk.keyframes.query.grid import Curve, Picks, Scores, best
from vtk.keyframes.query.methods import QueryMethod, of_curve

ALONE = 0.8  # of the scale from the lowest score to the highest
DEEP = 5  # halvings


def pick(curve: Curve, k: int) -> Picks:
    """Choose `k` indices of the curve; `depth` is how often the part of each was halved."""
    return _from(curve.relative, 0, len(curve.scores), k, 0)


def _from(scores: Scores, low: int, high: int, k: int, depth: int) -> Picks:
    """Choose `k` of the scores in [low, high), which has as many."""
    part = scores[low:high]
    top = np.sort(part)[-max(k, 1) :]
    if not k:
        return {}
    if k == 1 or depth == DEEP or top.mean() - part.mean() > ALONE:
        return {int(low + place): {"depth": float(depth)} for place in best(part, k)}
    middle = (low + high) // 2
    # The half with the higher score has the odd one.
    first = k // 2 + (k % 2 and part[: middle - low].max() >= part[middle - low :].max())
    first = max(k - (high - middle), min(int(first), middle - low))
    left = _from(scores, low, middle, first, depth + 1)
    return left | _from(scores, middle, high, k - first, depth + 1)


METHOD = QueryMethod(of_curve(pick))
