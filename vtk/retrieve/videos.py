"""Whole videos as results.

Each counts as much as its best span; if it is searched in one way, by vectors, and several of them
count otherwise than by the nearest (`vtk.retrieve.pooling`), then by all vectors of it together.
"""

import math
from collections.abc import Sequence

from vtk.query import Query
from vtk.retrieve.channel import Candidate, Channel, joined, read
from vtk.retrieve.embedded import Embedded
from vtk.span import TIMED_FIELDS, Span
from vtk.store.collection import Collection

PARTS = 20  # most spans that a video is shown by
PART = ("start", "end", "kind", "index", "caption", "title")


def whole_videos(
    collection: Collection,
    query: Query,
    candidates: list[Candidate],
    channels: Sequence[Channel] = (),
) -> list[Candidate]:
    """One candidate for each video, from its first span to the end of its last one.

    `parts` are the best of the spans that answer the query, in time order, with their scores.
    """
    pooled = _pooled(channels)
    by_video: dict[str, list[tuple[Candidate, Span]]] = {}
    for candidate, span in zip(candidates, read(collection, candidates), strict=True):
        if pooled or query.threshold is None or round(candidate.score, 6) >= query.threshold:
            by_video.setdefault(span.video, []).append((candidate, span))
    extents = collection.extents(by_video)
    whole = {video: _video(found, *extents[video]) for video, found in by_video.items()}
    if pooled is None or len(query.steps) > 1:
        return list(whole.values())
    for video, candidate in whole.items():
        candidate.score = pooled.of_video(collection, query, video)
    return sorted(whole.values(), key=lambda candidate: -candidate.score)


def _pooled(channels: Sequence[Channel]) -> Embedded | None:
    """The only channel, if it compares several vectors of a span otherwise than by the nearest."""
    for channel in channels if len(channels) == 1 else ():
        if isinstance(channel, Embedded) and channel.pool != "max":
            return channel
    return None


def _video(found: list[tuple[Candidate, Span]], start: float, end: float) -> Candidate:
    best = sorted(found[:PARTS], key=lambda pair: (pair[1].start, pair[1].end))
    parts = [
        {**{key: span[key] for key in PART if key in span}, "score": round(each.score, 6)}
        for each, span in best
    ]
    bare = [Span({k: v for k, v in s.items() if k not in TIMED_FIELDS}) for _, s in found]
    first = found[0][0]
    whole = joined(bare, "video", parts)
    whole["start"] = start
    if math.isfinite(end):
        whole["end"] = end
    else:
        whole.pop("end", None)
    return Candidate(first.rows, first.score, whole, first.why)
