"""summarize: one span per video, with the most informative sentences about it."""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Protocol

from vtk.caption import videos_with_captions
from vtk.errors import UsageError
from vtk.methods import Methods
from vtk.pipeline import map_videos
from vtk.span import Span
from vtk.text import Analyzer

SENTENCES = 5  # sentences if no number of sentences or words is given


class SummaryMethod(Protocol):
    """Summarizes one video."""

    def __call__(
        self, spans: list[Span], *, sentences: int | None, words: int | None, language: str
    ) -> Span:
        """Return the summary as a span; every span has an end and none is an error record."""


METHODS = Methods[SummaryMethod]("summarize")


def summarize(
    spans: Iterable[Span],
    *,
    method: str = "extract",
    sentences: int | None = None,
    words: int | None = None,
    language: str | None = None,
) -> Iterator[Span]:
    """Yield one span per video, with `summary` and its `sentences`, each with start and end.

    A summary has at most `sentences` sentences (5 if no budget is given) and at most `words` words.
    The spans of a video must be consecutive in `spans`; one video is held in memory at a time.
    Titles of chapters are kept in `parts`. Videos whose spans have no text fields are captioned
    first. Raises UsageError for invalid values.
    """
    METHODS.check(method)
    for name, number in (("sentences", sentences), ("words", words)):
        if number is not None and number < 1:
            raise UsageError(f"the number of {name} must be at least 1, not {number}")
    if sentences is None and words is None:
        sentences = SENTENCES
    spoken = Analyzer(language or "en").language
    work = partial(METHODS.load(method), sentences=sentences, words=words, language=spoken)
    return map_videos(
        "summarize", videos_with_captions(spans, language=language), lambda group: [work(group)]
    )
