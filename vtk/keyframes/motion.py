"""motion: the peaks of motion energy, where most happens.

After Liu, Zhang and Qi (A novel video key-frame-extraction algorithm based on perceived motion
energy model, IEEE TCSVT 2003), who take the turning points from acceleration to deceleration.
Motion is measured here as the difference of frames MOMENT seconds apart, not from motion vectors,
which not every codec has.
"""

import numpy as np
from numpy.typing import NDArray

from vtk.keyframes.methods import KeyframeMethod
from vtk.keyframes.sampler import Candidate, Choice, SpanSampler
from vtk.keyframes.selection import far_enough

PER_KEYFRAME = 4  # pairs of frames sampled for each frame wanted
FEWEST = 12  # least pairs of frames sampled
MOMENT = 0.2  # seconds between the frames of a pair
LONGEST = 0.5  # seconds between frames above which their difference does not measure motion


def choose(view: SpanSampler, k: int) -> list[Choice]:
    """Choose at most `k` frames; the score is the motion relative to the strongest in the span."""
    found = view.sample(max(PER_KEYFRAME * k, FEWEST), least=k, pair=MOMENT)
    if not found:
        return []
    energy, moment = motion_energy(found)
    peak = np.zeros(len(found), bool)
    around = np.pad(energy[moment], 1)
    peak[moment] = (around[1:-1] >= around[:-2]) & (around[1:-1] >= around[2:]) & (around[1:-1] > 0)
    # Peaks come first, then frames by falling motion energy; ties go to the earlier frame.
    far = far_enough(found, view.gap)
    free = np.ones(len(found), bool)
    order: list[int] = []
    for place in np.lexsort((-energy, ~peak)):
        if free[place] and len(order) < k:
            order.append(int(place))
            free &= far[place]
    most = max(float(energy.max()), 1e-6)
    return [Choice(found[i], float(energy[i]) / most, {"energy": float(energy[i])}) for i in order]


def motion_energy(found: list[Candidate]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Mean change of luma (0..255) per second from each frame to the next, and where it is valid.

    The change is 0 and not valid if the next frame is more than LONGEST seconds later.
    """
    steps = np.diff([candidate.time for candidate in found], append=np.inf)
    small = np.stack([candidate.thumbnail.luma for candidate in found])
    change = np.abs(np.diff(small, axis=0, append=small[-1:])).mean(axis=(1, 2))
    near = steps <= LONGEST
    return np.where(near, change / np.maximum(steps, 1e-3), 0.0), near


METHOD = KeyframeMethod(choose)
