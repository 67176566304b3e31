"""BM25 over a stream of spans, for queries that are known before the stream is read.

As scored by Lucene since its version 8 (k1 1.2, b 0.75; Robertson & Zaragoza, "The Probabilistic
Relevance Framework", Foundations and Trends in Information Retrieval 3(4), 2009). Every term but
those of the queries only adds to the length of its span, so that a span takes two bytes for a term
and twenty for the lengths of its fields, whatever the number of queries.
"""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from vtk.spelling import is_near, nearest, tolerated
from vtk.text import MEMORY, Analyzer, folded, words

SOURCES = ("speech", "screen_text", "caption", "title", "summary")
K1, B = 1.2, 0.75
# Terms that two bytes can number, with room for what is spelled nearly like those of queries.
SHORT = 2**15

Numbers = NDArray[np.int64]


class Postings:
    """The terms of spans by row and by source, as numbers; 0 is any term that was not asked for.

    All spans are added before the first search.
    """

    def __init__(self, analyzer: Analyzer, terms: Mapping[str, str], *, stop: bool) -> None:
        """`terms` are those of queries, each with the word that was typed."""
        self._analyzer, self._stop = analyzer, stop
        self._asked = {term: number for number, term in enumerate(terms, 1)}
        self._unmet = dict(terms)  # terms that no span has had yet, with their words
        # These terms and words by the first letter and by how many more may be wrong.
        self._spelled: defaultdict[tuple[str, int], set[str]] = defaultdict(set)
        for pair in terms.items():
            for each in {*map(folded, pair)}:
                self._spelled[each[0], tolerated(each)].add(each)
        self._near: dict[str, tuple[int, str]] = {}  # number and word of terms spelled like unmet
        self._words: dict[str, int] = {}  # of words that were met lately; -1: a stop word
        self._terms = array("H" if len(self._asked) < SHORT else "I")
        self._counts = array("I")

    def __len__(self) -> int:
        return len(self._counts) // len(SOURCES)

    def knows(self, terms: Sequence[str]) -> bool:
        """Whether any of the terms is one that was asked for, or stands for such a one."""
        return any(term in self._asked or term in self._near for term in terms)

    def add(self, texts: Iterable[tuple[str, str]]) -> bool:
        """Add the next span as pairs of source and text; whether it has a term of a query."""
        found: dict[str, list[int]] = {}
        for source, text in texts:
            found.setdefault(source, []).extend(self._numbers(text))
        for source in SOURCES:
            numbers = found.get(source, ())
            self._terms.extend(numbers)
            self._counts.append(len(numbers))
        return any(map(any, found.values()))

    def _numbers(self, text: str) -> list[int]:
        """The numbers of the terms of a text, in order."""
        known = self._words
        if text.isascii():
            numbers = [
                known[word] if word in known else self._number_of_word(word) for word in words(text)
            ]
            return [number for number in numbers if number >= 0]
        pairs = self._analyzer.pairs(text, stop=self._stop, characters=True)
        return [self._number(term, word) for term, word in pairs]

    def _number_of_word(self, word: str) -> int:
        if len(self._words) > MEMORY:
            self._words.clear()
        term = self._analyzer.term(word, stop=self._stop)
        number = self._words[word] = -1 if term is None else self._number(term, word)
        return number

    def _number(self, term: str, word: str) -> int:
        if number := self._asked.get(term):
            if term in self._unmet:
                self._met(term)
            return number
        if term not in self._near:
            number = 0
            if self._is_near(term) or self._is_near(folded(word)):
                last = len(self._asked) + len(self._near)
                number = last + 1 if last < 2 ** (8 * self._terms.itemsize) - 1 else 0
            if not number:
                return 0
            self._near[term] = (number, word)
        return self._near[term][0]

    def _met(self, term: str) -> None:
        for each in map(folded, (term, self._unmet.pop(term))):
            self._spelled[each[0], tolerated(each)].discard(each)

    def _is_near(self, term: str) -> bool:
        """Whether a term or word is spelled nearly like one that no span has had yet."""
        return any(is_near(term, self._spelled.get((term[0], most), ()), most) for most in range(3))

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
        """The numbers of terms that are asked for, in order, and where each stands."""
        terms = np.frombuffer(self._terms, np.dtype(self._terms.typecode))
        places = np.flatnonzero(terms)
        texts = np.searchsorted(np.cumsum(self._lengths.ravel()), places, side="right")
        order = np.argsort(terms[places], kind="stable")
        return terms[places][order].astype(np.int64), texts[order]
