"""Stretches of a video that may answer a query: kept apart, joined, and fitted to lengths."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

Stretch = tuple[float, float, int]  # start and end in seconds, and the number of the span

SNAP = 0.3  # seconds within which the edge of a shot is the edge of a moment


@dataclass
class Moment:
    """[start, end) seconds, how well it answers (0 to 1), and what this rests on."""

    start: float
    end: float
    score: float
    fit: float = 0.0  # what the score was made from, for the order of moments of one query
    evidence: list[dict[str, Any]] = field(default_factory=list)


def suppressed(moments: Iterable[Moment]) -> list[Moment]:
    """Return the moments of a video, best first, without those that overlap a better one."""
    kept: list[Moment] = []
    for moment in sorted(moments, key=lambda m: (-m.score, -m.fit, m.start)):
        if not any(moment.start < other.end and moment.end > other.start for other in kept):
            kept.append(moment)
    return kept


def fit_length(
    moment: Moment,
    covered: Sequence[tuple[float, float]],
    edges: Sequence[float],
    lengths: tuple[float, float],
    snap: float = SNAP,
) -> None:
    """Move the edges of a moment to those of shots beside them, and keep it to `lengths` seconds.

    `covered` are the stretches that were searched, out of which it never grows; `edges` those of
    spans, beside it within `snap` seconds. A moment that is too long loses its ends alike.
    """
    start, end = (_snapped(edge, edges, snap) for edge in (moment.start, moment.end))
    if end > start:
        moment.start, moment.end = start, end
    least, most = lengths
    middle = (moment.start + moment.end) / 2
    if moment.end - moment.start > most:
        moment.start, moment.end = middle - most / 2, middle + most / 2
    low, high = next(((a, b) for a, b in covered if a <= middle <= b), (moment.start, moment.end))
    moment.start, moment.end = widened(moment.start, moment.end, least, (low, high))


def widened(
    start: float, end: float, least: float, limits: tuple[float, float]
) -> tuple[float, float]:
    """Widen a stretch to at least `least` seconds, as far as the limits allow."""
    if end - start < least:
        start = max(limits[0], min((start + end - least) / 2, limits[1] - least))
        end = min(limits[1], max(end, start + least))
    return start, end


def limited(
    start: float, end: float, lengths: tuple[float, float], limits: tuple[float, float]
) -> tuple[float, float]:
    """Widen a stretch as `widened`, or cut its ends alike, to `lengths` seconds."""
    start, end = widened(start, end, lengths[0], limits)
    if end - start > lengths[1]:
        start = (start + end - lengths[1]) / 2
        end = start + lengths[1]
    return start, end


def _snapped(time: float, edges: Sequence[float], snap: float) -> float:
    nearest = min(edges, key=lambda edge: abs(edge - time), default=math.inf)
    return nearest if abs(nearest - time) <= snap else time


def joined(
    stretches: Iterable[Stretch | tuple[float, float]], gap: float = 0.0
) -> list[tuple[float, float]]:
    """Return the time that stretches cover, in order; at most `gap` seconds between them count."""
    covered: list[tuple[float, float]] = []
    for low, high, *_ in sorted(stretches):
        if covered and low <= covered[-1][1] + gap:
            covered[-1] = (covered[-1][0], max(covered[-1][1], high))
        else:
            covered.append((low, high))
    return covered
