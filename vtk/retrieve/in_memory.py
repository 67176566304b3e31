"""A stream of spans held in memory as a collection that can be searched.

It is made for queries that are known before the stream is read. Of a span without a term or a
vector that they ask for, only some numbers are kept (see `vtk.retrieve.postings`), unless one of
them asks for all spans under its conditions.
"""

from array import array
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from vtk.embedding import vectors_of
from vtk.errors import InputError
from vtk.passages import passages
from vtk.query import Query
from vtk.retrieve.postings import Postings
from vtk.span import Span, load
from vtk.store.collection import (
    EVERYTHING,
    NONE,
    Hits,
    Rows,
    Vectors,
    Where,
    best,
    matches,
)

ROWS = 2**15  # vectors that are compared at once
Mask = NDArray[np.bool_]


class InMemory:
    """A `Collection` of the spans that are added, for `queries` and for the vectors of `models`.

    `models` are pairs of what is embedded ("words", "looks") and the name of the model.
    """

    def __init__(
        self, queries: Iterable[Query] = (), models: Iterable[tuple[str, str]] = ()
    ) -> None:
        known = list(queries)
        self._postings = [_postings(kind) for kind in _by_stop_words(known)]
        self._listed = [query.where for query in known if query.lists]
        self._vectors = {key: _VectorTable() for key in models}
        self._lines, self._offsets = bytearray(), array("q", [0])
        self._videos: dict[str, int] = {}
        self._kinds: dict[str, int] = {}
        self._tags: dict[str, array[int]] = {}
        self._starts, self._ends = array("d"), array("d")
        self._video, self._kind = array("i"), array("i")

    def add(self, span: Span) -> None:
        """Add a span as the next row. Raises InputError for a broken embedding."""
        own = [(table, vectors_of(span, *key)) for key, table in self._vectors.items()]
        for table, vectors in own:
            table.check(vectors)
        texts = [(p.source, p.text) for p in passages(span)] if self._postings else []
        kept = [postings.add(texts) for postings in self._postings]
        kept += [where.accepts(span) for where in self._listed]
        row = len(self)
        for table, vectors in own:
            table.add(row, vectors)
            kept.append(len(vectors) > 0)
        self._starts.append(span.start)
        self._ends.append(span.end)
        self._video.append(self._videos.setdefault(span.video, len(self._videos)))
        self._kind.append(self._kinds.setdefault(span.get("kind", ""), len(self._kinds)))
        for tag in {entry["tag"] for entry in span.get("tags", [])}:
            self._tags.setdefault(tag, array("q")).append(row)
        if any(kept):
            self._lines += span.dump()
        self._offsets.append(len(self._lines))

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def models(self, of: str) -> Sequence[str]:
        """The names of the models that embedded "words" or "looks" of these spans."""
        return [model for (kind, model), table in self._vectors.items() if kind == of and table.dim]

    def words(
        self, terms: Sequence[str], n: int, sources: Sequence[str] = (), where: Where = EVERYTHING
    ) -> Hits:
        """Search by BM25, as `Collection.words`; terms of other queries are not found."""
        postings = self._knowing(terms)
        if postings is None:
            return NONE
        scores = postings.scores(terms, sources)
        rows = np.flatnonzero((scores > 0) & self._taking_part(where))
        return best(rows, scores[rows], n)

    def nearest(
        self, of: str, model: str, vector: Vectors, n: int, where: Where = EVERYTHING
    ) -> Hits:
        """Search by cosine, as `Collection.nearest`; exact."""
        table = self._vectors.get((of, model))
        rows, scores = table.nearest(vector) if table else NONE
        taking_part = self._taking_part(where)[rows]
        return best(rows[taking_part], scores[taking_part], n)

    def vectors(self, of: str, model: str, rows: Sequence[int]) -> list[Vectors]:
        """All vectors of each row, as `Collection.vectors`."""
        table = self._vectors.get((of, model), _VectorTable())
        return [table.of(row) for row in rows]

    def listed(self, where: Where, n: int = 0) -> Rows:
        """The rows that fulfil conditions, as `Collection.listed`; videos in order of the input."""
        rows = np.flatnonzero(self._taking_part(where))
        keys = np.frombuffer(self._starts), np.frombuffer(self._video, np.int32)
        return rows[np.lexsort([key[rows] for key in keys])][: n or None]

    def kinds(self) -> list[str]:
        """The kinds of spans that there are, in order."""
        return sorted(filter(None, self._kinds))

    def extents(self, videos: Iterable[str]) -> dict[str, tuple[float, float]]:
        """The first start and the last end of the spans of each video."""
        numbers = np.frombuffer(self._video, np.int32)
        starts, ends = np.frombuffer(self._starts), np.frombuffer(self._ends)
        own = {video: numbers == self._videos[video] for video in videos}
        return {v: (float(starts[of].min()), float(ends[of].max())) for v, of in own.items()}

    def spans(self, rows: Sequence[int]) -> list[Span]:
        """The records of rows that a query can find, in that order."""
        return [load(bytes(self._lines[self._offsets[r] : self._offsets[r + 1]])) for r in rows]

    def spellings(self, term: str, word: str) -> dict[str, str] | None:
        """The terms that are searched for instead of one that no span has, each with a word."""
        postings = self._knowing([term])
        return postings.spellings(term) if postings else None

    def _knowing(self, terms: Sequence[str]) -> Postings | None:
        return next((each for each in self._postings if each.knows(terms)), None)

    def _taking_part(self, where: Where) -> Mask:
        """Which rows fulfil the conditions: shape (rows,)."""
        taking_part = np.ones(len(self), np.bool_)
        if where == EVERYTHING:
            return taking_part
        starts, ends = np.frombuffer(self._starts), np.frombuffer(self._ends)
        taking_part &= (starts >= where.after) & (ends <= where.before)
        taking_part &= (ends - starts >= where.longer) & (ends - starts <= where.shorter)
        if where.videos:
            taking_part &= _named(
                self._videos, self._video, lambda name: matches(name, where.videos)
            )
        if where.kinds:
            taking_part &= _named(self._kinds, self._kind, lambda name: name in where.kinds)
        for tag in where.tags:
            tagged = np.zeros(len(self), np.bool_)
            tagged[np.frombuffer(self._tags.get(tag, array("q")), np.int64)] = True
            taking_part &= tagged
        return taking_part


