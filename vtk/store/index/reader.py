"""An index opened to be searched: one version of its table.

Words: BM25 by Lance's inverted index (Robertson & Zaragoza 2009), scored as Lucene and bm25s do. In
a choice of several sources, the scores of each are added. Vectors: exactly, with all of them in
memory, where they take FLAT bytes at most and no approximate index was built; else by that index
(`vtk.store.index.approximate`), or by a scan of the table. What is found is scored anew with all
vectors of each span.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from typing import Any, Self

import numpy as np

from vtk.errors import UsageError
from vtk.span import Span
from vtk.store.collection import EVERYTHING, NONE, Hits, Rows, Vectors, Where
from vtk.store.index.approximate import Setting, settings
from vtk.store.index.columns import (
    SOURCES,
    Column,
    Half,
    Model,
    models,
    read_vectors,
    to_span,
)
from vtk.store.index.exact import Flat, cosines, top
from vtk.store.index.lookups import extents, fingerprints, listed, meant, values, weights
from vtk.store.index.place import Place, engine
from vtk.store.index.rows import RowNumbers
from vtk.store.index.where import NOTHING, sql

FLAT = 512 * 2**20  # bytes; most of the vectors that are held in memory to be searched exactly
BATCH = 4096  # rows that are read at once
FEW = 50_000  # spans; so many that fulfil a condition are searched exactly
NEAR = 64  # spans that are read for words spelled like a misspelled one
SPARE = 3  # times as many spans as are wanted come from the approximate index
TO_LUCENE = 2.2  # Lance multiplies scores by k1 + 1, which Lucene leaves out


class LanceIndex:
    """One version of an index, as `vtk.store.index.Index` describes it."""

    def __init__(self, place: Place, dataset: Any) -> None:
        self.place = place.name
        self._place = place
        self._table = dataset
        self._models = models(dataset.schema)
        self._flats = lru_cache(2)(self._flat)
        self._spelled: dict[str, dict[str, str] | None] = {}
        self.language = dataset.schema.metadata[b"vtk.language"].decode()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._flats.cache_clear()

    def __len__(self) -> int:
        return self._numbers.count

    def models(self, of: str) -> list[str]:
        """The names of the models that gave embeddings of "words", "looks" or something else."""
        return [model.name for model in self._models if model.of == of]

    def weights(self, of: str) -> dict[str, str]:
        """The SHA-256 of the weights of models, by name, as one span of each has it."""
        return weights(self, self._table, of)

    def videos(self) -> list[str]:
        """The names of the videos, in order."""
        return self._videos

    def words(
        self, terms: Sequence[str], n: int, sources: Sequence[str] = (), where: Where = EVERYTHING
    ) -> Hits:
        """Search by BM25, as `vtk.store.collection.Collection` says."""
        condition = sql(where, self.videos)
        if not terms or condition == NOTHING or not len(self):
            return NONE
        if unknown := set(sources) - {*SOURCES}:
            raise UsageError(f"there is no source {unknown.pop()!r}: {', '.join(SOURCES)}")
        if not sources or {*sources} == {*SOURCES}:
            return self._words("terms", terms, n, condition)
        alone = len({*sources}) == 1
        found = [
            self._words(f"terms_{source}", terms, n if alone else 0, condition)
            for source in dict.fromkeys(sources)
        ]
        rows, places = np.unique(np.concatenate([hits.rows for hits in found]), return_inverse=True)
        scores = np.zeros(len(rows), np.float32)
        np.add.at(scores, places, np.concatenate([hits.scores for hits in found]))
        return top(rows, scores, n)

    def _words(self, column: str, terms: Sequence[str], n: int, condition: str | None) -> Hits:
        query = engine("lance.query").MatchQuery(" ".join(terms), column)
        found = self._search(condition, full_text_query=query, limit=2 * n + 16 if n else None)
        scores = found["_score"].to_numpy().astype(np.float32) / TO_LUCENE
        kept = scores > 0
        return top(self.rows_of(found)[kept], scores[kept], n)

    def spellings(self, term: str, word: str) -> dict[str, str] | None:
        """The terms that stand for one that no span has, the best first, each with a word."""
        if term not in self._spelled:
            there = not len(self) or len(self.words([term], 1).rows)
            self._spelled[term] = None if there else meant(self, term, word)
        return self._spelled[term]

    def resembling(self, term: str, most: int) -> list[int]:
        """Some rows with a term that differs from this one in at most so many letters."""
        near = {"fuzziness": most, "prefix_length": 1}
        query = engine("lance.query").MatchQuery(term, "terms", **near)
        return list(self.rows_of(self._search(None, full_text_query=query, limit=NEAR)).tolist())

    def nearest(
        self, of: str, model: str, vector: Vectors, n: int, where: Where = EVERYTHING
    ) -> Hits:
        """Search by cosine, as `vtk.store.collection.Collection` says.

        Raises UsageError for a vector of another number of dimensions.
        """
        key = Model(of, model)
        condition = sql(where, self.videos)
        if (column := self._models.get(key)) is None or condition == NOTHING:
            return NONE
        if vector.shape != (column.dim,):
            told = f"vectors by {model} have {column.dim} numbers in the index"
            raise UsageError(f"{told}, but the query has {vector.shape[-1]}")
        chosen = self._settings.get(column)
        if chosen and n and SPARE * n < len(self) and (condition is None or self._many(condition)):
            return self._approximately(column, chosen, vector, n, condition)
        if self._bytes(column, condition) <= FLAT:
            return self._flats(column, condition).nearest(vector, n)
        return self._scan(column, vector, n, condition)

    def vectors(self, of: str, model: str, rows: Sequence[int]) -> list[Vectors]:
        """All vectors of each row by a model: shapes (vectors, dim), (0, 0) without any."""
        column = self._models.get(Model(of, model))
        if column is None:
            return [np.zeros((0, 0), np.float32) for _ in rows]
        none = np.zeros((0, 0), np.float32)
        found = self._vectors(column, rows)
        return [each.astype(np.float32) if len(each) else none for each in found]

    def listed(self, where: Where, n: int = 0) -> Rows:
        """The rows that fulfil conditions, as `Collection.listed`; videos in order of names."""
        return listed(self, sql(where, self.videos), n)

    def kinds(self) -> list[str]:
        """The kinds of spans that there are, in order."""
        return values(self, "kind")

    def extents(self, videos: Iterable[str]) -> dict[str, tuple[float, float]]:
        """The first start and the last end of the spans of each video."""
        return extents(self, videos)

    def spans(self, rows: Sequence[int]) -> list[Span]:
        """The records of rows, with their embeddings, in that order."""
        if not len(rows):
            return []
        return list(self.read(self._taken(rows, self.whole)))

    def every(self, where: Where = EVERYTHING) -> Iterator[tuple[int, Span]]:
        """Yield all spans with their rows, in the order of rows."""
        condition = sql(where, self.videos)
        if condition == NOTHING:
            return
        for batch in self.batches(self.whole, condition):
            yield from zip(self.rows_of(batch).tolist(), self.read(batch), strict=True)

    def fingerprints(self) -> dict[str, str]:
        """The fingerprint of each video, empty where its file could not be read."""
        return fingerprints(self)

    def info(self) -> dict[str, Any]:
        """What is in the index, as a record of `vtk index info`."""
        from vtk.store.index.inspection import info

        with self._place.reading():
            return info(self._table, self)

    @property
    def whole(self) -> list[str]:
        """The columns of which records are made."""
        pairs = ((column.one, column.many) for column in self._models.values())
        return ["record", *(name for pair in pairs for name in pair)]

    def read(self, table: Any) -> Iterator[Span]:
        """Yield the records of the rows of an Arrow table."""
        columns = {model: read_vectors(table, column) for model, column in self._models.items()}
        for record in table["record"]:
            with self._place.reading():
                own = {model: next(vectors) for model, vectors in columns.items()}
                span = to_span(record.as_py(), own)
            yield span

    def _taken(self, rows: Sequence[int] | Rows, columns: list[str]) -> Any:
        with self._place.reading():
            return self._table.take(list(map(int, rows)), columns=columns)

    def _vectors(self, column: Column, rows: Sequence[int] | Rows) -> list[Half]:
        if not len(rows):
            return []
        wanted = [column.one, column.many]
        return list(read_vectors(self._taken(rows, wanted), column))

    def _approximately(
        self, column: Column, chosen: Setting, vector: Vectors, n: int, condition: str | None
    ) -> Hits:
        nearest = {
            "column": column.one,
            "q": vector.astype(np.float16),
            "k": SPARE * n,
            "minimum_nprobes": chosen.nprobes,
            "refine_factor": chosen.refine,
        }
        found = self.rows_of(self._search(condition, nearest=nearest))
        return self._scored(self._vectors(column, found), found, vector, n)

    def _scored(self, vectors: list[Half], rows: Rows, vector: Vectors, n: int) -> Hits:
        if not len(rows):
            return NONE
        owners = np.repeat(rows, [len(each) for each in vectors])
        return top(owners, cosines(np.concatenate(vectors), vector), n)

    def _scan(self, column: Column, vector: Vectors, n: int, condition: str | None) -> Hits:
        best = NONE
        for batch in self.batches([column.one, column.many], condition):
            rows = self.rows_of(batch)
            hits = self._scored(list(read_vectors(batch, column)), rows, vector, n)
            joined = np.concatenate([best.rows, hits.rows])
            best = top(joined, np.concatenate([best.scores, hits.scores]), n)
        return best

    def _flat(self, column: Column, condition: str | None) -> Flat:
        vectors, rows, most = [np.zeros((0, column.dim), np.float16)], [], 1
        for batch in self.batches([column.one, column.many], condition):
            found = list(read_vectors(batch, column))
            counts = [len(each) for each in found]
            vectors.append(np.concatenate(found))
            rows.append(np.repeat(self.rows_of(batch), counts))
            most = max(most, *counts)
        return Flat(np.concatenate(vectors), np.concatenate([*rows, NONE.rows]), most)

    def _bytes(self, column: Column, condition: str | None) -> int:
        """About how many bytes the vectors take of all spans, or of those under a condition."""
        count = self._count(condition) if condition else len(self)
        each = 2 * column.dim + self._stored.get(column.many, 0) / max(len(self), 1)
        return int(count * each)

    def _many(self, condition: str) -> bool:
        return self._count(condition) > FEW

    def _count(self, condition: str) -> int:
        with self._place.reading():
            return int(self._table.count_rows(condition))

    def _search(self, condition: str | None, **query: Any) -> Any:
        scored = "_distance" if "nearest" in query else "_score"
        scanner = self._table.scanner(
            columns=[scored], filter=condition, prefilter=True, with_row_address=True, **query
        )
        with self._place.reading():
            return scanner.to_table()

    def batches(self, columns: list[str], condition: str | None = None) -> Iterator[Any]:
        """Yield tables of at most BATCH rows, in order, with their addresses."""
        arrow = engine("pyarrow")
        scanner = self._table.scanner(
            columns=columns,
            filter=condition,
            batch_size=BATCH,
            batch_readahead=2,
            fragment_readahead=2,
            with_row_address=True,
        )
        found = iter(scanner.to_batches())
        while True:
            with self._place.reading():
                batch = next(found, None)
            if batch is None:
                return
            if len(batch):
                yield arrow.Table.from_batches([batch])

    def rows_of(self, table: Any) -> Rows:
        """The rows that an Arrow table was read from."""
        return self._numbers.of(table["_rowaddr"].to_numpy())

    @cached_property
    def _settings(self) -> dict[Column, Setting]:
        with self._place.reading():
            return settings(self._table)

    @cached_property
    def _stored(self) -> dict[str, int]:
        """The bytes of each column on disk."""
        names = {each.id(): each.name() for each in self._table.lance_schema.fields()}
        with self._place.reading():
            sizes = self._table.stats.data_stats().fields
        return {names[each.id]: each.bytes_on_disk for each in sizes if each.id in names}

    @cached_property
    def _numbers(self) -> RowNumbers:
        with self._place.reading():
            return RowNumbers(self._table)

    @cached_property
    def _videos(self) -> list[str]:
        return values(self, "video")
