"""Read text line by line with networks that detect and recognize it (RapidOCR)."""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from vtk.entries import KeyframeEntry, TextEntry
from vtk.errors import MediaError
from vtk.keyframes import with_keyframes
from vtk.media.video import OUTSIDE, ROUNDING, Frame, Video, VideoCache
from vtk.models.ocr import OcrEngine
from vtk.ocr import OcrSettings
from vtk.ocr.screen import ReadOptions, TextTracker
from vtk.pipeline import map_spans
from vtk.span import Span
from vtk.split import with_shots

if TYPE_CHECKING:
    from vtk.models.llm.prompt import LanguageModel

NEAR = 2.0  # seconds between two spans up to which decoding goes on rather than seeking
JOINED = 0.002  # most seconds between two spans that count as adjacent


def read(
    spans: Iterable[Span],
    settings: OcrSettings,
    *,
    engine: OcrEngine | None = None,
    model: "LanguageModel | None" = None,
) -> Iterator[Span]:
    """Yield each span with the lines that a `TextTracker` follows in it; see `vtk.ocr.ocr`."""
    reader = engine or OcrEngine(settings.language, settings.weights, settings.threads)
    spans = with_shots(spans)
    if settings.on == "keyframes":
        spans = with_keyframes(spans)
    with VideoCache() as latest:
        course = _Course(reader, settings)

        def work(span: Span) -> Iterator[Span]:
            video = latest(span.video)
            new = located(span, video)
            read = course.chosen if settings.on == "keyframes" else course.through
            new["screen_text"] = read(video, new)
            yield new.with_provenance("ocr", settings.on)

        yield from map_spans("ocr", spans, work)


def located(span: Span, video: Video) -> Span:
    """Return the span with the times of the part of it that the video has."""
    new = span.with_times(*video.clamp(span.start, span.end))
    if "pts" not in span:
        new["time_base"] = str(video.time_base)
    return new


class Stretches:
    """The frames of one span after another; those of adjacent spans are decoded once."""

    def __init__(self) -> None:
        self._video: Video | None = None
        self._frames: Iterator[Frame] = iter(())
        self._ahead: Frame | None = None  # a decoded frame after the end of the latest span
        self._at = 0.0  # end of the latest span in seconds

    def continues(self, video: Video, span: Span) -> bool:
        """Whether the span begins where the latest one ended."""
        return self._video is video and abs(span.start - self._at) <= JOINED

    def frames(self, video: Video, span: Span) -> Iterator[Frame]:
        """Yield the frames shown in a span; raises MediaError if there is none.

        One that began before the span comes only if the span does not continue the latest one.
        """
        going_on = self.continues(video, span)
        before, self._video = self._video, None  # so that nothing is continued after an error
        if before is not video or not -JOINED <= span.start - self._at <= NEAR:
            self._frames, self._ahead = video.frames(span.start), None
        shown = going_on
        while frame := self._ahead or next(self._frames, None):
            self._ahead = None
            if frame.time >= span.end - ROUNDING:
                self._ahead = frame
                break
            if video.seconds(frame.pts + frame.duration) > span.start or not shown:
                yield frame
                shown = True
        if not shown:
            raise MediaError(OUTSIDE)
        self._video, self._at = video, span.end


class _Course:
    """Reads one span after another; adjacent spans share the decoder and the text tracker."""

    def __init__(self, engine: OcrEngine, settings: OcrSettings) -> None:
        self._engine, self._settings = engine, settings
        self._stretches = Stretches()
        self._screen: TextTracker | None = None

    def through(self, video: Video, span: Span) -> list[TextEntry]:
        """The text entries of a span, from all its frames. Raises MediaError if it has none."""
        if self._screen is None or not self._stretches.continues(video, span):
            self._screen = self._opened(video, 1 / self._settings.rate)
        for frame in self._stretches.frames(video, span):
            self._screen.push(frame, frame.time)
        return self._screen.finish(span.start, span.end)

    def chosen(self, video: Video, span: Span) -> list[TextEntry]:
        """The text entries of a span, from its keyframes. Raises MediaError if none is shown."""
        screen = self._opened(video, 0.0)
        keyframes: list[KeyframeEntry] = span["keyframes"]
        times = sorted({float(entry["t"]) for entry in keyframes})
        begins = [span.start, *((one + two) / 2 for one, two in pairwise(times))]
        for frame, begin in zip(video.frames_at(times), begins, strict=False):
            screen.push(frame, begin)
        if not screen.has_begun:
            raise MediaError(OUTSIDE)
        return screen.finish(span.start, span.end)

    def _opened(self, video: Video, interval: float) -> TextTracker:
        wanted = ReadOptions(self._settings.score, self._settings.height)
        return TextTracker(self._engine, interval, wanted, video.stream.sample_aspect_ratio)
