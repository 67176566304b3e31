"""Shots of a span: decode every frame once, find the boundaries, give the stretches between."""

from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from typing import Any

from vtk.errors import MediaError
from vtk.media.planes import Thumbnail, thumbnail
from vtk.media.video import OUTSIDE, Video
from vtk.span import Span, log
from vtk.split import METHODS, OnProgress
from vtk.split.content import Boundary
from vtk.split.seen import Seen

Boundaries = Callable[[Iterable[tuple[int, float, Thumbnail]]], Iterator[Boundary]]

TELL_EVERY = 50  # frames between two calls of on_progress
MISSING = 1.0  # seconds that may lack at the end before a file counts as truncated
MISSING_SHARE = 0.02  # of the length that the container states


def shots(
    span: Span,
    on_progress: OnProgress | None = None,
    *,
    method: str = "content",
    seen: Seen | None = None,
) -> Iterator[Span]:
    """The shots of the span, then an error record for what did not decode.

    `method` names a module of METHODS that has `boundaries`, as `vtk.split.content` has. `seen`
    is given every frame.
    """
    boundaries: Boundaries = import_module(METHODS[method]).boundaries
    with Video(span.video, pictures_seen=False) as video:
        reader = _Reader(video, span, on_progress, seen)
        index, begun = 0, None
        for boundary in boundaries(reader.thumbnails()):
            new = _shot(span, video, index, reader.start(begun), boundary.pts, begun)
            yield new.made("split", method)
            index, begun = index + 1, boundary
        if reader.first is None:
            if not span.whole and span.start >= video.end:
                raise MediaError(OUTSIDE)
            raise video.nothing()
        last = _shot(span, video, index, reader.start(begun), reader.end(), begun)
        yield last.made("split", method)
        yield from reader.lost()


class _Reader:
    """Feeds the detector and remembers where the pictures began and ended, in pts."""

    def __init__(
        self, video: Video, span: Span, on_progress: OnProgress | None, seen: Seen | None
    ) -> None:
        self.video, self.span = video, span
        self.on_progress, self.seen = on_progress, seen
        self.first: int | None = None
        self.last = self.duration = 0

    def thumbnails(self) -> Iterator[tuple[int, float, Thumbnail]]:
        """(pts, seconds, small picture) of every frame of the span."""
        span, video = self.span, self.video
        frames = video.frames() if span.whole else video.frames(span.start, span.end)
        for count, frame in enumerate(frames):
            if self.first is None:
                edge = frame.pts if span.whole else self._edge(span.start, 0)
                self.first = max(frame.pts, edge)
            self.last, self.duration = frame.pts, frame.duration
            if self.on_progress and count % TELL_EVERY == 0:
                self.on_progress(video.name, frame.time - span.start, self._length())
            small = thumbnail(frame.image)
            if self.seen is not None:
                self.seen.push(frame.pts, frame.time, small)
            yield frame.pts, frame.time, small

    def start(self, begun: Boundary | None) -> int:
        """Where a shot starts: at the boundary it began with, the first one with the pictures."""
        if begun is not None:
            return begun.pts
        assert self.first is not None
        return self.first

    def end(self) -> int:
        """Where the last shot ends: with its last frame, or with the span if that is sooner."""
        if self.video.cut_short:
            return self._edge(self.span.end, 1)
        end = self.last + self.duration
        return end if "end" not in self.span else min(end, self._edge(self.span.end, 1))

    def _edge(self, seconds: float, which: int) -> int:
        if "pts" in self.span and self.span.get("time_base") == str(self.video.time_base):
            return int(self.span["pts"][which])
        return round(seconds / self.video.time_base)

    def _length(self) -> float:
        return min(self.span.end, self.video.end) - self.span.start

    def lost(self) -> Iterator[Span]:
        """Error records for packets that did not decode and for an end that is not there."""
        video = self.video
        if video.damage:
            low, high = min(video.damage), max(video.damage)
            reason = MediaError(
                f"{len(video.damage)} damaged packets could not be decoded, "
                f"the first at {low:.2f} s"
            )
            yield self._error(low, max(high, low), reason)
        if video.cut_short:
            return
        stated = min(self.span.end, video.end)
        reached = video.seconds(self.last + self.duration)
        if stated - reached > max(MISSING, MISSING_SHARE * (stated - self.span.start)):
            reason = MediaError(
                f"the pictures end at {reached:.2f} s but the file states {stated:.2f} s: "
                "it is truncated or damaged"
            )
            yield self._error(reached, stated, reason)

    def _error(self, start: float, end: float, reason: MediaError) -> Span:
        log.error("%s: %s", self.video.name, reason)
        return self.span.part(start, end, "shot").error("split", reason)


def _shot(
    span: Span, video: Video, index: int, start: int, end: int, begun: Boundary | None
) -> Span:
    return span.part(
        video.seconds(start),
        video.seconds(end),
        "shot",
        index=index,
        time_base=str(video.time_base),
        pts=[start, end],
        **(_transition(begun) if begun else {}),
    )


def _transition(boundary: Boundary) -> dict[str, Any]:
    """How the shot began: score, the interval where it was gradual, and why it was found."""
    about: dict[str, Any] = {"type": boundary.type, "score": round(boundary.score, 4)}
    if boundary.start and boundary.end:
        about |= {
            "start": round(boundary.start[1], 6),
            "end": round(boundary.end[1], 6),
            "pts": [boundary.start[0], boundary.end[0]],
        }
    if boundary.why:
        about["why"] = {name: round(value, 4) for name, value in boundary.why.items()}
    return {"score": about["score"], "transition": about}
