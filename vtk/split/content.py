"""Detect shot boundaries from the frames alone, without a large model: method `content`.

A cut is a frame difference ("step") that stands out from its neighbours (`vtk.split.cuts.steps`)
and that a small network classifies as a cut by what changed, where, and compared with what
(`vtk.split.cuts.evidence`, `vtk.models.shots.judge`). Gradual transitions are detected between the
cuts by `vtk.split.transitions.gradual`. All times are presentation timestamps.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from vtk.media.image.planes import Thumbnail
from vtk.media.timestamp import Timestamp
from vtk.models.shots.judge import Judge
from vtk.split.boundary import Boundary
from vtk.split.cuts.evidence import AROUND, MOST, evidence
from vtk.split.cuts.steps import WINDOW, FrameFeatures, candidate, with_features
from vtk.split.methods import THRESHOLD, SplitMethod
from vtk.split.shots import shots
from vtk.split.transitions.gradual import GradualDetector, OfBlend
from vtk.split.transitions.transition import Transition

# Returns the probability of a cut before a frame, given its evidence, a sequence of frames, and the
# index of the frame in that sequence.
OfCut = Callable[[NDArray[np.float32], Sequence[FrameFeatures], int], float]


def boundaries(
    frames: Iterable[tuple[int, float, Thumbnail]], threshold: float = THRESHOLD
) -> Iterator[Boundary]:
    """Yield the shot boundaries in `frames`, (pts, seconds, thumbnail)."""
    cuts, gradual = without_frames(Judge("cuts")), without_frames(Judge("gradual"))
    return detect(with_features(frames), cuts, gradual, threshold)


def without_frames(judge: Judge) -> Callable[..., float]:
    """Return a function that gives the judge's probability by the evidence, ignoring the frames."""
    return lambda measured, *_: judge.probability(measured)


def detect(
    frames: Iterable[FrameFeatures],
    of_cut: OfCut,
    of_blend: OfBlend,
    threshold: float = THRESHOLD,
    ahead: int = WINDOW,
) -> Iterator[Boundary]:
    """Detect the shot boundaries in `frames`, in display order, whose probability is sufficient.

    Yields them in order: a cut once `ahead` frames and AROUND seconds after it have been seen, a
    gradual transition some seconds later. Keeps the frames of that period before and after, and the
    few seconds of pictures that `vtk.split.transitions.gradual` needs. All thumbnails must have the
    same shape.
    """
    recent: list[FrameFeatures] = []
    begin = here = 0  # indices in `recent`: first frame of the shot, and frame to decide on
    blends: GradualDetector | None = None

    def decide() -> Iterator[Boundary]:
        nonlocal begin, here
        assert blends
        frame, low = recent[here], max(begin, here - WINDOW - 1)
        ratios = candidate(recent[low : here + WINDOW + 1], here - low, blends.luma)
        if ratios:
            known = evidence(recent, here, blends.luma, ratios)
            score = of_cut(known, recent, here)
            if score >= threshold:
                yield from _gradual(blends.finish(), threshold)
                yield Boundary(frame.pts, frame.time, score, why=ratios)
                begin = here
        timestamp = Timestamp(frame.pts, frame.time)
        certain = blends.push(timestamp, frame.picture, frame.moved, frame.deviation)
        yield from _gradual(certain, threshold)
        here += 1
        while here > max(ahead, WINDOW + 1) and (
            here > MOST or frame.time - recent[0].time > AROUND
        ):
            del recent[0]
            begin, here = max(0, begin - 1), here - 1

    for frame in frames:
        if blends is None:
            blends = GradualDetector(frame.thumbnail.luma.shape, of_blend, threshold)
        recent.append(frame)
        while len(recent) > here + max(ahead, WINDOW) and (
            len(recent) > here + MOST or frame.time - recent[here].time > AROUND
        ):
            yield from decide()
    while here < len(recent):
        yield from decide()
    if blends:
        yield from _gradual(blends.finish(), threshold)


def _gradual(transitions: Iterable[Transition], threshold: float) -> Iterator[Boundary]:
    """Yield the transitions with a score of at least `threshold` as boundaries."""
    for new in transitions:
        if new.score >= threshold:
            pts, time = new.shot
            yield Boundary(pts, time, new.score, new.type, new.start, new.end, new.why)


METHOD = SplitMethod(partial(shots, method="content", boundaries=boundaries))
