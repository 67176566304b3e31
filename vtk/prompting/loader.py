"""Load what prompts show and tell of a stream of spans: frames, each decoded once, and words."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from vtk.entries import KeyframeEntry
from vtk.errors import MissingError, OpenError, OutputError, UsageError
from vtk.media.container.timing import Timing, timing
from vtk.media.video import Video, VideoCache
from vtk.pipeline import failure
from vtk.prompting.frames import FrameOptions, TimedFrame, select_frames
from vtk.prompting.subtitles import Subtitles
from vtk.span import Span


@dataclass(frozen=True)
class SpanFrames:
    """A span, its frames and the title in the video's metadata; or a span passed through."""

    span: Span
    frames: list[TimedFrame]
    title: str = ""
    passed: bool = False


class FrameLoader:
    """Loads the frames of spans; keeps the latest video and its subtitles open.

    `command` is the name in error records. `subtitles` (ISO 639) selects the language of the
    subtitles that become the `speech` of a span without any. A span that `finished` returns
    replaces the one it was given, and nothing is decoded. With the layout `none` nothing ever is:
    a file needs no pictures, and need not be there for a span with times and `speech`.
    """

    def __init__(
        self,
        command: str,
        options: FrameOptions,
        subtitles: str | None = None,
        finished: Callable[[Span], Span | None] = lambda span: None,
    ) -> None:
        self.command, self.options, self.finished = command, options, finished
        self.subtitles = Subtitles(subtitles)
        self._about: tuple[str, Timing] = ("", Timing())

    def __call__(self, spans: Iterable[Span]) -> Iterator[SpanFrames]:
        """Yield each span with its selected frames, in order.

        Error records and finished spans are passed through, without frames.
        """
        with VideoCache() as latest:
            for span in spans:
                if span.failed:
                    yield SpanFrames(span, [], passed=True)
                    continue
                try:
                    if self.options.layout == "none":
                        yield self._load_words(span)
                    else:
                        yield self._load(latest(span.video), span)
                except (MissingError, UsageError, OutputError):
                    raise
                except Exception as error:
                    yield SpanFrames(failure(self.command, span, error), [], passed=True)

    def _load_words(self, span: Span) -> SpanFrames:
        about = self._timing(span)
        new = span.with_times(about.start, about.end or about.start)
        if found := self.finished(new):
            return SpanFrames(found, [], passed=True)
        self.subtitles.add_speech(new, about)
        return SpanFrames(new, [], about.title)

    def _timing(self, span: Span) -> Timing:
        """Return what the file of a span says; nothing where it is missing and not needed."""
        if span.video != self._about[0]:
            try:
                self._about = (span.video, timing(span.video))
            except OpenError:
                if {"speech", "start", "end"} <= span.keys():
                    return Timing()
                raise
        return self._about[1]

    def _load(self, video: Video, span: Span) -> SpanFrames:
        new = span.with_times(*video.clamp(span.start, span.end))
        if found := self.finished(new):
            return SpanFrames(found, [], passed=True)
        self.subtitles.add_speech(new, video)
        frames = select_frames(video, new, self.options)
        if "keyframes" not in new:
            keyframes: list[KeyframeEntry] = [{"t": time} for time, _ in frames]
            new["keyframes"] = keyframes
        return SpanFrames(new, frames, video.container.metadata.get("title", ""))
