"""Ways to choose the keyframes of a span: by a method, or at stated times."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from vtk.errors import MediaError, UsageError
from vtk.keyframes.methods import METHODS
from vtk.keyframes.pieces import choices
from vtk.keyframes.sampler import Choice, SpanSampler
from vtk.keyframes.selection import far_enough, quality
from vtk.media.image.descriptors import is_black
from vtk.media.video import OUTSIDE, ROUNDING
from vtk.span import Span
from vtk.split import with_shots
from vtk.times import parse_clock, rounded

log = logging.getLogger("vtk")
PLACED = ("uniform", "middle")  # methods that state where the frames are
MORE = 24  # frames looked at in a span whose keyframes would be black
Chosen = tuple[list[Choice], dict[str, Any]]  # in time order, and details of provenance


class Chooser(Protocol):
    """Chooses the keyframes of spans."""

    method: str

    def prepared(self, spans: Iterable[Span]) -> Iterator[Span]:
        """Yield the spans to choose from, in order."""
        ...

    def choose(self, view: SpanSampler, span: Span, k: int | None) -> Chosen:
        """The choices for a span, `k` or a default; see `choices`. Raises MediaError."""
        ...


@dataclass
class ByMethod:
    """Frames that stand for a span; a whole video is split into shots first."""

    method: str

    def __post_init__(self) -> None:
        self._chosen = METHODS.load(self.method)

    def prepared(self, spans: Iterable[Span]) -> Iterator[Span]:
        """The spans, with shots for whole videos."""
        return with_shots(spans)

    def choose(self, view: SpanSampler, span: Span, k: int | None) -> Chosen:
        """The choices of the method, which are `k` or its default."""
        wanted = self._chosen.default if k is None else k
        found = choices(view, self._chosen, wanted)
        if wanted and not found:
            raise MediaError(OUTSIDE)
        if self.method not in PLACED and all(
            is_black(choice.candidate.thumbnail) for choice in found
        ):
            found = _brighter(view, len(found)) or found
        return found, {}


def _brighter(view: SpanSampler, count: int) -> list[Choice]:
    """The best of more frames that are not black, at most `count`; none if all are black."""
    lit = [c for c in view.sample(MORE, least=1) if not is_black(c.thumbnail)] if count else []
    if not lit:
        return []
    good, far = quality(lit), far_enough(lit, view.gap)
    free, picked = np.ones(len(lit), bool), list[int]()
    while len(picked) < count and free.any():
        picked.append(int(np.argmax(np.where(free, good, -1.0))))
        free &= far[picked[-1]]
    return [Choice(lit[place], float(good[place]), {}) for place in sorted(picked)]


@dataclass
class AtTimes:
    """The frames on screen at ascending times of the video, in seconds."""

    times: Sequence[float]
    method: str = "at"
    _held: dict[str, set[float]] = field(default_factory=dict)  # times that a span had, by video

    def prepared(self, spans: Iterable[Span]) -> Iterator[Span]:
        """The spans as they are."""
        return iter(spans)

    def choose(self, view: SpanSampler, span: Span, k: int | None) -> Chosen:
        """The frames at the times.

        Of a span that states its start or end, times outside of it are left out, which `outside`
        tells. Of a whole video each time must lie in it: raises MediaError.
        """
        inside = [time for time in self.times if view.start - ROUNDING <= time < view.end]
        outside = [time for time in self.times if time not in inside]
        if outside and span.is_whole_video:
            told = ", ".join(f"{time:g}" for time in outside)
            lasts = f"from {view.start:g} to {view.end:g} s"
            raise MediaError(f"no frame at {told} s: the video lasts {lasts}")
        self._held.setdefault(span.video, set()).update(inside)
        found = [Choice(candidate, 1.0, {}) for candidate in view.frames_at(inside)]
        if inside and not found:
            raise MediaError(OUTSIDE)
        return found, {"outside": [rounded(time) for time in outside] or None}

    def warn(self) -> None:
        """Warn, at the end, of times that no span of a video holds."""
        for video, held in self._held.items():
            if missing := [f"{time:g}" for time in self.times if time not in held]:
                log.warning("%s: no span holds the time %s s", video, ", ".join(missing))


def parse_times(text: str) -> list[float]:
    """Parse times such as ``12.5,1:30,1:02:03`` to seconds, ascending. Raises UsageError."""
    try:
        times = sorted({parse_clock(part) for part in text.split(",")})
    except ValueError:
        raise UsageError(f"not times: {text!r}; write seconds or clock times: 12.5,1:30") from None
    if times[0] < 0:
        raise UsageError(f"the times of --at must be 0 or more, not {times[0]:g}")
    return times
