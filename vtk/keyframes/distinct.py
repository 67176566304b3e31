"""Near-duplicate detection: duplicates are listed under an earlier keyframe, in `same_as`."""

from collections import deque

import numpy as np
from numpy.typing import NDArray

from vtk.entries import KeyframeEntry
from vtk.keyframes.sampler import Features

MOST = 10_000  # number of latest kept keyframes that new ones are compared with


class Distinct:
    """The keyframes of one video kept so far."""

    def __init__(self, features: Features) -> None:
        self.same, self.order = features.same, features.order
        self._points: deque[NDArray[np.float32]] = deque(maxlen=MOST)
        self._entries: deque[KeyframeEntry] = deque(maxlen=MOST)

    def nearest(self, point: NDArray[np.float32]) -> KeyframeEntry | None:
        """The kept keyframe nearest to `point`, if near enough to be nearly the same; else None."""
        if not self._points:
            return None
        distances = np.linalg.norm(np.stack(self._points) - point, self.order, axis=1)
        nearest = int(np.argmin(distances))
        return self._entries[nearest] if distances[nearest] < self.same else None

    def add(self, point: NDArray[np.float32], entry: KeyframeEntry) -> None:
        """Keep a keyframe that is no near-duplicate."""
        self._points.append(point)
        self._entries.append(entry)
