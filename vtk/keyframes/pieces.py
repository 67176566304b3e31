"""Choose many keyframes of one span piece by piece, so that memory and time stay bounded."""

import math
from dataclasses import replace

from vtk.keyframes.methods import KeyframeMethod
from vtk.keyframes.sampler import Choice, SpanSampler

PIECE = 64  # most keyframes chosen at once


def choices(view: SpanSampler, method: KeyframeMethod, k: int) -> list[Choice]:
    """The frames of a span that a method chooses, in time order.

    Exactly `k` if the span has enough frames, the gap allows it and the method does not adapt.
    """
    if k < 1:
        return []
    if k <= PIECE or method.by_time:
        found = method.choose(view, k)
    else:
        found = _by_pieces(view, method, k)
        if len(found) < k and not view.gap and not method.adapts:
            found = method.choose(view, k)  # a piece had too few, as frame times are so uneven
    return sorted(found, key=lambda choice: choice.candidate.pts)


def _by_pieces(view: SpanSampler, method: KeyframeMethod, k: int) -> list[Choice]:
    pieces = math.ceil(k / PIECE)
    width = (view.high - view.low) / pieces
    found: list[Choice] = []
    for number in range(pieces):
        low, high = view.low + number * width, view.low + (number + 1) * width
        if found:
            low = max(low, found[-1].candidate.time + view.gap)
        last = number == pieces - 1
        start, end = (low if number else view.start), (view.end if last else high)
        if low >= high:
            continue
        part = replace(view, start=start, end=end, low=low, high=high, known={})
        share = k * (number + 1) // pieces - len(found)  # includes what earlier pieces lacked
        if method.adapts:
            share = min(share, PIECE)
        chosen = sorted(method.choose(part, share), key=lambda choice: choice.candidate.pts)
        before = {choice.candidate.pts for choice in found}
        for choice in chosen:
            if choice.candidate.pts not in before:
                light = choice.candidate._replace(frame=None)
                found.append(choice._replace(candidate=light))
    return found
