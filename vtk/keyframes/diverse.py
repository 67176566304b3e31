"""diverse: frames that are sharp, not empty, away from transitions and unlike each other.

Greedy choice by the largest minimal distance (Gonzalez 1985) between small pictures, weighted by
quality, as keyframe selection by farthest points does.
"""

import numpy as np
from numpy.typing import NDArray

from vtk import look
from vtk.keyframes.frames import Candidate, Chosen, candidates, fetch
from vtk.media.video import Video
from vtk.span import Span

PER_KEYFRAME = 3  # candidates looked at for each frame wanted
FEWEST = 6
EMPTY = 4.0  # standard deviation of luma under which a frame shows nothing


def choose(video: Video, span: Span, k: int) -> Chosen:
    """At most `k` frames of the span with their quality, 0..1, in time order."""
    found = candidates(video, span, max(PER_KEYFRAME * k, FEWEST), least=k)
    if not found:
        return []
    quality = _quality(found)
    pictures = np.stack([np.concatenate([p.ravel() for p in c.thumbnail]) for c in found])
    order = _farthest(pictures / 255, quality, k)
    return fetch(video, [(found[i], float(quality[i])) for i in order])


def _quality(found: list[Candidate]) -> NDArray[np.float64]:
    """Sharpness beside the sharpest of the span; near 0 for frames that show nothing."""
    sharpness = np.array([candidate.sharpness for candidate in found])
    contrast = np.array([look.contrast(candidate.thumbnail) for candidate in found])
    quality = sharpness / max(float(sharpness.max()), 1e-6)
    return np.where(contrast < EMPTY, 0.05 * quality, quality)


def _farthest(pictures: NDArray[np.float64], quality: NDArray[np.float64], k: int) -> list[int]:
    """Places of the frames in the order of their choice; `pictures` is (frames, samples) 0..1."""
    typical = 1 - np.abs(pictures - np.median(pictures, axis=0)).mean(axis=1)
    chosen = [int(np.argmax(quality * typical))]
    nearest = np.abs(pictures - pictures[chosen[0]]).mean(axis=1)
    while len(chosen) < min(k, len(pictures)):
        gain = (nearest + 1e-3) * (0.25 + 0.75 * quality)
        gain[chosen] = -1
        chosen.append(int(np.argmax(gain)))
        nearest = np.minimum(nearest, np.abs(pictures - pictures[chosen[-1]]).mean(axis=1))
    return chosen
