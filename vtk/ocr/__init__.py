"""ocr: read the text shown in the picture, each line with the time it is on screen."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from vtk.entries import KeyframeEntry, TextEntry
from vtk.errors import MediaError, UsageError
from vtk.pipeline import map_spans
from vtk.span import Span

if TYPE_CHECKING:
    from vtk.media.video import Frame, Video
    from vtk.models.ocr import OcrEngine
    from vtk.ocr.screen import TextTracker

ON = ("changes", "keyframes")
NEAR = 2.0  # seconds between two spans up to which decoding goes on rather than seeking
JOINED = 0.002  # most seconds between two spans that count as adjacent


@dataclass(frozen=True)
class OcrSettings:
    """How text is read.

    `on`: "changes" reads `rate` times per second where the picture changed; "keyframes" reads only
    the keyframes. `score` (0..1) and `height` of a line (a share of the picture's height if below
    1, else pixels) are the minimum for results. `language` is an ISO 639 code; `weights` is a
    PaddleOCR recognition network, used in place of the one in RapidOCR's package: an ONNX file, or
    a name in the catalog.
    """

    on: str = "changes"
    rate: float = 2.0
    language: str | None = None
    weights: str | Path | None = None
    score: float = 0.6
    height: float = 0.0
    threads: int | None = None

    def __post_init__(self) -> None:
        if self.on not in ON:
            raise UsageError(f"text is read on {' or '.join(ON)}, not on {self.on!r}")
        if not 0 < self.rate <= 60:
            raise UsageError("the rate must be above 0 and at most 60 per second")
        if isinstance(self.weights, Path) and not self.weights.is_file():
            raise UsageError(f"there is no file {self.weights}")


def ocr(
    spans: Iterable[Span], settings: OcrSettings | None = None, *, engine: "OcrEngine | None" = None
) -> Iterator[Span]:
    """Yield each span with `screen_text`: the lines shown in it, each once, by first appearance.

    An entry has `start`, `end` (seconds, half open), `text`, `box` (where it was read best),
    `score` and `role`. With keyframes, a line is assumed to last halfway to the keyframes that do
    not show it. A whole video is split into shots first; frames of adjacent spans are decoded once.
    `engine` is used if given, else one is opened. Raises MissingError if RapidOCR is missing or
    does not support the language, UsageError for invalid settings.
    """
    settings = settings or OcrSettings()
    from vtk.keyframes import with_keyframes
    from vtk.media.video import VideoCache
    from vtk.models.ocr import OcrEngine
    from vtk.split import with_shots

    reader = engine or OcrEngine(settings.language, settings.weights, settings.threads)
    spans = with_shots(spans)
    if settings.on == "keyframes":
        spans = with_keyframes(spans)
    with VideoCache() as latest:
        course = _Course(reader, settings)

        def work(span: Span) -> Iterator[Span]:
            video = latest(span.video)
            new = span.with_times(*video.clamp(span.start, span.end))
            if "pts" not in span:
                new["time_base"] = str(video.time_base)
            read = course.chosen if settings.on == "keyframes" else course.through
            new["screen_text"] = read(video, new)
            yield new.with_provenance("ocr", settings.on)

        yield from map_spans("ocr", spans, work)


class _Course:
    """Reads one span after another; adjacent spans share the decoder and the text tracker."""

    def __init__(self, engine: "OcrEngine", settings: OcrSettings) -> None:
        self._engine, self._settings = engine, settings
        self._video: Video | None = None
        self._frames: Iterator[Frame] = iter(())
        self._ahead: Frame | None = None  # a decoded frame after the end of the latest span
        self._at = 0.0  # end of the latest span in seconds
        self._screen: TextTracker | None = None

    def through(self, video: "Video", span: Span) -> list[TextEntry]:
        """The text entries of a span, from all its frames. Raises MediaError if it has none."""
        from vtk.media.video import OUTSIDE, ROUNDING

        before, self._video = self._video, None  # so that nothing is continued after an error
        going_on = before is video and self._screen is not None
        gap = span.start - self._at
        if not going_on or not -JOINED <= gap <= NEAR:
            self._frames, self._ahead = video.frames(span.start), None
        if not going_on or abs(gap) > JOINED:
            self._screen = self._opened(video, 1 / self._settings.rate)
        assert self._screen is not None
        shown = self._screen.has_begun
        while frame := self._ahead or next(self._frames, None):
            self._ahead = None
            if frame.time >= span.end - ROUNDING:
                self._ahead = frame
                break
            if video.seconds(frame.pts + frame.duration) > span.start or not shown:
                self._screen.push(frame, frame.time)
                shown = True
        if not shown:
            raise MediaError(OUTSIDE)
        self._video, self._at = video, span.end
        return self._screen.finish(span.start, span.end)

    def chosen(self, video: "Video", span: Span) -> list[TextEntry]:
        """The text entries of a span, from its keyframes. Raises MediaError if none is shown."""
        from vtk.media.video import OUTSIDE

        screen = self._opened(video, 0.0)
        keyframes: list[KeyframeEntry] = span["keyframes"]
        times = sorted({float(entry["t"]) for entry in keyframes})
        begins = [span.start, *((one + two) / 2 for one, two in pairwise(times))]
        for frame, begin in zip(video.frames_at(times), begins, strict=False):
            screen.push(frame, begin)
        if not screen.has_begun:
            raise MediaError(OUTSIDE)
        return screen.finish(span.start, span.end)

    def _opened(self, video: "Video", interval: float) -> "TextTracker":
        from vtk.ocr.screen import ReadOptions, TextTracker

        wanted = ReadOptions(self._settings.score, self._settings.height)
        return TextTracker(self._engine, interval, wanted, video.stream.sample_aspect_ratio)
