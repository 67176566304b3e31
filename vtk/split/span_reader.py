"""Read the frames of a span in one pass, tracking their start, end and decoding errors."""

import math
from collections.abc import Iterator
from typing import TypeVar

from vtk.errors import MediaError
from vtk.media.container.timing import is_truncated
from vtk.media.video import OUTSIDE, Frame, MappedFrame, Measure, Shown, Video
from vtk.pipeline import OnProgress, damaged_record, truncated_record
from vtk.span import Span

TELL_EVERY = 50  # frames between two calls of on_progress

T = TypeVar("T")


class Reader:
    """Yields every frame of a span once and records, in pts, where they begin and end.

    `kind` is the kind of the error records.
    """

    def __init__(
        self, video: Video, span: Span, kind: str, on_progress: OnProgress | None = None
    ) -> None:
        self.video, self.span, self.kind, self.on_progress = video, span, kind, on_progress
        self.first: int | None = None
        self.last = self.duration = 0

    def frames(self) -> Iterator[Frame]:
        """Yield every frame of the span. Raises MediaError if there is none."""
        return self._each(self.video.frames(*self._part))

    def map_frames(self, measure: Measure[T]) -> Iterator[MappedFrame[T]]:
        """Yield the result of `measure` for every frame, using threads. Raises MediaError."""
        return self._each(self.video.map_frames(measure, *self._part))

    @property
    def _part(self) -> tuple[float, float]:
        return (
            (-math.inf, math.inf) if self.span.is_whole_video else (self.span.start, self.span.end)
        )

    def _each(self, frames: Iterator[Shown]) -> Iterator[Shown]:
        span, video = self.span, self.video
        for count, frame in enumerate(frames):
            if self.first is None:
                self.begin(frame.pts)
            self.last, self.duration = frame.pts, frame.duration
            if self.on_progress and count % TELL_EVERY == 0:
                length = min(span.end, video.end) - span.start
                self.on_progress(video.name, frame.time - span.start, length)
            yield frame
        if self.first is None:
            if not span.is_whole_video and span.start >= video.end:
                raise MediaError(OUTSIDE)
            raise video.no_picture_error()

    def begin(self, pts: int) -> None:
        """Set the start: `pts`, the first frame's, or the start of the span if that is later."""
        self.first = pts if self.span.is_whole_video else max(pts, self._edge(self.span.start, 0))

    def end(self) -> int:
        """Return the end in pts: that of the last frame, or of the span if that is earlier."""
        if self.video.cut_short:
            return self._edge(self.span.end, 1)
        end = self.last + self.duration
        return end if "end" not in self.span else min(end, self._edge(self.span.end, 1))

    def lost_records(self) -> Iterator[Span]:
        """Yield error records for packets that did not decode and for a missing end of the file."""
        video, span = self.video, self.span
        if video.damage:
            yield damaged_record(span, "split", self.kind, video.damage)
        if video.cut_short:
            return
        stated, reached = min(span.end, video.end), video.seconds(self.last + self.duration)
        if is_truncated(reached, stated, span.start):
            yield truncated_record(span, "split", self.kind, reached, stated, "the pictures end")

    def _edge(self, seconds: float, which: int) -> int:
        if "pts" in self.span and self.span.get("time_base") == str(self.video.time_base):
            return int(self.span["pts"][which])
        return round(seconds / self.video.time_base)
