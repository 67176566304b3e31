"""focus: stretches as the arms of a bandit, looked at again where they promise most.

FOCUS (Zhu et al., "FOCUS: Efficient Keyframe Selection for Long Video Understanding", 2025;
constants as in its published code). The span is cut into arms of ARM seconds. Of each,
the middle and some random moments are looked at, and it is worth its mean score and what it may
hide (an empirical Bernstein bound). The best quarter is then looked at in full. STRAIGHT of the
frames are the best seen, the others come from the best arms, drawn by their scores; here the best
are taken where the published code draws at random, and none is lost or taken twice.
"""

import math

import numpy as np
from numpy.typing import NDArray

from vtk.keyframes.query.grid import Grid, Picks, Places, best
from vtk.keyframes.query.methods import QueryMethod, Search

ARM = 16.0  # seconds
FEWEST = 8  # arms
FIRST = 2  # random moments of an arm beside its middle
LEAST_VARIANCE = 1e-6
ZOOM = 0.25  # share of the arms looked at in full
FEWEST_ZOOMED, MOST_ARMS = 4, 32
STRAIGHT = 0.2  # share of the frames that are the best of all
GAP, GAP_SHARE = 1.0, 0.25  # seconds; share of the mean distance of the frames
SEED = 42


def choose(search: Search) -> Picks:
    """Choose moments; `arm` numbers their arm, `worth` is its bound."""
    grid, k = search.grid, search.k
    arms, worth = explore(grid)
    order = best(worth, len(arms))
    zoomed = order[: max(FEWEST_ZOOMED, math.ceil(ZOOM * len(arms)))]
    grid.scores(np.concatenate([arms[number] for number in zoomed]))
    if (short := k - len(grid.known().places)) > 0:
        _look_further(grid, short)
    seen = grid.known()
    arm_of = {int(place): number for number, arm in enumerate(arms) for place in arm}
    mean = len(grid) * grid.step / k
    gap = min(GAP, GAP_SHARE * mean) if mean > 0.2 else 0.0
    taken: list[int] = []  # indices of `seen`
    straight = best(seen.scores, len(seen.places))
    _take(taken, straight, seen.times, max(1, round(STRAIGHT * k)), gap)
    few = order[: min(max(math.ceil(ZOOM * len(arms)), FEWEST_ZOOMED), MOST_ARMS)]
    index = {int(place): at for at, place in enumerate(seen.places)}
    inside = [[index[int(p)] for p in arms[number] if int(p) in index] for number in few]
    ranked = [best(seen.scores, len(each), np.array(each, np.intp)) for each in inside]
    for turn in range(max(map(len, ranked))):
        for each in ranked:
            if turn < len(each) and len(taken) < k:
                _take(taken, each[turn : turn + 1], seen.times, len(taken) + 1, gap)
    for narrower in (gap, 0.0):
        _take(taken, straight, seen.times, k, narrower)
    whys = [(int(seen.places[at]), arm_of[int(seen.places[at])]) for at in taken]
    return {place: {"arm": float(arm), "worth": float(worth[arm])} for place, arm in whys}


def explore(grid: Grid) -> tuple[list[Places], NDArray[np.float64]]:
    """The arms, and what each may be worth after a look at its middle and at random moments."""
    count = max(math.ceil(len(grid) * grid.step / ARM), FEWEST)
    arms = [arm for arm in np.array_split(np.arange(len(grid)), count) if len(arm)]
    rng = np.random.default_rng(SEED)
    looked = []
    for arm in arms:
        middle = int(arm[len(arm) // 2])
        others = arm[arm != middle]
        more = rng.choice(others, min(FIRST, len(others)), replace=False)
        looked.append(np.array([middle, *more], np.intp))
    grid.scores(np.concatenate(looked))
    every = sum(map(len, looked))
    return arms, np.array([_bound(grid.scores(places), every) for places in looked])


def _bound(scores: NDArray[np.float64], every: int) -> float:
    scores = scores[~np.isnan(scores)]
    if not len(scores):
        return -math.inf
    variance, count = max(float(scores.var()), LEAST_VARIANCE), len(scores)
    return float(
        scores.mean()
        + math.sqrt(2 * math.log(every) * variance / count)
        + 3 * math.log(every) / count
    )


def _look_further(grid: Grid, count: int) -> None:
    """Look until so many more moments are known, or all are seen."""
    wanted = len(grid.known().places) + count
    while len(grid.known().places) < wanted and not grid.seen.all():
        unseen = np.flatnonzero(~grid.seen)
        missing = wanted - len(grid.known().places)
        grid.scores(unseen[np.linspace(0, len(unseen) - 1, min(missing, len(unseen))).astype(int)])


def _take(
    taken: list[int], order: Places, times: NDArray[np.float64], limit: int, gap: float
) -> None:
    for at in order:
        if len(taken) >= limit:
            return
        if at not in taken and all(abs(times[at] - times[other]) >= gap for other in taken):
            taken.append(int(at))


METHOD = QueryMethod(choose)
