"""Retrieval: the spans of a stream whose text answers a query best."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from vtk.caption import with_captions
from vtk.errors import UsageError
from vtk.methods import Methods
from vtk.span import Span
from vtk.text import Analyzer


@dataclass(frozen=True)
class Query:
    """What is looked for, and how much of it is wanted: `n` results (0: all), from `threshold` on.

    `language` is that of the text and of what is searched, English if not given; only methods that
    go by words ask for `terms`, and only these need a text with words in it. Raises UsageError for
    values without sense.
    """

    text: str
    language: str | None = None
    n: int = 10
    threshold: float | None = None

    def __post_init__(self) -> None:
        if self.n < 0:
            raise UsageError(f"the number of results must be 0 (all) or more, not {self.n}")
        if self.threshold is not None and math.isnan(self.threshold):
            raise UsageError("the threshold must be a number")

    @property
    def terms(self) -> list[str]:
        """The distinct terms of the text, in order. Raises UsageError where it has no words."""
        return self._terms[0]

    def terms_of(self, text: str) -> list[str]:
        """The terms of a text that is searched; stop words only where the query has no others."""
        return self._analyzer.terms(text, stop=self._terms[1], characters=True)

    @cached_property
    def _analyzer(self) -> Analyzer:
        return Analyzer(self.language or "en")

    @cached_property
    def _terms(self) -> tuple[list[str], bool]:
        return self._analyzer.query(self.text)


class Retriever(Protocol):
    """Finds the spans of a source that answer a query best."""

    def __call__(self, source: Iterable[Span], query: Query) -> Iterator[Span]:
        """At most `query.n` spans with `score`, `rank` and `query`, best first; error records."""


METHODS = Methods[Retriever](
    "retrieve",
    {"bm25": ("by the words that span and query share, no model", "vtk.retrieve.bm25:search")},
)


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
    search = METHODS.load(method)
    return search(with_captions(spans, language=language), Query(query, language, n, threshold))
