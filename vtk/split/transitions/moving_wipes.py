"""Wipes over moving pictures: a straight edge that crosses the picture at an even speed.

Where both shots move, their pictures compare badly over the length of a wipe, but from one frame
to the next only the columns (or rows) at the edge of the wipe change much. Over time they draw a
straight line from one side to the other in the picture of columns by time, the spatio-temporal
slice of Ngo, Pong and Chin (Detection of gradual transitions through temporal slice analysis, CVPR
1999). A thing that crosses the view draws such lines too, but takes its surroundings along, and a
camera that moves draws them, but a shift of the whole picture explains what it changes.
"""

from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vtk.media.timestamp import Timestamp
from vtk.split.transitions.correlation import ALIKE, luma_correlation
from vtk.split.transitions.translation import TranslationMatcher

Array = NDArray[np.float32]

LONGEST = 2.0  # seconds of a wipe
SHORTEST = 0.25
FEWEST = 5  # frames of one
BANDS = 3  # parts of a column or row that must all change where the edge is
NOISE = 0.6  # mean difference of samples, 0..255, that is nothing
CLEAR = 2.0  # times the usual change beside it, of the change at the edge
SHARE = 0.8  # of the frames, in which the edge must be clear
BESIDE = 6  # columns on either side of an edge that are moved along with it
PLAIN = 0.2  # of the distance to the other shot, that either side may be from its own
MOVING = 0.4  # the same for shots that move, as the geometric mean of both sides
MOVED = 0.65  # the same where the edge is clear nearly always
CERTAIN, MANY = 0.95, 10  # share, and number, of the frames of such an edge
ALONE = 0.9  # of the change beside such an edge, that is left when the picture is moved along
UNMOVED = 0.7  # the same times the share of the whole change that no shift of the picture explains
PAN = 0.3  # the latter share alone, where a camera moves


class EdgeActivity(NamedTuple):
    """How much more the columns of a frame, and its rows, changed than is usual in it.

    `arrives` says whether an edge may be at its last column, first column, last row, first row.
    """

    columns: Array
    rows: Array
    arrives: list[bool]


def edge_activity(apart: Array) -> Iterator[EdgeActivity]:
    """Of frames (frames, rows, columns), given as differences of luma from the frame before."""
    columns, rows = _standing_out(apart), _standing_out(apart.transpose(0, 2, 1))
    ends = [end.max(1) for kept in (columns, rows) for end in (kept[:, -2:], kept[:, :2])]
    arrives: list[list[bool]] = (np.stack(ends, axis=1) > CLEAR).tolist()
    return map(EdgeActivity, columns, rows, arrives)


class MovingWipe(NamedTuple):
    """A wipe: its first, middle and last frame, and the share of them that have a clear edge."""

    start: Timestamp
    middle: Timestamp
    end: Timestamp
    share: float


class _Frame(NamedTuple):
    timestamp: Timestamp
    luma: Array  # (rows, columns)
    moved: EdgeActivity


