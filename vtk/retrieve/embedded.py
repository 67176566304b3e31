"""The channels meaning and looks: the vectors of a query against those of spans."""

from collections.abc import Sequence
from glob import escape
from typing import Any

import numpy as np

from vtk.embed import source_of
from vtk.errors import UsageError
from vtk.query import Query
from vtk.retrieve import Models
from vtk.retrieve.calibration import BANK, Calibration
from vtk.retrieve.pooling import OF_SENTENCES, OF_WORDS, POOLS
from vtk.retrieve.query_vectors import Looks, Meaning, Space, Vectors, query_vectors
from vtk.span import Span
from vtk.store.collection import NONE, Collection, Hits, Scores, Where, best

BATCH = 4096  # spans whose vectors are compared at once


class Embedded:
    """Finds spans whose vectors are near to a query, whatever words they have.

    `pool` names how a span with several vectors counts: see `vtk.retrieve.pooling`. With any but
    "max", the nearest spans to the query and to each of its parts are found first, and their scores
    worked out after that, as in STAL (Escorcia et al. 2019, section 3.3).
    """

    def __init__(
        self, name: str, space: Space, pool: str = "max", bank: Sequence[str] = ()
    ) -> None:
        if pool not in POOLS:
            raise UsageError(f"no pooling {pool!r}; there are {', '.join(POOLS)}")
        self.name, self._space = name, space
        self.pool, self._bank = pool, bank or BANK
        split = {**dict.fromkeys(OF_WORDS, "words"), **dict.fromkeys(OF_SENTENCES, "sentences")}
        self._split = split.get(pool)
        self._known: dict[tuple[object, ...], Vectors | None] = {}
        self._calibration: Calibration | None = None

    @property
    def needs(self) -> tuple[str, str]:
        """What it compares of spans, "words" or "looks", and the name of the model."""
        return self._space.of, self._space.model

    @property
    def sha256(self) -> str | None:
        """The SHA-256 of the weights of the model, if they are local."""
        return self._space.sha256

    def call_model(self, name: str) -> None:
        """Compare the vectors of spans that are by a model of that name, which is the same one."""
        self._space.model = name

    def __call__(self, collection: Collection, query: Query, n: int) -> Hits:
        """The best `n` spans (0: all that have vectors) by cosine, or as the pooling says."""
        wanted = self._vectors(query)
        if wanted is None:
            return NONE
        if self.pool == "max":
            return self._nearest(collection, query, wanted[0], n)
        probes = wanted if n else wanted[:1]
        found = [self._nearest(collection, query, each, n).rows for each in probes]
        rows = np.unique(np.concatenate(found))
        return best(rows, self.similarities(collection, query, rows.tolist()), n)

    def similarities(self, collection: Collection, query: Query, rows: Sequence[int]) -> Scores:
        """How near each row is to the query: shape (rows,); NaN without vectors or a query."""
        wanted, pool = self._vectors(query), POOLS[self.pool]
        found = np.full(len(rows), np.nan, np.float32)
        if wanted is None:
            return found
        for first in range(0, len(rows), BATCH):
            batch = rows[first : first + BATCH]
            own = collection.vectors(self._space.of, self._space.model, batch)
            for place, vectors in enumerate(own, first):
                if vectors.size:
                    found[place] = pool(wanted, vectors)
        return found

    def of_video(self, collection: Collection, query: Query, video: str) -> float:
        """How near all vectors of a video together are, as `pool` says, on the scale of spans.

        They are taken in order of time. A paragraph is so compared with the clips of a video
        (Norton, Lin et al. 2024), and by "levels" the whole of it counts as well.
        """
        wanted = self._vectors(query)
        rows = collection.listed(Where(videos=(escape(video),))).tolist()
        own = collection.vectors(self._space.of, self._space.model, rows)
        rows = [row for row, vectors in zip(rows, own, strict=True) if vectors.size]
        pairs = zip((v for v in own if v.size), collection.spans(rows), strict=True)
        every = [vectors for vectors, span in pairs if span.video == video]  # not only of that name
        if wanted is None or not every:
            return 0.0
        pooled = np.array([POOLS[self.pool](wanted, np.concatenate(every))], np.float32)
        by_example = bool(query.images or query.likes)
        return float(self._calibrated(collection)(wanted, pooled, by_example=by_example)[0])

    def evidence(
        self, collection: Collection, query: Query, hits: Hits, rows: Sequence[int]
    ) -> Scores:
        """How much speaks for each row: see `vtk.retrieve.calibration`; 0 without vectors."""
        wanted = self._vectors(query)
        if wanted is None or not len(hits.rows):
            return np.zeros(len(rows), np.float32)
        known = dict(zip(hits.rows.tolist(), hits.scores.tolist(), strict=True))
        missing = [row for row in rows if row not in known]
        if missing:
            more = self.similarities(collection, query, missing)
            known.update(zip(missing, more.tolist(), strict=True))
        found = np.array([known[row] for row in rows], np.float32)
        scores = self._calibrated(collection)(
            wanted, found, by_example=bool(query.images or query.likes)
        )
        return np.nan_to_num(scores, nan=0.0)

    def of_bank(self, collection: Collection, rows: Sequence[int]) -> Scores:
        """How near each row is to each of the other queries: shape (others, rows)."""
        return np.stack([self.similarities(collection, Query(t), rows) for t in self._bank])

    def _calibrated(self, collection: Collection) -> Calibration:
        if self._calibration is None:
            if self._split is None:
                bank = [vector[None] for vector in self._space.texts(self._bank)]
            else:
                split = (query_vectors(self._space, Query(t), self._split) for t in self._bank)
                bank = [each for each in split if each is not None]
            self._calibration = Calibration(collection, self._space, POOLS[self.pool], bank)
        return self._calibration

    def why(self, collection: Collection, query: Query, row: int, span: Span) -> dict[str, Any]:
        """The nearest vector: its number, its cosine, and `t`, when its frame is shown, or `text`.

        A frame or a text is told where the record says which vector is of which.
        """
        wanted = self._vectors(query)
        (vectors,) = collection.vectors(self._space.of, self._space.model, [row])
        if wanted is None or not vectors.size:
            return {}
        cosines = vectors @ wanted[0]
        number = int(cosines.argmax())
        told = {"cosine": round(float(cosines.max()), 4), "vector": number}
        return told | source_of(span, self._space.of, self._space.model, number)

    def _nearest(self, collection: Collection, query: Query, vector: Vectors, n: int) -> Hits:
        return collection.nearest(self._space.of, self._space.model, vector, n, query.where)

    def _vectors(self, query: Query) -> Vectors | None:
        key = (query.text, query.rewritten, query.images, *(span.dump() for span in query.likes))
        if key not in self._known:
            self._known[key] = query_vectors(self._space, query, self._split)
        return self._known[key]


def meaning(models: Models) -> Embedded:
    """The channel of texts that mean alike. Raises UsageError without a text embedder."""
    if models.embedder is None:
        raise UsageError("a search by meaning needs a text embedder: --embedder NAME")
    return Embedded("meaning", Meaning(models.embedder), models.pool, models.bank)


def looks(models: Models) -> Embedded:
    """The channel of pictures that look as the query. Raises UsageError without its model."""
    if models.clip is None:
        raise UsageError("a search by looks needs an image-text model: --clip NAME")
    return Embedded("looks", Looks(models.clip), models.pool, models.bank)
