"""Selection of frames: their quality, which may be chosen together, and clusters of them."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vtk.keyframes.sampler import Candidate, Points
from vtk.media.image import descriptors
from vtk.media.video import ROUNDING

EMPTY = 4.0  # standard deviation of luma below which a frame shows nothing
UNREST = 3.0  # factor on the usual difference of neighbouring frames; more is a transition
SLIGHT = 0.1  # distance of feature vectors that noise and small motion cause

Numbers = NDArray[np.float64]


class ClusterPick(NamedTuple):
    """A frame that represents a cluster."""

    place: int  # index of the candidate
    share: float  # share of the candidates that are in the cluster
    distance: float  # distance of its feature vector from the centre


def quality(candidates: list[Candidate]) -> Numbers:
    """Sharpness and exposure relative to the best candidates, 0..1; near 0 for empty frames."""
    sharp = np.array([candidate.sharpness for candidate in candidates])
    light = np.array([candidate.exposure for candidate in candidates])
    found = sharp / max(sharp.max(), 1e-6) * np.sqrt(light / max(light.max(), 1e-6))
    empty = [descriptors.contrast(candidate.thumbnail) < EMPTY for candidate in candidates]
    weighed: Numbers = np.where(empty, 0.05 * found, found)
    return weighed


def steady(points: Points, least: int) -> NDArray[np.bool_]:
    """Which frames, in time order, resemble a neighbour: frames in a dissolve or a flash do not.

    All frames count as steady if fewer than `least` do.
    """
    steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
    nearer = np.minimum(np.r_[steps, np.inf], np.r_[np.inf, steps])
    found: NDArray[np.bool_] = nearer <= max(UNREST * float(np.median(nearer)), SLIGHT)
    return found if found.sum() >= least else np.ones(len(points), bool)


def far_enough(candidates: list[Candidate], gap: float) -> NDArray[np.bool_]:
    """Which pairs may be chosen, (candidates, candidates): `gap` seconds apart, not the same."""
    times = np.array([candidate.time for candidate in candidates])
    far: NDArray[np.bool_] = np.abs(times[:, None] - times) >= gap - ROUNDING
    np.fill_diagonal(far, False)
    return far


def one_per_cluster(
    found: list[Candidate],
    points: Points,
    k: int,
    gap: float,
    worth: Callable[[Numbers, Numbers], Numbers],
) -> list[ClusterPick]:
    """The frame of greatest `worth` from each of `k` clusters, largest cluster first.

    `worth` gets the distances from the centre and the qualities of the frames of a cluster. Frames
    in transitions are left out. If two frames would be closer than `gap` seconds, the larger
    cluster wins, and the best of the remaining frames replaces the other.
    """
    good, far = quality(found), far_enough(found, gap)
    kept = np.flatnonzero(steady(points, 2 * k))
    cluster, centres = clusters(points[kept], k)
    distance = np.linalg.norm(points[kept] - centres[cluster], axis=1).astype(np.float64)
    share = np.bincount(cluster, minlength=len(kept)) / len(kept)
    free = np.ones(len(found), bool)
    picked: list[ClusterPick] = []
    for number in np.argsort(-share, kind="stable")[:k]:
        members = np.flatnonzero((cluster == number) & free[kept])
        if members.size:
            best = members[np.argmax(worth(distance[members], good[kept[members]]))]
            picked.append(ClusterPick(int(kept[best]), float(share[number]), float(distance[best])))
            free &= far[picked[-1].place]
    while len(picked) < k and free.any():
        picked.append(ClusterPick(int(np.argmax(np.where(free, good, -1.0))), 0.0, 0.0))
        free &= far[picked[-1].place]
    return picked


def clusters(points: Points, k: int) -> tuple[NDArray[np.intp], Numbers]:
    """The cluster number of each point, and centres, (points, dimensions), by cluster number.

    Ward (Hierarchical grouping to optimize an objective function, 1963): each point starts as its
    own cluster; the two clusters whose union adds least to the squared distances from the centres
    are merged, until there are `k`.
    """
    count = len(points)
    centres, sizes, cluster = points.astype(np.float64), np.ones(count), np.arange(count)

    def added(one: int) -> Numbers:
        weights = sizes * sizes[one] / (sizes + sizes[one])
        cost: Numbers = weights * ((centres - centres[one]) ** 2).sum(axis=1)
        cost[(sizes == 0) | (np.arange(count) == one)] = np.inf
        return cost

    costs = np.stack([added(one) for one in range(count)])
    for _ in range(count - k):
        one, two = sorted(divmod(int(costs.argmin()), count))
        both = sizes[one] + sizes[two]
        centres[one] = (sizes[one] * centres[one] + sizes[two] * centres[two]) / both
        sizes[one], sizes[two] = both, 0
        cluster[cluster == two] = one
        costs[two] = costs[:, two] = np.inf
        costs[one] = costs[:, one] = added(one)
    return cluster, centres
