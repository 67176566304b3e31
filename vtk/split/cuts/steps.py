"""Find candidate cuts: frame differences ("steps") that stand out from their neighbours.

A hard cut must stand out in three ways, each a ratio that is lowered by motion within the shot:

- its step, the distance from the previous frame, over the neighbouring steps: the sliding window of
  Yeo and Liu (Rapid scene analysis on compressed video, IEEE TCSVT 1995, abrupt scene changes); as
  there, it must also be the largest step within the length of the shortest shot;
- the least distance between the frames before and the frames after, over the mean distance within
  either side: the graph partition of Yuan et al. (A formal study of shot boundary detection, IEEE
  TCSVT 2007), as a ratio of distances;
- the residual of the step after the best shift of one frame over the other, over the residuals of
  the neighbouring steps, which compensates pans and shakes.

If the picture comes back within the window, the step was a flash, not a cut; if the picture keeps
its pattern, or changes by nearly the same small amount everywhere, only the lighting changed or a
keyframe was coded anew.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vtk.media.image.planes import TOGETHER, Thumbnail
from vtk.split.transitions.correlation import ALIKE, luma_correlation
from vtk.split.transitions.moving_wipes import EdgeActivity, edge_activity
from vtk.split.transitions.short_fades import deviations
from vtk.split.transitions.translation import LEFT, TranslationMatcher

WINDOW = 8  # frames examined on either side of a step


@dataclass(frozen=True)
class CutThresholds:
    """Limits by which a step becomes a candidate cut.

    Tuned on rendered films, `python tests/benchmarks/split.py --world 240`, and set with labelled
    clips at hand, `python tests/benchmarks/split.py FOLDER`.
    """

    noise: float = 0.6  # mean sample difference, 0..255, that is mere noise: floor of every ratio
    near: int = 6  # frames on either side used for comparing distances across and within the sides
    shortest_shot: int = 5  # frames: of two cuts nearer than this the stronger is kept
    neighbours: int = 3  # steps on either side compared after the best shift
    contrast: float = 1.25  # minimum of the first ratio for computing the others
    standout: float = 1.3  # minimum geometric mean of the three ratios of a candidate cut
    # Correlation above which an even step is only a keyframe coded anew or a change of lighting:
    unchanged: float = 0.95
    even: float = 3.0  # a step whose std is below this many times its mean is spread evenly
    faint: float = 3.5  # std of a step, 0..255, below which it is only a keyframe coded anew
    # Neighbouring steps above this many times a step are a flash or another cut: left out of means.
    outlier: float = 3.0
    came_back: float = 0.2  # times the step: distance across below which the picture came back
    # Times the step: distance across below which a correlated picture came back. Times the residual
    # of the step after the best shift: residual below which a shifted picture came back.
    came_back_alike: float = 0.5
    flash: int = 4  # frames within which the picture may come back shifted
    # Times the step: a median distance across above this means that the change takes longer.
    long_change: float = 1.7


THRESHOLDS = CutThresholds()


class FrameFeatures(NamedTuple):
    """A frame with the features that cut detection uses."""

    pts: int
    time: float  # seconds
    thumbnail: Thumbnail
    picture: NDArray[np.float32]  # luma, Cb and Cr, concatenated to a vector
    step: float  # mean absolute difference from the previous frame
    moved: EdgeActivity  # which columns and rows changed most from the previous frame
    deviation: float  # std of luma by `vtk.split.transitions.short_fades.deviations`


def with_features(frames: Iterable[tuple[int, float, Thumbnail]]) -> Iterator[FrameFeatures]:
    """Compute the features of frames, (pts, seconds, thumbnail) in display order.

    Works in batches of TOGETHER, as `thumbnails` does.
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
    """Return the three ratios of the step to `frames[here]` if it may be a cut, else None.

    `frames` are the frames of the shot so far and up to WINDOW after it; `shape` is that of their
    luma. Tests are ordered by cost: nearly all frames fail the first ones, which use known numbers.
    """
    t = THRESHOLDS
    frame = frames[here]
    step = frame.step
    if step < t.noise or here == 0:
        return None
    if any(
        f.step > step for f in frames[max(0, here - t.shortest_shot + 1) : here + t.shortest_shot]
    ):
        return None
    around = [f.step for f in frames[max(1, here - WINDOW) : here]]
    around += [f.step for f in frames[here + 1 : here + WINDOW + 1]]
    usual = [other for other in around if other < t.outlier * step]
    contrast = step / (t.noise + sum(usual) / max(1, len(usual)))
    if contrast < t.contrast:
        return None
    area = shape[0] * shape[1]
    old = frames[here - 1].picture
    # A coarse keyframe changes large areas a little, a new slide changes small areas a lot.
    variance = float(np.var(frame.picture - old))
    if variance < t.faint**2:
        return None
    even = variance < (t.even * step) ** 2
    if even and luma_correlation(old[:area], frame.picture[:area]) > t.unchanged:
        return None
    apart = _across_within(frames, here, step, area)
    if not apart:
        return None
    shift = _after_shift(frames, here, shape)
    standout = (contrast * apart * shift) ** (1 / 3)
    if standout < t.standout:
        return None
    return {"contrast": contrast, "apart": apart, "shift": shift}


