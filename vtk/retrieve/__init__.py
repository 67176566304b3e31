"""Retrieval: the spans of a stream whose text answers a query best."""

import math
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module

from vtk.caption import with_captions
from vtk.errors import UsageError
from vtk.span import Span
from vtk.text import Analyzer

METHODS = {"bm25": "vtk.retrieve.bm25"}


def retrieve(
    spans: Iterable[Span],
    query: str,
    *,
    method: str = "bm25",
    n: int = 10,
    threshold: float | None = None,
    language: str | None = None,
) -> Iterator[Span]:
    """The best `n` spans for a query (0: all), best first, with `score`, `rank` and `query`.

    Spans that share no word with the query are no results, nor are those that score below
    `threshold`. The whole stream is looked at before the first result; spans in which nobody
    looked for words are captioned on the way, error records pass through. Raises UsageError for
    values without sense.
    """
    if method not in METHODS:
        raise UsageError(f"no retrieval method {method!r}; there is {', '.join(METHODS)}")
    if n < 0:
        raise UsageError(f"the number of results must be 0 (all) or more, not {n}")
    if threshold is not None and math.isnan(threshold):
        raise UsageError("the threshold must be a number")
    analyzer = Analyzer(language or "en")
    terms, stop = analyzer.query(query)
    search: Callable[..., Iterator[Span]] = import_module(METHODS[method]).search
    spans = with_captions(spans, language=language)
    return search(spans, query, terms, analyzer, stop=stop, n=n, threshold=threshold)
