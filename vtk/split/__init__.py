"""split: a video, or a span of it, into shots or windows."""

import math
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from importlib import import_module

from vtk.errors import UsageError
from vtk.span import Span, each
from vtk.times import SHORTEST

METHODS = {"content": "vtk.split.shots"}

OnProgress = Callable[[str, float, float], None]  # video, seconds done, seconds in all


def split(
    spans: Iterable[Span],
    *,
    method: str = "content",
    every: float | None = None,
    on_progress: OnProgress | None = None,
) -> Iterator[Span]:
    """The shots of each span, in order; with `every`, windows of that many seconds instead.

    A shot is given out as soon as its end is certain. What could not be decoded comes as an error
    record after the shots. `on_progress` is told the place in the video now and then. Raises
    UsageError for an unknown method or an `every` under a millisecond.
    """
    if method not in METHODS:
        raise UsageError(f"no method {method!r} for split; there is {', '.join(METHODS)}")
    if every is not None and not SHORTEST <= every < math.inf:
        raise UsageError(f"windows must be at least {SHORTEST} s long")
    if every is not None:
        from vtk.split.windows import windows

        return each("split", spans, partial(windows, every=every))
    shots = import_module(METHODS[method]).shots
    return each("split", spans, partial(shots, on_progress=on_progress))
