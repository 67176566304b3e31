"""Sound whose two channels cancel each other when they are mixed, as with a reversed wire."""

import logging
from collections.abc import Iterable, Iterator

import numpy as np
from av.audio.frame import AudioFrame
from numpy.typing import NDArray

from vtk.errors import MediaError
from vtk.media.audio.track import read_samples

TOGETHER = 0.5  # seconds of sound that are judged together
CANCELS = 0.05  # share of the power of the channels below which a mix of them has lost the sound
QUIET = 1e-7  # power (full scale is 1) below which nothing can be told
LOUDER = 2.0  # ratio of power from which the other channel is taken instead

log = logging.getLogger("vtk")


class Uncancelled:
    """Passes frames of sound on; where two channels cancel each other, both become the louder one.

    Holds TOGETHER seconds of sound with two channels in memory. Frames are not changed otherwise.
    `happened` tells whether any were.
    """

    def __init__(self, name: str) -> None:
        """`name` is that of the file, for the message."""
        self._name = name
        self._channel = 0
        self.happened = False

    def __call__(self, frames: Iterable[AudioFrame]) -> Iterator[AudioFrame]:
        """Yield the frames, which are in order."""
        held: list[AudioFrame] = []
        for frame in frames:
            if len(frame.layout.channels) == 2:
                held.append(frame)
                if sum(one.samples for one in held) < TOGETHER * frame.sample_rate:
                    continue
                yield from self._judged(held)
            else:
                yield from self._judged(held)
                yield frame
            held = []
        yield from self._judged(held)

    def _judged(self, held: list[AudioFrame]) -> Iterator[AudioFrame]:
        left, right, mix = np.sum([_powers(frame) for frame in held], axis=0) if held else (0, 0, 0)
        count = sum(frame.samples for frame in held)
        own = (left + right) / 2
        if not (own > QUIET * count and mix < CANCELS * own):
            yield from held
            return
        if not self.happened:
            log.warning("%s: its two channels cancel each other; one of them is used", self._name)
        ratio = LOUDER if self.happened else 1.0
        self.happened = True
        if (left, right)[1 - self._channel] > ratio * (left, right)[self._channel]:
            self._channel = 1 - self._channel
        for frame in held:
            yield _of_one(frame, self._channel)


def _powers(frame: AudioFrame) -> NDArray[np.float64]:
    """The sums of squares of the left channel, the right one, and their mean."""
    try:
        left, right = read_samples(frame).astype(np.float64)
    except MediaError:
        return np.zeros(3)
    one, other = left @ left, right @ right
    return np.array([one, other, (one + other + 2 * (left @ right)) / 4])


def _of_one(frame: AudioFrame, channel: int) -> AudioFrame:
    """A copy of a frame in which both channels are one of its two."""
    stored = frame.to_ndarray()
    if frame.format.is_planar:
        doubled = np.stack([stored[channel]] * 2)
    else:
        doubled = np.repeat(stored[:, channel::2], 2, axis=1)
    new = AudioFrame.from_ndarray(doubled, frame.format.name, frame.layout.name)
    new.sample_rate, new.pts, new.time_base = frame.sample_rate, frame.pts, frame.time_base
    return new