class MovingWipeDetector:
    """Looks for wipes that end with the latest of the frames it is given."""

    def __init__(self) -> None:
        self.recent: deque[_Frame] = deque()

    def clear(self) -> None:
        """Forget all: at a cut."""
        self.recent.clear()

    def push(self, timestamp: Timestamp, luma: Array, moved: EdgeActivity) -> MovingWipe | None:
        """Takes the next frame; the wipe whose edge leaves the picture with it, if there is one."""
        recent = self.recent
        if not recent:  # what changed before does not count
            moved = EdgeActivity(
                np.zeros_like(moved.columns), np.zeros_like(moved.rows), moved.arrives
            )
        recent.append(_Frame(timestamp, luma, moved))
        while timestamp.time - recent[0].timestamp.time > LONGEST:
            recent.popleft()
        if len(recent) <= FEWEST or True not in moved.arrives:
            return None
        ways = [divmod(way, 2) for way, arrives in enumerate(moved.arrives) if arrives]
        found = [self._arrived(axis, bool(back)) for axis, back in ways]
        return max((edge for edge in found if edge), key=lambda edge: edge.share, default=None)

    def _arrived(self, axis: int, back: bool) -> MovingWipe | None:
        """The wipe along an axis whose edge is at the end of its way now."""
        change = np.stack([frame.moved[axis] for frame in self.recent])
        if back:
            change = change[:, ::-1]
        frames, width = change.shape
        widened = change.copy()  # the edge may be a column beside where it is expected
        widened[:, 1:] = np.maximum(widened[:, 1:], change[:, :-1])
        widened[:, :-1] = np.maximum(widened[:, :-1], change[:, 1:])
        times = np.array([frame.timestamp.time for frame in self.recent])
        # Any frame may be the first: a row for each, with the place of the edge in all of them.
        lengths = np.maximum(times[-1] - times, 1e-6)
        since = (times - times[:, None]) / lengths[:, None]
        place = np.clip(since * (width - 1) + 0.5, 0, width - 1).astype(int)
        clear = (widened[np.arange(frames), place] > CLEAR) & (since >= 0)
        shares = clear.sum(1) / np.arange(frames, 0, -1)
        shares[(lengths < SHORTEST) | (np.arange(frames) > frames - FEWEST)] = 0
        shares[0] = 0  # the old shot is not seen
        at = int(shares.argmax())
        best = float(shares[at])
        if best < SHARE or not self._divides(axis, back, at, best):
            return None
        timestamps = [frame.timestamp for frame in self.recent][at:]
        return MovingWipe(timestamps[0], timestamps[len(timestamps) // 2], timestamps[-1], best)

    def _divides(self, axis: int, back: bool, first: int, share: float) -> bool:
        """Whether the edge has the old shot before it, the new one behind it, and moves alone."""
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
            beside = slice(max(0, at - BESIDE), max(0, min(width - step, at + BESIDE)))
            along = slice(beside.start + step, beside.stop + step)
            carried.up += float(np.abs(following[:, along] - here[:, beside]).sum())
            carried.down += float(np.abs(following[:, beside] - here[:, beside]).sum())
        sure = share >= CERTAIN and frames >= MANY
        sides = behind.value * before.value
        if sides >= (MOVED if sure else MOVING) ** 2:
            return False
        left = _shifted(pictures)
        if max(behind.value, before.value) < PLAIN and left > PAN:
            return True
        alone = left * carried.value > UNMOVED
        return alone or (carried.value > ALONE and sides < MOVING**2)


def _shifted(pictures: list[Array]) -> float:
    """The share of the change from picture to picture that is left after their best shift."""
    left = change = 0.0
    for number in {part * len(pictures) // 4 for part in (1, 2, 3)}:
        pair = TranslationMatcher(pictures[number : number + 2])
        left += pair.residual(0, 1)
        change += pair.difference(0, 1)
    return left / max(change, 1e-6)


class _Ratio:
    """How far pictures are from one picture, over how far they are from another."""

    def __init__(self) -> None:
        self.up = self.down = 0.0

    def add(self, here: Array, near: Array, far: Array, part: slice) -> None:
        self.up += float(np.abs(here[:, part] - near[:, part]).sum())
        self.down += float(np.abs(here[:, part] - far[:, part]).sum())

    @property
    def value(self) -> float:
        return self.up / max(self.down, 1e-6)


def _standing_out(apart: Array) -> Array:
    """Of each column of each frame the least change of its parts, over the usual of all columns."""
    frames, rows, columns = apart.shape[0], apart.shape[1] // BANDS, apart.shape[2]
    bands = np.ascontiguousarray(apart)[:, : BANDS * rows].reshape(frames, BANDS, rows, columns)
    least = bands.sum(2).min(1) / rows
    usual = np.partition(least, columns // 2)[:, columns // 2]  # np.median costs three times that
    return np.asarray(least / (usual + NOISE)[:, None], np.float32)
