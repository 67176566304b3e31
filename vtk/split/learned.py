"""Detect shot boundaries with TransNetV2 on the whole video: method `learned`.

A cut is an isolated frame with a high score in the single-frame head; a longer run of high scores
in the head for all frames of a transition is a gradual transition. As published, the network is
used with one threshold on its single-frame head; here the second head provides the intervals.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from typing import Any, NamedTuple

import numpy as np

from vtk.media.image.planes import Thumbnail
from vtk.models.shots.transnetv2 import (
    EDGE,
    STEP,
    Network,
    Picture,
    open_network,
    to_network_input,
    windows,
)
from vtk.span import Span
from vtk.split.boundary import Boundary
from vtk.split.methods import THRESHOLD, SplitMethod
from vtk.split.shots import shots
from vtk.split.transitions.short_fades import THRESHOLDS as SHORT_FADE
from vtk.split.transitions.short_fades import deviations

CUT = 0.4  # score of the single-frame head at which the probability of a cut is 0.5
SHARP = 0.4  # maximum score of the frames next to a cut, as a fraction of the cut's score
MANY = 0.5  # score of the second head at which the probability of a transition is 0.5
SLOPE = 1.14  # slope from a score's logit to a probability's, fitted to steps of real clips
SHORTEST = 4  # frames of the shortest gradual transition


class ScoredFrame(NamedTuple):
    """A frame and its scores from the network."""

    pts: int
    time: float
    empty: bool
    single: float
    many: float


def boundaries(
    frames: Iterable[tuple[int, float, Thumbnail]],
    threshold: float = THRESHOLD,
    network: Callable[[], Network] = open_network,
) -> Iterator[Boundary]:
    """Detect the shot boundaries in `frames`, (pts, seconds, thumbnail) in display order.

    Yields them in order, once the window they lie in has been scored: up to 75 frames later, on a
    GPU some hundreds. Keeps no more frames than that. A transition with an empty frame is a fade,
    otherwise a dissolve; wipes are reported as dissolves. Raises MissingError.
    """
    return detect(_judged(frames, network()), threshold)


def detect(frames: Iterable[ScoredFrame], threshold: float = THRESHOLD) -> Iterator[Boundary]:
    """Yield the boundaries in consecutive frames, in order."""
    cut, many = _needed(threshold, CUT), _needed(threshold, MANY)
    stretch: list[ScoredFrame] = []  # a run of frames with high scores, and the frame before it
    before: list[ScoredFrame] = []
    for frame in frames:
        if frame.single >= cut or frame.many >= many:
            stretch = [*(stretch or before), frame]
        elif stretch:
            yield from _decide([*stretch, frame], cut, many)
            stretch = []
        before = [frame]
    yield from _decide(stretch, cut, many)


def _decide(frames: Sequence[ScoredFrame], cut: float, least: float) -> Iterator[Boundary]:
    """Yield the boundaries in a run of frames with high scores, given with one frame on each side.

    `cut` and `least` are the minimum scores of the first and of the second head.
    """
    single = [frame.single for frame in frames]
    many = [frame for frame in frames if frame.many >= least]
    high = [i for i in range(len(frames) - 1) if single[i] >= cut]
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


def _score(value: float, even: float) -> float:
    """Return the probability that corresponds to a score, 0.5 if the score equals `even`."""
    odds: float = (value / (1 - value + 1e-6) / (even / (1 - even))) ** SLOPE
    return odds / (1 + odds)


def _needed(probability: float, even: float) -> float:
    """Return the score that corresponds to a probability, the inverse of `_score`."""
    odds: float = (probability / (1 - probability)) ** (1 / SLOPE) * even / (1 - even)
    return odds / (1 + odds)


def _judged(
    frames: Iterable[tuple[int, float, Thumbnail]], network: Network
) -> Iterator[ScoredFrame]:
    """Yield the frames in order, with their scores."""
    waiting: deque[tuple[int, float, bool]] = deque()

    def pictures() -> Iterator[Picture]:
        for pts, time, thumbnail in frames:
            waiting.append((pts, time, is_blank(thumbnail)))
            yield to_network_input(thumbnail)

    source = windows(pictures())
    while batch := list(islice(source, network.at_once)):
        middle = network.scores(np.stack(batch))[:, EDGE : EDGE + STEP]
        for single, many in middle.reshape(-1, 2)[: len(waiting)].tolist():
            yield ScoredFrame(*waiting.popleft(), single, many)


def is_blank(thumbnail: Thumbnail) -> bool:
    """Return whether a picture is nearly uniform, as between a fade-out and a fade-in."""
    return deviations(thumbnail.luma[None])[0] < SHORT_FADE.empty


def _shots(*arguments: Any, network: Callable[[], Network]) -> Iterator[Span]:
    found = partial(boundaries, network=network)
    # The network takes longer than any decoding, and needs the memory of parallel decoders.
    return shots(*arguments, method="learned", boundaries=found, side_by_side=False)


METHOD = SplitMethod(_shots, opens=open_network)
