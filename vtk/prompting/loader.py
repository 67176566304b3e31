"""The frames that a model is shown of span after span, each decoded once."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from vtk.errors import MissingError, OutputError, UsageError
from vtk.media.video import Video, VideoCache
from vtk.pipeline import failure
from vtk.prompting.frames import FrameOptions, TimedFrame, select_frames
from vtk.prompting.subtitles import Subtitles
from vtk.span import Span


@dataclass(frozen=True)
class SpanFrames:
    """A span, its frames and its video's own title; without frames it passes through."""

    span: Span
    frames: list[TimedFrame]
    title: str = ""


class FrameLoader:
    """Loads the frames of span after span; keeps the latest video open, and its subtitles.

    `command` is the word that failures are recorded under. `subtitles` (ISO 639) chooses among the
    subtitles that become the `speech` of a span without any. What `finished` gives for a span is
    taken instead of it, and nothing is decoded.
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
        """Each span with the frames that the model is shown of it, in order.

        Error records and spans that are finished come without frames.
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
            new["keyframes"] = [{"t": time} for time, _ in frames]
        return SpanFrames(new, frames, video.container.metadata.get("title", ""))
