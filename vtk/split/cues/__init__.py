"""Detect technical cues: intervals of black, frozen pictures, colour bars, silence and the like.

Video and audio are read in one pass each, interleaved. Memory is bounded except for the cues
themselves, which are held back until earlier ones have ended: a film in a letterbox yields all its
cues at its end.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from fractions import Fraction
from heapq import heappop, heappush
from itertools import count
from math import inf
from typing import NamedTuple

from vtk.errors import MediaError, NoStreamError
from vtk.media.audio.power import PowerReader
from vtk.media.audio.silence import Silence
from vtk.media.container.timing import timing
from vtk.media.timestamp import Timestamp
from vtk.media.video import Video
from vtk.pipeline import OnProgress, damaged_record, partial_failure, truncated_record
from vtk.schema_parts import MAX_SECONDS
from vtk.span import Span
from vtk.split.cues.blank_freeze import Blank, Freeze
from vtk.split.cues.credits import Credits
from vtk.split.cues.frame import Cue, CueFrame, Detector
from vtk.split.cues.letterbox import Letterbox
from vtk.split.cues.silence import silences
from vtk.split.cues.test_card import TestCard
from vtk.split.span_reader import Reader


class _Step(NamedTuple):
    """The progress of a source, and the cues that became certain."""

    since: float  # no cue still to come begins before this time, in seconds
    cues: list[Span]
    reached: float


def cues(span: Span, on_progress: OnProgress | None = None) -> Iterator[Span]:
    """Yield the cues of a span by start, then error records for parts that did not decode.

    The field `cue` holds the `type` and the measurements: black, white, freeze; bars with
    `standard` (ebu, smpte, smpte-rp219) and `amplitude` (percent); card with `grid` (cells across,
    down) and `circle` (relative to the picture height); letterbox with `bars` (letterbox,
    pillarbox, windowbox), `active` (left, top, right, bottom in samples as displayed) and `aspect`;
    credits with `direction` and `speed` (lines per second); silence with `level` (dBFS, at least
    -120). Cues of the same type do not overlap. Cues found in the video have `pts`: of their first
    frame and of the first frame after them. Raises OpenError, and MediaError if there is neither
    video nor audio.
    """
    with ExitStack() as stack:
        meter = _meter(span, stack)
        pictures = _pictures(span, stack, on_progress, needed=meter is None)
        sources = [pictures.steps()] if pictures else []
        if meter:
            sources.append(_sound(meter, span, pictures))
        index = count()
        for cue in _in_order(sources):
            if cue.failed:
                yield cue
            else:
                cue["index"] = next(index)
                yield cue.with_provenance("split", "cues")
        if pictures:
            yield from pictures.reader.lost_records()
        elif meter:
            stated = min(span.end, timing(span.video).end or MAX_SECONDS)
            if meter.is_cut_off(stated):
                yield truncated_record(
                    span, "split", "cue", meter.reached, stated, "the sound ends"
                )
        if meter and meter.damage:
            yield damaged_record(span, "split", "cue", meter.damage, " of sound")


def _pictures(
    span: Span, stack: ExitStack, on_progress: OnProgress | None, needed: bool
) -> "_Pictures | None":
    try:
        video = stack.enter_context(Video(span.video, loop_filter=False))
    except MediaError:
        if needed:
            raise
        return None
    return _Pictures(video, span, on_progress)


def _meter(span: Span, stack: ExitStack) -> PowerReader | None:
    try:
        meter = PowerReader(span.video)
    except NoStreamError:
        return None
    stack.callback(meter.close)
    return meter


def _in_order(sources: Sequence[Iterator[_Step]]) -> Iterator[Span]:
    """Merge the cues of all sources by start, always advancing the source that is behind."""
    waiting: list[tuple[float, int, Span]] = []
    since = [-inf] * len(sources)
    reached = dict.fromkeys(range(len(sources)), -inf)
    number = count()
    while reached:
        behind = min(reached, key=reached.__getitem__)
        step = next(sources[behind], None)
        if step is None:
            del reached[behind]
            since[behind] = inf
            step = _Step(inf, [], inf)
        else:
            reached[behind] = step.reached
            since[behind] = min(step.since, step.reached)
        for cue in step.cues:
            heappush(waiting, (cue.start, next(number), cue))
        while waiting and waiting[0][0] < min(since):
            yield heappop(waiting)[2]


class _Pictures:
    """Feeds the frames of a span to the detectors."""

    def __init__(self, video: Video, span: Span, on_progress: OnProgress | None) -> None:
        self.video, self.span = video, span
        self.reader = Reader(video, span, "cue", on_progress)
        # The order matters: a frame named by one detector is ignored by those after it.
        self.detectors: tuple[Detector, ...] = (
            Blank(),
            TestCard(),
            Freeze(),
            Letterbox(),
            Credits(),
        )

    def steps(self) -> Iterator[_Step]:
        """Decode every frame of the span once, yielding progress and cues."""
        start = self.span.start
        aspect = self.video.stream.sample_aspect_ratio or Fraction(1)
        for frame in self.reader.frames():
            picture = CueFrame(frame, aspect)
            found = [self._span(cue) for each in self.detectors for cue in each.push(picture)]
            since = min(each.earliest_pending for each in self.detectors)
            yield _Step(max(since, start), found, max(frame.time, start))
        last = Timestamp(self.reader.end(), self.video.seconds(self.reader.end()))
        found = [self._span(cue) for each in self.detectors for cue in each.finish(last)]
        yield _Step(inf, found, last.time)

    def _span(self, cue: Cue) -> Span:
        start, end = max(cue.start.pts, self.reader.first or 0), cue.end.pts
        seconds = self.video.seconds
        exact = {"time_base": str(self.video.time_base), "pts": [start, end]}
        return self.span.sub_span(seconds(start), seconds(end), "cue", cue=cue.details, **exact)


def _sound(meter: PowerReader, span: Span, pictures: _Pictures | None) -> Iterator[_Step]:
    """Yield the silences of the span; if it has no end, up to the end of the video."""
    video = pictures.video if pictures else None
    start = span.start if video is None or not span.is_whole_video else video.start
    end = min(span.end, video.end) if video and video.end > video.start else span.end

    def shown() -> float:
        return pictures.video.seconds(pictures.reader.end()) if pictures else -inf

    try:
        for reached, going, ended in silences(meter, start, end, shown):
            found = [] if ended is None or _lost(ended, meter) else [_silent(span, ended)]
            yield _Step(going.start if going else inf, found, reached)
    except MediaError as reason:
        until = max(start, min(end, MAX_SECONDS))
        yield _Step(inf, [partial_failure(span, "split", "cue", start, until, reason)], inf)


def _lost(silence: Silence, meter: PowerReader) -> bool:
    """Return whether a silence contains audio that could not be decoded."""
    return any(silence.start <= time <= silence.end for time in meter.damage)


def _silent(span: Span, silence: Silence) -> Span:
    details = {"type": "silence", "level": silence.level()}
    return span.sub_span(silence.start, silence.end, "cue", cue=details)
