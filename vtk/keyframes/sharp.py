"""sharp: frames that are sharp, well exposed, away from transitions and unlike each other.

A single frame represents its span: it is sharp and near the average appearance of the span. Several
frames each represent a cluster of frames in this way, so that they are unlike each other.
"""

import numpy as np
from numpy.typing import NDArray

from vtk.keyframes.methods import KeyframeMethod
from vtk.keyframes.sampler import Choice, SpanSampler
from vtk.keyframes.selection import one_per_cluster, quality

PER_KEYFRAME = 4  # frames sampled for each frame wanted
FEWEST = 6  # least frames sampled


def choose(view: SpanSampler, k: int) -> list[Choice]:
    """Choose at most `k` frames; the score is their quality."""
    found = view.sample(max(PER_KEYFRAME * k, FEWEST), least=k)
    if not found:
        return []
    good = quality(found)
    picked = one_per_cluster(found, view.points(found), k, view.gap, _worth)
    return [Choice(found[p.place], float(good[p.place]), {"unlike": p.distance}) for p in picked]


def _worth(distance: NDArray[np.float64], good: NDArray[np.float64]) -> NDArray[np.float64]:
    return good / (1 + distance)


METHOD = KeyframeMethod(choose)
