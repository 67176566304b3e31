"""chapter: join the spans of a video into chapters at changes of topic, each with a title.

The defaults follow the rules of video platforms: the first chapter begins where the video
begins, chapters follow each other without gaps, none is shorter than ten seconds, and there are
at least three if the video has at least 30 seconds and three spans.
"""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Protocol

from vtk.caption import videos_with_captions
from vtk.errors import UsageError
from vtk.methods import Methods
from vtk.pipeline import map_videos
from vtk.span import Span
from vtk.text import Analyzer


class ChapterMethod(Protocol):
    """Joins the spans of one video into chapters."""

    def __call__(
        self, spans: list[Span], *, count: int | None, min_length: float, language: str
    ) -> list[Span]:
        """Return the chapters; every span has an end and none is an error record."""


METHODS = Methods[ChapterMethod]("chapter")


def chapter(
    spans: Iterable[Span],
    *,
    method: str = "tiling",
    count: int | None = None,
    min_length: float = 10.0,
    language: str | None = None,
) -> Iterator[Span]:
    """Yield the chapters of every video, as spans with `title`, `score` (0 to 1) and `parts`.

    `count` is the number of chapters; there are fewer if `min_length` (seconds) leaves no room for
    them. `language` is the code of the spoken language. The spans of a video must be consecutive
    in `spans`; one video is held in memory at a time. Videos whose spans have no text fields are
    captioned first. Raises UsageError for invalid values.
    """
    METHODS.check(method)
    if count is not None and count < 1:
        raise UsageError(f"the number of chapters must be at least 1, not {count}")
    if not 0 <= min_length < float("inf"):
        raise UsageError(f"the length of a chapter must be 0 seconds or more, not {min_length}")
    spoken = Analyzer(language or "en").language
    work = partial(METHODS.load(method), count=count, min_length=min_length, language=spoken)
    return map_videos("chapter", videos_with_captions(spans, language=language), work)
