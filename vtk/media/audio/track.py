"""The sound of a file, decoded stretch by stretch: a few thousand samples at a time.

Times are presentation timestamps in seconds, on the same clock as those of the pictures.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, NamedTuple

import av
import numpy as np
from av.audio.frame import AudioFrame
from numpy.typing import NDArray

from vtk.errors import MediaError, NoStreamError
from vtk.media.container import open_container

Samples = NDArray[np.float32]  # (channels, samples), full scale is 1

LEAD = 0.3  # seconds decoded before those wanted: coders predict from the packets before
SHORT = 1.0  # seconds that may lack at the end of what a file states to hold
SEEK_GAP = 5.0  # seconds to read through rather than seek


class AudioChunk(NamedTuple):
    """Samples that follow one another, their rate a second, and their channels: FL, FR, LFE, …"""

    samples: Samples
    rate: int
    channels: tuple[str, ...]


class AudioTrack:
    """An open file and the sound track that a player would play. Not safe between threads.

    Keeps its place: stretches that follow one another are read without seeking, each packet once.
    """

    def __init__(self, name: str) -> None:
        """Open the file. Raises OpenError, and NoStreamError where it has no sound."""
        self.name, self._stack = name, ExitStack()
        self._container = self._stack.enter_context(open_container(name))
        track = self._container.streams.best("audio")
        if not isinstance(track, av.AudioStream) or not track.codec_context or not track.time_base:
            self.close()
            raise NoStreamError("the file has no sound")
        self._track, self._time_base = track, track.time_base
        for stream in self._container.streams:
            if stream is not track:
                stream.discard = av.stream.Discard.all  # not read at all where there is an index
        self._frames: Iterator[AudioFrame] = iter(())
        self._latest: AudioFrame | None = None

    def close(self) -> None:
        """Close the file; closing twice does no harm."""
        self._stack.close()

    def between(self, start: float, end: float) -> Iterator[AudioChunk]:
        """The sound of [start, end) seconds in order. Raises MediaError where it is damaged."""
        frame = self._first(start)
        while frame is not None and self._time(frame) < end:
            if heard := self._part(frame, start, end):
                yield heard
            if round((end - self._time(frame)) * frame.sample_rate) < frame.samples:
                break
            frame = self._next()

    def _part(self, frame: AudioFrame, start: float, end: float) -> AudioChunk | None:
        """What a frame holds of [start, end) seconds, if anything."""
        first, rate = self._time(frame), frame.sample_rate
        left = max(round((start - first) * rate), 0)
        right = min(round((end - first) * rate), frame.samples)
        if left >= right:
            return None
        channels = tuple(channel.name for channel in frame.layout.channels)
        return AudioChunk(_samples(frame)[:, left:right], rate, channels)

    def _first(self, start: float) -> AudioFrame | None:
        """The frame to begin at: the latest one or one after it where that will do."""
        latest = self._latest
        if latest is not None and 0 <= start - self._time(latest) < SEEK_GAP:
            return latest
        beginning = float((self._track.start_time or 0) * self._time_base)
        place = max(start - LEAD, min(beginning, 0.0))
        try:
            self._container.seek(round(place / self._time_base), stream=self._track)
        except av.FFmpegError:
            raise MediaError("cannot seek in the sound") from None
        self._frames = self._decode(start, place)
        return self._next()

    def _next(self) -> AudioFrame | None:
        self._latest = None  # where decoding fails, the place is lost
        self._latest = next(self._frames, None)
        return self._latest

    def _decode(self, start: float, place: float) -> Iterator[AudioFrame]:
        """Frames from `place` on; what cannot be decoded before `start` does not count."""
        try:
            for packet in self._container.demux(self._track):
                try:
                    frames = [frame for frame in packet.decode() if frame.pts is not None]
                except av.FFmpegError:
                    if packet.pts is None or packet.pts * self._time_base >= start:
                        raise
                    continue
                for frame in frames:
                    place = self._end(frame)
                    yield frame
        except av.FFmpegError:
            raise MediaError("the sound is damaged") from None
        if place < self._stated_end() - SHORT:
            raise MediaError("the file is cut off")

    def _stated_end(self) -> float:
        """Where the track ends, in seconds, by what the file states of it; else 0."""
        return float(
            ((self._track.start_time or 0) + (self._track.duration or 0)) * self._time_base
        )

    def _time(self, frame: AudioFrame) -> float:
        return float((frame.pts or 0) * (frame.time_base or self._time_base))

    def _end(self, frame: AudioFrame) -> float:
        return self._time(frame) + frame.samples / frame.sample_rate


def _samples(frame: AudioFrame) -> Samples:
    """(channels, samples) with a full scale of 1. Raises MediaError for integers of 64 bits."""
    try:
        stored: NDArray[Any] = frame.to_ndarray()
    except ValueError:
        raise MediaError(f"cannot read samples stored as {frame.format.name}") from None
    if not frame.format.is_planar:
        stored = stored.reshape(frame.samples, -1).T
    if stored.dtype.kind == "f":
        return stored.astype(np.float32, copy=False)
    half = 2.0 ** (8 * stored.dtype.itemsize - 1)
    middle = half if stored.dtype.kind == "u" else 0.0
    return ((stored - middle) / half).astype(np.float32)
