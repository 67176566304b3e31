"""What the detectors of cues are given, a picture, and what they give, a cue."""

from fractions import Fraction
from functools import cached_property
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from vtk.media.image.planes import as_readable, luma_range, thumbnail
from vtk.media.timestamp import Timestamp
from vtk.media.video import Frame

Array = NDArray[Any]

FINE = 192  # columns, at most about twice that, of the samples in `Picture.fine`


class Cue(NamedTuple):
    """A cue: the moment of its first picture, that of the first after it, and what it is."""

    start: Timestamp
    end: Timestamp
    about: dict[str, Any]  # with its `type`


class CueFrame:
    """A decoded picture, looked at only as far as a detector asks."""

    def __init__(self, frame: Frame, sample_aspect: Fraction) -> None:
        self.at = Timestamp(frame.pts, frame.time)
        self.rotation = frame.image.rotation  # counter-clockwise degrees
        self.sample_aspect = sample_aspect  # width of a sample by its height
        self.named = ""  # type of the cue to which a detector found this picture to belong
        self.still = False  # whether a detector found it to be the picture before
        # (height, width) at full resolution as stored; `unit` is one step of 8-bit luma in it.
        image, self.luma, self.unit = as_readable(frame.image)
        self.black, self.white = luma_range(image)  # 0..255
        self.small = thumbnail(image)

    @cached_property
    def fine_luma(self) -> Array:
        """Single samples of the luma about evenly spread, some 192 columns, as int16."""
        every = max(1, self.luma.shape[1] // FINE)
        samples = self.luma[every // 2 :: every, every // 2 :: every]
        return (samples // self.unit if self.unit > 1 else samples).astype(np.int16)

    def luma_level(self, share: float) -> float:
        """The luma at a share of the way from black (0) to white (1), 0..255."""
        return self.black + share * (self.white - self.black)

    def stored(self, level: float) -> int:
        """The largest sample of `luma` that is not above a luma of 0..255."""
        return int(np.floor(level * self.unit))


class Detector(Protocol):
    """Finds the cues of one kind in a stream of pictures; memory does not grow with it."""

    @property
    def earliest_pending(self) -> float:
        """No cue still to come begins before this time, in seconds, unless at a later picture."""
        ...

    def push(self, picture: CueFrame) -> list[Cue]:
        """Takes the next picture and returns the cues that became certain."""
        ...

    def finish(self, end: Timestamp) -> list[Cue]:
        """Returns the cues that last to the end of the pictures."""
        ...


def block_means(part: Array, size: int) -> Array:
    """Means of blocks of `size` by `size` samples; what is left over at the edges is not used."""
    rows, columns = part.shape[0] // size, part.shape[1] // size
    whole = part[: rows * size, : columns * size]
    return np.asarray(whole.reshape(rows, size, columns, size).mean((1, 3)))


def lasts(start: Timestamp | None, end: Timestamp, least: float) -> bool:
    """Whether a stretch was begun and is at least `least` seconds long."""
    return start is not None and end.time - start.time >= least - 1e-6
