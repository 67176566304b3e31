"""Exact search in vectors: all of them in one array, compared with usearch."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vtk.cores import cores
from vtk.store.collection import Hits, Rows, Vectors
from vtk.store.index.columns import Half
from vtk.store.index.place import engine

CHUNK = 65_536  # vectors that are widened to float32 at once


@dataclass(frozen=True)
class Flat:
    """Vectors in the order of rows: shape (vectors, dim), the row of each, and most of one row."""

    vectors: Half
    rows: Rows
    most: int

    def nearest(self, vector: Vectors, n: int) -> Hits:
        """Return the `n` rows (0: all) whose nearest vector has the largest cosine."""
        wanted = n * self.most
        if not len(self.vectors):
            return top(self.rows, np.zeros(0, np.float32), n)
        if not n or wanted * 4 > len(self.vectors):
            return top(self.rows, cosines(self.vectors, vector), n)
        index = engine("usearch.index")
        found = index.search(
            self.vectors,
            vector.astype(np.float16),
            wanted,
            index.MetricKind.Cos,
            exact=True,
            threads=cores(),
        )
        places = np.sort(found.keys.astype(np.int64))
        return top(self.rows[places], cosines(self.vectors[places], vector), n)


def cosines(vectors: Half, vector: Vectors) -> NDArray[np.float32]:
    """Return the cosine of each vector (vectors, dim) with a unit vector (dim,); 0 for zeros."""
    found = np.zeros(len(vectors), np.float32)
    for first in range(0, len(vectors), CHUNK):
        wide = vectors[first : first + CHUNK].astype(np.float32)
        lengths = np.sqrt(np.einsum("ij,ij->i", wide, wide))
        found[first : first + CHUNK] = wide @ vector / np.where(lengths > 0, lengths, 1)
    return found


def top(rows: Rows, scores: NDArray[np.float32], n: int) -> Hits:
    """Return the best `n` rows (0: all), each once with its best score; equals in their order."""
    order = np.lexsort((rows, -scores))
    rows, scores = rows[order], scores[order]
    _, first = np.unique(rows, return_index=True)
    kept = np.sort(first)[: n or None]
    return Hits(rows[kept], scores[kept])
