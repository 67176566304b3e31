"""Summaries: the sentences of a video that say the most of it, one span per video."""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Protocol

from vtk.caption import videos_with_captions
from vtk.errors import UsageError
from vtk.methods import Methods
from vtk.pipeline import map_videos
from vtk.span import Span
from vtk.text import Analyzer

SENTENCES = 5  # unless a number of sentences or words is asked for


class SummaryMethod(Protocol):
    """Makes the summary of one video."""

    def __call__(
        self, spans: list[Span], *, sentences: int | None, words: int | None, language: str
    ) -> Span:
        """The span of the summary; all spans have an end and none has failed."""


METHODS = Methods[SummaryMethod](
    "summarize",
    {
        "extract": (
            "the sentences that say the most, word for word, no model",
            "vtk.summarize.extract:summary",
        )
    },
)


def summarize(
    spans: Iterable[Span],
    *,
    method: str = "extract",
    sentences: int | None = None,
    words: int | None = None,
    language: str | None = None,
) -> Iterator[Span]:
    """One span per video with `summary` and the `sentences` it is made of, each with its time.

    At most `sentences` sentences (5 where no budget is given) and at most `words` words. The
    spans of a video must follow each other in `spans`; one video is held at a time. Titles of
    chapters stay in `parts`. Videos in which nobody looked for words are captioned first. Raises
    UsageError for values without sense.
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
