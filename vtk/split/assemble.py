"""Yield the shots of a span, merged and divided as requested: `vtk split` without windows."""

import math
from collections.abc import Iterator

from vtk.entries import SpeechEntry
from vtk.media.container import seekable
from vtk.media.video import VideoCache
from vtk.pipeline import OnProgress
from vtk.span import Span
from vtk.split.methods import Shots
from vtk.split.regroup.frame_stats import FrameStats, FrameStatsOnDemand
from vtk.split.regroup.lengths import merge_short, split_long

LOOK_EVERY = 0.5  # seconds of video between two colour histograms


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
    """Yield the shots of a span found by `shots`, or its scenes, numbered from 0.

    The frame statistics needed for scenes and for dividing shots are collected while boundaries
    are detected; if the method does not decode all frames, the needed ones are decoded again.
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


def _speech(span: Span) -> list[SpeechEntry]:
    """Return the speech of a span: its own `speech`, or else the subtitles of its video."""
    if "speech" in span:
        return list(span["speech"])
    if not seekable(span.video):
        return []
    from vtk.media.subtitles import speech_entries

    return list(speech_entries(span.video))


def _numbered(spans: Iterator[Span], why: bool) -> Iterator[Span]:
    """Number the spans in `index`, and remove `why` from `transition` unless requested."""
    index = 0
    for span in spans:
        if not span.failed:
            span["index"] = index
            index += 1
            if not why and "why" in span.get("transition", ()):
                span["transition"] = {k: v for k, v in span["transition"].items() if k != "why"}
        yield span
