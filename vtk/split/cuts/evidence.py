"""Measure what distinguishes a cut from motion, partial changes and stepwise animation.

A step is compared with the changes within a second around it, not within a number of frames: film
shown at twice its rate, limited animation and dropped frames repeat pictures, and next to repeated
pictures every step stands out. How much of the picture changed, and where, distinguishes a new
slide or page from a pane, a pop-up or a line of text in a page that stays. The measurements are
judged together by `vtk.models.shots.judge`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from vtk.split.cuts.steps import THRESHOLDS as CUT
from vtk.split.cuts.steps import WINDOW, FrameFeatures
from vtk.split.transitions.correlation import edge_shares, luma_correlation

Array = NDArray[np.float32]

AROUND = 1.0  # seconds on either side that a step is compared with, or WINDOW frames if longer
MOST = 60  # maximum number of frames on either side that a step is compared with
BLOCK, REACH = 6, 5  # block size in rows and columns, and the range of block matching


@dataclass(frozen=True)
class CutEvidenceThresholds:
    """Limits that define the measurements of a step.

    The networks of `vtk.models.shots.judge` have learnt from measurements with these limits. After
    a change they must be trained anew: `python -m tests.benchmarks.split_train FOLDER...`, which
    prints how good they are.
    """

    changed: float = 0.05  # times the step: neighbouring steps above this are more than noise
    repeated: float = 0.06  # times the step: distance up to which a picture repeats another
    # Mean sample difference, 0..255, up to which a picture repeats another in any case:
    repeated_anyway: float = 0.4
    distinct: int = 6  # distinct pictures kept on either side
    changed_a_little: float = 8.0  # difference of a sample, 0..255, above which it has changed
    changed_much: float = 20.0  # difference of a sample, 0..255, above which it has changed much
    # Distance from the median luma, 0..255, below which a sample is the background of a page:
    background: float = 6.0


THRESHOLDS = CutEvidenceThresholds()

NAMES = (
    "step", "contrast", "apart", "shift",
    "changed", "largest", "third", "beside", "share_changed", "still_before", "still_after",
    "apart_distinct", "apart_calm", "back", "spread",
    "likeness", "likeness_best", "area", "area_much", "least_part", "middle_part", "low_part",
    "concentrated", "rows", "columns", "old_stays", "new_stays", "gone", "come", "ink",
    "blocks", "blocks_left", "blocks_beside", "colours", "paper", "ground", "variance", "deviation",
)  # fmt: skip


def evidence(
    frames: Sequence[FrameFeatures], here: int, shape: tuple[int, int], ratios: Mapping[str, float]
) -> NDArray[np.float32]:
    """Return the measurements of NAMES for the step to `frames[here]`, (len(NAMES),).

    `frames` should extend AROUND seconds to either side. `ratios` are those of `steps.candidate`.
    Magnitudes and ratios are given as logarithms.
    """
    area = shape[0] * shape[1]
    old, new = frames[here - 1], frames[here]
    step = new.step
    around, distinct = _around(frames, here), _distinct(frames, here)
    found = {"step": _log(step), **{name: _log(value) for name, value in ratios.items()}}
    found |= _steps(frames, here, around)
    found |= _across(distinct, step, area)
    found["likeness"] = luma_correlation(old.picture[:area], new.picture[:area])
    found |= _change(old.picture, new.picture, shape)
    lumas = [frame.picture[:area].reshape(shape) for frame in (old, new)]
    found |= edge_shares(*lumas)._asdict()
    found |= _blocks(frames, here, around, shape)
    before, after = (np.mean([_colours(f, shape) for f in part[:3]], 0) for part in distinct)
    found["colours"] = float(np.abs(before - after).sum()) / 2
    grounds = [float(np.median(luma)) for luma in lumas]
    on = [
        np.abs(luma - ground) < THRESHOLDS.background
        for luma, ground in zip(lumas, grounds, strict=True)
    ]
    found["paper"] = min(float(part.mean()) for part in on)
    found["ground"] = abs(grounds[0] - grounds[1]) / 20
    found["deviation"] = float(np.log1p(min(luma.std() for luma in lumas)))
    return np.array([found[name] for name in NAMES], np.float32)


def _log(value: float, floor: float = 0.02) -> float:
    return float(np.log(value + floor))


def _around(frames: Sequence[FrameFeatures], here: int) -> range:
    """Return the indices of the neighbouring frames that a step is compared with."""
    low = here
    while low > 1 and here - low < MOST and _beside(frames, here, low - 1):
        low -= 1
    high = here
    while high + 1 < len(frames) and high - here < MOST and _beside(frames, here, high + 1):
        high += 1
    return range(low, high + 1)


def _beside(frames: Sequence[FrameFeatures], here: int, other: int) -> bool:
    return abs(frames[other].time - frames[here].time) <= AROUND or abs(other - here) <= WINDOW


def _steps(frames: Sequence[FrameFeatures], here: int, around: range) -> dict[str, float]:
    """Compare the step with the neighbouring steps that are more than noise."""
    step = frames[here].step
    noise = max(CUT.noise / 2, THRESHOLDS.changed * step)
    usual = [
        f.step for f in (frames[i] for i in around if i != here) if f.step < CUT.outlier * step
    ]
    changed = sorted((one for one in usual if one > noise), reverse=True) or [0.0]
    beside = [frames[i].step for i in around if 0 < abs(i - here) <= 2]
    still = []
    for way in (-1, 1):
        count = 1
        while here + way * count in around and frames[here + way * count].step <= noise:
            count += 1
        still.append(min(count, 10) / 10)
    return {
        "changed": _log(step / (CUT.noise + sum(changed) / len(changed))),
        "largest": _log(step / (CUT.noise + changed[0])),
        "third": _log(step / (CUT.noise + (changed[2] if len(changed) > 2 else 0.0))),
        "beside": _log(step / (CUT.noise + max(beside, default=0.0))),
        "share_changed": sum(one > noise for one in usual) / max(1, len(around) - 1),
        "still_before": still[0],
        "still_after": still[1],
    }


def _distinct(
    frames: Sequence[FrameFeatures], here: int
) -> tuple[list[FrameFeatures], list[FrameFeatures]]:
    """Return distinct frames before a step, and from the step on, each list nearest first."""
    least = max(THRESHOLDS.repeated_anyway, THRESHOLDS.repeated * frames[here].step)
    sides = []
    for way, place in ((-1, here - 1), (1, here)):
        kept, passed = [frames[place]], 0.0
        while len(kept) < THRESHOLDS.distinct and 0 <= place + way < len(frames):
            passed += frames[max(place, place + way)].step
            place += way
            if abs(frames[place].time - frames[here].time) > AROUND:
                break
            # The distance cannot exceed the sum of the steps passed: compare only if that suffices.
            if passed > least and _distance(frames[place], kept[-1]) > least:
                kept.append(frames[place])
                passed = 0.0
        sides.append(kept)
    return sides[0], sides[1]


def _distance(one: FrameFeatures, two: FrameFeatures) -> float:
    return float(np.abs(one.picture - two.picture).mean())


def _across(
    distinct: tuple[list[FrameFeatures], list[FrameFeatures]], step: float, area: int
) -> dict[str, float]:
    """Compare the distances across the step with the distances within either side."""
    before, after = (np.stack([frame.picture for frame in part]) for part in distinct)
    across = np.abs(before[:, None] - after[None]).mean(2)
    within = [np.abs(part[1:] - part[:-1]).mean(1) for part in (before, after)]
    means = [float(part.mean()) if part.size else 0.0 for part in within]
    least = float(across.min())
    pairs = np.concatenate(within)
    return {
        "apart_distinct": _log(least / (CUT.noise + (float(pairs.mean()) if pairs.size else 0.0))),
        "apart_calm": _log(least / (CUT.noise + min(means))),
        "back": least / step,
        "spread": float(np.median(across)) / step,
        "likeness_best": _best_likeness(before[:, :area], after[:, :area]),
    }


def _best_likeness(before: Array, after: Array) -> float:
    """Return the maximum luma correlation of any picture before with any picture after."""
    one, two = (part - part.mean(1, keepdims=True) for part in (before, after))
    sides = [np.sqrt(np.vecdot(part, part) / part.shape[1] + 4) for part in (one, two)]
    products = np.stack([np.vecdot(two, row) for row in one]) / one.shape[1]
    return float((products / (sides[0][:, None] * sides[1])).max())


def _change(old: Array, new: Array, shape: tuple[int, int]) -> dict[str, float]:
    """Measure how much of the picture changed, and where."""
    rows, columns = shape
    apart = np.abs(new - old)
    luma = apart[: rows * columns].reshape(shape)
    tints = apart[rows * columns :].reshape(2, -(-rows // 2), -(-columns // 2)).max(0)
    change = np.maximum(luma, tints.repeat(2, 0).repeat(2, 1)[:rows, :columns])
    high, wide = rows // 3, columns // 4
    parts = change[: 3 * high, : 4 * wide].reshape(3, high, 4, wide).mean((1, 3))
    order = np.sort(parts, None)
    mean = float(apart.mean())
    return {
        "area": float((change > THRESHOLDS.changed_a_little).mean()),
        "area_much": float((change > THRESHOLDS.changed_much).mean()),
        "least_part": _log(float(order[0]), 0.3),
        "middle_part": _log(float(order[6]), 0.3),
        "low_part": _log((float(order[3]) + 0.3) / (mean + 0.3)),
        "concentrated": _log((float(order[-1]) + 0.3) / (float(parts.mean()) + 0.3)),
        "rows": float((change.max(1) > THRESHOLDS.changed_a_little).mean()),
        "columns": float((change.max(0) > THRESHOLDS.changed_a_little).mean()),
        "variance": float(np.log1p(np.var(new - old))),
    }


def _blocks(
    frames: Sequence[FrameFeatures], here: int, around: range, shape: tuple[int, int]
) -> dict[str, float]:
    """Measure the residual of a step after block matching against the previous frame."""

    def luma(number: int) -> Array:
        return frames[number].picture[: shape[0] * shape[1]].reshape(shape)

    left, still = matched_difference(luma(here - 1), luma(here))
    usual = [i for i in around if i != here and frames[i].step < CUT.outlier * frames[here].step]
    largest = sorted(usual, key=lambda i: -frames[i].step)[:2]
    others = [matched_difference(luma(i - 1), luma(i))[0] for i in largest]
    return {
        "blocks": _log(left, 0.2),
        "blocks_left": left / (still + 0.5),
        "blocks_beside": _log((0.4 + left) / (0.4 + max(others, default=0.0))),
    }


def matched_difference(old: Array, new: Array) -> tuple[float, float]:
    """Return the mean difference, 0..255, of blocks of `new` from `old`: (best match, same place).

    The best match is searched for within REACH samples of the same place.
    """
    rows, columns = (size // BLOCK * BLOCK for size in new.shape)
    top, left = ((size - size // BLOCK * BLOCK) // 2 for size in new.shape)
    places = 2 * REACH + 1
    part = new[top : top + rows, left : left + columns]
    wide = np.pad(old, REACH, mode="edge")[top : top + rows + 2 * REACH, left:]
    wide = wide[:, : columns + 2 * REACH]
    shifted = sliding_window_view(wide, (rows, columns))  # (places, places, rows, columns)
    apart = np.abs(shifted - part).reshape(-1, rows // BLOCK, BLOCK, columns // BLOCK, BLOCK)
    means = np.einsum("srycx->src", apart) / BLOCK**2
    best = (means + _far(places)[:, None, None]).min(0)
    return float(best.mean()), float(means[places**2 // 2].mean())


@lru_cache(maxsize=2)
def _far(places: int) -> Array:
    """Return a small penalty per sample of displacement, so that blocks prefer to stay."""
    moved = np.abs(np.arange(places) - places // 2)
    return (0.02 * (moved[:, None] + moved)).astype(np.float32).ravel()


def _colours(frame: FrameFeatures, shape: tuple[int, int]) -> Array:
    """Return the colour histogram of a frame: the share of each of 512 colours."""
    cb, cr = frame.thumbnail.cb, frame.thumbnail.cr
    light = frame.thumbnail.luma[::2, ::2][: cb.shape[0], : cb.shape[1]]
    parts = (light / 32, (cb - 64) / 16, (cr - 64) / 16)
    number = sum(np.clip(part, 0, 7).astype(np.intp) * 8**at for at, part in enumerate(parts))
    counts = np.bincount(np.ravel(number), minlength=512)
    return (counts / light.size).astype(np.float32)
