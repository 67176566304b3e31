"""Signatures of the frames of spans, by which copies are found: two a second, without a model."""

import logging
import math
from collections.abc import Iterable, Iterator

from vtk import times
from vtk.embed.batches import COMMAND
from vtk.embed.entries import checksum
from vtk.embedding import SIGNATURE, pack
from vtk.entries import EmbeddingEntry
from vtk.errors import MediaError
from vtk.media.image.signature import MODEL
from vtk.media.video import OUTSIDE, ROUNDING, Video
from vtk.media.video.signing import RATE, Signed, join, sign
from vtk.pipeline import failure, group_by_video
from vtk.span import Span

GAP = 1.0  # seconds between spans that are decoded rather than skipped

log = logging.getLogger("vtk")


def with_signatures(spans: Iterable[Span]) -> Iterator[Span]:
    """Yield the spans in order, each with the signatures of its frames; holds one video's spans.

    Spans that have them are passed on. A video is decoded once for all of its spans that follow
    each other, a whole video as one span.
    """
    for group in group_by_video(spans):
        lacking = [span for span in group if not span.failed and not is_signed(span)]
        new = {id(old): span for old, span in zip(lacking, _signed(lacking), strict=True)}
        yield from (new.get(id(span), span) for span in group)


def _signed(spans: list[Span]) -> list[Span]:
    """Return spans of one video with their signatures, or all as error records."""
    if not spans:
        return []
    try:
        with Video(spans[0].video) as video:
            extents = [video.clamp(span.get("start", video.start), span.end) for span in spans]
            signed = join([sign(video, _tick(low), high, RATE) for low, high in _runs(extents)])
    except Exception as error:
        return [failure(COMMAND, span, error) for span in spans]
    return [_added(span, extent, signed) for span, extent in zip(spans, extents, strict=True)]


def is_signed(span: Span) -> bool:
    """Whether the span has signatures of this kind, of all of its frames and no others."""
    found: list[EmbeddingEntry] = span.get("embedding", [])
    now = checksum([span.start, span.end])
    ours = (entry for entry in found if (entry["of"], entry["model"]) == (SIGNATURE, MODEL))
    return any(entry.get("checksum", now) == now for entry in ours)


def _runs(extents: Iterable[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """Yield stretches that cover all extents, without long gaps."""
    (low, high), *rest = sorted(extents)
    for start, end in rest:
        if start <= high + GAP:
            high = max(high, end)
        else:
            yield low, high
            low, high = start, end
    yield low, high


def _tick(start: float) -> float:
    """The time of the last signature up to `start`, in case a span is too short for its own."""
    return math.floor((start + ROUNDING) * RATE) / RATE if math.isfinite(start) else start


def _added(span: Span, extent: tuple[float, float], signed: Signed) -> Span:
    own = signed.within(*extent)
    if not len(own.times):  # shorter than the distance of two signatures
        near = abs(signed.times - extent[0]).argmin() if len(signed.times) else None
        if near is None or abs(signed.times[near] - extent[0]) > 1 / RATE + ROUNDING:
            return failure(COMMAND, span, MediaError(OUTSIDE))
        own = Signed(signed.times[near : near + 1], signed.vectors[near : near + 1])
    entries: list[EmbeddingEntry] = span.get("embedding", [])
    kept = [entry for entry in entries if entry["of"] != SIGNATURE]
    entry = pack(own.vectors, SIGNATURE, MODEL)
    entry["t"], entry["rate"] = times.rounded(float(own.times[0])), RATE
    new = span.with_times(*extent)
    entry["checksum"] = checksum([new.start, new.end])
    new["embedding"] = [*kept, entry]
    return new.with_provenance(COMMAND, of=SIGNATURE, model=MODEL)
