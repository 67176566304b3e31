"""Whole videos as results: each counts as much as its best span."""

import math

from vtk.query import Query
from vtk.retrieve.channel import Candidate, joined, read
from vtk.span import TIMED_FIELDS, Span
from vtk.store.collection import Collection

PARTS = 20  # most spans that a video is shown by
PART = ("start", "end", "kind", "index", "caption", "title")


def whole_videos(
    collection: Collection, query: Query, candidates: list[Candidate]
) -> list[Candidate]:
    """One candidate for each video, from its first span to the end of its last one.

    `parts` are the best of the spans that answer the query, in time order, with their scores.
    """
    by_video: dict[str, list[tuple[Candidate, Span]]] = {}
    for candidate, span in zip(candidates, read(collection, candidates), strict=True):
        if query.threshold is None or round(candidate.score, 6) >= query.threshold:
            by_video.setdefault(span.video, []).append((candidate, span))
    extents = collection.extents(by_video)
    return [_video(found, *extents[video]) for video, found in by_video.items()]


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
