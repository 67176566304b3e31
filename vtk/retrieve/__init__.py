"""retrieve: find the spans of a stream whose text answers a query best."""

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
    """A search: its text, and the wanted results: `n` (0: all) with a score from `threshold` on.

    `language` is that of the query and of the searched text, English if not given. Only methods
    that compare words use `terms`, and only these need a text with words. Raises UsageError for
    invalid values.
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
        """The distinct terms of the query, in order. Raises UsageError if it has no words."""
        return self._terms[0]

    def terms_of(self, text: str) -> list[str]:
        """The terms of a searched text; with stop words only if the query has no other words."""
        return self._analyzer.terms(text, stop=self._terms[1], characters=True)

    @cached_property
    def _analyzer(self) -> Analyzer:
        return Analyzer(self.language or "en")

    @cached_property
    def _terms(self) -> tuple[list[str], bool]:
        return self._analyzer.query(self.text)


class Retriever(Protocol):
    """Finds the spans in a stream that answer a query best."""

    def __call__(self, source: Iterable[Span], query: Query) -> Iterator[Span]:
        """Yield error records, and at most `query.n` spans, best first, with score and rank."""


METHODS = Methods[Retriever]("retrieve")


def retrieve(
    spans: Iterable[Span],
    query: str,
    *,
    method: str = "bm25",
    n: int = 10,
    threshold: float | None = None,
    language: str | None = None,
) -> Iterator[Span]:
    """Yield the best `n` spans for a query (0: all), best first, with `score`, `rank` and `query`.

    Spans that share no word with the query, or score below `threshold`, are not results. The whole
    stream is read before the first result; spans without text fields are captioned on the way,
    error records pass through. Raises UsageError for invalid values.
    """
    search = METHODS.load(method)
    return search(with_captions(spans, language=language), Query(query, language, n, threshold))
