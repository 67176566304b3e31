"""ocr: the words that are shown in the picture, each line with the time it is on the screen."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vtk.errors import MediaError, UsageError
from vtk.pipeline import map_spans
from vtk.span import Span

if TYPE_CHECKING:
    from vtk.media.video import Frame, Video
    from vtk.models.ocr import OcrEngine
    from vtk.ocr.screen import TextTracker

ON = ("changes", "keyframes")
NEAR = 2.0  # seconds to decode through rather than seek, from one span to the next
JOINED = 0.002  # seconds that may lie between two spans of which one goes on where the other ends


@dataclass(frozen=True)
class OcrSettings:
    """How text is read.

    `on`: "changes" looks `rate` times a second, where the picture changed; "keyframes" at the
    keyframes only. `score` (0..1) and `height` (of a line: a share of the picture's height if
    below 1, else pixels) are the least that is given out. `language` is an ISO 639 code; `weights`
    is a network of PaddleOCR as ONNX that reads lines in place of that of RapidOCR's package.
    """

    on: str = "changes"
    rate: float = 2.0
    language: str | None = None
    weights: Path | None = None
    score: float = 0.6
    height: float = 0.0
    threads: int | None = None

    def __post_init__(self) -> None:
        if self.on not in ON:
            raise UsageError(f"text is read on {' or '.join(ON)}, not on {self.on!r}")
        if not 0 < self.rate <= 60:
            raise UsageError("the rate must be above 0 and at most 60 per second")
        if self.weights is not None and not self.weights.is_file():
            raise UsageError(f"there is no file {self.weights}")


def ocr(
    spans: Iterable[Span], settings: OcrSettings | None = None, *, engine: "OcrEngine | None" = None
) -> Iterator[Span]:
    """Each span with `screen_text`: the lines shown in it, each once, in the order they appear.

    An entry has `start`, `end` (seconds, half open), `text`, `box` (where it was read best),
    `score` and `role`. On keyframes, a line is held to be there half-way to the keyframes that do
    not show it. A whole video is split into shots first; frames are decoded once where spans follow
    one another. `engine` is used if given, else one is opened. Raises MissingError where RapidOCR
    is missing or does not read the language, UsageError for settings without sense.
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
    """The frames of span after span, and the screen they are shown on."""

    def __init__(self, engine: "OcrEngine", settings: OcrSettings) -> None:
        self._engine, self._settings = engine, settings
        self._video: Video | None = None
        self._frames: Iterator[Frame] = iter(())
        self._ahead: Frame | None = None  # decoded, but after the end of the latest span
        self._at = 0.0  # end of the latest span, in seconds
        self._screen: TextTracker | None = None

    def through(self, video: "Video", span: Span) -> list[dict[str, Any]]:
        """What is written in a span, by all its frames. Raises MediaError where it has none."""
        from vtk.media.video import OUTSIDE, ROUNDING

        before, self._video = self._video, None  # an error leaves nothing to go on with
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

    def chosen(self, video: "Video", span: Span) -> list[dict[str, Any]]:
        """What is written in a span, by its keyframes. Raises MediaError where none is shown."""
        from vtk.media.video import OUTSIDE

        screen = self._opened(video, 0.0)
        times = sorted({float(entry["t"]) for entry in span["keyframes"]})
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
