"""Where in a video a chapter may begin."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from vtk.chapter.task import Snap
from vtk.passages import Passage
from vtk.span import Span
from vtk.times import rounded

INSIDE = 0.5  # seconds into a sentence that a chapter may begin, as times of cues are not exact


def places_of(spans: Sequence[Span], lines: Sequence[Passage], snap: Snap) -> list[float]:
    """Return the times in seconds, in order, at which a chapter may begin.

    `spans` are those of a video in order, `lines` its texts. With the snap `shot`, these are the
    starts of spans; else also those of sentences and of other texts, but none inside a sentence.
    """
    starts = [span.start for span in spans]
    reach = list(accumulate((span.end for span in spans), max))
    found = set(starts)
    if snap != "shot":
        said = [line for line in lines if line.source == "speech"]
        begins = [line.start for line in said]
        ends = list(accumulate((line.end for line in said), max))

        def is_free(time: float) -> bool:
            n = bisect_right(begins, time - INSIDE)
            return n == 0 or ends[n - 1] <= time + INSIDE

        others = {*starts, *(line.start for line in lines if line.source != "speech")}
        found = {*begins, starts[0], *filter(is_free, others)}
    inside = (rounded(t) for t in found if t >= starts[0])
    return sorted(t for t in inside if reach[bisect_right(starts, t) - 1] > t)
