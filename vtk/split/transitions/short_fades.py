"""Short fades: a picture that goes out and another that comes up within a second.

Either half is a line from a picture to an empty one, as in `vtk.split.transitions.gradual`, which
looks at a few pictures a second and needs a third of one for each half. Here every frame is looked
at.
"""

from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vtk.media.timestamp import Timestamp

Luma = NDArray[np.float32]

LONGEST = 1.0  # seconds
FEWEST = 3  # frames from a picture to the empty one, or from that to the next
EMPTY = 3.0  # standard deviation of luma, 0..255, below which a picture is empty
PLAIN = 8.0  # the same for the middle of a picture, from which it is not asked for bars
BLACK = 24.0  # luma below which whole rows and columns are bars
NEARLY = 0.12  # of the deviation of either picture, that the emptiest may have left
CHANGE = 12.0  # root mean square, 0..255, of either picture's way from the empty one
RESIDUAL = 0.12  # of the squared distance of the ends, that those between may leave the line
STEP = 0.6  # of the way, that one frame may go
PAST = 1.05  # of the way, up to which a further frame goes no further


def deviations(lumas: Luma) -> list[float]:
    """The standard deviations of pictures (pictures, rows, columns); of empty ones without bars."""
    count, rows, columns = len(lumas), lumas.shape[1] // 4, lumas.shape[2] // 4
    found = _deviation(lumas.reshape(count, -1))
    for number in np.flatnonzero(lumas[:, 0, 0] < BLACK):
        luma = lumas[number]
        if luma[rows : 3 * rows, columns : 3 * columns].std() < PLAIN:
            lit = luma[luma.max(1) >= BLACK][:, luma.max(0) >= BLACK]
            found[number] = lit.std() if lit.size else 0.0
    return [float(value) for value in found]


def _deviation(samples: Luma) -> Luma:
    """The standard deviation of each row, in half the time that `std` takes."""
    mean = np.add.reduce(samples, 1) / samples.shape[1]
    square = np.vecdot(samples, samples) / samples.shape[1]
    return np.asarray(np.sqrt(np.maximum(square - mean * mean, 0)))


class ShortFade(NamedTuple):
    """A fade out and in: the frames that show a part of both, and the first of the new shot."""

    start: Timestamp
    shot: Timestamp
    end: Timestamp
    change: float  # squared distance of both ways together, per sample
    residual: float


class ShortFadeDetector:
    """Looks for fades that have ended with the latest of the frames it is given."""

    def __init__(self) -> None:
        self.timestamps: deque[Timestamp] = deque()
        self.lumas: deque[Luma] = deque()
        self.deviations: deque[float] = deque()  # of luma, 0..255

    def clear(self) -> None:
        """Forget all: at a cut."""
        for kept in (self.timestamps, self.lumas, self.deviations):
            kept.clear()

    def push(self, timestamp: Timestamp, luma: Luma, deviation: float) -> ShortFade | None:
        """Takes the next frame; the fade that was over before it, if there is one.

        `deviation` is that of its luma, as `deviations` tells it.
        """
        timestamps, deviations = self.timestamps, self.deviations
        timestamps.append(timestamp)
        self.lumas.append(luma)
        deviations.append(deviation)
        while timestamp.time - timestamps[0].time > LONGEST:
            for kept in (timestamps, self.lumas, deviations):
                kept.popleft()
        left = min(deviations)
        if left > max(EMPTY, NEARLY * max(deviations)):
            return None
        emptiest = deviations.index(left)
        after = len(timestamps) - 2  # the first frame behind the fade, if it is one
        if not FEWEST <= emptiest <= after - FEWEST:
            return None
        lumas = list(self.lumas)
        back = _way(lumas[emptiest:])
        if not back or emptiest + back.frames != after:
            return None
        out = _way(lumas[emptiest::-1])
        if not out:
            return None
        before = emptiest - out.frames
        if left > max(EMPTY, NEARLY * min(deviations[before], deviations[after])):
            return None
        change, residual = out.change + back.change, max(out.residual, back.residual)
        return ShortFade(
            timestamps[before + 1],
            timestamps[emptiest + 1],
            timestamps[after - 1],
            change,
            residual,
        )


class _Way(NamedTuple):
    """From an empty picture to a full one."""

    frames: int  # number of the first frame that shows all of it
    change: float  # squared distance per sample
    residual: float


def _way(frames: Sequence[Luma]) -> _Way | None:
    """The way that begins with the first of the frames, an empty picture, if there is one."""
    pictures = np.stack([luma.ravel() for luma in frames])
    pictures -= pictures[0].copy()
    products = pictures @ pictures.T
    ways = products.diagonal() / pictures.shape[1]
    last = next((number for number, way in enumerate(ways) if way > EMPTY**2), len(frames))
    while last + 1 < len(frames) and products[last, last + 1] > PAST * products[last, last]:
        last += 1
    if last < FEWEST or last + 1 >= len(frames) or ways[last] < CHANGE**2:
        return None
    place = products[last, : last + 1] / products[last, last]
    if (np.diff(place) > STEP).any() or (np.diff(place) < -0.02).any():
        return None
    residual = float((ways[1:last] / ways[last] - place[1:last] ** 2).mean())
    if residual > RESIDUAL:
        return None
    return _Way(last, float(ways[last]), residual)
