"""One score for a span with several vectors: how each pooling compares a query with all of them.

Every function takes the vectors of a query, shape (parts, dim), of which the first is that of the
whole query and the others those of its words or sentences, and the vectors of a span, shape
(vectors, dim); all are unit vectors. It returns a similarity, at most 1, the higher the nearer.
"""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from vtk.retrieve.transport import transported

Vectors = NDArray[np.float32]
Pool = Callable[[Vectors, Vectors], float]

TEMPERATURE = 0.01  # of the softmax over frames


def highest(query: Vectors, vectors: Vectors) -> float:
    """The cosine of the vector that is nearest to the query."""
    return float((vectors @ query[0]).max())


def mean(query: Vectors, vectors: Vectors) -> float:
    """The cosine of the mean of the vectors (CLIP4Clip, Luo et al. 2022, section 3.3)."""
    return _cosine(query[0], vectors.mean(0))


def softmax(query: Vectors, vectors: Vectors) -> float:
    """The cosine of the mean weighted by softmax(query · vectors / 0.01).

    The baseline without training of X-Pool (Gorti et al. 2022, section 4.2, "text-conditioned").
    """
    cosines = vectors @ query[0]
    weights = np.exp((cosines - cosines.max()) / TEMPERATURE)
    return _cosine(query[0], (weights / weights.sum()) @ vectors)


def chamfer(query: Vectors, vectors: Vectors) -> float:
    """1 less a quarter of the symmetric squared Chamfer distance of words and vectors.

    STAL (Escorcia et al. 2019, section 3.2): the mean over the vectors of the least squared
    distance to a word, and the mean over the words of that to a vector, added. The squared distance
    of unit vectors is 2 - 2 cos, so this is the mean of two cosines.
    """
    cosines = _words(query) @ vectors.T
    return float(cosines.max(0).mean() + cosines.max(1).mean()) / 2


def late(query: Vectors, vectors: Vectors) -> float:
    """The mean over the words of the query of the cosine of the nearest vector.

    Late interaction (ColBERT, Khattab & Zaharia 2020, section 3.3), as CLaMR (section 3) uses it
    over frames and lines alike, with vectors of words by themselves.
    """
    return float((_words(query) @ vectors.T).max(1).mean())


def levels(query: Vectors, vectors: Vectors) -> float:
    """The best of all levels: each vector by itself, halves and quarters in order, and the whole.

    A level is the mean of a run of vectors, so that a query for a moment and one for all of the
    span find what they describe (MeVTR, Zhang et al. 2023, section 3; UCoFiA, Wang et al. 2023,
    section 3.2, there with learnt weights).
    """
    runs = [run for parts in (1, 2, 4) for run in np.array_split(vectors, parts) if len(run)]
    return max(highest(query, vectors), *(_cosine(query[0], run.mean(0)) for run in runs))


def transport(query: Vectors, vectors: Vectors) -> float:
    """What sentences and vectors share by optimal transport, see `transported`."""
    return transported(_words(query) @ vectors.T)


POOLS: Mapping[str, Pool] = {
    "max": highest,
    "mean": mean,
    "softmax": softmax,
    "chamfer": chamfer,
    "late": late,
    "levels": levels,
    "transport": transport,
}
OF_WORDS = ("chamfer", "late")  # compare the words of the query, each by a vector of its own
OF_SENTENCES = ("transport",)


def _words(query: Vectors) -> Vectors:
    """The vectors of the parts of a query; of one that has no parts, its own."""
    return query[1:] if len(query) > 1 else query


def _cosine(query: Vectors, vector: Vectors) -> float:
    return float(vector @ query / max(float(np.linalg.norm(vector)), 1e-12))
