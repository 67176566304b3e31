"""Decode the audio of a file span by span, a few thousand samples at a time.

Times are presentation timestamps in seconds, on the same clock as those of the video.
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

LEAD = 0.3  # seconds decoded before the requested start: codecs predict from previous packets
SHORT = 1.0  # seconds that may be missing before the stated end of the track
SEEK_GAP = 5.0  # seconds to read through rather than seek


class AudioChunk(NamedTuple):
    """Consecutive samples, their rate in samples per second, and their channels: FL, FR, LFE, …"""

    samples: Samples
    rate: int
    channels: tuple[str, ...]


class AudioTrack:
    """An open file and the audio track that a player would play. Not thread-safe.

    Keeps its position: consecutive spans are read without seeking, each packet once.
    """

    def __init__(self, name: str) -> None:
        """Open the file. Raises OpenError, and NoStreamError if it has no audio."""
        self.name, self._stack = name, ExitStack()
        self._container = self._stack.enter_context(open_container(name))
        track = self._container.streams.best("audio")
        if not isinstance(track, av.AudioStream) or not track.codec_context or not track.time_base:
            self.close()
            raise NoStreamError("the file has no sound")
        self._track, self._time_base = track, track.time_base
        for stream in self._container.streams:
            if stream is not track:
                stream.discard = av.stream.Discard.all  # with an index, not even read
        self._frames: Iterator[AudioFrame] = iter(())
        self._latest: AudioFrame | None = None

    def close(self) -> None:
        """Close the file; closing twice does no harm."""
        self._stack.close()

    def between(self, start: float, end: float) -> Iterator[AudioChunk]:
        """Yield the audio of [start, end) seconds in order. Raises MediaError if damaged."""
        frame = self._first(start)
        while frame is not None and self._time(frame) < end:
            if heard := self._part(frame, start, end):
                yield heard
            if round((end - self._time(frame)) * frame.sample_rate) < frame.samples:
                break
            frame = self._next()

    def _part(self, frame: AudioFrame, start: float, end: float) -> AudioChunk | None:
        """Return the part of a frame within [start, end) seconds, if any."""
        first, rate = self._time(frame), frame.sample_rate
        left = max(round((start - first) * rate), 0)
        right = min(round((end - first) * rate), frame.samples)
        if left >= right:
            return None
        channels = tuple(channel.name for channel in frame.layout.channels)
        return AudioChunk(read_samples(frame)[:, left:right], rate, channels)

    def _first(self, start: float) -> AudioFrame | None:
        """Return the frame to begin at: the latest one if close enough, else one after a seek."""
        latest = self._latest
        if latest is not None and 0 <= start - self._time(latest) < SEEK_GAP:
            return latest
        beginning = float((self._track.start_time or 0) * self._time_base)
        place = max(start - LEAD, min(beginning, 0.0))
        self._seek(place)
        self._frames = self._decode(start, place)
        return self._next()

    def _seek(self, place: float) -> None:
        """Go to a time in seconds, or to before it. Raises MediaError if the file cannot seek."""
        try:
            self._container.seek(round(place / self._time_base), stream=self._track)
        except av.FFmpegError:
            # Where sound begins late, Matroska has no index of it until some has been read; the
            # index of the video leads there too.
            try:
                self._container.seek(round(place * av.time_base))
            except av.FFmpegError:
                raise MediaError("cannot seek in the sound") from None

    def _next(self) -> AudioFrame | None:
        self._latest = None  # if decoding fails, the position is lost
        self._latest = next(self._frames, None)
        return self._latest

    def _decode(self, start: float, place: float) -> Iterator[AudioFrame]:
        """Yield the frames from `place` on, ignoring decoding errors before `start`.

        Raises MediaError if the audio is damaged or ends before its stated end.
        """
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
        """Return the stated end of the track in seconds; a duration not stated counts as 0."""
        return float(
            ((self._track.start_time or 0) + (self._track.duration or 0)) * self._time_base
        )

    def _time(self, frame: AudioFrame) -> float:
        return float((frame.pts or 0) * (frame.time_base or self._time_base))

    def _end(self, frame: AudioFrame) -> float:
        return self._time(frame) + frame.samples / frame.sample_rate


def read_samples(frame: AudioFrame) -> Samples:
    """Return (channels, samples), full scale 1. Raises MediaError for 64-bit integers."""
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
