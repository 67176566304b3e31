"""From chosen moments to frames: exactly as many as are wanted, each once, with a gap."""

import numpy as np

from vtk.keyframes.query.grid import Grid, Picks, relative, spread
from vtk.keyframes.sampler import Candidate, Choice, SpanSampler
from vtk.media.video import ROUNDING


def choices(view: SpanSampler, grid: Grid, picks: Picks, k: int) -> list[Choice]:
    """The frames at the picks, `k` of them if the span has as many, in time order.

    Two moments that show the same frame give it once; others take the places that are left, the
    best of those looked at first, and so they do where the gap of the view leaves out a pick. The
    gap may leave fewer. A frame that was not looked at has no score.
    """
    found: dict[int, Choice] = {}  # by pts
    tried: set[int] = set()
    waiting = dict(sorted(picks.items()))
    while waiting and len(found) < k:
        tried |= waiting.keys()
        shown = _at(view, grid, sorted(waiting))
        scores = grid.scores([place for place, _ in shown])
        for at in np.argsort(-np.nan_to_num(scores), kind="stable"):
            place, candidate = shown[at]
            if candidate.pts not in found and _far(candidate, found, view.gap):
                score = None if np.isnan(scores[at]) else float(scores[at])
                why = {} if score is None else {"score": score}
                found[candidate.pts] = Choice(candidate, score, why | waiting[place])
        waiting = _others(grid, tried, [c.candidate.time for c in found.values()], k, view.gap)
    if len(found) < k:  # fewer moments show frames of their own than there are frames
        for candidate in view.sample(k, least=k):
            if candidate.pts not in found and _far(candidate, found, view.gap) and len(found) < k:
                found[candidate.pts] = Choice(candidate, None, {})
    return sorted(found.values(), key=lambda choice: choice.candidate.pts)[:k]


def _at(view: SpanSampler, grid: Grid, places: list[int]) -> list[tuple[int, Candidate]]:
    """The frames at ascending places, each with the first place that shows it."""
    frames = view.frames_at([float(grid.times[place]) for place in places])
    begins = np.array([frame.time for frame in frames])
    shown: dict[int, int] = {}  # the place by the number of the frame
    for place in places:
        number = int(np.searchsorted(begins, grid.times[place] + ROUNDING, "right")) - 1
        shown.setdefault(max(number, 0), place)
    return [(shown[number], frame) for number, frame in enumerate(frames) if number in shown]


def _far(candidate: Candidate, found: dict[int, Choice], gap: float) -> bool:
    return all(
        abs(candidate.time - choice.candidate.time) >= gap - ROUNDING for choice in found.values()
    )


def _others(grid: Grid, tried: set[int], times: list[float], k: int, gap: float) -> Picks:
    """The best places not tried yet, as many as are missing; those looked at before others."""
    missing = k - len(times)
    free = np.ones(len(grid), bool)
    free[sorted(tried)] = False
    free &= ~grid.gone
    for time in times if gap else ():
        free &= np.abs(grid.times - time) >= gap - ROUNDING
    known = np.flatnonzero(free & grid.seen)
    if missing <= 0 or not free.any():
        return {}
    if len(known):
        order = known[np.argsort(-relative(grid.scores(known)), kind="stable")]
        return {int(place): {} for place in order[: 1 if gap else missing]}
    rest = np.flatnonzero(free)
    return {int(rest[at]): {} for at in spread(len(rest), 1 if gap else missing)}
