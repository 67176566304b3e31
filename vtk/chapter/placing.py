"""Place titles in a video, all together and in their order, by dynamic programming."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def placed(
    gains: Floats, times: Sequence[float], known: Mapping[int, float], least: float
) -> tuple[list[float], int] | None:
    """Return the start of each title in seconds, in order, and how many of them are guessed.

    `gains` (titles, stretches) tell how much speaks for a title in each of the stretches that
    `times` (their edges) bound; there are at least as many as titles. The first title begins with
    the first stretch, those in `known` (by number) at their time, and the others so that the sum
    of what each gains in its chapter is the largest possible, as late as that leaves open.
    Chapters are `least` seconds long where that can be. Where nothing speaks for titles, the time
    between their neighbours is shared out evenly: these are guessed. None if those in `known` leave
    no room for the others; without any, there is an answer.
    """
    count, size = gains.shape
    edges = np.asarray(times, np.float64)
    told = [n for n in range(count) if n == 0 or n in known or gains[n].max() > 0]
    fixed = [int(np.searchsorted(edges, known[n])) if n in known and n else -1 for n in told]
    after = [(told[k + 1] if k + 1 < len(told) else count) - told[k] for k in range(len(told))]
    chosen = None
    for shortest in (min(least, (edges[-1] - edges[0]) / (2 * count)), 0.0):
        chosen = chosen or _aligned(gains[told], edges, fixed, after, shortest)
    if chosen is None:
        return None
    starts: list[int] = []
    for first, last, share in zip(chosen, [*chosen[1:], size], after, strict=True):
        even = np.linspace(edges[first], edges[last], share, endpoint=False)
        own = np.searchsorted(edges[:size], even - 1e-6)
        for n, place in enumerate(own):  # each after the one before, and room for those to come
            before = starts[-1] + 1 if starts else 0
            starts.append(int(min(max(place, before), last - (share - n))))
    return [float(edges[n]) for n in starts], count - len(told)


def _aligned(
    gains: Floats, edges: Floats, fixed: Sequence[int], room: Sequence[int], least: float
) -> list[int] | None:
    """The stretches with which titles begin, for the largest sum of gains; None if there are none.

    A title with `fixed` begins there, if that is not -1. It takes `room` stretches or more, and
    `least` seconds for each of them.
    """
    count, size = gains.shape
    sums = np.concatenate([np.zeros((count, 1)), gains.cumsum(1)], axis=1)
    here = np.arange(size)
    reach = np.where(here == 0, 0.0, -np.inf)  # what is gained before a title begins at each
    back: list[NDArray[np.intp]] = []
    for k in range(1, count):
        value = np.round(reach - sums[k - 1, :size], 9)
        running = np.maximum.accumulate(value)
        where = np.maximum.accumulate(np.where(value == running, here, 0))
        last = _last(edges, here, room[k - 1], least)
        open_ = (last >= 0) & ((here == fixed[k]) | (fixed[k] < 0))
        reach = np.where(open_, running[last] + sums[k - 1, :size], -np.inf)
        back.append(where[last])
    ends = _last(edges, np.array([size]), room[-1], least)[0]
    total = np.round(reach + sums[-1, size] - sums[-1, :size], 9)
    total[ends + 1 :] = -np.inf
    if total.max() == -np.inf:
        return None
    place = int(np.flatnonzero(total == total.max())[-1])
    chosen = [place]
    for previous in reversed(back):
        place = int(previous[place])
        chosen.append(place)
    return chosen[::-1]


def _last(edges: Floats, here: NDArray[np.intp], room: int, least: float) -> NDArray[np.intp]:
    """The last stretch with which a title may begin that ends with each of `here`; -1 if none."""
    early = np.searchsorted(edges, edges[here] - room * least + 1e-6, "right") - 1
    return np.minimum(early, here - room)
