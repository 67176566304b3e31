"""Spans as the clips of an edit: whole frames one after the other, and how one becomes the next."""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from vtk.export.clock import FrameClock
from vtk.span import Span

GRADUAL = ("dissolve", "fade", "wipe")


class Gradual(NamedTuple):
    """A gradual transition: so many frames before and after the first frame of its clip."""

    type: str  # one of GRADUAL
    before: int
    after: int


class Clip(NamedTuple):
    """A stretch of a video in frames, `last` not part of it; at least one frame long."""

    span: Span
    counted: FrameClock
    first: int
    last: int
    into: Gradual | None  # how the clip begins, where it goes on from the clip before


def clips(spans: Iterable[Span], count: Callable[[str], FrameClock]) -> Iterator[Clip]:
    """The spans as clips; each has a frame that is in no transition."""
    before = None
    for span in spans:
        number = count(span.video)
        first = number.frame(span.start)
        last = max(number.frame(span.end), first + 1)
        clip = Clip(span, number, first, last, None)
        if before is not None and before.last == first:
            clip = clip._replace(into=_into(clip, before))
        yield clip
        before = clip


def _into(clip: Clip, before: Clip) -> Gradual | None:
    """The transition from the clip before, within what is left of either clip."""
    known = clip.span.get("transition", {})
    if known.get("type") not in GRADUAL or "start" not in known or "end" not in known:
        return None
    free = before.last - before.first - 1 - (before.into.after if before.into else 0)
    head = min(max(0, clip.first - clip.counted.frame(known["start"])), free)
    tail = min(max(0, clip.counted.frame(known["end"]) - clip.first), clip.last - clip.first - 1)
    return Gradual(known["type"], head, tail) if head + tail else None
