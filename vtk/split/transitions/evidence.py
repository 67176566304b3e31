"""Measure what distinguishes a gradual transition from motion: the pictures between and before.

A flame, a hand or a slow pan may come near the line from one picture to another, and a bar or a
caption that crosses the picture sweeps it. They are distinguished from a dissolve, a fade or a wipe
by how much of the picture changes, how evenly, how much of the old picture is still in place, and
how much moved before. The measurements are judged together by `vtk.models.shots.judge`.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vtk.split.cuts.evidence import matched_difference
from vtk.split.transitions.correlation import edge_shares, luma_correlation

Array = NDArray[np.float32]

MIDDLE = 0.15, 0.85  # range of positions on the line, 0..1, that count as between its ends
FAINT = 4.0  # minimum difference, 0..255, for a sample to count as changed

NAMES = (
    "change", "residual", "seconds", "sweep", "low_part", "least_part", "concentrated", "area",
    "likeness", "blocks", "off", "off_middle", "off_most", "still_before", "contrast",
    "old_stays", "gone", "come", "unsteady", "deviation", "from_empty", "to_empty",
)  # fmt: skip


def evidence(
    pictures: Array,
    place: Sequence[float],
    shape: tuple[int, int],
    before: Array,
    known: dict[str, float],
) -> Array:
    """Return the measurements of NAMES for a transition from the first to the last of `pictures`.

    `pictures` (n, samples) are lumas of `shape` (rows, columns), `place` is the position of each on
    the line from first to last, 0..1; `before` (m, samples) are preceding pictures, if any. `known`
    holds the known measurements: change, residual, seconds, sweep, from_empty and to_empty.
    """
    first, last = pictures[0], pictures[-1]
    way = last - first
    apart = np.abs(way)
    parts = _parts(apart, shape)
    order = np.sort(parts, None)
    mean = float(parts.mean())
    changed = apart > max(FAINT, float(apart.mean()) / 2)
    off = _off(pictures, place)
    off_parts = _parts(off, shape) / (parts + 1)
    ends = [picture.reshape(shape) for picture in (first, last)]
    best, same = matched_difference(*ends)
    left = edge_shares(*ends)
    deviations = [float(picture.std()) for picture in (first, pictures[len(pictures) // 2], last)]
    lesser = min(deviations[0], deviations[2])
    steps = np.abs(np.diff(pictures, axis=0)).mean()
    quiet = float(np.abs(np.diff(before, axis=0)).mean()) if len(before) > 1 else float(steps)
    found = known | {
        "change": float(np.log(known["change"])),
        "seconds": float(np.log(known["seconds"] + 0.1)),
        "low_part": (float(order[3]) + 0.5) / (mean + 0.5),
        "least_part": (float(order[0]) + 0.5) / (mean + 0.5),
        "concentrated": (float(order[-1]) + 0.5) / (mean + 0.5),
        "area": float(changed.mean()),
        "likeness": luma_correlation(first, last),
        "blocks": best / (same + 0.5),
        "off": float(np.median((off / (apart + 2))[changed])) if changed.any() else 1.0,
        "off_middle": float(np.median(off_parts)),
        "off_most": float(off_parts.max()),
        "still_before": float(np.log((quiet + 0.2) / (steps + 0.2))),
        "contrast": float(np.log((deviations[1] + 1) / (lesser + 1))),
        "old_stays": left.old_stays,
        "gone": left.gone,
        "come": left.come,
        "unsteady": float(np.std(np.diff(place))) * len(place),
        "deviation": float(np.log1p(lesser)),
    }
    return np.array([found[name] for name in NAMES], np.float32)


def _parts(samples: Array, shape: tuple[int, int]) -> Array:
    """Return the means of the twelfths of a picture, (3, 4)."""
    high, wide = shape[0] // 3, shape[1] // 4
    grid = samples.reshape(shape)[: 3 * high, : 4 * wide].reshape(3, high, 4, wide)
    return np.asarray(grid.mean((1, 3)))


def _off(pictures: Array, place: Sequence[float]) -> Array:
    """Return the mean distance of each sample from the line between first and last picture."""
    between = [n for n, here in enumerate(place) if MIDDLE[0] < here < MIDDLE[1]]
    way = pictures[-1] - pictures[0]
    off = [np.abs(pictures[n] - pictures[0] - place[n] * way) for n in between]
    return np.asarray(np.mean(off, 0) if off else np.abs(way))
