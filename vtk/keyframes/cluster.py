"""cluster: the looks of the span in `k` clusters, and of each the frame nearest its centre.

KTV (Song et al., "KTV: Keyframes and Key Tokens Selection for Efficient Training-Free Video LLMs",
arXiv 2602.03615, stage 1) clusters the features of frames so, without a query. The clusters here
grow without a random start, so that the same span gives the same frames. Of a cluster only frames
count that are nearly as good as its best, which leaves out those that are black or blurred.
"""

import numpy as np
from numpy.typing import NDArray

from vtk.keyframes.methods import KeyframeMethod
from vtk.keyframes.sampler import Choice, SpanSampler
from vtk.keyframes.selection import one_per_cluster

PER_KEYFRAME = 8  # frames looked at for each cluster
FEWEST = 32
USABLE = 0.75  # of the quality of the best of a cluster


def choose(view: SpanSampler, k: int) -> list[Choice]:
    """At most `k` frames; the score is the share of the looks that the cluster of each holds."""
    found = view.sample(max(PER_KEYFRAME * k, FEWEST), least=k)
    if not found:
        return []
    picked = one_per_cluster(found, view.points(found), k, view.gap, _worth)
    return [Choice(found[p.place], p.share, {"distance": p.distance}) for p in picked]


def _worth(distance: NDArray[np.float64], good: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(good >= USABLE * good.max(), -distance, -np.inf)


METHOD = KeyframeMethod(choose)
