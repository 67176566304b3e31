"""Technical cues: stretches of black, of frozen pictures, of bars, of silence and their like.

One pass over the pictures and one over the sound, side by side; what is kept does not grow but for
the cues themselves, which wait for those that began before them: a film in a letterbox gives all
its cues at its end.
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
from vtk.schema import MAX_SECONDS
from vtk.span import Span
from vtk.split.cues.blank_freeze import Blank, Freeze
from vtk.split.cues.credits import Credits
from vtk.split.cues.frame import Cue, CueFrame, Detector
from vtk.split.cues.letterbox import Letterbox
from vtk.split.cues.silence import silences
from vtk.split.cues.test_card import TestCard
from vtk.split.span_reader import Reader


class _Step(NamedTuple):
    """How far a source got, in seconds, and what became certain there."""

    since: float  # no cue still to come begins before
    cues: list[Span]
    reached: float


def cues(span: Span, on_progress: OnProgress | None = None) -> Iterator[Span]:
    """The cues of the span in order of their start, then error records for what did not decode.

    Each says in `cue` its `type` and what was measured: black, white, freeze; bars with `standard`
    (ebu, smpte, smpte-rp219) and `amplitude` (percent); card with `grid` (cells across, down) and
    `circle` (by the picture's height); letterbox with `bars` (letterbox, pillarbox, windowbox),
    `active` (left, top, right, bottom in samples as displayed) and `aspect`; credits with
    `direction` and `speed` (lines a second); silence with `level` (dBFS, not under -120). Cues of
    one type do not overlap. Those of pictures have the `pts` of their first picture and of the
    first after them. Raises OpenError, and MediaError where there is neither picture nor sound.
    """
    with ExitStack() as stack:
        meter = _meter(span, stack)
        pictures = _pictures(span, stack, on_progress, needed=meter is None)
        sources = [pictures.steps()] if pictures else []
        if meter:
            sources.append(_sound(meter, span, pictures))
        index = count()
        for cue in _in_order(sources):
            if not cue.failed:
                cue["index"] = next(index)
                cue.with_provenance("split", "cues")
            yield cue
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
        video = stack.enter_context(Video(span.video, pictures_seen=False))
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
    """The cues of all sources in order of their start; the source that is behind goes on."""
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
    """Feeds the detectors."""

    def __init__(self, video: Video, span: Span, on_progress: OnProgress | None) -> None:
        self.video, self.span = video, span
        self.reader = Reader(video, span, "cue", on_progress)
        # The order matters: what one detector names, those after it leave alone.
        self.detectors: tuple[Detector, ...] = (
            Blank(),
            TestCard(),
            Freeze(),
            Letterbox(),
            Credits(),
        )

    def steps(self) -> Iterator[_Step]:
        """Decodes every picture of the span once."""
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
        return self.span.sub_span(seconds(start), seconds(end), "cue", cue=cue.about, **exact)


def _sound(meter: PowerReader, span: Span, pictures: _Pictures | None) -> Iterator[_Step]:
    """The silences of the span; without an end of it, to the end of the pictures."""
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
    """Whether sound that could not be decoded is missing from it."""
    return any(silence.start <= time <= silence.end for time in meter.damage)


def _silent(span: Span, silence: Silence) -> Span:
    about = {"type": "silence", "level": silence.level()}
    return span.sub_span(silence.start, silence.end, "cue", cue=about)
