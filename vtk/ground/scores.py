"""Scores over a video instead of moments in it: a record with `scores`, about one a second."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from vtk.errors import MediaError, UsageError
from vtk.ground.task import Wanted
from vtk.span import TIMED_FIELDS, Span, join
from vtk.times import rounded

SCORED = ("density", "topic", "highlights", "scan")  # the methods that have them


def no_scores(method: str) -> UsageError:
    """Return the error for a method without scores over time."""
    return UsageError(
        f"{method} has no scores over time (--scores): take density, topic, highlights or scan"
    )


def seconds(start: float, end: float) -> NDArray[np.float64]:
    """Return the middles of the whole seconds from `start` to `end`; of less, its middle.

    Raises MediaError if the end is not known.
    """
    if not np.isfinite(end - start):
        raise MediaError("scores over time need a known end: give one, as in #t=1,20")
    count = int(end - start + 1e-6)
    if not count:
        return np.array([(start + end) / 2])
    return np.arange(count, dtype=np.float64) + (start + 0.5)


def scored(
    spans: Sequence[Span],
    extent: tuple[float, float],
    scores: Iterable[tuple[float, float]],
    wanted: Wanted | None = None,
) -> Span:
    """Return the record of a video, [start, end) seconds, with scores at times in seconds.

    It has the fields of its spans that vtk does not know, and those of the query.
    """
    start, end = extent
    bare = [Span({k: v for k, v in span.items() if k not in TIMED_FIELDS}) for span in spans]
    told = [{"t": rounded(float(t)), "score": round(float(score), 6)} for t, score in scores]
    new = join(bare, "video", **(wanted.fields if wanted else {}), scores=told)
    return Span({**new, "start": rounded(start), "end": rounded(end)})
