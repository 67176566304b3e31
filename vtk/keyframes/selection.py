"""What the frames of a span are worth, which may be chosen together, and which are alike."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vtk.keyframes.sampler import Candidate, Points
from vtk.media.image import descriptors
from vtk.media.video import ROUNDING

EMPTY = 4.0  # standard deviation of luma under which a frame shows nothing
UNREST = 3.0  # times the usual difference between frames side by side: what is more is no calm
SLIGHT = 0.1  # of such differences, in points, which noise and small motion make

Numbers = NDArray[np.float64]


class ClusterPick(NamedTuple):
    """A frame that stands for a cluster."""

    place: int  # among the candidates
    share: float  # of the candidates that its cluster holds
    distance: float  # of its point from the centre


def quality(candidates: list[Candidate]) -> Numbers:
    """Sharpness and exposure beside the best of the candidates, 0..1; near 0 for empty frames."""
    sharp = np.array([candidate.sharpness for candidate in candidates])
    light = np.array([candidate.exposure for candidate in candidates])
    found = sharp / max(sharp.max(), 1e-6) * np.sqrt(light / max(light.max(), 1e-6))
    empty = [descriptors.contrast(candidate.thumbnail) < EMPTY for candidate in candidates]
    weighed: Numbers = np.where(empty, 0.05 * found, found)
    return weighed


def steady(points: Points, least: int) -> NDArray[np.bool_]:
    """Which frames, in time order, are like one beside them: in a dissolve or a flash none is.

    All of them where those that are would be fewer than `least`.
    """
    steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
    nearer = np.minimum(np.r_[steps, np.inf], np.r_[np.inf, steps])
    found: NDArray[np.bool_] = nearer <= max(UNREST * float(np.median(nearer)), SLIGHT)
    return found if found.sum() >= least else np.ones(len(points), bool)


def far_enough(candidates: list[Candidate], gap: float) -> NDArray[np.bool_]:
    """Which two may both be chosen, (candidates, candidates): no frame with itself or too near."""
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
    """Of each of `k` clusters the frame of most `worth`, the largest cluster first.

    `worth` is told the distances from the centre and the qualities of the frames of a cluster.
    Frames of transitions are left out. Where frames would be nearer than `gap` seconds, the larger
    cluster wins, and the best of what may still be chosen makes up for the other.
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
    """The cluster of each point, and centres, (points, dimensions), by the number of a cluster.

    Ward (Hierarchical grouping to optimize an objective function, 1963): each point begins as a
    cluster of its own, and the two are merged whose union adds least to the squared distances from
    the centres, until there are `k`.
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
