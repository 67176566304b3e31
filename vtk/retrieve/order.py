"""Order in time: spans of a video that answer one query after the other.

A span follows another one if it begins later, and at most so many seconds after the end of that;
they may overlap. The result is one moment, from the first span to the last, with the mean of their
scores. No two results have a span in common.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from vtk.retrieve.channel import Candidate, joined
from vtk.span import Span
from vtk.store.collection import Collection, Hits

PART = ("start", "end", "kind", "index", "score", "caption", "title")


@dataclass(frozen=True, slots=True)
class _Chain:
    """Spans that follow each other, one for each step, and the sum of their scores."""

    rows: tuple[int, ...]
    score: float


def in_order(collection: Collection, steps: Sequence[Hits], within: float) -> list[Candidate]:
    """The moments in which hits of every step follow each other, the best first."""
    rows = sorted({row for hits in steps for row in hits.rows.tolist()})
    spans = dict(zip(rows, collection.spans(rows), strict=True))
    by_video: defaultdict[str, list[dict[int, float]]] = defaultdict(lambda: [{} for _ in steps])
    for number, hits in enumerate(steps):
        for row, score in zip(hits.rows.tolist(), hits.scores.tolist(), strict=True):
            by_video[spans[row].video][number][row] = score
    chains = [chain for found in by_video.values() for chain in _chains(found, spans, within)]
    taken: set[int] = set()
    kept = []
    for chain in sorted(chains, key=lambda chain: (-chain.score, chain.rows)):
        if taken.isdisjoint(chain.rows):
            taken.update(chain.rows)
            own = [spans[row] for row in chain.rows]
            score = chain.score / len(steps)
            kept.append(Candidate(chain.rows, score, _moment(own)))
    return kept


def _chains(
    found: Sequence[dict[int, float]], spans: dict[int, Span], within: float
) -> list[_Chain]:
    """For each hit of the first step the best chain that begins with it."""
    best = {row: _Chain((row,), score) for row, score in found[-1].items()}
    for hits in reversed(found[:-1]):
        later = sorted(best, key=lambda row: spans[row].start)
        starts = [spans[row].start for row in later]
        best = {
            row: _Chain((row, *chain.rows), score + chain.score)
            for row, score in hits.items()
            if (chain := _next(spans[row], later, starts, best, within)) is not None
        }
    return list(best.values())


def _next(
    span: Span, later: Sequence[int], starts: list[float], best: dict[int, _Chain], within: float
) -> _Chain | None:
    """The best of the chains that follow a span; of equal ones the earliest."""
    first, last = bisect_right(starts, span.start), bisect_right(starts, span.end + within)
    return max((best[row] for row in later[first:last]), key=lambda c: c.score, default=None)


def _moment(spans: Sequence[Span]) -> Span:
    parts = [{key: span[key] for key in PART if key in span} for span in spans]
    return joined(list(spans), "moment", parts)
