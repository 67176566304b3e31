"""The pictures of a file: in order from start to end, or the ones shown at given times.

Times are presentation timestamps of the video stream, in seconds as the container states them: a
file whose first picture is shown at 10 s begins at 10 s.
"""

import math
import os
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from fractions import Fraction
from typing import NamedTuple, Self

import av
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from vtk.errors import MediaError
from vtk.media.container import open_container
from vtk.media.streams import extent, main_stream
from vtk.span import local_path

SEEK_GAP = 10.0  # seconds to decode through rather than seek, where no index tells better
NO_TIMESTAMPS = 0x80  # FFmpeg's AVFMT_NOTIMESTAMPS
ROUNDING = 1e-6  # seconds by which times in records differ from timestamps
RETRY_BACK = (0.0, 2.0, 10.0, 60.0)  # seconds before the wanted time to seek to, in turn


OUTSIDE = "no picture is shown in this span: it lies outside the video"


class Frame(NamedTuple):
    """A decoded frame and when it is shown."""

    pts: int  # presentation timestamp, in the time base of its stream
    time: float  # the same in seconds
    duration: int  # in the time base, at least 1; by the rate of the stream where not stated
    image: VideoFrame


class Video:
    """An open file and its main video stream. A context manager; not safe between threads."""

    def __init__(self, name: str, *, pictures_seen: bool = True) -> None:
        """Open the file. `pictures_seen` False decodes quicker, without the loop filter: good
        enough to measure on, not to show. Raises OpenError, and MediaError without pictures.
        """
        self.name = name
        self._pictures_seen = pictures_seen
        self._stack = ExitStack()
        self._open()
        # First presentation timestamp and end of the pictures as the container states them.
        self.start, self.end = extent(self.container, self.stream)
        self.time_base: Fraction = self.stream.time_base or Fraction(1, 1_000_000)
        self.damage: list[float] = []  # seconds at which packets could not be decoded
        self._frames: Iterator[Frame] = iter(())
        self._last: Frame | None = None  # given out last by at()
        self._ahead: Frame | None = None  # decoded, but not shown yet at the time asked for
        self._index: list[float] | None = None
        self.cut_short = False  # whether frames() ended because of a frame after its end

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _open(self) -> None:
        self._stack.close()
        self._moved = False  # whether packets were read
        try:
            self.container: InputContainer = self._stack.enter_context(open_container(self.name))
            self.stream: VideoStream = main_stream(self.container)
            self.stream.codec_context.thread_type = "AUTO"
            if not self._pictures_seen:
                self.stream.codec_context.options = {"skip_loop_filter": "all"}
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the file; closing twice does no harm."""
        self._stack.close()

    def seconds(self, pts: int) -> float:
        """A presentation timestamp of the stream in seconds."""
        return float(pts * self.time_base)

    def nothing(self) -> MediaError:
        """The error of a file of which no picture decodes, with a guess at the reason."""
        path = local_path(self.name)
        if path is None or not os.path.isfile(path):
            return MediaError(
                "no picture could be decoded; an MP4 with its index at the end needs an input that "
                "can seek, not a pipe"
            )
        return MediaError("no picture could be decoded")

    def stretch(self, start: float, end: float) -> tuple[float, float]:
        """Start and end of [start, end) seconds, the end not after that which the file states.

        Raises MediaError where neither the span nor the file states an end.
        """
        low = max(start, self.start)
        high = min(end, self.end) if low < self.end else end
        if not math.isfinite(high):
            raise MediaError("the file does not state where it ends; name an end, as in #t=1,20")
        return low, max(low, high)

    def frames(self, start: float = -math.inf, end: float = math.inf) -> Iterator[Frame]:
        """Every frame shown in [start, end) seconds, in presentation order.

        Damaged packets are skipped and noted in `damage`.
        """
        self._last = None  # at() has to seek again: the position is about to change
        self.cut_short = False
        if start > self.start or self._moved:
            self._seek(start)
        held = None  # the latest frame not after `start`, which may stay on screen for long
        for frame in self._decode():
            if frame.time <= start + ROUNDING:
                held = frame
                continue
            if frame.time >= end - ROUNDING:
                self.cut_short = True
                break
            if held is not None:
                yield held
                held = None
            yield frame
        if held is not None and (self.cut_short or self._until(held) > start + ROUNDING):
            yield held

    def at(self, times: Iterable[float]) -> Iterator[Frame]:
        """The frame on screen at each of the ascending times (seconds), each decoded once.

        Before the first frame that is the first; a time after the end of the pictures ends it.
        Seeks where a keyframe lies between here and there, else decodes on.
        """
        for time in times:
            frame = self._last
            if frame is None or self._worth_seeking(frame.time, time):
                frame = self._seek_to(time)
            if frame is None:
                return
            self._last = frame = self._on_to(frame, time)
            if self._ahead is None and time >= self._until(frame) - ROUNDING:
                return
            yield frame

    def _until(self, frame: Frame) -> float:
        """When the next frame follows, as far as the frame itself tells, in seconds."""
        return self.seconds(frame.pts + frame.duration)

    def _on_to(self, frame: Frame, time: float) -> Frame:
        """Decode on from `frame` to the one shown at `time`."""
        # A frame stays until the next one comes, which may be before or after its own end.
        while following := self._ahead or next(self._frames, None):
            self._ahead = None
            if following.time > time + ROUNDING:
                self._ahead = following
                break
            frame = following
        return frame

    def _seek_to(self, time: float) -> Frame | None:
        """The first frame decoded from a place that is not after `time`; None without pictures."""
        for back in RETRY_BACK:
            frame = self._first_from(time - back)
            if frame is not None and frame.time <= time:
                return frame
        self._open()
        self._frames, self._ahead = self._decode(), None
        return next(self._frames, None)

    def _first_from(self, time: float) -> Frame | None:
        """Seek, and decode the first frame from there."""
        self._seek(time)
        self._frames, self._ahead = self._decode(), None
        return next(self._frames, None)

    def _worth_seeking(self, here: float, there: float) -> bool:
        if there < here:
            return True
        if self._index is None:
            self._index = sorted(
                self.seconds(entry.timestamp)
                for entry in self.stream.index_entries
                if entry.is_keyframe
            )
        if len(self._index) < 2:
            return there - here > SEEK_GAP
        return bisect_right(self._index, there) > bisect_right(self._index, here)

    def _seek(self, time: float) -> None:
        """Go to a place not after `time`, as near as a keyframe allows; else to the beginning."""
        offset = round(max(time, min(self.start, 0.0)) / self.time_base)
        try:
            if self.container.format.flags & NO_TIMESTAMPS:  # a bare stream, as of H.264
                self._open()
            else:
                self.container.seek(offset, stream=self.stream)
        except av.FFmpegError:
            self._open()

    def _decode(self) -> Iterator[Frame]:
        """Frames from the current position on; one without a timestamp follows the one before."""
        rate = self.stream.average_rate or self.stream.guessed_rate or 25
        step = max(round(1 / (rate * self.time_base)), 1)
        following = 0
        for packet in self._packets():
            try:
                decoded = packet.decode()
            except av.FFmpegError:
                self.damage.append(self.seconds(packet.pts or packet.dts or following))
                continue
            for image in decoded:
                pts = following if image.pts is None else image.pts
                duration = image.duration or step
                following = pts + duration
                yield Frame(pts, self.seconds(pts), duration, image)

    def _packets(self) -> "Iterator[av.Packet[VideoStream]]":
        self._moved = True
        try:
            yield from self.container.demux(self.stream)
        except av.FFmpegError:
            self.damage.append(self.end)


class Latest:
    """Opens videos and keeps the latest open, as neighbouring spans ask for the same one."""

    def __init__(self) -> None:
        self._video: Video | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        if self._video is not None:
            self._video.close()

    def __call__(self, name: str) -> Video:
        """The video of that name, open. Raises OpenError, MediaError."""
        if self._video is None or self._video.name != name:
            if self._video is not None:
                self._video.close()
            self._video = None
            self._video = Video(name)
        return self._video
