"""The results of a search: candidates as spans, with `score`, `rank`, `query` and provenance."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from vtk.query import Query
from vtk.retrieve import Search
from vtk.retrieve.channel import Candidate, Channel, read
from vtk.span import Span
from vtk.store.collection import Collection

BATCH = 64  # candidates whose records are read at once


def results(
    collection: Collection,
    query: Query,
    candidates: Sequence[Candidate],
    channels: Sequence[Channel],
    how: Search,
    respelled: dict[str, list[str]],
) -> Iterator[Span]:
    """Yield the first `query.n` candidates that are good enough, as many of a video as wanted.

    `respelled` are the words of the query that no span has, with those that are searched for.
    """
    details: dict[str, Any] = {
        **({"respelled": respelled} if respelled else {}),
        **({} if query.rewritten is None else {"rewritten": query.rewritten}),
        **_ways(channels, how),
    }
    taken: Counter[str] = Counter()
    named = "+".join(channel.name for channel in channels)
    method = "conditions" if query.lists else named
    for first in range(0, len(candidates), BATCH):
        batch = candidates[first : first + BATCH]
        for candidate, span in zip(batch, read(collection, batch), strict=True):
            score = round(candidate.score, 6)
            if query.threshold is not None and score < query.threshold:
                return
            if how.per_video and taken[span.video] >= how.per_video:
                continue
            taken[span.video] += 1
            result = Span(span)
            result.pop("why", None)
            result.update(score=score, rank=taken.total(), query=query.named)
            if query.id is not None:
                result["query_id"] = query.id
            if how.why:
                result["why"] = _reasons(collection, query, candidate, span, channels)
            yield result.with_provenance("retrieve", method, **details)
            if query.n and taken.total() == query.n:
                return


def _reasons(
    collection: Collection,
    query: Query,
    candidate: Candidate,
    span: Span,
    channels: Sequence[Channel],
) -> dict[str, object]:
    found = {
        channel.name: reason
        for channel in channels
        if (reason := channel.why(collection, query, candidate.rows[0], span))
    }
    return {**found, **candidate.why}


def _ways(channels: Sequence[Channel], how: Search) -> dict[str, Any]:
    """How the scores came about, for `made`: the models, and what was not left as it is."""
    models = {each.name: each.needs[1] for each in channels if each.needs}
    told: dict[str, Any] = {"models": models} if models else {}
    told |= how.fuse.told(channels)
    if pools := {getattr(each, "pool", "max") for each in channels} - {"max"}:
        told["pool"] = pools.pop()
    if how.normalise is not None:
        told["normalized"] = how.normalise.told
    if how.rerank:
        told["reranked"] = how.rerank_by
    return told | ({"diverse": True} if how.diverse else {})
