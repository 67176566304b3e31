"""How much power the sound of a file has, a hundredth of a second at a time, to its very end."""

from collections.abc import Iterator
from functools import cached_property, lru_cache
from typing import NamedTuple

import av
import numpy as np
from av.audio.frame import AudioFrame
from numpy.typing import NDArray

from vtk.media.audio.track import AudioTrack, Samples
from vtk.media.container.timing import is_cut_off, is_truncated
from vtk.schema import MAX_SECONDS

PIECE = 0.01  # seconds, at most


class Power(NamedTuple):
    """The power of pieces of equal length that follow one another."""

    start: float  # seconds, a presentation timestamp
    piece: float  # seconds
    values: NDArray[np.float64]  # of the loudest channel; 1 is a constant full scale, without it 0


class PowerReader(AudioTrack):
    """The sound track that a player would play, measured in one pass. Not safe between threads.

    Unlike `Sound` it goes on after damage and at a file that is cut off; `damage` holds the
    seconds at which packets could not be decoded, `reached` is how far the sound came.
    """

    def __init__(self, name: str) -> None:
        """Open the file. Raises OpenError, and NoStreamError where it has no sound."""
        super().__init__(name)
        self.damage: list[float] = []
        self.reached = 0.0

    def powers(self, start: float, end: float) -> Iterator[Power]:
        """The power of what is stored of [start, end) seconds; where nothing is, nothing comes."""
        for heard in self.between(start, min(end, MAX_SECONDS)):
            assert self._latest is not None  # what was heard is a part of it
            first = max(self._time(self._latest), start)
            yield _measured(first, heard.samples, heard.rate)

    def power_of(self, frame: AudioFrame, start: float, end: float) -> Power | None:
        """The power of what a frame holds of [start, end) seconds, if anything."""
        heard = self._part(frame, start, min(end, MAX_SECONDS))
        return heard and _measured(max(self._time(frame), start), heard.samples, heard.rate)

    def is_cut_off(self, end: float) -> bool:
        """Whether the sound was over before `end` seconds because the file is cut off.

        Else it is only shorter than the pictures, or than was asked for.
        """
        return is_truncated(self.reached, end) and self._cut_off

    @cached_property
    def _cut_off(self) -> bool:
        return is_cut_off(self.name)

    def _decode(self, start: float, place: float) -> Iterator[AudioFrame]:
        try:
            for packet in self._container.demux(self._track):
                try:
                    frames = [frame for frame in packet.decode() if frame.pts is not None]
                except av.FFmpegError:
                    self.damage.append(float((packet.pts or 0) * self._time_base))
                    continue
                for frame in frames:
                    self.reached = max(self.reached, self._end(frame))
                    yield frame
        except av.FFmpegError:
            pass  # the file ends here


def _measured(start: float, samples: Samples, rate: int) -> Power:
    count = samples.shape[1]
    pieces = -(-count // round(rate * PIECE))
    edges, sizes = _division(count, pieces)
    wide = samples.astype(np.float64)
    means = np.add.reduceat(wide, edges, axis=1) / sizes
    powers = np.add.reduceat(wide**2, edges, axis=1) / sizes - means**2
    return Power(start, count / rate / pieces, np.maximum(powers.max(axis=0), 0.0))


@lru_cache(maxsize=16)
def _division(count: int, pieces: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where each piece of `count` samples begins, and how many it has."""
    edges = np.arange(pieces + 1) * count // pieces
    return edges[:-1], np.diff(edges)
