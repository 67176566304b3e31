"""cluster: cluster the frames of a span by appearance, and take the frame nearest each centre.

KTV (Song et al., "KTV: Keyframes and Key Tokens Selection for Efficient Training-Free Video LLMs",
arXiv 2602.03615, stage 1) clusters the features of frames in this way, without a query. The
clustering here has no random start, so that the same span gives the same frames. Only frames of
nearly the best quality in their cluster are eligible, which excludes black or blurred ones.
"""

import numpy as np
from numpy.typing import NDArray

from vtk.keyframes.methods import KeyframeMethod
from vtk.keyframes.sampler import Choice, SpanSampler
from vtk.keyframes.selection import one_per_cluster

PER_KEYFRAME = 8  # frames sampled for each cluster
FEWEST = 32  # least frames sampled
USABLE = 0.75  # share of the best quality in its cluster that an eligible frame has


def choose(view: SpanSampler, k: int) -> list[Choice]:
    """Choose at most `k` frames; the score is the share of the frames that are in the cluster."""
    found = view.sample(max(PER_KEYFRAME * k, FEWEST), least=k)
    if not found:
        return []
    picked = one_per_cluster(found, view.points(found), k, view.gap, _worth)
    return [Choice(found[p.place], p.share, {"distance": p.distance}) for p in picked]


def _worth(distance: NDArray[np.float64], good: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(good >= USABLE * good.max(), -distance, -np.inf)


METHOD = KeyframeMethod(choose)
