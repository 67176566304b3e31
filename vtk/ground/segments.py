"""Stretches of a sequence of scores that stand out."""

from collections.abc import Sequence


def maximal_segments(values: Sequence[float]) -> list[tuple[int, int, float]]:
    """Return all maximal-sum segments of numbers: [low, high) and sum, in order, none overlapping.

    No number beside a segment, and no run of numbers beside it, could be added or taken away to
    raise its sum. Ruzzo & Tompa, "A Linear Time Algorithm for Finding All Maximal Scoring
    Subsequences", ISMB 1999.
    """
    total = 0.0
    found: list[tuple[int, int, float, float]] = []  # low, high, sum before it, sum up to its end
    for number, value in enumerate(values):
        before, total = total, total + value
        if value <= 0:
            continue
        low, left = number, before
        while True:
            at = next((i for i in reversed(range(len(found))) if found[i][2] < left), None)
            if at is None or found[at][3] >= total:
                found.append((low, number + 1, left, total))
                break
            low, _, left, _ = found[at]
            del found[at:]
    return [(low, high, right - left) for low, high, left, right in found]


def overlap(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the intersection over union of two stretches, 0 to 1."""
    both = min(one[1], other[1]) - max(one[0], other[0])
    union = max(one[1], other[1]) - min(one[0], other[0])
    return max(0.0, both) / union if union > 0 else 0.0
