"""Scores with a meaning: how much nearer a span is than what has nothing to do with a query.

A cosine says little by itself: one model gives unrelated texts 0.1, another 0.7, and among a
million spans some are near to anything. So it is compared with what other queries get from a sample
of the spans of the very collection that is searched:

    score = (cosine - median) / (deviation * sqrt(2 ln spans))

0 is as near as any span is to any query, and 1 is what the nearest of that many spans would reach
if nothing in them answered, were the cosines normally distributed. A query by picture or example is
compared with its own cosines, as pictures are nearer to each other than to texts.
"""

import math
from collections.abc import Sequence

import numpy as np

from vtk.retrieve.pooling import Pool, highest
from vtk.retrieve.query_vectors import Space, Vectors
from vtk.store.collection import Collection, Scores

SAMPLE = (
    1000  # spans that cosines are compared with, if they are compared with their nearest vector
)
FEW = 100  # if they are compared by another pooling
FEWEST = 10  # spans for which the best of chance is told at least
ROBUST = 1.4826  # of the median absolute deviation, to be the deviation of a normal distribution

# Queries that are answered somewhere, and by few spans of any one collection.
BANK = (
    "a man is talking",
    "a dog plays with a ball",
    "the weather tomorrow",
    "a football match",
    "the price of oil",
    "children in a classroom",
    "a ship on the sea",
    "someone opens a door",
    "people laughing together",
    "how computers work",
    "a bird builds a nest",
    "a train arrives at the station",
    "horses in a field",
    "snow falls on the trees",
    "questions from the audience",
    "a chart with numbers",
    "swimming in a lake",
    "the end of the story",
    "learning a new language",
    "somebody plays the piano",
    "a plate of food",
    "machines in a factory",
    "rain on a window",
    "what love means",
)


class Calibration:
    """The cosines that a sample of the spans of a collection gives to queries of a bank."""

    def __init__(
        self, collection: Collection, space: Space, pool: Pool, bank: Sequence[Vectors]
    ) -> None:
        """`bank` are other queries, each as of `query_vectors`: shapes (1 + parts, dim)."""
        self._pool = pool
        size = len(collection)
        most = SAMPLE if pool is highest else FEW
        rows = np.unique(np.linspace(0, size - 1, min(size, most)).astype(int)).tolist()
        own = collection.vectors(space.of, space.model, rows)
        self._sample = [vectors for vectors in own if vectors.size]
        self.best = math.sqrt(2 * math.log(max(size, FEWEST)))
        found = [self._cosines(each) for each in bank] if self._sample else []
        self._median, self._deviation = _spread(np.concatenate(found)) if found else (0.0, 1.0)

    def __call__(self, query: Vectors, cosines: Scores, *, by_example: bool = False) -> Scores:
        """Cosines of a query as scores with a meaning, in the same order and shape."""
        median, deviation = self._median, self._deviation
        if by_example and self._sample:
            median, deviation = _spread(self._cosines(query))
        scores: Scores = ((cosines - median) / (deviation * self.best)).astype(np.float32)
        return scores

    def _cosines(self, query: Vectors) -> Scores:
        if self._pool is not highest:
            return np.array([self._pool(query, each) for each in self._sample], np.float32)
        lengths = [len(each) for each in self._sample]
        cosines = np.concatenate(self._sample) @ query[0]
        best: Scores = np.maximum.reduceat(cosines, np.cumsum([0, *lengths[:-1]]))
        return best


def _spread(cosines: Scores) -> tuple[float, float]:
    """The median, and the deviation by the median of the distances to it; at least 0.01."""
    median = float(np.median(cosines))
    return median, max(ROBUST * float(np.median(np.abs(cosines - median))), 0.01)
