"""tass: the best scores first, far from each other, and nearer only where there are too few.

TASS of DATE (Yuan et al., "DATE: Dynamic Absolute Time Enhancement for Long Video Understanding",
2025; constants as in its published code): of the moments above the mean, at most MOST
for each frame wanted, the best are taken with GAP seconds between them; the gap is halved until
there are enough. With a language model and an image-text model, pictures are compared with the
query as a caption (`vtk.prompting.query_caption`), else with the query as it is.
"""

import numpy as np

from vtk.keyframes.query.grid import Curve, Picks, best
from vtk.keyframes.query.methods import QueryMethod, of_curve

GAP = 20.0  # seconds
MOST = 4
SHORTEST = 0.01  # seconds; below this the gap is none


def pick(curve: Curve, k: int) -> Picks:
    """Choose `k` indices of the curve; `gap` is the gap in seconds that was in force."""
    above = np.flatnonzero(curve.scores > curve.scores.mean())
    waiting = [int(place) for place in best(curve.scores, MOST * k, above)]
    if len(waiting) < k:
        waiting = [int(place) for place in best(curve.scores, k)]
    found: Picks = {}
    gap = GAP
    while len(found) < k:
        gap = gap if gap >= SHORTEST else 0.0
        for place in waiting:
            distances = [abs(curve.times[place] - curve.times[other]) for other in found]
            if len(found) < k and place not in found and min(distances, default=gap) >= gap:
                found[place] = {"gap": gap}
        gap /= 2
    return found


METHOD = QueryMethod(of_curve(pick), reads=True, rewrites=True)
