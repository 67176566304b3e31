"""Summaries: the sentences of a video that say the most of it, one span per video."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from importlib import import_module

from vtk.caption import videos_with_captions
from vtk.errors import UsageError
from vtk.pipeline import map_videos
from vtk.span import Span
from vtk.text import Analyzer

METHODS = {"extract": "vtk.summarize.extract"}
SENTENCES = 5  # unless a number of sentences or words is asked for


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
    if method not in METHODS:
        raise UsageError(f"no summary method {method!r}; there is {', '.join(METHODS)}")
    for name, number in (("sentences", sentences), ("words", words)):
        if number is not None and number < 1:
            raise UsageError(f"the number of {name} must be at least 1, not {number}")
    if sentences is None and words is None:
        sentences = SENTENCES
    spoken = Analyzer(language or "en").language
    summary: Callable[..., Span] = import_module(METHODS[method]).summary
    work = partial(summary, sentences=sentences, words=words, language=spoken)
    return map_videos(
        "summarize", videos_with_captions(spans, language=language), lambda group: [work(group)]
    )
