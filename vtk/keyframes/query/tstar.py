"""tstar: a few moments at a time, each time where those seen before were likely.

T* (Ye et al., "Re-thinking Temporal Search for Long-Form Video Understanding", CVPR 2025;
constants as in its published code): frames are looked at GRID at once; the best quarter spreads
its scores to the seconds around it; a curve through all that was seen gives the chance of each
moment, from which the next are drawn, until BUDGET is spent. The score of a frame by an image-text
model stands in for the confidence of a detector, but has no threshold at which a target is found:
ending early, at a score that unrelated texts do not reach or that stands out from all others, lost
more needles than a BUDGET by which as many frames are looked at, so the search does not end early.
The best are taken where the published code draws at random.
"""

import numpy as np
from numpy.typing import NDArray

from vtk.keyframes.query.grid import Picks, Places, best, relative, spread
from vtk.keyframes.query.methods import QueryMethod, Search

GRID = 64  # moments at once: 8 x 8
SPREAD = 5  # seconds on each side of a good frame that share its score
GOOD = 0.25  # share of the frames looked at that do
BUDGET = 0.5  # share of the moments, as in the demonstration of the published code
MOST = 1000  # moments
SEED = 42

Chances = NDArray[np.float64]


def choose(search: Search) -> Picks:
    """Choose moments; `round` says in which round each was looked at."""
    grid, k = search.grid, search.k
    rng = np.random.default_rng(SEED)
    budget = max(min(int(BUDGET * len(grid)), MOST), min(k, len(grid)))
    rounds = np.zeros(len(grid))
    shared = np.zeros(len(grid))
    places: Places = np.array(spread(len(grid), min(GRID, budget)), np.intp)
    number = 0
    while len(places):
        rounds[places] = number
        _share(shared, places, grid.scores(places), max(round(SPREAD / grid.step), 1))
        known = grid.known()
        room = max(budget - int(grid.seen.sum()), k - len(known.places))
        unseen = np.flatnonzero(~grid.seen)
        number += 1
        count = min(GRID, room, len(unseen))
        if count <= 0:
            break
        if len(known.places):
            chance = chances(grid.seen, known.places, relative(known.scores), shared)
            places = draw(rng, chance, unseen, count)
        else:  # no frame yet: the moments seen show none
            places = unseen[spread(len(unseen), count)]
    known = grid.known()
    chosen = known.places[best(known.scores, k)]
    return {int(place): {"round": float(rounds[place])} for place in chosen}


def _share(shared: Chances, places: Places, scores: Chances, reach: int) -> None:
    """Spread the scores of the best frames of a round to the moments around them."""
    there = ~np.isnan(scores)
    places, scores = places[there], scores[there]
    for at in best(scores, max(int(GOOD * len(places)), 1)):
        if not len(places):
            return
        low, high = max(places[at] - reach, 0), min(places[at] + reach + 1, len(shared))
        distance = np.abs(np.arange(low, high) - places[at])
        shared[low:high] = np.maximum(shared[low:high], max(scores[at], 0.0) / (distance + 1))


def chances(seen: NDArray[np.bool_], places: Places, scores: Chances, shared: Chances) -> Chances:
    """The chance of each moment: a curve through what was seen, and what it shares around it."""
    count = len(seen)
    curve = np.interp(np.arange(count), places, scores)
    spread_out = shared / max(float(shared.max()), 1e-9)
    chance = 1 / (1 + np.exp(-np.maximum(1 / count, np.maximum(curve, spread_out))))
    found: Chances = chance / chance.sum()
    return found


def draw(rng: np.random.Generator, chance: Chances, unseen: Places, count: int) -> Places:
    """Draw unseen moments, from the likeliest quarter only if that is large enough."""
    weight = chance[unseen] + count / len(chance)
    top = best(weight, max(count, len(unseen) // 4))
    some = rng.choice(top, count, replace=False, p=weight[top] / weight[top].sum())
    found: Places = np.sort(unseen[some])
    return found


METHOD = QueryMethod(choose)
