"""BM25 over a stream of spans, for terms that are known before the stream is read.

As scored by Lucene since its version 8 (k1 1.2, b 0.75; Robertson & Zaragoza, "The Probabilistic
Relevance Framework", Foundations and Trends in Information Retrieval 3(4), 2009). Every term but
those of the queries only adds to the length of its span, so that a span takes two bytes for a term
and twenty for the lengths of its fields, whatever the number of queries.
"""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

SOURCES = ("speech", "screen_text", "caption", "title", "summary")
K1, B = 1.2, 0.75
SHORT = 2**16  # terms that two bytes can number

Numbers = NDArray[np.int64]


class Postings:
    """The terms of spans by row and by source, as numbers; 0 is any term that was not asked for."""

    def __init__(self, terms: Iterable[str]) -> None:
        self.numbers = {term: number for number, term in enumerate(dict.fromkeys(terms), 1)}
        self._terms = array("H" if len(self.numbers) < SHORT else "I")
        self._counts = array("I")

    def __len__(self) -> int:
        return len(self._counts) // len(SOURCES)

    def add(self, texts: Mapping[str, Sequence[str]]) -> bool:
        """Add a span, as its terms by source; returns whether one of them is asked for."""
        found = False
        for source in SOURCES:
            numbers = [self.numbers.get(term, 0) for term in texts.get(source, ())]
            found = found or any(numbers)
            self._terms.extend(numbers)
            self._counts.append(len(numbers))
        return found

    def scores(self, terms: Sequence[str], sources: Sequence[str] = ()) -> NDArray[np.float32]:
        """The score of every span, (spans,), for terms in the texts of `sources` (none: all)."""
        fields = [SOURCES.index(source) for source in sources or SOURCES]
        lengths = self._lengths[:, fields].sum(axis=1, dtype=np.int64)
        scores = np.zeros(len(self), np.float32)
        if not lengths.any():
            return scores
        norm = K1 * (1 - B + B * lengths / lengths.mean())
        for number in (self.numbers[term] for term in terms if term in self.numbers):
            first, last = np.searchsorted(self._found[0], [number, number + 1])
            rows, source = np.divmod(self._found[1][first:last], len(SOURCES))
            rows, counts = np.unique(rows[np.isin(source, fields)], return_counts=True)
            if len(rows):
                rarity = np.log(1 + (len(self) - len(rows) + 0.5) / (len(rows) + 0.5))
                scores[rows] += rarity * counts / (counts + norm[rows])
        return scores

    @cached_property
    def _lengths(self) -> NDArray[np.uint32]:
        return np.frombuffer(self._counts, np.uint32).reshape(-1, len(SOURCES))

    @cached_property
    def _found(self) -> tuple[Numbers, Numbers]:
        """Where the terms that are asked for stand: their numbers in order, and row and source."""
        terms = np.frombuffer(self._terms, np.dtype(self._terms.typecode))
        places = np.flatnonzero(terms)
        texts = np.searchsorted(np.cumsum(self._lengths.ravel()), places, side="right")
        order = np.argsort(terms[places], kind="stable")
        return terms[places][order].astype(np.int64), texts[order]
