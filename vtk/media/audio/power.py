"""Measure the power of a file's audio in blocks of 10 ms, up to its very end."""

from collections.abc import Iterator
from functools import cached_property, lru_cache
from typing import NamedTuple

import av
import numpy as np
from av.audio.frame import AudioFrame
from numpy.typing import NDArray

from vtk.media.audio.track import AudioTrack, Samples
from vtk.media.container.timing import is_cut_off, is_truncated
from vtk.schema_parts import MAX_SECONDS

PIECE = 0.01  # seconds, at most


class Power(NamedTuple):
    """The power of consecutive blocks ("pieces") of equal length."""

    start: float  # seconds, a presentation timestamp
    piece: float  # seconds
    values: NDArray[np.float64]  # variance (DC removed) of the loudest channel; full scale is 1


class PowerReader(AudioTrack):
    """The audio track that a player would play, measured in one pass. Not thread-safe.

    Unlike `AudioTrack` it continues after damage and tolerates a truncated file; `damage` holds the
    times in seconds at which packets could not be decoded, `reached` the end of the audio so far.
    """

    def __init__(self, name: str) -> None:
        """Open the file. Raises OpenError, and NoStreamError if it has no audio."""
        super().__init__(name)
        self.damage: list[float] = []
        self.reached = 0.0

    def powers(self, start: float, end: float) -> Iterator[Power]:
        """Yield the power of the audio stored in [start, end) seconds; gaps yield nothing."""
        for heard in self.between(start, min(end, MAX_SECONDS)):
            assert self._latest is not None  # `heard` is a part of the latest frame
            first = max(self._time(self._latest), start)
            yield _measured(first, heard.samples, heard.rate)

    def power_of(self, frame: AudioFrame, start: float, end: float) -> Power | None:
        """Return the power of the part of a frame within [start, end) seconds, if any."""
        heard = self._part(frame, start, min(end, MAX_SECONDS))
        return heard and _measured(max(self._time(frame), start), heard.samples, heard.rate)

    def is_cut_off(self, end: float) -> bool:
        """Return whether the audio ended before `end` seconds because the file is truncated.

        Otherwise it is merely shorter than the video, or than the requested span.
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
            pass  # nothing can be read from here on


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
    """Divide `count` samples into `pieces`: the first sample of each, and its sample count."""
    edges = np.arange(pieces + 1) * count // pieces
    return edges[:-1], np.diff(edges)
