"""TextTiling: how deep a valley of similarity lies at a point between two stretches.

Hearst, "TextTiling: Segmenting Text into Multi-paragraph Subtopic Passages", Computational
Linguistics 23(1), 1997, sections 4 and 5: windows of terms before and after a candidate boundary
are compared by cosine, and the depth score of the candidate is how far its similarity lies below
the peaks on both sides. The depth works on any similarity, such as that of images.
"""

import math
from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from vtk.passages import Passage
from vtk.text import Analyzer


class TermTimeline:
    """The terms of passages in time order, each with the middle of its passage in seconds.

    A term weighs the more, the fewer passages have it: one in all of them tells none apart.
    """

    def __init__(self, passages: Iterable[Passage], analyzer: Analyzer) -> None:
        self.terms: list[str] = []
        self.times: list[float] = []
        documents: Counter[str] = Counter()
        timed = sorted(passages, key=lambda passage: passage.start + passage.end)
        for passage in timed:
            found = analyzer.terms(passage.text)
            self.terms += found
            self.times += [(passage.start + passage.end) / 2] * len(found)
            documents.update(set(found))
        self.weight = {term: math.log(1 + len(timed) / n) for term, n in documents.items()}

    def similarity(self, low: int, here: int, high: int) -> float:
        """Weighted cosine, 0..1, of the terms [low, here) and [here, high), by their numbers."""
        sides = Counter(self.terms[max(0, low) : here]), Counter(self.terms[here:high])
        dot = sum(n * sides[1][t] * self.weight[t] ** 2 for t, n in sides[0].items())
        norms = [sum((n * self.weight[t]) ** 2 for t, n in side.items()) for side in sides]
        return dot / math.sqrt(norms[0] * norms[1]) if dot else 0.0


def valley_depth(
    values: Sequence[float | None],
    here: int,
    reach: int | None = None,
    summits: Collection[int] = (),
) -> float:
    """Half of how far the value `here` lies below the peaks to its left and right.

    A peak is looked for among `reach` values to each side (all by default), up to a value that is
    not known. `summits` are the numbers of values between which and the next one the similarity
    is 1, so that the search for a peak ends there. 0 where the value itself is not known.
    """
    value = values[here]
    if value is None:
        return 0.0
    peaks = []
    for way, gap in ((-1, -1), (1, 0)):
        peak, place = value, here
        for _ in range(len(values) if reach is None else reach):
            if place + gap in summits:
                peak = 1.0
                break
            place += way
            following = values[place] if 0 <= place < len(values) else None
            if following is None or following < peak:
                break
            peak = following
        peaks.append(peak)
    return sum(peaks) / 2 - value
