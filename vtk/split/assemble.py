"""The shots of a span, joined and divided as asked for: what `vtk split` gives without windows."""

import math
from collections.abc import Iterator

from vtk.media.container import seekable
from vtk.media.video import VideoCache
from vtk.pipeline import OnProgress
from vtk.span import Span
from vtk.split.methods import Shots
from vtk.split.regroup.frame_stats import FrameStats, FrameStatsOnDemand
from vtk.split.regroup.lengths import merge_short, split_long

LOOK_EVERY = 0.5  # seconds of video from one look at its colours to the next


def assemble(
    span: Span,
    *,
    shots: Shots,
    decodes_all: bool,
    threshold: float,
    min_length: float | None,
    max_length: float | None,
    scenes: bool,
    why: bool,
    on_progress: OnProgress | None,
) -> Iterator[Span]:
    """The `shots` of the span by a method, or its scenes, numbered from 0.

    What of the pictures is needed beside the boundaries is gathered while they are found; where
    the method does not decode them all they are decoded again.
    """
    with VideoCache() as latest:
        seen: FrameStats | FrameStatsOnDemand
        if decodes_all:
            looks = LOOK_EVERY if scenes else math.inf
            seen = FrameStats(steps=max_length is not None, look_every=looks)
            found = shots(span, on_progress, threshold, seen)
        else:
            seen = FrameStatsOnDemand(span.video, latest)
            found = shots(span, on_progress, threshold, None)
        if scenes:
            from vtk.split.regroup.scenes import scenes as joined_into_scenes

            found = joined_into_scenes(found, seen, _speech(span))
        if min_length:
            found = merge_short(found, min_length)
        if max_length:
            found = split_long(found, max_length, seen)
        yield from _numbered(found, why)


def _speech(span: Span) -> list[dict[str, object]]:
    """What is said in the span: its own words, or those of its video's subtitles."""
    if "speech" in span:
        return list(span["speech"])
    if not seekable(span.video):
        return []
    from vtk.media.subtitles import speech_entries

    return list(speech_entries(span.video))


def _numbered(spans: Iterator[Span], why: bool) -> Iterator[Span]:
    """The spans with their place as `index`, and with `why` in `transition` if asked for."""
    index = 0
    for span in spans:
        if not span.failed:
            span["index"] = index
            index += 1
            if not why and "why" in span.get("transition", ()):
                span["transition"] = {k: v for k, v in span["transition"].items() if k != "why"}
        yield span
