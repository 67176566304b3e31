"""Looking at span after span: the frames that are shown of each, decoded once."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from vtk.caption.scene import Wish
from vtk.caption.see import Shown, look
from vtk.caption.subtitles import Subtitles
from vtk.errors import MissingError, OutputError, UsageError
from vtk.media.video import Latest, Video
from vtk.pipeline import failure
from vtk.span import Span
from vtk.store.journal import ResumeJournal


@dataclass(frozen=True)
class Looked:
    """A span, its frames and its video's own title; without frames it passes through."""

    span: Span
    shown: list[Shown]
    title: str = ""


class Eyes:
    """Looks at span after span; keeps the latest video open, and its subtitles."""

    def __init__(
        self, wish: Wish, journal: ResumeJournal | None, origin: Mapping[str, Any]
    ) -> None:
        self.wish, self.journal, self.origin = wish, journal, origin
        self.subtitles = Subtitles(wish.telling.subtitles)

    def __call__(self, spans: Iterable[Span]) -> Iterator[Looked]:
        """Each span with the frames that the model is shown of it, in order.

        Error records and what an earlier run had finished come without frames.
        """
        with Latest() as latest:
            for span in spans:
                if span.failed:
                    yield Looked(span, [])
                    continue
                try:
                    yield self._look(latest(span.video), span)
                except (MissingError, UsageError, OutputError):
                    raise
                except Exception as error:
                    yield Looked(failure("caption", span, error), [])

    def _look(self, video: Video, span: Span) -> Looked:
        new = span.reaching(*video.stretch(span.start, span.end))
        if self.journal and (found := self.journal.lookup(new, self.origin)):
            return Looked(found, [])
        self.subtitles.put(new, video)
        shown = look(video, new, self.wish.sight)
        if "keyframes" not in new:
            new["keyframes"] = [{"t": time} for time, _ in shown]
        return Looked(new, shown, video.container.metadata.get("title", ""))
