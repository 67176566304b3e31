"""Chapters: the spans of a video joined where the topic changes, each with a title.

The defaults follow the rules of video platforms: the first chapter begins where the video
begins, chapters follow each other without gaps, none is shorter than ten seconds, and there are
at least three where the video has 30 seconds and three spans or more.
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
        """The chapters; all spans have an end and none has failed."""


METHODS = Methods[ChapterMethod](
    "chapter",
    {
        "tiling": (
            "where words and pictures change together, no model",
            "vtk.chapter.tiling:chapters",
        )
    },
)


def chapter(
    spans: Iterable[Span],
    *,
    method: str = "tiling",
    count: int | None = None,
    min_length: float = 10.0,
    language: str | None = None,
) -> Iterator[Span]:
    """The chapters of every video, as spans with `title`, `score` (0 to 1) and `parts`.

    `count` asks for that many chapters; there are fewer where `min_length` (seconds) leaves no
    room for them. `language` is the code of the language that is spoken. The spans of a video
    must follow each other in `spans`; one video is held at a time. Videos in which nobody looked
    for words are captioned first. Raises UsageError for values without sense.
    """
    METHODS.check(method)
    if count is not None and count < 1:
        raise UsageError(f"the number of chapters must be at least 1, not {count}")
    if not 0 <= min_length < float("inf"):
        raise UsageError(f"the length of a chapter must be 0 seconds or more, not {min_length}")
    spoken = Analyzer(language or "en").language
    work = partial(METHODS.load(method), count=count, min_length=min_length, language=spoken)
    return map_videos("chapter", videos_with_captions(spans, language=language), work)
