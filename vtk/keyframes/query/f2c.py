"""f2c: short clips around the best frames, at a smaller size each, so that tokens stay the same.

F2C (Sun et al., "From Frames to Clips: Efficient Key Clip Selection for Long-Form Video
Understanding", 2025): frames that answer the query are anchors, each grows to a clip as long as the
gain in relevance and continuity outweighs what repeats, and the pictures shrink as there are more
of them, so that frames x tokens(size) stays as it was. Built from the paper's description, with
constants of this program. A picture of half the size costs a quarter of the tokens, so one anchor
in RUN frames gives clips of RUN frames on average; `sizes` says how large they may be.
"""

import math

import numpy as np

from vtk.keyframes.query.grid import Curve, Picks, best
from vtk.keyframes.query.methods import QueryMethod, of_curve

RUN = 4  # frames of a clip on average
LONGEST = 8  # frames of a clip
APART = 4  # moments on each side of an anchor in which there is no other
REPEATED = 0.3  # weight of what a frame repeats of its neighbour in the clip
WHOLE = 0.3  # gain of a frame for the continuity of its clip, less the longer it is

PATCH = 28  # pixels on each side of a picture that are one token, as in Qwen2.5-VL and Qwen3-VL
DISPLAYED = 640  # pixels on the longest side of a picture that is shown to a model in full


def pick(curve: Curve, k: int) -> Picks:
    """Choose `k` indices of the curve; `clip` numbers the clips, `anchor` is 1 for its anchor."""
    scores = curve.relative
    taken: Picks = {}
    ends: list[list[int]] = []  # first and last index of each clip
    for place in anchors(scores, math.ceil(k / RUN)):
        taken[place] = {"clip": float(len(ends)), "anchor": 1.0}
        ends.append([place, place])
    while len(taken) < k:
        gains = [
            (_gain(curve, scores, new, edge, last - first + 1), number, side, new)
            for number, (first, last) in enumerate(ends)
            if last - first + 1 < LONGEST
            for side, edge, new in ((0, first, first - 1), (1, last, last + 1))
            if 0 <= new < len(scores) and new not in taken
        ]
        if not gains:  # every clip is as long as it may be: one more anchor
            free = np.array([n for n in range(len(scores)) if n not in taken])
            place = int(best(scores, 1, free)[0])
            taken[place] = {"clip": float(len(ends)), "anchor": 1.0}
            ends.append([place, place])
            continue
        _, number, side, new = max(gains, key=lambda gain: (gain[0], -gain[3]))
        ends[number][side] = new
        taken[new] = {"clip": float(number), "anchor": 0.0}
    return taken


def anchors(scores: np.ndarray, count: int) -> list[int]:
    """The best places with APART others between them, nearer only where there are too few."""
    free = np.ones(len(scores), bool)
    found: list[int] = []
    while len(found) < count:
        if not free.any():
            free = np.ones(len(scores), bool)
            free[found] = False
        place = int(np.argmax(np.where(free, scores, -1.0)))
        found.append(place)
        free[max(place - APART, 0) : place + APART + 1] = False
    return found


def _gain(curve: Curve, scores: np.ndarray, new: int, edge: int, length: int) -> float:
    alike = 0.0 if curve.vectors is None else float(curve.vectors[new] @ curve.vectors[edge])
    return float(scores[new]) - REPEATED * alike + WHOLE / length


def tokens(width: float, height: float) -> int:
    """How many tokens a picture of so many pixels costs."""
    return math.ceil(width / PATCH) * math.ceil(height / PATCH)


def count_for(budget: int, width: float, height: float) -> int:
    """How many frames fit into a budget of tokens, at half the size in which they are shown."""
    scale = min(1.0, DISPLAYED / max(width, height))
    return RUN * max(budget // tokens(scale * width, scale * height), 1)


def size_for(budget: int, count: int, width: float, height: float) -> tuple[int, int]:
    """The largest size, in pixels, at which `count` pictures cost at most `budget` tokens.

    It has the aspect ratio of the video and is no larger than it, and at least PATCH pixels wide
    and tall, which may cost more if the budget is below one token a picture.
    """
    low, high = 0.0, 1.0
    if count * tokens(width, height) > budget:
        for _ in range(20):
            middle = (low + high) / 2
            fits = count * tokens(middle * width, middle * height) <= budget
            low, high = (middle, high) if fits else (low, middle)
        high = low
    return max(int(high * width), PATCH), max(int(high * height), PATCH)


METHOD = QueryMethod(of_curve(pick))
