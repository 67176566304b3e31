"""Detect wipes over moving pictures: a straight edge that crosses the picture at an even speed.

If both shots move, pictures that are the length of a wipe apart compare badly, but from one frame
to the next only the columns (or rows) at the edge of the wipe change much. In the image of columns
by time, the spatio-temporal slice of Ngo, Pong and Chin (Detection of gradual transitions through
temporal slice analysis, CVPR 1999), they form a straight line from one side to the other. An object
that crosses the view forms such lines too, but takes its surroundings along; so does a moving
camera, but a shift of the whole picture explains the changes that it causes.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vtk.media.timestamp import Timestamp
from vtk.split.transitions.correlation import ALIKE, luma_correlation
from vtk.split.transitions.translation import TranslationMatcher

Array = NDArray[np.float32]

BANDS = 3  # parts of a column or row that must all change where the edge is


@dataclass(frozen=True)
class MovingWipeThresholds:
    """Limits by which a moving edge is a wipe.

    Tuned on rendered films, `python tests/benchmarks/split.py --world 240`, half of which were left
    out at first, and set with labelled clips at hand, `python tests/benchmarks/split.py FOLDER`.
    """

    longest: float = 2.0  # maximum seconds of a wipe
    shortest: float = 0.25  # minimum seconds of a wipe
    fewest: int = 5  # minimum frames of a wipe
    noise: float = 0.6  # mean difference of samples, 0..255, that is mere noise
    clear: float = 2.0  # change at a clear edge, over the usual change of the frame's columns
    share: float = 0.8  # minimum share of the frames in which the edge is clear
    beside: int = 6  # columns on either side of an edge that a moving object would take along
    # Either side of the edge has a distance ratio: its distance from the shot that it should show,
    # over its distance from the other shot.
    plain: float = 0.2  # maximum of either ratio if the shots hardly move
    moving: float = 0.4  # maximum geometric mean of both ratios if the shots move
    moving_certain: float = 0.65  # maximum geometric mean of both ratios if the edge is certain
    certain_share: float = 0.95  # minimum share of frames with a clear edge if the edge is certain
    certain_frames: int = 10  # minimum number of frames if the edge is certain
    # Minimum share of the change beside the edge that is left after shifting the picture along with
    # the edge: less is left if the edge belongs to a moving object.
    alone: float = 0.9
    # Minimum product of the share left beside the edge and the share of the whole change that no
    # shift of the picture explains:
    unexplained: float = 0.7
    pan: float = 0.3  # share of the whole change that no shift explains, up to which it is a pan


THRESHOLDS = MovingWipeThresholds()


class EdgeActivity(NamedTuple):
    """How much each column and each row of a frame changed, relative to the frame's median one.

    `arrives` says whether an edge may be at the last column, first column, last row, first row.
    """

    columns: Array
    rows: Array
    arrives: list[bool]


def edge_activity(apart: Array) -> Iterator[EdgeActivity]:
    """Yield the edge activity of each frame, from `apart` (frames, rows, columns).

    `apart` holds the absolute differences of luma from the previous frame.
    """
    columns, rows = _standing_out(apart), _standing_out(apart.transpose(0, 2, 1))
    ends = [end.max(1) for kept in (columns, rows) for end in (kept[:, -2:], kept[:, :2])]
    arrives: list[list[bool]] = (np.stack(ends, axis=1) > THRESHOLDS.clear).tolist()
    return map(EdgeActivity, columns, rows, arrives)


class MovingWipe(NamedTuple):
    """A wipe: its first, middle and last frame, and the share of its frames with a clear edge."""

    start: Timestamp
    middle: Timestamp
    end: Timestamp
    share: float


class _Frame(NamedTuple):
    timestamp: Timestamp
    luma: Array  # (rows, columns)
    moved: EdgeActivity


class MovingWipeDetector:
    """Detects wipes that end at the latest of the frames pushed to it."""

    def __init__(self) -> None:
        self.recent: deque[_Frame] = deque()

    def clear(self) -> None:
        """Forget all frames; called at a cut."""
        self.recent.clear()

    def push(self, timestamp: Timestamp, luma: Array, moved: EdgeActivity) -> MovingWipe | None:
        """Add the next frame; return the wipe whose edge leaves the picture with it, if any."""
        t = THRESHOLDS
        recent = self.recent
        if not recent:  # ignore the change from the frame before the cut
            moved = EdgeActivity(
                np.zeros_like(moved.columns), np.zeros_like(moved.rows), moved.arrives
            )
        recent.append(_Frame(timestamp, luma, moved))
        while timestamp.time - recent[0].timestamp.time > t.longest:
            recent.popleft()
        if len(recent) <= t.fewest or True not in moved.arrives:
            return None
        ways = [divmod(way, 2) for way, arrives in enumerate(moved.arrives) if arrives]
        found = [self._arrived(axis, bool(back)) for axis, back in ways]
        return max((edge for edge in found if edge), key=lambda edge: edge.share, default=None)

    def _arrived(self, axis: int, back: bool) -> MovingWipe | None:
        """Return the wipe along an axis whose edge reaches the end of its path now, if any.

        `axis` is 0 for a vertical edge, which crosses the columns, and 1 for a horizontal one;
        `back` says whether the edge moves towards the first column or row.
        """
        t = THRESHOLDS
        change = np.stack([frame.moved[axis] for frame in self.recent])
        if back:
            change = change[:, ::-1]
        frames, width = change.shape
        widened = change.copy()  # the edge may be one column off its expected position
        widened[:, 1:] = np.maximum(widened[:, 1:], change[:, :-1])
        widened[:, :-1] = np.maximum(widened[:, :-1], change[:, 1:])
        times = np.array([frame.timestamp.time for frame in self.recent])
        # Any frame may be the first: one row for each, with the edge's position in every frame.
        lengths = np.maximum(times[-1] - times, 1e-6)
        since = (times - times[:, None]) / lengths[:, None]
        place = np.clip(since * (width - 1) + 0.5, 0, width - 1).astype(int)
        clear = (widened[np.arange(frames), place] > t.clear) & (since >= 0)
        shares = clear.sum(1) / np.arange(frames, 0, -1)
        shares[(lengths < t.shortest) | (np.arange(frames) > frames - t.fewest)] = 0
        shares[0] = 0  # no frame before it shows the old shot
        at = int(shares.argmax())
        best = float(shares[at])
        if best < t.share or not self._divides(axis, back, at, best):
            return None
        timestamps = [frame.timestamp for frame in self.recent][at:]
        return MovingWipe(timestamps[0], timestamps[len(timestamps) // 2], timestamps[-1], best)

    def _divides(self, axis: int, back: bool, first: int, share: float) -> bool:
        """Return whether the edge moves alone between the old shot and the new one behind it."""
        t = THRESHOLDS
        lumas = [frame.luma for frame in self.recent][first - 1 :]
        pictures = [luma.T if axis else luma for luma in lumas]
        if back:
            pictures = [picture[:, ::-1] for picture in pictures]
        old, new = pictures[0], pictures[-1]
        if luma_correlation(old.ravel(), new.ravel()) > ALIKE:
            return False
        width, frames = old.shape[1], len(pictures)
        behind, before, carried = _Ratio(), _Ratio(), _Ratio()
        for number in range(1, frames - 1):
            at = number * width // frames
            here, following = pictures[number], pictures[number + 1]
            behind.add(here, new, old, slice(0, max(1, at - 1)))
            before.add(here, old, new, slice(min(at + 4, width - 1), width))
            step = max(1, (number + 1) * width // frames - at)
            beside = slice(max(0, at - t.beside), max(0, min(width - step, at + t.beside)))
            along = slice(beside.start + step, beside.stop + step)
            carried.near += float(np.abs(following[:, along] - here[:, beside]).sum())
            carried.far += float(np.abs(following[:, beside] - here[:, beside]).sum())
        sure = share >= t.certain_share and frames >= t.certain_frames
        sides = behind.value * before.value
        if sides >= (t.moving_certain if sure else t.moving) ** 2:
            return False
        left = _shifted(pictures)
        if max(behind.value, before.value) < t.plain and left > t.pan:
            return True
        alone = left * carried.value > t.unexplained
        return alone or (carried.value > t.alone and sides < t.moving**2)


def _shifted(pictures: list[Array]) -> float:
    """Return the share of the change from picture to picture that the best shift leaves."""
    left = change = 0.0
    for number in {part * len(pictures) // 4 for part in (1, 2, 3)}:
        pair = TranslationMatcher(pictures[number : number + 2])
        left += pair.residual(0, 1)
        change += pair.difference(0, 1)
    return left / max(change, 1e-6)


class _Ratio:
    """The distance of pictures from one picture, over their distance from another."""

    def __init__(self) -> None:
        self.near = self.far = 0.0

    def add(self, here: Array, near: Array, far: Array, part: slice) -> None:
        self.near += float(np.abs(here[:, part] - near[:, part]).sum())
        self.far += float(np.abs(here[:, part] - far[:, part]).sum())

    @property
    def value(self) -> float:
        return self.near / max(self.far, 1e-6)


def _standing_out(apart: Array) -> Array:
    """Return, for each column of each frame, its change over the frame's median change.

    The change of a column is that of its least changed part.
    """
    frames, rows, columns = apart.shape[0], apart.shape[1] // BANDS, apart.shape[2]
    bands = np.ascontiguousarray(apart)[:, : BANDS * rows].reshape(frames, BANDS, rows, columns)
    least = bands.sum(2).min(1) / rows
    usual = np.partition(least, columns // 2)[
        :, columns // 2
    ]  # np.median takes three times as long
    return np.asarray(least / (usual + THRESHOLDS.noise)[:, None], np.float32)
