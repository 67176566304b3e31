"""Decode the frames of a file: all of a span in order, or those shown at given times.

Whatever is requested, and however many decoders work in parallel, the frames are bit-identical to
decoding from the start. Times are presentation timestamps of the video stream, in seconds as
stated by the container: a file whose first frame is shown at 10 s begins at 10 s.
"""

import math
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain, groupby, islice
from operator import methodcaller
from typing import Any, Generic, NamedTuple, Self, TypeVar

import av
from av.video.frame import VideoFrame

from vtk.errors import MediaError
from vtk.media.container import seekable
from vtk.media.video.decoder import NO_TIMESTAMPS, ROUNDING, Decoder, Frame
from vtk.media.video.keyframe_index import KeyframeIndex, index_from_container, index_from_packets
from vtk.media.video.parallel_decode import DecoderBudget, ParallelDecoder, Segment, decoder_budget
from vtk.span import local_path

__all__ = [
    "NO_TIMESTAMPS",
    "OUTSIDE",
    "ROUNDING",
    "Frame",
    "MappedFrame",
    "Measure",
    "Shown",
    "Video",
    "VideoCache",
]

OUTSIDE = "no picture is shown in this span: it lies outside the video"
FEW = 3  # groups of pictures (GOPs) from which on parallel decoders are worth opening
DENSE = 0.25  # fraction of all frames above which one multi-threaded decoder is faster
STRETCH = 4.0  # minimum seconds of a segment for one decoder where every frame is measured
ROOM = 32  # lists of measured frames that a decoder may be ahead of the consumer
TOGETHER = 16  # measured frames per list

T = TypeVar("T")
Measure = Callable[[Iterator[VideoFrame]], Iterator[T]]  # one result per image, in order


class MappedFrame(NamedTuple, Generic[T]):
    """The result of measuring a frame, with the frame's timing as in `Frame`."""

    pts: int
    time: float
    duration: int
    value: T


Shown = TypeVar("Shown", bound=Frame | MappedFrame[Any])


