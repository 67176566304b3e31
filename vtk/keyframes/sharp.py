"""sharp: frames that are sharp, well exposed, away from transitions and unlike each other.

One stands for its span: it is sharp and near what the span looks like. Of more each stands so for
a cluster of the looks of the span, so that they are unlike each other.
"""

import numpy as np
from numpy.typing import NDArray

from vtk.keyframes.methods import KeyframeMethod
from vtk.keyframes.sampler import Choice, SpanSampler
from vtk.keyframes.selection import one_per_cluster, quality

PER_KEYFRAME = 4  # frames looked at for each frame wanted
FEWEST = 6


def choose(view: SpanSampler, k: int) -> list[Choice]:
    """At most `k` frames with their quality as score."""
    found = view.sample(max(PER_KEYFRAME * k, FEWEST), least=k)
    if not found:
        return []
    good = quality(found)
    picked = one_per_cluster(found, view.points(found), k, view.gap, _worth)
    return [Choice(found[p.place], float(good[p.place]), {"unlike": p.distance}) for p in picked]


def _worth(distance: NDArray[np.float64], good: NDArray[np.float64]) -> NDArray[np.float64]:
    return good / (1 + distance)


METHOD = KeyframeMethod(choose)