def _across_within(frames: Sequence[FrameFeatures], here: int, step: float, area: int) -> float:
    """Return the least distance across the step over the mean distance within its sides.

    Returns 0, no cut, if the picture comes back or the step is a small part of a longer change.
    """
    t = THRESHOLDS
    before = np.stack([f.picture for f in frames[max(0, here - WINDOW) : here]])
    after = np.stack([f.picture for f in frames[here : here + WINDOW]])
    across = _distances(before, after)
    nearest = across.argmin()
    one, two = before[nearest // len(after), :area], after[nearest % len(after), :area]
    least = float(across.min())
    came_back = least < t.came_back * step or (
        least < t.came_back_alike * step and luma_correlation(one, two) > ALIKE
    )
    middle = np.sort(across, None)[across.size // 2]  # np.median would import much else
    if came_back or middle > t.long_change * step:
        return 0.0
    before, after = before[-t.near :], after[: t.near]
    within = [d[np.triu_indices(len(d), 1)] for d in map(_distances, *2 * ((before, after),))]
    pairs = np.concatenate(within)
    apart = float(across[-t.near :, : t.near].min())
    return apart / (t.noise + (float(pairs.mean()) if pairs.size else 0.0))


def _distances(a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the mean absolute difference of each row of `a` from each row of `b`."""
    return np.stack([np.abs(b - row).mean(1) for row in a])


def _after_shift(frames: Sequence[FrameFeatures], here: int, shape: tuple[int, int]) -> float:
    """Return the step's residual after the best shift, over that of the neighbouring steps.

    Returns 0, no cut, if a shift explains the step or the picture comes back shifted.
    """
    t = THRESHOLDS
    area = shape[0] * shape[1]
    # Luma only: if only the colours change, there is no shift to compensate.
    shifts = TranslationMatcher([frame.picture[:area].reshape(shape) for frame in frames])
    left = shifts.residual(here - 1, here)
    if left < LEFT * shifts.difference(here - 1, here):
        return 0.0
    returns = [(here - 1, i) for i in range(here + 1, min(len(frames), here + t.flash + 1))]
    returns += [(i, here) for i in range(max(0, here - t.flash - 1), here - 1)]
    if any(shifts.residual(i, j) < t.came_back_alike * left for i, j in returns):
        return 0.0
    first, last = max(1, here - t.neighbours), min(len(frames) - 1, here + t.neighbours)
    around = [shifts.residual(i - 1, i) for i in range(first, last + 1) if i != here]
    return left / (t.noise + sum(around) / max(1, len(around)))
