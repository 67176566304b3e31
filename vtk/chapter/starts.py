"""Where in a video a chapter may begin: with a sentence, after a silence, or with a shot."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate
from math import inf

from vtk.chapter.task import Snap
from vtk.passages import Passage
from vtk.span import Span
from vtk.speech import PAUSE
from vtk.times import rounded

INSIDE = 0.5  # seconds into a sentence that a chapter may begin, as times of cues are not exact
APART = 1.0  # seconds within which a shot and a sentence are one place, that of the shot


def places_of(spans: Sequence[Span], lines: Sequence[Passage], snap: Snap) -> list[float]:
    """Return the times in seconds, in order, at which a chapter may begin.

    `spans` are those of a video in order, `lines` its texts. With the snap `shot`, these are the
    starts of spans; else also those of sentences and of other texts, but none inside a sentence;
    with the snap `silence`, only those in or after a pause of the speakers. None lies in a gap
    between spans, and the first is the start of the video.
    """
    starts = [span.start for span in spans]
    reach = list(accumulate((span.end for span in spans), max))
    found = set(starts)
    if snap != "shot":
        pauses = _pauses(lines, PAUSE if snap == "silence" else -INSIDE)
        ends = [end for _, end in pauses]

        def is_free(time: float) -> bool:
            n = bisect_left(ends, time - INSIDE)
            return n < len(pauses) and pauses[n][0] <= time + INSIDE

        others = {*starts, *(line.start for line in lines if line.source != "speech")}
        free = sorted(filter(is_free, others))
        spoken = {end for end in ends if end < inf and not near(end, free, APART)}
        found = {starts[0], *free, *spoken}
    inside = (rounded(t) for t in found if t >= starts[0])
    later = {t for t in inside if reach[bisect_right(starts, t) - 1] > t}
    return sorted({rounded(starts[0]), *later})


def near(time: float, moments: Sequence[float], reach: float) -> bool:
    """Return whether one of the moments, in order, is at most `reach` seconds from `time`."""
    place = bisect_left(moments, time - reach)
    return place < len(moments) and moments[place] <= time + reach


def _pauses(lines: Sequence[Passage], least: float) -> list[tuple[float, float]]:
    """Return the stretches between sentences of at least so many seconds, and those around all.

    One of less than 0 seconds is where a sentence begins before the last one has ended.
    """
    said = sorted((p.start, p.end) for p in lines if p.source == "speech")
    ends = accumulate((end for _, end in said), max)
    pairs = zip([-inf, *ends], [*(start for start, _ in said), inf], strict=True)
    return [(low, high) for low, high in pairs if high - low >= least]
