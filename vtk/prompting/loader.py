"""Load the frames of a stream of spans for prompts, each frame decoded once."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from vtk.entries import KeyframeEntry
from vtk.errors import MissingError, OutputError, UsageError
from vtk.media.video import Video, VideoCache
from vtk.pipeline import failure
from vtk.prompting.frames import FrameOptions, TimedFrame, select_frames
from vtk.prompting.subtitles import Subtitles
from vtk.span import Span


@dataclass(frozen=True)
class SpanFrames:
    """A span, its frames and the title in the video's metadata; no frames: passed through."""

    span: Span
    frames: list[TimedFrame]
    title: str = ""


class FrameLoader:
    """Loads the frames of spans; keeps the latest video and its subtitles open.

    `command` is the name in error records. `subtitles` (ISO 639) selects the language of the
    subtitles that become the `speech` of a span without any. A span that `finished` returns
    replaces the one it was given, and nothing is decoded.
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

    def __call__(self, spans: Iterable[Span]) -> Iterator[SpanFrames]:
        """Yield each span with its selected frames, in order.

        Error records and finished spans come without frames.
        """
        with VideoCache() as latest:
            for span in spans:
                if span.failed:
                    yield SpanFrames(span, [])
                    continue
                try:
                    yield self._load(latest(span.video), span)
                except (MissingError, UsageError, OutputError):
                    raise
                except Exception as error:
                    yield SpanFrames(failure(self.command, span, error), [])

    def _load(self, video: Video, span: Span) -> SpanFrames:
        new = span.with_times(*video.clamp(span.start, span.end))
        if found := self.finished(new):
            return SpanFrames(found, [])
        self.subtitles.add_speech(new, video)
        frames = select_frames(video, new, self.options)
        if "keyframes" not in new:
            keyframes: list[KeyframeEntry] = [{"t": time} for time, _ in frames]
            new["keyframes"] = keyframes
        return SpanFrames(new, frames, video.container.metadata.get("title", ""))
