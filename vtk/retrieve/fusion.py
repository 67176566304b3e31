"""Fusion: one list of hits from those of several channels.

Ranks alone do not count: a caption that happens to share one word with a query is the first hit by
words, and would push out of the first places what is meant. So all count by their evidence, `rrf`
too, and a channel that found nothing is ignored.

Several channels with vectors, meaning and looks, count in `sum` by the best of them for each span,
as in CLaMR: many spans have no text about what they show, and the text of others is no reason to
come before them. As one model gives all texts about a subject more than another gives any picture
of it, each is compared with its own first hits. This and their number were chosen on the even plays
of `tests/benchmarks/search_fusion.py`, half of them with a text that says nothing; of the odd ones
without another text, described in full, the sum of all three found none first, and this over half.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vtk.errors import UsageError
from vtk.query import Query
from vtk.retrieve.channel import Channel
from vtk.store.collection import NONE, Collection, Hits, Rows, Scores, best

K = 60
FIRST = 20  # hits that a channel with vectors is compared with
Matrix = NDArray[np.float32]  # (channels, rows)


def ranks(evidence: Matrix, weights: Scores) -> Scores:
    """Reciprocal rank fusion (Cormack, Clarke & Büttcher, SIGIR 2009), by evidence.

    A channel gives each span that evidence speaks for weight / (60 + rank), times this evidence as
    a share of the best of all channels.
    """
    fused = np.zeros(evidence.shape[1], np.float32)
    for own, weight in zip(evidence, weights, strict=True):
        order = np.argsort(-own, kind="stable")
        order = order[own[order] > 0]
        places = np.arange(K + 1, K + 1 + len(order), dtype=np.float32)
        fused[order] += weight * own[order] / evidence.max() / places
    return fused


def sums(evidence: Matrix, weights: Scores) -> Scores:
    """The sum of the evidence of the channels, by their weights, of which the greatest counts 1."""
    total: Scores = (weights / weights.max() @ evidence).astype(np.float32)
    return total


def standing_out(evidence: Matrix) -> Scores:
    """For each row how much it stands out among the first hits of a channel, the best of them.

    That is its evidence less the mean of the FIRST greatest ones of the channel; the mean of these
    over the channels is added, so that the result is evidence again. Shape (rows,).
    """
    first = -np.sort(-evidence, axis=1)[:, :FIRST].mean(1)
    best: Scores = (evidence - first[:, None]).max(0) + first.mean()
    return best


def maxima(evidence: Matrix, weights: Scores) -> Scores:
    """The best weighted evidence, so that no channel takes from what another finds (CLaMR)."""
    best: Scores = (evidence * (weights / weights.max())[:, None]).max(0)
    return best


HOW: Mapping[str, Callable[[Matrix, Scores], Scores]] = {
    "sum": sums,
    "rrf": ranks,
    "max": maxima,
}


@dataclass(frozen=True)
class Fusion:
    """Makes one list of the hits of channels; `weights` are theirs by name, 1 if not given.

    The scores are those of `HOW`, of evidence on the scale of `vtk.retrieve.calibration`; those of
    words alone are of BM25. What a channel did not find has the least score that it found, if its
    scores are `normalised` over a set; else its score is worked out. Raises UsageError for unknown
    names and weights below 0.
    """

    how: str = "sum"
    weights: Mapping[str, float] = field(default_factory=dict)
    normalised: bool = False

    def __post_init__(self) -> None:
        if self.how not in HOW:
            raise UsageError(f"no fusion {self.how!r}; there are {', '.join(HOW)}")
        if not all(0 <= weight < np.inf for weight in self.weights.values()):
            raise UsageError("the weights of --weights are numbers of 0 or more")

    def __call__(
        self, collection: Collection, query: Query, found: Sequence[tuple[Channel, Hits]]
    ) -> Hits:
        """The spans that any channel found, the best first; equal ones in their order."""
        counting = [
            (channel, hits, self.weights.get(channel.name, 1.0))
            for channel, hits in found
            if len(hits.rows) and self.weights.get(channel.name, 1.0) > 0
        ]
        if not counting:
            return NONE
        if len(found) == 1 and counting[0][0].needs is None:
            return counting[0][1]
        rows: Rows = np.unique(np.concatenate([hits.rows for _, hits, _ in counting]))
        evidence = np.stack(
            [self._evidence(collection, query, each, hits, rows) for each, hits, _ in counting]
        )
        weights = np.array([weight for *_, weight in counting], np.float32)
        compared = np.array([channel.needs is not None for channel, *_ in counting])
        if self.how == "sum" and compared.sum() > 1:
            weights /= weights.max()
            seen = standing_out(evidence[compared] * weights[compared, None])
            evidence = np.stack([*evidence[~compared], seen])
            weights = np.append(weights[~compared], np.float32(1))
        return best(rows, HOW[self.how](evidence, weights))

    def told(self, channels: Sequence[Channel]) -> dict[str, Any]:
        """How it was done, for the record; empty with a single channel."""
        if len(channels) < 2:
            return {}
        return {"fuse": self.how, **({"weights": dict(self.weights)} if self.weights else {})}

    def _evidence(
        self, collection: Collection, query: Query, channel: Channel, hits: Hits, rows: Rows
    ) -> Scores:
        if not self.normalised or channel.needs is None:
            return channel.evidence(collection, query, hits, rows.tolist())
        own = channel.evidence(collection, query, hits, hits.rows.tolist())
        found = np.full(len(rows), own.min(), np.float32)
        found[np.searchsorted(rows, hits.rows)] = own
        return found


def read_weights(text: str | None, names: Iterable[str]) -> dict[str, float]:
    """Read `words=1,meaning=2`. Raises UsageError for unknown names and what is no number."""
    found: dict[str, float] = {}
    for pair in (text or "").split(",") if text else ():
        name, _, value = pair.partition("=")
        if name.strip() not in names:
            raise UsageError(f"no way to search {name.strip()!r}; there are {', '.join(names)}")
        try:
            found[name.strip()] = float(value)
        except ValueError:
            raise UsageError(f"a weight is NAME=NUMBER, not {pair!r}") from None
    return found
