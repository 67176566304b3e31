"""A number of keyframes for a whole video, divided among its spans by what changes and length."""

from heapq import heapify, heapreplace

from vtk.media.video.change_bytes import change_bytes
from vtk.span import Span
from vtk.times import SHORTEST


def divide(spans: list[Span], budget: int, gap: float) -> list[int]:
    """How many keyframes each of the spans of one video gets: `budget` in all.

    As many as there are frames (or as fit with `gap` seconds between them) where that is less.
    Half of the weight of a span is its share of the seconds, half its share of the bytes that the
    encoder spent on changes. Every span has one before any has two; those of the most weight
    come first where the budget is smaller than that. The rest is divided as seats are by
    Sainte-Laguë. Raises OpenError, MediaError.
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


def apportion(weights: list[float], fits: list[int], total: int) -> list[int]:
    """`total` seats by weight, no more than fit each; every one its first before any a second."""
    given = [0] * len(weights)
    # In order: first seats, then by weight over 2n + 1, then by place.
    waiting = [(False, -weight, place) for place, weight in enumerate(weights) if fits[place]]
    heapify(waiting)
    for _ in range(min(total, sum(fits))):
        _, _, place = waiting[0]
        given[place] += 1
        full = given[place] == fits[place]
        share = 0.0 if full else -weights[place] / (2 * given[place] + 1)
        heapreplace(waiting, (True, share if not full else float("inf"), place))
    return given
