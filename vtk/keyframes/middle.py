"""middle: the frame in the middle of what is clear of the transition that a span begins with.

Of more than one each is in the middle of an equal part of that.
"""

from vtk.keyframes.methods import KeyframeMethod
from vtk.keyframes.sampler import Choice, SpanSampler
from vtk.keyframes.uniform import evenly_spaced


def choose(view: SpanSampler, k: int) -> list[Choice]:
    """At most `k` frames; the score is 1 for each."""
    return evenly_spaced(view, k, view.low, view.high)


METHOD = KeyframeMethod(choose, by_time=True)
