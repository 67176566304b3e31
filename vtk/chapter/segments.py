"""Part a video into stretches that are each about one thing, all at once.

A stretch is the better, the better one distribution of terms tells all of its terms (Utiyama &
Isahara, "A Statistical Model for Domain-Independent Text Segmentation", ACL 2001), with the
distribution integrated out under a Dirichlet prior (Eisenstein & Barzilay, "Bayesian Unsupervised
Topic Segmentation", EMNLP 2008). Dynamic programming finds the partition with the greatest sum,
less a cost for each stretch, so that the number of stretches is that of the content.
"""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# PLACE was chosen on lectures and talks of `python -m tests.benchmarks.chapter`; it costs Choi's
# short texts, which are cut into minutes, 0.06 of Pk.
PRIOR = 0.5  # how often each term of the video is taken to have occurred in a stretch already
COST = 0.2  # of a stretch, in nats, times the root of the number of terms, as accidents grow so
PLACE = 2.5  # and at least so many logarithms of the number of units, as its place is told too
SPREAD, ROOT = 0.5, 0.5  # of a stretch by what sentences mean, in spreads of vectors likewise
BROKEN = 1e6  # what a stretch of twice the greatest length loses, in costs of a stretch


class Evidence(Protocol):
    """What tells how well units, which lie between two candidates, go together in a stretch."""

    def rows(self) -> Iterator[Floats]:
        """Yield for each unit i the gain of the stretches [i, j), for each j from i + 1 to the
        number of units, in costs of a stretch."""
        ...

    def gain(self, first: int, last: int) -> float:
        """Return the gain of the stretch [first, last)."""
        ...


class Terms:
    """The terms of each unit, as evidence."""

    def __init__(self, units: Sequence[Sequence[str]]) -> None:
        known: dict[str, int] = {}
        numbers = [known.setdefault(term, len(known)) for unit in units for term in unit]
        self.terms = np.array(numbers, np.intp)
        self.edges = np.cumsum([0, *map(len, units)], dtype=np.intp)
        self.vocabulary = len(known)
        self.mass = PRIOR * max(len(known), 1)
        self.cost = max(COST * len(numbers) ** 0.5, PLACE * math.log(max(len(units), 2)))
        self.earlier = np.zeros(len(numbers), np.intp)  # how often each term has occurred before
        seen = [0] * len(known)
        for place, term in enumerate(numbers):
            self.earlier[place] = seen[term]
            seen[term] += 1

    def rows(self) -> Iterator[Floats]:
        """Yield as `Evidence.rows`; each row takes time in proportion to the terms after it."""
        past = np.zeros(self.vocabulary, np.intp)
        told = np.log(np.arange(len(self.terms)) + self.mass)
        for unit, (first, last) in enumerate(pairwise(self.edges.tolist())):
            counts = self.earlier[first:] - past[self.terms[first:]]
            sums = np.concatenate([[0.0], np.cumsum(np.log(counts + PRIOR) - told[: len(counts)])])
            yield sums[self.edges[unit + 1 :] - first] / self.cost
            np.add.at(past, self.terms[first:last], 1)

    def gain(self, first: int, last: int) -> float:
        """Return the gain of the stretch [first, last)."""
        inside = np.sort(self.terms[self.edges[first] : self.edges[last]])
        places = np.arange(len(inside))
        counts = places - np.searchsorted(inside, inside)
        gain = np.log(counts + PRIOR).sum() - np.log(places + self.mass).sum()
        return float(gain / self.cost)


class Meanings:
    """What the sentences of each unit mean: the sums of their vectors (units, dim), as evidence.

    A stretch is the better, the nearer its vectors are to their mean, as in change-point detection
    by least squares.
    """

    def __init__(self, vectors: Floats) -> None:
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        self.weights = np.minimum(norms[:, 0], 1.0)  # 0 for a unit without words
        centred = vectors / np.maximum(norms, 1e-9)
        centred -= np.average(centred, axis=0, weights=self.weights + 1e-9)
        centred *= self.weights[:, None]
        self.sums = np.concatenate([np.zeros((1, vectors.shape[1])), np.cumsum(centred, axis=0)])
        self.counts = np.concatenate([[0.0], np.cumsum(self.weights)])
        spread = float(np.square(centred).sum()) / max(float(self.counts[-1]), 1.0)
        self.cost = max(SPREAD * spread * float(self.counts[-1]) ** ROOT, 1e-9)

    def rows(self) -> Iterator[Floats]:
        """Yield as `Evidence.rows`."""
        for first in range(len(self.counts) - 1):
            sums = self.sums[first + 1 :] - self.sums[first]
            counts = self.counts[first + 1 :] - self.counts[first]
            yield np.square(sums).sum(axis=1) / np.maximum(counts, 1e-9) / self.cost

    def gain(self, first: int, last: int) -> float:
        """Return the gain of the stretch [first, last)."""
        sums, count = self.sums[last] - self.sums[first], self.counts[last] - self.counts[first]
        return float(np.square(sums).sum() / max(count, 1e-9) / self.cost)


def partition(
    evidence: Sequence[Evidence],
    bonus: Floats,
    times: Floats,
    lengths: tuple[float, float],
    count: int | None,
) -> list[int]:
    """Return the first units of the best stretches, the first of them 0.

    `bonus` (units,) is what speaks for each unit as the first of a stretch beside the evidence, in
    costs of a stretch. `times` (units + 1,) are the edges of units and `lengths` the least and the
    greatest length of a stretch, in seconds. The greatest is exceeded where no unit begins in time;
    there are fewer stretches than `count` if the least leaves no room for them.
    """
    units = len(bonus)
    layers = 1 if count is None else min(count, units) + 1  # sums by the number of stretches
    best = np.full((layers, units + 1), -np.inf)
    back = np.zeros((layers, units + 1), np.intp)
    best[0, 0] = 0.0
    target, origin = (best, back) if count is None else (best[1:], back[1:])
    for first, rows in enumerate(zip(*(each.rows() for each in evidence), strict=True)):
        seconds = times[first + 1 :] - times[first]
        gains = np.sum(rows, axis=0) + (bonus[first] if first else 0.0) - 1.0
        gains -= BROKEN * np.maximum(seconds / lengths[1] - 1, 0)
        gains[seconds < lengths[0] - 1e-6] = -np.inf
        sums = best[: len(target), first, None] + gains
        better = sums > target[:, first + 1 :]
        target[:, first + 1 :][better] = sums[better]
        origin[:, first + 1 :][better] = first
    possible = np.flatnonzero(best[:, units] > -np.inf)
    if not len(possible):
        return [0]
    layer, place = int(possible[-1]), units
    starts: list[int] = []
    while place:
        place = int(back[layer, place])
        starts.append(place)
        layer -= count is not None
    return starts[::-1]


def strengths(evidence: Sequence[Evidence], bonus: Floats, starts: Sequence[int]) -> list[float]:
    """Return how strong each boundary is, 0 to 1, against its two stretches as one: 0.5 where
    what speaks for it equals the cost of a stretch; 1 for the first, the start of the video."""
    found = [1.0]
    edges = [*starts, len(bonus)]
    for low, here, high in zip(edges, edges[1:], edges[2:], strict=False):
        parts = ((low, here, 1), (here, high, 1), (low, high, -1))
        gain = sum(sign * each.gain(a, b) for each in evidence for a, b, sign in parts)
        gain = max(gain + float(bonus[here]), 0.0)
        found.append(gain / (1.0 + gain))
    return found
