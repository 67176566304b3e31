"""Choose boundaries among candidates: the greatest sum of gains under constraints."""

from bisect import bisect_right
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def best_boundaries(
    times: Sequence[float],
    gains: Floats,
    limits: tuple[float, float],
    numbers: tuple[int, int],
    min_length: float,
) -> list[int]:
    """Indices of the boundaries with the greatest sum of gains, found by dynamic programming.

    `numbers` are the least and the greatest number of boundaries; there are fewer than the least
    if `min_length` (seconds between two boundaries, and from each to `limits`) allows no more.
    """
    near = [min(i, bisect_right(times, t - min_length + 1e-6)) for i, t in enumerate(times)]
    usable = np.array(
        [t - limits[0] >= min_length - 1e-6 and limits[1] - t >= min_length - 1e-6 for t in times],
        dtype=bool,
    )
    best = np.where(usable, gains, -np.inf)
    totals: list[float] = [0.0]
    steps: list[NDArray[np.intp]] = []
    ends: list[int] = [-1]
    while len(times) and len(totals) <= numbers[1] and best.max() > -np.inf:
        ends.append(int(best.argmax()))
        totals.append(float(best.max()))
        running = np.maximum.accumulate(best)
        where = np.maximum.accumulate(np.where(best == running, np.arange(len(best)), 0))
        previous = np.array([where[n - 1] if n else -1 for n in near], dtype=np.intp)
        steps.append(previous)
        reach = np.where(previous >= 0, running[previous], -np.inf)
        best = np.where(usable, gains + reach, -np.inf)
    number = max(
        range(min(numbers[0], len(totals) - 1), len(totals)), key=lambda n: (totals[n], -n)
    )
    chosen: list[int] = []
    place = ends[number]
    for back in range(number - 1, -1, -1):
        chosen.append(place)
        place = int(steps[back - 1][place]) if back else -1
    return chosen[::-1]
