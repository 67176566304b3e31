"""Limit the length of shots: merge short ones with a neighbour, divide long ones where calm."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import pairwise
from math import floor
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from vtk.span import Span, join

CALM = 5  # frames whose steps are averaged, as a single repeated frame in a busy take is not calm
EXACT = 1e-6  # precision in seconds of times in records


class FrameDifferences(Protocol):
    """The frame differences that `split_long` needs."""

    def differences(self, start: int, end: int) -> tuple[list[int], NDArray[np.float64]]:
        """Return the pts of frames in [start, end] and each one's difference from the previous."""
        ...

    def forget(self, before: int) -> None:
        """Allow dropping everything before that pts."""
        ...


def merge_short(spans: Iterable[Span], shortest: float) -> Iterator[Span]:
    """Merge consecutive spans under `shortest` seconds with a neighbour.

    A short span is merged across its boundary with the lower score, so the surer boundary stays.
    Holds back one span, and a short one after it. Error records come after the spans held back.
    """
    held: list[Span] = []  # a span that is long enough, or the first; and a short one after it
    for span in spans:
        if span.failed:
            yield from _all(held)
            held = []
            yield span
            continue
        if held and _short(held[-1], shortest):
            if len(held) > 1 and _score(held[-1]) < _score(span):
                held = [merged(held), span]
            else:
                held[-1] = merged([held[-1], span])
        else:
            held.append(span)
        if len(held) > 1 and not _short(held[-1], shortest):
            yield held.pop(0)
    yield from _all(held)


def _all(held: list[Span]) -> list[Span]:
    """Return the last spans held back: a short one can only be merged with the one before it."""
    return [merged(held)] if len(held) > 1 else held


def _short(span: Span, shortest: float) -> bool:
    return span.end - span.start < shortest - EXACT


def _score(span: Span) -> float:
    return float(span.get("score", 0.0))


def merged(spans: list[Span], kind: str | None = None, **fields: Any) -> Span:
    """Merge neighbouring spans into one, with the first one's score and transition."""
    first, last = spans[0], spans[-1]
    about = {"index": first["index"], "time_base": first["time_base"]}
    about["pts"] = [first["pts"][0], last["pts"][1]]
    about |= {key: first[key] for key in ("score", "transition") if key in first}
    about |= {key: last[key] for key in ("transition_out",) if key in last}
    if "shots" in first:
        about["shots"] = sum(span["shots"] for span in spans)
    return join(spans, kind or first["kind"], **{**about, **fields})


def split_long(spans: Iterable[Span], longest: float, seen: FrameDifferences) -> Iterator[Span]:
    """Divide spans over `longest` seconds at their calmest frames.

    No part is longer than `longest` or shorter than half of it. Each division is placed between
    these limits, at the frame that differs least from the previous one, averaged over `CALM`
    frames; of several, at the latest. A picture that is static for longer is divided while static.
    Parts after the first have the transition `divided`.
    """
    for span in spans:
        if span.failed:
            yield span
            continue
        yield from _divided(span, longest, seen)
        seen.forget(span["pts"][1])


def _divided(span: Span, longest: float, seen: FrameDifferences) -> Iterator[Span]:
    base = Fraction(span["time_base"])
    most = max(2, floor(longest / base))
    half = -(-most // 2)
    start, end = span["pts"]
    edges, steps = [start], [0.0]
    while end - edges[-1] > most:
        low, high = edges[-1] + half, min(edges[-1] + most, end - half)
        place, step = _calmest(seen, low, high)
        edges.append(place)
        steps.append(step)
    if len(edges) == 1:
        yield span
        return
    own = {key: span[key] for key in ("score", "transition") if key in span}
    for pts, step in zip(pairwise([*edges, end]), steps, strict=True):
        about = {"index": 0, "time_base": span["time_base"], "pts": list(pts), **own}
        if pts[1] == end and "transition_out" in span:
            about["transition_out"] = span["transition_out"]
        yield span.sub_span(float(pts[0] * base), float(pts[1] * base), "shot", **about)
        own = {"transition": {"type": "divided", "why": {"step": round(step, 4)}}}


def _calmest(seen: FrameDifferences, low: int, high: int) -> tuple[int, float]:
    """Return the pts in [low, high] to divide at, and the step there; `high`, 0 without frames."""
    pts, steps = seen.differences(low, high)
    if not pts:
        return high, 0.0
    weights = np.ones(min(CALM, len(pts)))
    around = np.convolve(steps, weights, "same") / np.convolve(np.ones(len(pts)), weights, "same")
    place = len(pts) - 1 - int(np.argmin(around[::-1]))
    return pts[place], float(steps[place])
