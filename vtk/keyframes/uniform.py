"""uniform: frames evenly spaced in time, each in the middle of an equal part of the span."""

from vtk.keyframes.methods import KeyframeMethod
from vtk.keyframes.sampler import Choice, SpanSampler
from vtk.media.video import ROUNDING


def choose(view: SpanSampler, k: int) -> list[Choice]:
    """Choose at most `k` frames; each has the score 1."""
    return evenly_spaced(view, k, view.start, view.end)


def evenly_spaced(view: SpanSampler, k: int, start: float, end: float) -> list[Choice]:
    """At most `k` frames in the middle of equal parts of a stretch; each has the score 1."""
    if view.gap:
        # The frame on screen at a given time may have started up to its duration earlier.
        k = min(k, max(int((end - start) / (view.gap + 1 / view.rate)), 1))
    found = view.frames_at([start + (i + 0.5) * (end - start) / k for i in range(k)])
    if len(found) < k:
        found = view.sample(k, least=k)
        count = min(k, len(found))
        found = [found[i * len(found) // count] for i in range(count)]
    chosen: list[Choice] = []
    for candidate in found:
        if not chosen or candidate.time - chosen[-1].candidate.time >= view.gap - ROUNDING:
            chosen.append(Choice(candidate, 1.0, {}))
    return chosen


METHOD = KeyframeMethod(choose, by_time=True)
