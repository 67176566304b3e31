"""BM25 over a stream of spans, for queries that are known before the stream is read.

As scored by Lucene since its version 8 (k1 1.2, b 0.75; Robertson & Zaragoza, "The Probabilistic
Relevance Framework", Foundations and Trends in Information Retrieval 3(4), 2009). Every term but
those of the queries only adds to the length of its span, so that a span takes twenty bytes for the
lengths of its fields, and twelve for each time that a term of a query stands there.
"""

from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from vtk.spelling import Unmet, nearest
from vtk.text import MEMORY, Analyzer, words

SOURCES = ("speech", "screen_text", "caption", "title", "summary")
K1, B = 1.2, 0.75
_PLACES = {source: place for place, source in enumerate(SOURCES)}
_EMPTY = (0,) * len(SOURCES)
STOP = -1  # the number of a stop word

Numbers = NDArray[np.int64]


class Postings:
    """The terms of spans by row and by source, as numbers; 0 is any term that was not asked for.

    All spans are added before the first search.
    """

    def __init__(self, analyzer: Analyzer, terms: Mapping[str, str], *, stop: bool) -> None:
        """`terms` are those of queries, each with the word that was typed."""
        self._analyzer, self._stop = analyzer, stop
        self._asked = {term: number for number, term in enumerate(terms, 1)}
        self._unmet = Unmet(terms)
        self._near: dict[str, tuple[int, str]] = {}  # number and word of terms spelled like unmet
        self._words = _Numbers(self._number_of_word)
        self._terms, self._texts = array("I"), array("q")  # terms that are known, and their texts
        self._counts = array("I")  # of the terms of each text, stop words left out

    def __len__(self) -> int:
        return len(self._counts) // len(SOURCES)

    def knows(self, terms: Sequence[str]) -> bool:
        """Whether any of the terms is one that was asked for, or stands for such a one."""
        return any(term in self._asked or term in self._near for term in terms)

    def add(self, texts: Iterable[tuple[str, str]]) -> bool:
        """Add the next span as pairs of source and text; whether it has a term of a query."""
        first = len(self._counts)
        self._counts.extend(_EMPTY)
        before = len(self._terms)
        for source, text in texts:
            if source not in _PLACES:  # evidence of somebody else's kind
                continue
            numbers = self._numbers(text)
            place = first + _PLACES[source]
            self._counts[place] += len(numbers) - numbers.count(STOP)
            if known := [number for number in numbers if number > 0]:
                self._terms.extend(known)
                self._texts.extend([place] * len(known))
        return len(self._terms) > before

    def _numbers(self, text: str) -> list[int]:
        """The numbers of the terms of a text, in order."""
        if text.isascii():
            return list(map(self._words.__getitem__, words(text)))
        pairs = self._analyzer.pairs(text, stop=self._stop, characters=True)
        return [self._number(term, word) for term, word in pairs]

    def _number_of_word(self, word: str) -> int:
        term = self._analyzer.term(word, stop=self._stop)
        return STOP if term is None else self._number(term, word)

    def _number(self, term: str, word: str) -> int:
        if number := self._asked.get(term):
            self._unmet.meet(term)
            return number
        if term not in self._near:
            if not self._unmet.near(term, word):
                return 0
            self._near[term] = (len(self._asked) + len(self._near) + 1, word)
        return self._near[term][0]

    def spellings(self, term: str) -> dict[str, str] | None:
        """The terms that stand for one that no span has, the best first, each with a word."""
        if term not in self._unmet:
            return None
        near = {
            (each, word): len(self._texts_with(number))
            for each, (number, word) in self._near.items()
        }
        return nearest(term, self._unmet[term], near)

    def scores(self, terms: Sequence[str], sources: Sequence[str] = ()) -> NDArray[np.float32]:
        """The score of every span, (spans,), for terms in the texts of `sources` (none: all)."""
        fields = [SOURCES.index(source) for source in sources or SOURCES]
        lengths = self._lengths[:, fields].sum(axis=1, dtype=np.int64)
        scores = np.zeros(len(self), np.float32)
        if not lengths.any():
            return scores
        norm = K1 * (1 - B + B * lengths / lengths.mean())
        for term in terms:
            number = self._near[term][0] if term in self._near else self._asked.get(term, -1)
            rows, source = np.divmod(self._texts_with(number), len(SOURCES))
            rows, counts = np.unique(rows[np.isin(source, fields)], return_counts=True)
            rarity = np.log(1 + (len(self) - len(rows) + 0.5) / (len(rows) + 0.5))
            scores[rows] += rarity * counts / (counts + norm[rows])
        return scores

    def _texts_with(self, number: int) -> Numbers:
        """Where a term stands: the rows times the number of sources, plus that of the source."""
        numbers, texts = self._found
        first, last = np.searchsorted(numbers, [number, number + 1])
        return texts[first:last]

    @cached_property
    def _lengths(self) -> NDArray[np.uint32]:
        return np.frombuffer(self._counts, np.uint32).reshape(-1, len(SOURCES))

    @cached_property
    def _found(self) -> tuple[Numbers, Numbers]:
        """The numbers of terms that are known, in order, and where each stands."""
        terms, texts = np.frombuffer(self._terms, np.uint32), np.frombuffer(self._texts, np.int64)
        order = np.argsort(terms, kind="stable")
        return terms[order].astype(np.int64), texts[order]


class _Numbers(dict[str, int]):
    """The numbers of the words that were met lately."""

    def __init__(self, number: Callable[[str], int]) -> None:
        super().__init__()
        self._number = number

    def __missing__(self, word: str) -> int:
        if len(self) > MEMORY:
            self.clear()
        number = self[word] = self._number(word)
        return number
