"""Detect short fades: one picture fades out and another fades in within a second.

Either half is a line from a picture to an empty one, as in `vtk.split.transitions.gradual`, which
examines a few pictures per second and needs a third of a second for each half. Here every frame is
examined.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vtk.media.timestamp import Timestamp

Luma = NDArray[np.float32]


@dataclass(frozen=True)
class ShortFadeThresholds:
    """Limits of short fades and of empty pictures.

    Tuned on the fades of rendered films, `python tests/benchmarks/split.py --world 240`, and
    measured on labelled clips, `python tests/benchmarks/split.py FOLDER`.
    """

    longest: float = 1.0  # maximum seconds of a short fade
    fewest: int = 3  # minimum frames from a picture to the empty one, or from there to the next
    empty: float = 3.0  # standard deviation of luma, 0..255, below which a picture is empty
    plain: float = 8.0  # std of the middle of a picture, 0..255, from which bars are not looked for
    black: float = 24.0  # luma, 0..255, below which entire rows and columns are black bars
    nearly_empty: float = 0.12  # maximum std of the emptiest frame, as a share of either picture's
    # Minimum distance of either picture from the empty one, root mean square, 0..255:
    change: float = 12.0
    # Maximum squared distance from the line, as a share of the line's squared length:
    residual: float = 0.12
    step: float = 0.6  # maximum share of the line that one frame may advance
    beyond: float = 1.05  # factor by which a frame must go beyond the last one to extend the fade


THRESHOLDS = ShortFadeThresholds()


def deviations(lumas: Luma) -> list[float]:
    """Return the std of each luma, (n, rows, columns); of plain pictures, without black bars."""
    t = THRESHOLDS
    count, rows, columns = len(lumas), lumas.shape[1] // 4, lumas.shape[2] // 4
    found = _deviation(lumas.reshape(count, -1))
    for number in np.flatnonzero(lumas[:, 0, 0] < t.black):
        luma = lumas[number]
        if luma[rows : 3 * rows, columns : 3 * columns].std() < t.plain:
            lit = luma[luma.max(1) >= t.black][:, luma.max(0) >= t.black]
            found[number] = lit.std() if lit.size else 0.0
    return [float(value) for value in found]


def _deviation(samples: Luma) -> Luma:
    """Return the standard deviation of each row, in half the time that `std` takes."""
    mean = np.add.reduce(samples, 1) / samples.shape[1]
    square = np.vecdot(samples, samples) / samples.shape[1]
    return np.asarray(np.sqrt(np.maximum(square - mean * mean, 0)))


class ShortFade(NamedTuple):
    """A fade-out and fade-in: its first and last frame, and the first frame of the new shot."""

    start: Timestamp
    shot: Timestamp
    end: Timestamp
    change: float  # squared distance of both halves together, per sample
    residual: float


class ShortFadeDetector:
    """Detects short fades that end at the latest of the frames pushed to it."""

    def __init__(self) -> None:
        self.timestamps: deque[Timestamp] = deque()
        self.lumas: deque[Luma] = deque()
        self.deviations: deque[float] = deque()  # of luma, 0..255

    def clear(self) -> None:
        """Forget all frames; called at a cut."""
        for kept in (self.timestamps, self.lumas, self.deviations):
            kept.clear()

    def push(self, timestamp: Timestamp, luma: Luma, deviation: float) -> ShortFade | None:
        """Add the next frame; return the fade that ended before it, if any.

        `deviation` is the standard deviation of the luma, as computed by `deviations`.
        """
        t = THRESHOLDS
        timestamps, deviations = self.timestamps, self.deviations
        timestamps.append(timestamp)
        self.lumas.append(luma)
        deviations.append(deviation)
        while timestamp.time - timestamps[0].time > t.longest:
            for kept in (timestamps, self.lumas, deviations):
                kept.popleft()
        left = min(deviations)
        if left > max(t.empty, t.nearly_empty * max(deviations)):
            return None
        emptiest = deviations.index(left)
        after = len(timestamps) - 2  # first frame after the fade, if there is one
        if not t.fewest <= emptiest <= after - t.fewest:
            return None
        lumas = list(self.lumas)
        back = _way(lumas[emptiest:])
        if not back or emptiest + back.frames != after:
            return None
        out = _way(lumas[emptiest::-1])
        if not out:
            return None
        before = emptiest - out.frames
        if left > max(t.empty, t.nearly_empty * min(deviations[before], deviations[after])):
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
    """One half of a fade, from an empty picture to a full one."""

    frames: int  # index of the first frame that shows the full picture
    change: float  # squared distance per sample
    residual: float


def _way(frames: Sequence[Luma]) -> _Way | None:
    """Return the half of a fade that begins with the first frame, an empty picture, if any."""
    t = THRESHOLDS
    pictures = np.stack([luma.ravel() for luma in frames])
    pictures -= pictures[0].copy()
    products = pictures @ pictures.T
    ways = products.diagonal() / pictures.shape[1]
    last = next((number for number, way in enumerate(ways) if way > t.empty**2), len(frames))
    while last + 1 < len(frames) and products[last, last + 1] > t.beyond * products[last, last]:
        last += 1
    if last < t.fewest or last + 1 >= len(frames) or ways[last] < t.change**2:
        return None
    place = products[last, : last + 1] / products[last, last]
    if (np.diff(place) > t.step).any() or (np.diff(place) < -0.02).any():
        return None
    residual = float((ways[1:last] / ways[last] - place[1:last] ** 2).mean())
    if residual > t.residual:
        return None
    return _Way(last, float(ways[last]), residual)
