"""Choose units of a video by value under a length: a knapsack in which every jump has a price.

Choosing shots under a length by dynamic programming is the protocol of TVSum (Song, Vallmitjana,
Stent & Jaimes, "TVSum: Summarizing Web Videos Using Titles", CVPR 2015). Here a jump costs some
value, as a viewer pays for each, and the sums are exact, so that a skim can be filled.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

STEPS = 2000  # of a length in which units are measured; the memory is units by steps by 3 bytes
SLACK = 0.05  # share of the length by which a skim may differ from it
AIM = 0.03  # the same, of what is chosen: steps and frames are rounded after that


class Unit(NamedTuple):
    """A stretch of a video that is shown whole or not at all, in seconds, and what it is worth."""

    start: float
    end: float
    value: float = 0.0


def choose(units: Sequence[Unit], seconds: float, jump: float) -> list[int]:
    """Return the places of the units of most value that are about `seconds` long together.

    The units are in order and do not overlap. `jump` is taken off for each run of units that does
    not follow on the one before. The sum is within AIM of `seconds` if any is, else within SLACK,
    else about the longest below that, else the shortest there is. Without units the list is empty.
    """
    if not units:
        return []
    step = seconds / STEPS
    shortest = min(unit.end - unit.start for unit in units)
    room = int(max(seconds * (1 + SLACK), shortest) / step + 1)
    edges = [(round(unit.start / step), round(unit.end / step)) for unit in units]
    sizes = [max(high - low, 1) for low, high in edges]
    follows = [False, *(one.end >= two.start - 1e-6 for one, two in pairwise(units))]
    taken = np.full(room + 1, -np.inf)  # best value by sum, if the latest unit is taken, or not
    left = np.full(room + 1, -np.inf)
    left[0] = 0.0
    on, kept = (np.zeros((len(units), room + 1), np.bool_) for _ in range(2))
    for place, (unit, size) in enumerate(zip(units, sizes, strict=True)):
        before = np.full(room + 1, -np.inf)
        if size <= room:
            price = jump * (not follows[place])
            going = taken[: room + 1 - size] - price
            begun = left[: room + 1 - size] - jump
            on[place, size:] = going >= begun
            before[size:] = unit.value + np.maximum(going, begun)
        kept[place] = taken >= left
        left = np.maximum(taken, left)
        taken = before
    return _traced(_best(np.maximum(taken, left)), taken, left, sizes, on, kept)


def _best(values: NDArray[np.float64]) -> int:
    """Return the sum to have, in steps."""
    possible = np.flatnonzero(np.isfinite(values[1:])) + 1
    apart = np.abs(possible - STEPS)
    nearest = apart.min()
    bounds = (share * STEPS for share in (AIM, SLACK))
    # Sums are rounded: of those that are about as near, one is chosen by value too.
    bound = next((bound for bound in bounds if nearest <= bound), nearest + 0.01 * STEPS)
    near = possible[apart <= bound]
    return int(near[values[near].argmax()])


def _traced(
    total: int,
    taken: NDArray[np.float64],
    left: NDArray[np.float64],
    sizes: Sequence[int],
    on: NDArray[np.bool_],
    kept: NDArray[np.bool_],
) -> list[int]:
    """Return the units that make up a sum, from what each step decided."""
    chosen = []
    take = bool(taken[total] >= left[total])
    for place in range(len(sizes) - 1, -1, -1):
        if take:
            chosen.append(place)
            take = bool(on[place, total])
            total -= sizes[place]
        else:
            take = bool(kept[place, total])
    return chosen[::-1]
