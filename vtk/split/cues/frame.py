"""The input of cue detectors, a decoded frame, and their output, a cue."""

from fractions import Fraction
from functools import cached_property
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from vtk.media.image.planes import as_readable, luma_range, thumbnail
from vtk.media.timestamp import Timestamp
from vtk.media.video import Frame

Array = NDArray[Any]

FINE = 192  # columns of samples in `CueFrame.fine_luma`, at most about twice that


class Cue(NamedTuple):
    """A cue: the times of its first picture and of the first picture after it, and its details."""

    start: Timestamp
    end: Timestamp
    details: dict[str, Any]  # `type` and the measurements of that type


class CueFrame:
    """A decoded picture, whose representations are computed only when a detector asks for them."""

    def __init__(self, frame: Frame, sample_aspect: Fraction) -> None:
        self.at = Timestamp(frame.pts, frame.time)
        self.rotation = frame.image.rotation  # counter-clockwise degrees
        self.sample_aspect = sample_aspect  # width of a sample over its height
        self.named = ""  # type of the cue to which this picture belongs, once a detector found it
        self.still = False  # whether a detector found it to equal the previous picture
        # (height, width) at full resolution as stored; `unit` is one step of 8-bit luma in it.
        image, self.luma, self.unit = as_readable(frame.image)
        self.black, self.white = luma_range(image)  # 0..255
        self.small = thumbnail(image)

    @cached_property
    def fine_luma(self) -> Array:
        """Luma samples that are about evenly spread, some 192 columns, as int16."""
        every = max(1, self.luma.shape[1] // FINE)
        samples = self.luma[every // 2 :: every, every // 2 :: every]
        return (samples // self.unit if self.unit > 1 else samples).astype(np.int16)

    def luma_level(self, share: float) -> float:
        """Return the luma, 0..255, at a share of the range from black (0) to white (1)."""
        return self.black + share * (self.white - self.black)

    def stored(self, level: float) -> int:
        """Return the largest sample value of `luma` that is not above `level`, 0..255."""
        return int(np.floor(level * self.unit))


class Detector(Protocol):
    """Detects the cues of one kind in a stream of pictures, in bounded memory."""

    @property
    def earliest_pending(self) -> float:
        """Time, in seconds, before which no pending cue begins; inf if none is pending."""
        ...

    def push(self, picture: CueFrame) -> list[Cue]:
        """Add the next picture; return the cues that have become certain."""
        ...

    def finish(self, end: Timestamp) -> list[Cue]:
        """Return the cues that last to the end of the pictures."""
        ...


def block_means(part: Array, size: int) -> Array:
    """Return the means of blocks of `size` by `size` samples, ignoring the rest at the edges."""
    rows, columns = part.shape[0] // size, part.shape[1] // size
    whole = part[: rows * size, : columns * size]
    return np.asarray(whole.reshape(rows, size, columns, size).mean((1, 3)))


def lasts(start: Timestamp | None, end: Timestamp, least: float) -> bool:
    """Return whether an interval has begun and is at least `least` seconds long."""
    return start is not None and end.time - start.time >= least - 1e-6
