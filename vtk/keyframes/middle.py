"""middle: the frame in the middle of the part of a span that is clear of transitions.

Several frames are each in the middle of an equal section of that part.
"""

from vtk.keyframes.methods import KeyframeMethod
from vtk.keyframes.sampler import Choice, SpanSampler
from vtk.keyframes.uniform import evenly_spaced


def choose(view: SpanSampler, k: int) -> list[Choice]:
    """Choose at most `k` frames; each has the score 1."""
    return evenly_spaced(view, k, view.low, view.high)


METHOD = KeyframeMethod(choose, by_time=True)
