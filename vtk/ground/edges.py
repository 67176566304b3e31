"""Find to the frame where a moment begins and ends, by bisecting between two looks."""

import numpy as np
from numpy.typing import NDArray

FEW_NEWS = 0.2  # share of the frames above which news tell nothing: every frame is a keyframe


class Edge:
    """An edge between a frame inside a moment and one outside: frame numbers, in either order.

    What the encoder found new is tried first, as that is where something may begin; then halves.
    """

    def __init__(self, inside: int, outside: int, news: NDArray[np.bool_]) -> None:
        self.inside, self.outside = inside, outside
        self._news = news

    @property
    def next(self) -> int | None:
        """The frame to look at, None if inside and outside are neighbours."""
        low, high = sorted((self.inside, self.outside))
        if high - low <= 1:
            return None
        middle = (low + high) // 2
        if self._news[high]:
            return high - 1
        inner = np.flatnonzero(self._news[low + 1 : high])
        if inner.size:
            return low + 1 + int(inner[np.abs(inner + low + 1 - middle).argmin()])
        return middle

    def advance(self, number: int, *, inside: bool) -> None:
        """Take note of whether frame `number` lies inside."""
        if inside:
            self.inside = number
        else:
            self.outside = number
