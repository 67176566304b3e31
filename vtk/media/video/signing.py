"""Signatures of the frames of a video at a fixed rate, in one decode."""

import math
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

import av
import numpy as np
from numpy.typing import NDArray

from vtk.media.image.planes import thumbnail
from vtk.media.image.signature import DIM, SIDE, Signatures, signatures
from vtk.media.video import ROUNDING, Video

RATE = 2.0  # signatures a second of what copies are sought in
WINDOW = 60.0  # seconds whose black bars are taken to be the same


class Signed(NamedTuple):
    """Signatures with their times in seconds, in order."""

    times: NDArray[np.float64]
    vectors: Signatures

    def within(self, start: float, end: float) -> "Signed":
        """Those in [start, end) seconds."""
        low, high = np.searchsorted(self.times, [start - ROUNDING, end - ROUNDING])
        return Signed(self.times[low:high], self.vectors[low:high])

    def patterned(self) -> "Signed":
        """Those of frames that have a pattern."""
        kept = self.vectors.any(axis=1)
        return Signed(self.times[kept], self.vectors[kept])


def join(parts: "list[Signed]") -> Signed:
    """Signatures in order of time, one for each time."""
    if not parts:
        return Signed(np.empty(0), np.empty((0, DIM), np.float32))
    times = np.concatenate([part.times for part in parts])
    vectors = np.concatenate([part.vectors for part in parts])
    order = np.unique(times, return_index=True)[1]
    return Signed(times[order], vectors[order])


def sign(video: Video, start: float, end: float, rate: float) -> Signed:
    """Return the signatures of what is shown at the multiples of 1/rate seconds in [start, end).

    Holds WINDOW seconds of small pictures at a time. An empty result means that nothing is shown.
    """
    found, shown = [], _shown(video, start, end, rate)
    while some := list(islice(shown, max(1, round(WINDOW * rate)))):
        times, lumas = zip(*some, strict=True)
        found.append(Signed(np.array(times), signatures(np.array(lumas))))
    return join(found)


def _shown(
    video: Video, start: float, end: float, rate: float
) -> Iterator[tuple[float, NDArray[np.float32]]]:
    """Yield times and small upright luma pictures, (SIDE, SIDE)."""
    held, tick = None, math.ceil((start - ROUNDING) * rate) if math.isfinite(start) else None
    until = start
    for frame in video.frames(start, end):
        if tick is None:
            tick = math.ceil((frame.time - ROUNDING) * rate)
        if held is not None and frame.time > tick / rate + ROUNDING:
            luma = small_luma(held)
            while frame.time > tick / rate + ROUNDING:
                yield tick / rate, luma
                tick += 1
        held = frame.image
        until = frame.time + video.seconds(frame.duration)
    if held is not None and tick is not None:
        luma = small_luma(held)
        while tick / rate < min(until, end) - ROUNDING:
            yield tick / rate, luma
            tick += 1


def small_luma(image: "av.VideoFrame") -> NDArray[np.float32]:
    """The luma of a picture as it is to be seen upright, scaled to (SIDE, SIDE)."""
    luma = thumbnail(image, SIDE, SIDE).luma
    return np.rot90(luma, image.rotation // 90) if image.rotation % 360 else luma
