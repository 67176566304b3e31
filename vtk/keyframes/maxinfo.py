"""maxinfo: as few frames as it takes to span the features of all frames.

MaxInfo (Li et al., "MaxInfo: A Training-Free Key-Frame Selection Method Using Maximum Volume for
Enhanced Video Understanding", arXiv 2502.03183): the features of the frames are reduced by
truncated SVD, and rectangular MaxVol (Mikhalev and Oseledets 2018) chooses among the rows. Here the
volume is grown greedily from nothing, each time by the row that adds most, until every row is a
combination of the chosen ones with coefficients of norm 1 at most. Directions in which the frames
hardly differ are left out, so that a still picture gives one frame.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vtk.keyframes.methods import KeyframeMethod
from vtk.keyframes.sampler import Choice, Points, SpanSampler
from vtk.keyframes.selection import far_enough, quality, steady

MOST = 16  # most frames if no number is given
TINY = 1e-6  # initial volume, in place of 0


@dataclass(frozen=True)
class MaxInfoThresholds:
    """Limits by which frames are sampled and chosen.

    The result is measured on rendered films, `python tests/benchmarks/keyframes.py --world N`.
    """

    rank: int = 8  # rank of the truncated SVD, as published
    slight: float = 0.05  # share of the largest singular value below which a direction is noise
    per_keyframe: int = 4  # frames sampled for each frame wanted
    fewest: int = 48  # minimum number of frames sampled
    usable: float = 0.2  # share of the best frame's quality from which a frame is eligible


THRESHOLDS = MaxInfoThresholds()


def choose(view: SpanSampler, k: int) -> list[Choice]:
    """Choose 1 to `k` frames; the score of each is its leverage, see `maximal_volume`."""
    t = THRESHOLDS
    found = view.sample(max(t.per_keyframe * k, t.fewest), least=1)
    if not found:
        return []
    points, good = view.points(found), quality(found)
    free = steady(points, 1) & (good >= t.usable * good.max())
    free = free if free.any() else ~free
    order = maximal_volume(principal_coordinates(points, k), k, far_enough(found, view.gap), free)
    return [Choice(found[i], leverage, {"leverage": leverage}) for i, leverage in order]


def principal_coordinates(points: Points, k: int) -> NDArray[np.float64]:
    """Coordinates of the frames along the directions of greatest variation: (frames, rank)."""
    left, strength, _ = np.linalg.svd(points.astype(np.float64), full_matrices=False)
    rank = int((strength > THRESHOLDS.slight * strength[0]).sum()) if strength[0] > 0 else 1
    rows: NDArray[np.float64] = left[:, : max(min(rank, THRESHOLDS.rank, k), 1)]
    return rows


def maximal_volume(
    rows: NDArray[np.float64], k: int, far: NDArray[np.bool_], free: NDArray[np.bool_]
) -> list[tuple[int, float]]:
    """Choose rows; return their indices in order of choice, with the leverage of each when chosen.

    `far` says which rows may be chosen together, `free` which may be chosen at all. Leverage is 1
    for a row in a new direction, 0 for a row that the earlier rows can represent.
    """
    free = free.copy()
    inverse = np.eye(rows.shape[1]) / TINY
    order: list[tuple[int, float]] = []
    while len(order) < k and free.any():
        gains = np.where(free, np.einsum("ij,jk,ik->i", rows, inverse, rows), -1.0)
        best = int(np.argmax(gains))
        if order and gains[best] <= 1:
            break
        order.append((best, float(gains[best] / (1 + gains[best]))))
        free &= far[best]
        column = inverse @ rows[best]
        inverse -= np.outer(column, column) / (1 + rows[best] @ column)
    return order


METHOD = KeyframeMethod(choose, default=MOST, adapts=True)
