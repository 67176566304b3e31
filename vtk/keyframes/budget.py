"""Divide a number of keyframes for a whole video among its spans, by duration and change."""

from heapq import heapify, heapreplace

from vtk.media.video.change_bytes import change_bytes
from vtk.span import Span
from vtk.times import SHORTEST


def divide(spans: list[Span], budget: int, gap: float) -> list[int]:
    """Return how many keyframes each of the spans of one video gets: `budget` in all.

    A span gets no more than it has frames, or than fit with `gap` seconds between them. Half of its
    weight is its share of the seconds, half its share of the bytes that the encoder spent on
    changes. Every span gets one before any gets two, in order of weight if the budget is too small
    for all. The rest is divided by the Sainte-Laguë method for seats. Raises OpenError, MediaError.
    """
    packets = change_bytes(spans[0].video)
    last = float(packets.times[-1]) if len(packets.times) else 0.0
    stretches = [(span.start, min(span.end, max(last, span.start) + SHORTEST)) for span in spans]
    seconds = [end - start for start, end in stretches]
    found = [packets.within(start, end) for start, end in stretches]
    fits = [
        min(n, 1 + int(s / gap)) if gap else n for (n, _), s in zip(found, seconds, strict=True)
    ]
    changes = [change for _, change in found]
    weights = [
        length / max(sum(seconds), SHORTEST) + change / max(sum(changes), 1.0)
        for length, change in zip(seconds, changes, strict=True)
    ]
    return apportion(weights, fits, budget)


def apportion(
    weights: list[float], fits: list[int], total: int, *, firsts: bool = True
) -> list[int]:
    """Divide `total` seats by weight (Sainte-Laguë), at most `fits` each.

    With `firsts`, all get a first before any a second, whatever they weigh.
    """
    given = [0] * len(weights)
    # Heap order: first seats before others, then by weight / (2n + 1), then by index.
    waiting = [(False, -weight, place) for place, weight in enumerate(weights) if fits[place]]
    heapify(waiting)
    for _ in range(min(total, sum(fits))):
        _, _, place = waiting[0]
        given[place] += 1
        full = given[place] == fits[place]
        share = float("inf") if full else -weights[place] / (2 * given[place] + 1)
        heapreplace(waiting, (firsts, share, place))
    return given
