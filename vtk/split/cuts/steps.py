"""Steps that may be cuts: frames that stand out from those before and after.

A hard cut must stand out in three ways, each a ratio that the motion of the shot itself lowers:

- its step, the distance from the frame before it, over the steps around it: the sliding window of
  Yeo and Liu (Rapid scene analysis on compressed video, IEEE TCSVT 1995, abrupt scene changes),
  and like there it must be the largest within the length of the shortest shot;
- the least distance from the frames before to the frames after, over the mean distance within
  either: the graph partition of Yuan et al. (A formal study of shot boundary detection, IEEE
  TCSVT 2007), as a ratio of distances;
- what the best shift of one frame over the other leaves of the step, over the same for the steps
  around it, which takes out pans and shakes.

A picture that comes back within the window was a flash, not a cut, and one that keeps its pattern,
or changes by nearly the same little everywhere, was lit or coded anew.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vtk.media.image.planes import TOGETHER, Thumbnail
from vtk.split.transitions.correlation import ALIKE, luma_correlation
from vtk.split.transitions.moving_wipes import EdgeActivity, edge_activity
from vtk.split.transitions.short_fades import deviations
from vtk.split.transitions.translation import LEFT, TranslationMatcher

WINDOW = 8  # frames looked at on either side of a step
NEAR = 6  # of these, the frames compared across against within
SHORTEST = 5  # frames of the shortest shot: of two cuts nearer than this the stronger is kept
NEIGHBOURS = 3  # steps on either side compared after the best shift
NOISE = 0.6  # mean difference of samples, 0..255, that is nothing: the floor of every ratio
CONTRAST = 1.25  # the first of the ratios, from which the others are looked at
STANDOUT = 1.3  # geometric mean of the three ratios from which a step may be a cut
UNCHANGED = 0.95  # likeness from which the step is only a keyframe's, or a lamp's
EVEN = 3.0  # times a step: its standard deviation, up to which it is spread over the picture
FAINT = 3.5  # standard deviation of a step, 0..255, below which it is a keyframe's coding
OTHER = 3.0  # times a step: steps around it that are a flash's or another cut's, not motion
SAME = 0.2  # of the step: a distance across from which the picture has come back
RETURN = 0.5  # of the step: the same, for pictures that are also alike
FLASH = 4  # frames after which the picture may come back shifted
SHARE = 1.7  # of the step: the median distance across from which it is part of a longer change


class FrameFeatures(NamedTuple):
    """A frame as the detector sees it."""

    pts: int
    time: float  # seconds
    thumbnail: Thumbnail
    picture: NDArray[np.float32]  # luma, Cb and Cr in one row
    step: float  # mean absolute difference from the frame before
    moved: EdgeActivity  # where that is
    deviation: float  # of its luma, by `vtk.split.transitions.short_fades.deviations`


def with_features(frames: Iterable[tuple[int, float, Thumbnail]]) -> Iterator[FrameFeatures]:
    """The frames, (pts, seconds, thumbnail) in display order, each measured against the last.

    They come TOGETHER at once, as their thumbnails do.
    """
    before, waiting = None, iter(frames)
    while some := list(islice(waiting, TOGETHER)):
        rows = [np.concatenate([part.ravel() for part in each[2]]) for each in some]
        pictures = np.stack([rows[0] if before is None else before, *rows])
        before = pictures[-1]
        apart = np.abs(pictures[1:] - pictures[:-1])
        luma = some[0][2].luma
        changes = edge_activity(apart[:, : luma.size].reshape(-1, *luma.shape))
        spread = deviations(pictures[1:, : luma.size].reshape(-1, *luma.shape))
        steps = (np.add.reduce(apart, 1) / apart.shape[1]).tolist()
        for each, *rest in zip(some, pictures[1:], steps, changes, spread, strict=True):
            yield FrameFeatures(*each, *rest)


def candidate(
    frames: Sequence[FrameFeatures], here: int, shape: tuple[int, int]
) -> Mapping[str, float] | None:
    """The three ratios of the step to `frames[here]` if it may be a cut, else None.

    `frames` are those of the shot so far and WINDOW after it, the shape that of their luma.
    Ordered by cost: nearly all frames end at the first comparisons of numbers already known.
    """
    frame = frames[here]
    step = frame.step
    if step < NOISE or here == 0:
        return None
    if any(f.step > step for f in frames[max(0, here - SHORTEST + 1) : here + SHORTEST]):
        return None
    around = [f.step for f in frames[max(1, here - WINDOW) : here]]
    around += [f.step for f in frames[here + 1 : here + WINDOW + 1]]
    usual = [other for other in around if other < OTHER * step]
    contrast = step / (NOISE + sum(usual) / max(1, len(usual)))
    if contrast < CONTRAST:
        return None
    area = shape[0] * shape[1]
    old = frames[here - 1].picture
    # A coarse keyframe changes much of the picture a little, a new slide a little of it much.
    variance = float(np.var(frame.picture - old))
    if variance < FAINT**2:
        return None
    even = variance < (EVEN * step) ** 2
    if even and luma_correlation(old[:area], frame.picture[:area]) > UNCHANGED:
        return None
    apart = _across_within(frames, here, step, area)
    if not apart:
        return None
    shift = _after_shift(frames, here, shape)
    standout = (contrast * apart * shift) ** (1 / 3)
    if standout < STANDOUT:
        return None
    return {"contrast": contrast, "apart": apart, "shift": shift}


def _across_within(frames: Sequence[FrameFeatures], here: int, step: float, area: int) -> float:
    """Least distance across the cut over the mean distance within; 0 if this is no cut.

    It is none if the picture comes back, or if the step is a small part of a longer change.
    """
    before = np.stack([f.picture for f in frames[max(0, here - WINDOW) : here]])
    after = np.stack([f.picture for f in frames[here : here + WINDOW]])
    across = _distances(before, after)
    nearest = across.argmin()
    one, two = before[nearest // len(after), :area], after[nearest % len(after), :area]
    least = float(across.min())
    came_back = least < SAME * step or (
        least < RETURN * step and luma_correlation(one, two) > ALIKE
    )
    middle = np.sort(across, None)[across.size // 2]  # np.median loads much that nothing else needs
    if came_back or middle > SHARE * step:
        return 0.0
    before, after = before[-NEAR:], after[:NEAR]
    within = [d[np.triu_indices(len(d), 1)] for d in map(_distances, *2 * ((before, after),))]
    pairs = np.concatenate(within)
    apart = float(across[-NEAR:, :NEAR].min())
    return apart / (NOISE + (float(pairs.mean()) if pairs.size else 0.0))


def _distances(a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.float32]:
    """Mean absolute difference of each row of `a` from each row of `b`."""
    return np.stack([np.abs(b - row).mean(1) for row in a])


def _after_shift(frames: Sequence[FrameFeatures], here: int, shape: tuple[int, int]) -> float:
    """What the best shift leaves of the step, over the same for the steps around it."""
    area = shape[0] * shape[1]
    # Against luma alone: where only the colours change there is no shift to undo.
    shifts = TranslationMatcher([frame.picture[:area].reshape(shape) for frame in frames])
    left = shifts.residual(here - 1, here)
    if left < LEFT * shifts.difference(here - 1, here):
        return 0.0
    returns = [(here - 1, i) for i in range(here + 1, min(len(frames), here + FLASH + 1))]
    returns += [(i, here) for i in range(max(0, here - FLASH - 1), here - 1)]
    if any(shifts.residual(i, j) < RETURN * left for i, j in returns):
        return 0.0
    first, last = max(1, here - NEIGHBOURS), min(len(frames) - 1, here + NEIGHBOURS)
    around = [shifts.residual(i - 1, i) for i in range(first, last + 1) if i != here]
    return left / (NOISE + sum(around) / max(1, len(around)))
