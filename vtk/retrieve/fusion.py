"""Fusion: one list of hits from those of several channels.

Reciprocal rank fusion (Cormack, Clarke & Büttcher, SIGIR 2009): a span gets 1 / (60 + its rank) of
each channel that found it.
"""

from collections import defaultdict
from collections.abc import Mapping

import numpy as np

from vtk.query import Query
from vtk.store.collection import Hits

K = 60


def rrf(query: Query, found: Mapping[str, Hits]) -> Hits:
    """Fuse the hits of channels by their ranks; those of a single channel keep their scores."""
    if len(found) == 1:
        return next(iter(found.values()))
    scores: defaultdict[int, float] = defaultdict(float)
    for hits in found.values():
        for rank, row in enumerate(hits.rows.tolist(), 1):
            scores[row] += 1 / (K + rank)
    rows = sorted(scores, key=lambda row: (-scores[row], row))
    return Hits(np.array(rows, np.int64), np.array([scores[row] for row in rows], np.float32))
