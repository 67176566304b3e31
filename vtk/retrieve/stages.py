"""Stages after fusion: judged again by a model, spread over what differs, normalised over a set."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vtk.embedding import unit
from vtk.errors import UsageError
from vtk.query import Query
from vtk.retrieve.channel import Candidate, Channel, read
from vtk.retrieve.embedded import Embedded
from vtk.retrieve.normalisation import OF_SETS, qb_norm
from vtk.store.collection import Collection, Hits, best

Matrix = NDArray[np.float32]

NORMALISATIONS = (*OF_SETS, "qbnorm")
LAMBDA = 0.5  # how much being near counts against being unlike what was taken
POOL = 100  # candidates that are ordered by `Diverse`, at least


def diverse(relevance: Sequence[float], alike: Callable[[int], Matrix], n: int) -> list[int]:
    """The order in which candidates are taken, by maximal marginal relevance.

    Carbonell & Goldstein (SIGIR 1998, section 2): next comes the candidate with the most of half
    its relevance less half its likeness to the nearest of those taken. Relevance is scaled to 0..1
    over the candidates; `alike` gives the likeness (candidates,), 0..1, of all to one. At most `n`.
    """
    scores = np.asarray(relevance, np.float32)
    low, high = (float(scores.min()), float(scores.max())) if len(scores) else (0.0, 0.0)
    scaled = (scores - low) / (high - low) if high > low else np.ones_like(scores)
    nearest = np.zeros(len(scores), np.float32)
    left = np.ones(len(scores), np.bool_)
    taken: list[int] = []
    while len(taken) < min(n, len(scores)):
        marginal = np.where(left, LAMBDA * scaled - (1 - LAMBDA) * nearest, -np.inf)
        best = int(marginal.argmax())
        taken.append(best)
        left[best] = False
        nearest = np.maximum(nearest, alike(best))
    return taken


@dataclass(frozen=True)
class Diverse:
    """Puts results first that differ from each other; their scores stay as they are.

    They are compared by the first channel that has vectors of them, without any by their words:
    the share of terms that two spans have in common.
    """

    channels: Sequence[Channel] = ()

    def __call__(
        self, collection: Collection, query: Query, candidates: list[Candidate]
    ) -> list[Candidate]:
        """The candidates in the new order; those after the first ones keep their places."""
        most = max(POOL, 5 * query.n)
        first = candidates[:most]
        alike = self._by_vectors(collection, first) or _by_words(collection, query, first)
        order = diverse([each.score for each in first], alike, query.n or most)
        rest = [i for i in range(len(first)) if i not in set(order)]
        return [first[i] for i in order + rest] + candidates[most:]

    def _by_vectors(
        self, collection: Collection, candidates: list[Candidate]
    ) -> Callable[[int], Matrix] | None:
        rows = [each.rows[0] for each in candidates]
        for needs in (channel.needs for channel in self.channels):
            own = collection.vectors(*needs, rows) if needs else []
            if own and all(vectors.size for vectors in own):
                means = unit(np.stack([vectors.mean(0) for vectors in own]))
                return lambda one: np.clip(means @ means[one], 0, 1)
        return None


def _by_words(
    collection: Collection, query: Query, candidates: list[Candidate]
) -> Callable[[int], Matrix]:
    from vtk.passages import passages

    texts = [" ".join(p.text for p in passages(span)) for span in read(collection, candidates)]
    terms = [set(query.analyzer.terms(text)) for text in texts]

    def alike(one: int) -> Matrix:
        shared = [len(own & terms[one]) / max(len(own | terms[one]), 1) for own in terms]
        return np.array(shared, np.float32)

    return alike


@dataclass(frozen=True)
class Normalised:
    """Normalises what a channel with vectors found for a set of queries; others stay as they are.

    `how` is one of `OF_SETS`, or "qbnorm" with the bank of the channel, which compares a query with
    none of the set. Scores are worked out for every query and every span that any of them found.
    """

    how: str

    def __post_init__(self) -> None:
        if self.how not in NORMALISATIONS:
            raise UsageError(f"no such normalisation as {self.how!r}")

    @property
    def told(self) -> str:
        """How it was done, for the record: by the other queries of the set, or by a bank."""
        return (
            f"{self.how} over {'other queries' if self.how == 'qbnorm' else 'the set of queries'}"
        )

    def __call__(
        self,
        collection: Collection,
        channel: Channel,
        queries: Sequence[Query],
        found: list[Hits],
    ) -> list[Hits]:
        """The hits of each query, with normalised scores, the best first."""
        if not isinstance(channel, Embedded) or not found:
            return found
        rows = np.unique(np.concatenate([hits.rows for hits in found]))
        asked = [number for number, hits in enumerate(found) if len(hits.rows)]
        if not asked:
            return found
        listed = rows.tolist()
        cosines = np.stack([channel.similarities(collection, queries[i], listed) for i in asked])
        if self.how == "qbnorm":
            normalised = qb_norm(cosines, channel.of_bank(collection, listed))
        else:
            normalised = OF_SETS[self.how](cosines)
        new = list(found)
        for number, scores in zip(asked, normalised, strict=True):
            own = np.isin(rows, found[number].rows)  # the others may not fulfil its conditions
            new[number] = best(rows[own], scores[own])
        return new
