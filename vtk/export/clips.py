"""Spans as the clips of an edit, in whole frames, with the transitions between clips."""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from vtk.export.clock import FrameClock
from vtk.span import Span

GRADUAL = ("dissolve", "fade", "wipe")


class Gradual(NamedTuple):
    """A gradual transition: the frames that it covers before and after the start of its clip."""

    type: str  # one of GRADUAL
    before: int
    after: int


class Clip(NamedTuple):
    """The frames from `first` up to but not including `last` of a video; at least one frame."""

    span: Span
    counted: FrameClock
    first: int
    last: int
    into: Gradual | None  # transition into the clip; needs the previous clip to end where it begins


def clips(spans: Iterable[Span], count: Callable[[str], FrameClock]) -> Iterator[Clip]:
    """Turn spans into clips; each clip keeps at least one frame outside of transitions."""
    before = None
    for span in spans:
        number = count(span.video)
        first = number.frame(span.start)
        last = max(number.frame(span.end), first + 1)
        clip = Clip(span, number, first, last, None)
        if before is not None and (before.span.video, before.last) == (span.video, first):
            clip = clip._replace(into=_into(clip, before))
        yield clip
        before = clip


def _into(clip: Clip, before: Clip) -> Gradual | None:
    """The transition from the previous clip, limited to the frames that both clips have left."""
    known = clip.span.get("transition", {})
    if known.get("type") not in GRADUAL or "start" not in known or "end" not in known:
        return None
    free = before.last - before.first - 1 - (before.into.after if before.into else 0)
    head = min(max(0, clip.first - clip.counted.frame(known["start"])), free)
    tail = min(max(0, clip.counted.frame(known["end"]) - clip.first), clip.last - clip.first - 1)
    return Gradual(known["type"], head, tail) if head + tail else None
