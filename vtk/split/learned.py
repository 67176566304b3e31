"""Shot boundaries from TransNetV2 over the whole video: method `learned`.

A cut is a frame that alone has a high score in the head for single frames; a longer stretch in
which the head for all frames of a transition is high is a gradual transition. The published
network is read with one threshold over its single head; the second head gives the intervals.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np

from vtk.media.planes import Thumbnail
from vtk.split.content import Boundary
from vtk.split.dips import EMPTY, deviations
from vtk.split.network import EDGE, STEP, Network, Picture, opened, picture, windows

CUT = 0.4  # single head from which a frame is the last of a shot
SHARP = 0.4  # of its score, that the frames beside the last of a shot may have
MANY = 0.5  # second head from which a frame belongs to a transition
SHORTEST = 4  # frames of the shortest gradual transition


class Judged(NamedTuple):
    """A frame and what the network says of it."""

    pts: int
    time: float
    empty: bool
    single: float
    many: float


def boundaries(frames: Iterable[tuple[int, float, Thumbnail]]) -> Iterator[Boundary]:
    """Finds the shot boundaries in `frames`, (pts, seconds, thumbnail) in display order.

    Yields them in order, when the window they lie in has been judged: up to 75 frames later, on a
    GPU some hundreds. Keeps no more frames than these. A fade is told from a dissolve by an empty
    picture in it; wipes come as dissolves. Raises MissingError.
    """
    return found(_judged(frames, opened()))


def found(frames: Iterable[Judged]) -> Iterator[Boundary]:
    """The boundaries in frames that follow one another, in order."""
    stretch: list[Judged] = []  # frames of high score, and the one before them
    before: list[Judged] = []
    for frame in frames:
        if frame.single >= CUT or frame.many >= MANY:
            stretch = [*(stretch or before), frame]
        elif stretch:
            yield from _decide([*stretch, frame])
            stretch = []
        before = [frame]
    yield from _decide(stretch)


def _decide(frames: Sequence[Judged]) -> Iterator[Boundary]:
    """The boundaries in a stretch of frames of high score, given with one on either side."""
    single = [frame.single for frame in frames]
    many = [frame for frame in frames if frame.many >= MANY]
    high = [i for i in range(len(frames) - 1) if single[i] >= CUT]
    sharp = [
        i for i in high if max(single[max(0, i - 1)] * (i > 0), single[i + 1]) <= SHARP * single[i]
    ]
    if not sharp and len(many) >= SHORTEST:
        peak = max(many, key=lambda frame: frame.single)
        highest = max(frame.many for frame in many)
        name = "fade" if any(frame.empty for frame in many) else "dissolve"
        start, end = ((frame.pts, frame.time) for frame in (many[0], many[-1]))
        why = {"single": peak.single, "all": highest}
        yield Boundary(peak.pts, peak.time, _score(highest, MANY), name, start, end, why)
    elif high:
        for i in sharp or [max(high, key=lambda i: single[i])]:
            new = frames[i + 1]
            why = {"single": single[i], "all": frames[i].many}
            yield Boundary(new.pts, new.time, _score(single[i], CUT), why=why)


def _score(value: float, threshold: float) -> float:
    """0.5 at the threshold, 1 at 1."""
    return 0.5 + 0.5 * (value - threshold) / (1 - threshold)


def _judged(frames: Iterable[tuple[int, float, Thumbnail]], network: Network) -> Iterator[Judged]:
    """The frames in order, with their scores."""
    waiting: deque[tuple[int, float, bool]] = deque()

    def pictures() -> Iterator[Picture]:
        for pts, time, thumbnail in frames:
            waiting.append((pts, time, empty(thumbnail)))
            yield picture(thumbnail)

    source = windows(pictures())
    while batch := list(islice(source, network.at_once)):
        middle = network.scores(np.stack(batch))[:, EDGE : EDGE + STEP]
        for single, many in middle.reshape(-1, 2)[: len(waiting)].tolist():
            yield Judged(*waiting.popleft(), single, many)


def empty(thumbnail: Thumbnail) -> bool:
    """Whether a picture is nearly one light all over, as between a fade out and a fade in."""
    return deviations(thumbnail.luma[None])[0] < EMPTY