class Video(Decoder):
    """An open file and its main video stream. A context manager; not thread-safe."""

    def __init__(self, name: str, *, loop_filter: bool = True) -> None:
        """Open the file. `loop_filter` False skips the loop filter: faster, and good enough to
        measure but not to show. Raises OpenError, and MediaError if there is no video stream.
        """
        super().__init__(name, loop_filter=loop_filter)
        # Must not refer to self: a reference cycle would delay freeing the memory of both.
        self._another = partial(Decoder, name, loop_filter=loop_filter, known=self.known)
        self._readers = ParallelDecoder(self._another)
        # Where keyframes were looked for: 0 nowhere, 1 in the container, 2 in all packets.
        self._sought = 0
        self.cut_short = False  # whether frames() stopped at a frame past its end

    def close(self) -> None:
        """Close the file; closing twice does no harm."""
        self._readers.close()
        super().close()

    def no_picture_error(self) -> MediaError:
        """Return the error for a file of which no frame decodes, with a likely reason."""
        path = local_path(self.name)
        if path is None or not os.path.isfile(path):
            return MediaError(
                "no picture could be decoded; an MP4 with its index at the end needs an input that "
                "can seek, not a pipe"
            )
        return MediaError("no picture could be decoded")

    def clamp(self, start: float, end: float) -> tuple[float, float]:
        """Clamp [start, end) seconds to the start and end that the file states.

        Raises MediaError if neither the span nor the file states an end.
        """
        low = max(start, self.start)
        high = min(end, self.end) if low < self.end else end
        if not math.isfinite(high):
            raise MediaError("the file does not state its length; give an end, as in #t=1,20")
        return low, max(low, high)

    def frames(self, start: float = -math.inf, end: float = math.inf) -> Iterator[Frame]:
        """Yield every frame shown in [start, end) seconds, in presentation order.

        Damaged packets are skipped and noted in `damage`.
        """
        return self._within(self._frames_from(start), start, end)

    def map_frames(
        self, measure: Measure[T], start: float = -math.inf, end: float = math.inf
    ) -> Iterator[MappedFrame[T]]:
        """Yield the result of `measure` for every frame that `frames` would yield.

        `measure` is called for several segments of the video in parallel, in the decoding threads.
        """
        budget = decoder_budget(self.stream)._replace(room=ROOM)
        keyframes = self._find_keyframes(hard=False) if self._divides(budget, start, end) else None
        stretches = self._stretches(keyframes, start, end) if keyframes else iter(())
        first = list(islice(stretches, FEW))
        found: Iterator[MappedFrame[T]]
        if keyframes and len(first) == FEW:

            def segment(low: float, high: float) -> Segment[list[MappedFrame[T]]]:
                return Segment(
                    lambda reader: _lists(_measured(reader.frames_between(low, high), measure))
                )

            segments = (segment(low, high) for low, high in chain(first, stretches))
            lists = self._readers.decoded(segments, keyframes, budget, self.damage)
            found = chain.from_iterable(lists)
        else:
            if self._moved and start <= self.start:
                self._open()
            found = _measured(self._frames_from(start), measure)
        return self._within(found, start, end)

    def _divides(self, budget: DecoderBudget, start: float, end: float) -> bool:
        """Return whether parallel decoders may speed up decoding all of [start, end) seconds."""
        seconds = min(end, self.end) - max(start, self.start)
        several = budget.readers > 1 and seconds > FEW * STRETCH
        return several and not self._accelerator and self._is_file()

    def _stretches(
        self, keyframes: KeyframeIndex, start: float, end: float
    ) -> Iterator[tuple[float, float]]:
        """Yield the keyframe pts between which the video is decoded by one decoder each."""
        low, after = -math.inf, 0
        if start > self.start:
            after = keyframes.gop_at(self.ticks(start)) + 1
            known = (self._keyframe(keyframes, number) for number in range(after - 1, -1, -1))
            low = next(
                (pts for pts in known if pts is not None and self.seconds(pts) <= start), low
            )
        for number in range(after, len(keyframes.pts)):
            begun = self.start if low == -math.inf else self.seconds(int(low))
            if self.seconds(int(keyframes.pts[number])) < begun + STRETCH:
                continue
            high = self._keyframe(keyframes, number)
            if high is None or self.seconds(high) >= end:
                break
            if high > low:
                yield low, high
                low = high
        yield low, math.inf

    def _keyframe(self, keyframes: KeyframeIndex, number: int) -> int | None:
        """Return the pts of a keyframe; None if it is missing because the file is truncated."""
        if keyframes.exact:
            return int(keyframes.pts[number])
        self._moved = True
        try:
            self.container.seek(int(keyframes.seek[number]), stream=self.stream)
            packet = next(self.container.demux(self.stream))
        except av.FFmpegError:
            return None
        return packet.pts if packet.is_keyframe else None

    def _within(self, frames: Iterator[Shown], start: float, end: float) -> Iterator[Shown]:
        """Yield only the frames that are shown in [start, end) seconds."""
        self.cut_short, known = False, len(self.damage)
        held = None  # the last frame not after `start`, which may still be on screen then
        for frame in frames:
            if frame.time <= start + ROUNDING:
                held = frame
                continue
            if frame.time >= end - ROUNDING:
                self.cut_short = True
                self.damage[known:] = [time for time in self.damage[known:] if time < end]
                break
            if held is not None:
                yield held
                held = None
            yield frame
        if held is not None and (
            self.cut_short or self.seconds(held.pts + held.duration) > start + ROUNDING
        ):
            yield held

    def frames_at(self, times: Iterable[float]) -> Iterator[Frame]:
        """Yield the frame on screen at each of the ascending times (seconds), each decoded once.

        Times before the first frame yield the first frame; a time past the end of the video ends
        the iteration. Of each GOP that is needed, only the part up to the last requested frame is
        decoded; many GOPs are decoded in parallel.
        """
        times = iter(times)
        begin = list(islice(times, FEW))
        times = chain(begin, times)
        keyframes = self._find_keyframes(hard=len(begin) == FEW)
        budget = decoder_budget(self.stream)
        if keyframes is None or self._accelerator or budget.readers < 2 or not self._is_file():
            yield from self.frames_at_serial(times)
            return
        group = keyframes.gop_at
        runs = (list(run) for _, run in groupby(times, lambda time: group(self.ticks(time))))
        first = list(islice(runs, FEW))
        every = chain(first, runs)
        if len(first) < FEW or self._dense(first):
            yield from self.frames_at_serial(chain.from_iterable(every))
        else:
            each = (Segment(methodcaller("frames_at_serial", times), len(times)) for times in every)
            yield from self._readers.decoded(each, keyframes, budget, self.damage)

    def _dense(self, runs: list[list[float]]) -> bool:
        wanted, seconds = sum(map(len, runs)), runs[-1][-1] - runs[0][0]
        return wanted > DENSE * seconds * self.rate

    def _is_file(self) -> bool:
        """Return whether FFmpeg itself reads a local, reopenable file with timestamps."""
        if self.container.format.flags & NO_TIMESTAMPS or not seekable(self.name):
            return False
        return self.container.name == f"file:{local_path(self.name)}"

    def _find_keyframes(self, hard: bool) -> KeyframeIndex | None:
        """Return the keyframe index, if available; `hard` allows reading all packets for it."""
        if self._sought < 1 and seekable(self.name):
            self._sought = 1
            self._last, self._moved = None, True
            self.keyframes = index_from_container(self.container, self.stream, self.end)
        if self.keyframes is None and hard and self._sought < 2 and self._is_file():
            self._sought = 2
            self.keyframes = index_from_packets(self.name)
        return self.keyframes

    def _frames_from(self, start: float) -> Iterator[Frame]:
        """Return the frames from a position not after `start` on."""
        self._last = None  # frames_at_serial() must seek again: the position is about to change
        if start > self.start:
            self._find_keyframes(hard=False)
            frame = self._seek_to(start)
            return chain([] if frame is None else [frame], self._frames)
        if self._moved:
            self._seek(start)
        return self._decode(self._packets())


def _measured(frames: Iterable[Frame], measure: Measure[T]) -> Iterator[MappedFrame[T]]:
    shown: deque[tuple[int, float, int]] = deque()

    def pictures() -> Iterator[VideoFrame]:
        for pts, time, duration, image in frames:
            shown.append((pts, time, duration))
            yield image

    for value in measure(pictures()):
        yield MappedFrame(*shown.popleft(), value)


def _lists(items: Iterator[T]) -> Iterator[list[T]]:
    """Group items into lists: passing a list between threads costs as much as passing one item."""
    while some := list(islice(items, TOGETHER)):
        yield some


class VideoCache:
    """Open videos and keep the last one open, as neighbouring spans usually share a video."""

    def __init__(self) -> None:
        self._video: Video | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        if self._video is not None:
            self._video.close()

    def __call__(self, name: str) -> Video:
        """Return the open video of the given name. Raises OpenError, MediaError."""
        if self._video is None or self._video.name != name:
            if self._video is not None:
                self._video.close()
            self._video = None
            self._video = Video(name)
        return self._video