def _named(known: dict[str, int], numbers: "array[int]", fits: Callable[[str], bool]) -> Mask:
    fitting = np.array([fits(name) for name in known], np.bool_)
    mask: Mask = fitting[np.frombuffer(numbers, np.int32)]
    return mask


def _by_stop_words(queries: Iterable[Query]) -> list[list[Query]]:
    """The queries that have words, by whether their stop words are left out."""
    kinds: dict[bool, list[Query]] = {}
    for query in queries:
        for step in query.steps:
            if step.has_words:
                kinds.setdefault(step.stop, []).append(step)
    return list(kinds.values())


def _postings(queries: Sequence[Query]) -> Postings:
    analyzer, stop = queries[0].analyzer, queries[0].stop
    texts = [part.text for query in queries for part in query.parts]
    pairs = (p for text in texts for p in analyzer.pairs(text, stop=stop, characters=True))
    return Postings(analyzer, dict(pairs), stop=stop)


class _VectorTable:
    """The vectors of a model, in half precision, each with its row."""

    def __init__(self) -> None:
        self.dim = 0
        self._data, self._row = bytearray(), array("q")

    def check(self, vectors: Vectors) -> None:
        if len(vectors) and self.dim and vectors.shape[1] != self.dim:
            raise InputError(f"an embedding has {vectors.shape[1]} numbers, others {self.dim}")

    def add(self, row: int, vectors: Vectors) -> None:
        if len(vectors):
            self.dim = vectors.shape[1]
            self._data += vectors.astype("<f2").tobytes()
            self._row.extend([row] * len(vectors))

    def nearest(self, vector: Vectors) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Every row that has vectors, in order, with the cosine of its nearest."""
        if not self._rows.size:
            return NONE
        cosines = np.concatenate(
            [
                self._table[first : first + ROWS].astype(np.float32) @ vector
                for first in range(0, len(self._table), ROWS)
            ]
        )
        firsts = np.flatnonzero(np.diff(self._rows, prepend=-1))
        return self._rows[firsts], np.maximum.reduceat(cosines, firsts)

    def of(self, row: int) -> Vectors:
        first, last = np.searchsorted(self._rows, [row, row + 1])
        return self._table[first:last].astype(np.float32)

    @cached_property
    def _rows(self) -> NDArray[np.int64]:
        return np.frombuffer(self._row, np.int64)

    @cached_property
    def _table(self) -> NDArray[np.float16]:
        return np.frombuffer(self._data, "<f2").reshape(-1, max(self.dim, 1))
