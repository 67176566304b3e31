"""One pass over the pictures of a span: where they begin and end, and what did not decode."""

from collections.abc import Iterator
from math import isfinite

from vtk.errors import MediaError
from vtk.media.video import OUTSIDE, Frame, Video
from vtk.span import Span, log
from vtk.split import OnProgress

TELL_EVERY = 50  # frames between two calls of on_progress
MISSING = 1.0  # seconds that may lack at the end before a file counts as truncated
MISSING_SHARE = 0.02  # of the length that the container states


class Reader:
    """Gives every frame of a span once and remembers, in pts, where they began and ended.

    `kind` is that of the error records.
    """

    def __init__(
        self, video: Video, span: Span, kind: str, on_progress: OnProgress | None = None
    ) -> None:
        self.video, self.span, self.kind, self.on_progress = video, span, kind, on_progress
        self.first: int | None = None
        self.last = self.duration = 0

    def frames(self) -> Iterator[Frame]:
        """Every frame of the span. Raises MediaError where there is none."""
        span, video = self.span, self.video
        frames = video.frames() if span.whole else video.frames(span.start, span.end)
        for count, frame in enumerate(frames):
            if self.first is None:
                self.begin(frame.pts)
            self.last, self.duration = frame.pts, frame.duration
            if self.on_progress and count % TELL_EVERY == 0:
                length = min(span.end, video.end) - span.start
                self.on_progress(video.name, frame.time - span.start, length)
            yield frame
        if self.first is None:
            if not span.whole and span.start >= video.end:
                raise MediaError(OUTSIDE)
            raise video.nothing()

    def begin(self, pts: int) -> None:
        """The pictures begin with the first frame, or with the span where that is later."""
        self.first = pts if self.span.whole else max(pts, self._edge(self.span.start, 0))

    def end(self) -> int:
        """Where they end: with the last frame, or with the span if that is sooner."""
        if self.video.cut_short:
            return self._edge(self.span.end, 1)
        end = self.last + self.duration
        return end if "end" not in self.span else min(end, self._edge(self.span.end, 1))

    def lost(self) -> Iterator[Span]:
        """Error records for packets that did not decode and for an end that is not there."""
        video, span = self.video, self.span
        if video.damage:
            yield damaged(span, self.kind, video.damage)
        if video.cut_short:
            return
        stated, reached = min(span.end, video.end), video.seconds(self.last + self.duration)
        if stated - reached > max(MISSING, MISSING_SHARE * (stated - span.start)):
            reason = MediaError(
                f"the pictures end at {reached:.2f} s but the file states {stated:.2f} s: "
                "it is truncated or damaged"
            )
            yield failed(span, self.kind, reached, stated, reason)

    def _edge(self, seconds: float, which: int) -> int:
        if "pts" in self.span and self.span.get("time_base") == str(self.video.time_base):
            return int(self.span["pts"][which])
        return round(seconds / self.video.time_base)


def damaged(span: Span, kind: str, damage: list[float], what: str = "") -> Span:
    """The error record of packets `what` (" of sound") that did not decode at these seconds."""
    low, high = min(damage), max(damage)
    reason = f"{len(damage)} damaged packets{what} could not be decoded, the first at {low:.2f} s"
    return failed(span, kind, low, high if isfinite(high) else low, MediaError(reason))


def failed(span: Span, kind: str, start: float, end: float, reason: MediaError) -> Span:
    """The error record of a part of the span, told on standard error as well."""
    log.error("%s: %s", span.video, reason)
    return span.part(start, end, kind).error("split", reason)
