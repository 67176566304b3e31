"""Signatures of the frames of spans, by which copies are found: two a second, without a model."""

import logging
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
        if not lacking:
            yield from group
            continue
        try:
            with Video(lacking[0].video) as video:
                extents = {
                    id(span): video.clamp(span.get("start", video.start), span.end)
                    for span in lacking
                }
                signed = join(
                    [sign(video, low, high, RATE) for low, high in _runs(extents.values())]
                )
        except Exception as error:
            yield from (
                failure(COMMAND, span, error) if id(span) in {id(s) for s in lacking} else span
                for span in group
            )
            continue
        for span in group:
            extent = extents.get(id(span))
            yield span if extent is None else _added(span, extent, signed)


def is_signed(span: Span) -> bool:
    """Whether the span has signatures of this kind, of all of its frames and no others."""
    found: list[EmbeddingEntry] = span.get("embedding", [])
    now = checksum([span.start, span.end])
    ours = (entry for entry in found if (entry["of"], entry["model"]) == (SIGNATURE, MODEL))
    return any(entry.get("checksum", now) == now for entry in ours)


def _runs(extents: Iterable[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """Yield stretches that cover all extents, without long gaps."""
    low = high = None
    for start, end in sorted(extents):
        if low is None or high is None:
            low, high = start, end
        elif start <= high + GAP:
            high = max(high, end)
        else:
            yield low, high
            low, high = start, end
    if low is not None and high is not None:
        yield low, high


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
