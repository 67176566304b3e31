"""clips: scenes ranked by the query, and the frames dealt out among them by seats.

K-frames (Yao et al., "K-frames: Scene-Driven Any-k Keyframe Selection for long video
understanding", 2025): clips that belong together and answer the query come first, then any number
of frames is drawn from them. Built from the paper's description: its trained predictor of clips is
replaced by scenes, which end where the picture changes most, scored by their best frame. Seats go
by the Sainte-Laguë method, a scene weighing its score from 0 to 1 to the power SHARP, so that
scenes of equal scores get one frame before any gets a second. Constants are this program's own.
"""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from vtk.keyframes.budget import apportion
from vtk.keyframes.query.grid import Curve, Picks, best
from vtk.keyframes.query.methods import QueryMethod, of_curve

SHARP = 8.0  # power of a scene's score
CHANGE = 1.0  # standard deviations above the mean change, from which a scene ends
STEP = 0.25  # change of scores, from 0 to 1, that ends a scene where there are no pictures


def pick(curve: Curve, k: int) -> Picks:
    """Choose `k` indices of the curve; `scene` numbers the scenes, `seats` are those it got."""
    edges = [0, *scene_ends(curve), len(curve.scores)]
    scenes = [np.arange(low, high) for low, high in pairwise(edges)]
    scores = curve.relative
    weights = [float(scores[scene].max()) ** SHARP for scene in scenes]
    found: Picks = {}
    dealt = apportion(weights, [len(scene) for scene in scenes], k, firsts=False)
    for number, seats in enumerate(dealt):
        for place in best(scores, seats, scenes[number]):
            found[int(place)] = {"scene": float(number), "seats": float(seats)}
    return found


def scene_ends(curve: Curve) -> list[int]:
    """The indices at which a new scene begins, without the first."""
    if curve.vectors is None:
        change: NDArray[np.floating] = np.abs(np.diff(curve.relative))
        limit = STEP
    else:
        change = 1 - np.einsum("ij,ij->i", curve.vectors[1:], curve.vectors[:-1])
        limit = float(change.mean() + CHANGE * change.std())
    return [int(place) + 1 for place in np.flatnonzero(change > limit)]


METHOD = QueryMethod(of_curve(pick))
