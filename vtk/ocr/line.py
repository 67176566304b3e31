"""A line of text, tracked from glance to glance by its strokes, which are luma gradients."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from vtk.ocr.changes import Array, Region

REACH = 16  # samples that a line may have moved in any direction between two glances


@dataclass(frozen=True)
class LineThresholds:
    """Limits by which a line is found again in a later glance.

    `python tests/benchmarks/ocr.py` measures character errors, times and calls of the networks.
    """

    present: float = 0.45  # relative strength of the strokes from which a line is still there
    sure: float = 0.85  # relative strength of the strokes from which no other place is searched
    match: float = 0.7  # normalized correlation from which strokes match at another place
    # Share of a line's height and of its width that must be in the picture to track it:
    visible: float = 0.4
    part: float = 0.75  # width over height of the parts of a line that are compared one by one
    strong: float = 0.3  # least energy of a part that is compared, relative to the mean of all
    other: float = 0.2  # difference, as a share of a part's energy, from which its text is other
    # Difference, as a share of energy, of a part that is unchanged on a still background:
    clean: float = 0.1
    moving: float = 4.0  # speed of a moving line in samples per second
    steady: float = 0.12  # displacement, a share of the picture, that tells moving from shaking


THRESHOLDS = LineThresholds()


@dataclass(eq=False)
class TextLine:
    """A line of text: what it says, its position and times. Positions are in glance samples."""

    text: str
    score: float
    box: tuple[float, float, float, float]
    time: float  # time of `box` in seconds
    patch: Array  # horizontal gradient of the line when it was read, (rows, columns)
    shape: tuple[int, ...]  # shape of the glance
    start: float
    first: tuple[float, float, float, float]  # box at `start`
    shown: tuple[float, float, float, float]  # box when it was read best
    end: float | None = None  # time from which it is not seen; None while it is seen
    speed: tuple[float, float] = (0.0, 0.0)  # horizontal and vertical, in samples per second
    strength: float = 1.0  # strength of its strokes, relative to `patch`
    faint: bool = False  # whether its strokes are there, but too weak to count as seen
    altered: bool = False  # whether part of its text has changed, on a still background
    read: int = 1  # number of readings
    company: int = 0  # most lines above the lower third that were on screen with it
    crowd: int = 0  # most lines that were on screen at the same time, itself included
    spread: float = 0.0  # vertical extent of these lines, as a share of the picture
    taken: bool = field(default=False, repr=False)  # whether a newer reading has replaced it

    @property
    def is_moving(self) -> bool:
        """Whether the line moves, and has moved far enough to be sure that it does not shake."""
        t = THRESHOLDS
        across, down = (
            abs(self.box[i] + self.box[i + 2] - self.first[i] - self.first[i + 2]) / 2
            for i in (0, 1)
        )
        far = across > t.steady * self.shape[1] / 2 or down > t.steady * self.shape[0] / 2
        return far and max(map(abs, self.speed)) > t.moving

    @property
    def is_whole(self) -> bool:
        """Whether the line was not cut off by the edge of the picture when it was read."""
        height, width = self.shape
        left, top, right, bottom = self.shown
        return left > 1 and top > 1 and right < width - 1 and bottom < height - 1

    @property
    def region(self) -> Region:
        """The box in whole samples, clipped to the picture."""
        left, top, right, bottom = self.box
        height, width = self.shape
        return (
            min(max(int(left), 0), width),
            min(max(int(top), 0), height),
            min(max(int(np.ceil(right)), 0), width),
            min(max(int(np.ceil(bottom)), 0), height),
        )

    def track(self, steps: Array, time: float) -> None:
        """Find the line in the horizontal gradient of a glance; sets `end` while it is missing."""
        gap = time - self.time
        place = (self.box[0] + self.speed[0] * gap, self.box[1] + self.speed[1] * gap)
        found = self._sought(steps, place)
        if found is None:
            self.end = time if self.end is None else self.end
            self.faint = self._likeness(steps, round(place[0]), round(place[1])) >= THRESHOLDS.match
            return
        x, y, self.strength, self.altered = found
        self.faint = False
        if gap:
            moved = ((x - self.box[0]) / gap, (y - self.box[1]) / gap)
            still = max(abs(x - self.box[0]), abs(y - self.box[1])) < 1
            weight = 0.3 if any(self.speed) else 1.0
            old = self.speed
            self.speed = (
                (0.0, 0.0)
                if still and max(map(abs, old)) < THRESHOLDS.moving
                else (
                    old[0] + weight * (moved[0] - old[0]),
                    old[1] + weight * (moved[1] - old[1]),
                )
            )
        width, height = self.box[2] - self.box[0], self.box[3] - self.box[1]
        self.box, self.time, self.end = (x, y, x + width, y + height), time, None

    def trace_back(self, past: Iterable[tuple[float, Array]]) -> None:
        """Set `start` and `first` by tracking the line back in earlier glances, latest first."""
        back = TextLine(
            self.text, self.score, self.box, self.time, self.patch, self.shape, self.start,
            self.box, self.box,
        )  # fmt: skip
        for time, steps in past:
            back.track(steps, time)
            if back.end is not None or back.altered:
                break
            self.start, self.first = time, back.box
        self.speed = back.speed

    def detached(self) -> "TextLine":
        """The line without its patch, which is not needed once the line is no longer tracked."""
        self.patch = self.patch[:0]
        return self

    def update_strokes(self, steps: Array) -> None:
        """Replace the strokes of the line by those now at its position."""
        left, top, right, bottom = self.region
        self.patch = steps[top:bottom, left:right].copy()
        self.box = (left, top, right, bottom)
        self.strength, self.altered = 1.0, False

    def lifetime(self) -> tuple[float, float | None]:
        """`start` and `end`, corrected for a line that scrolls through the picture horizontally."""
        start, end, across = self.start, self.end, self.speed[0]
        if not self.is_moving or abs(across) < abs(self.speed[1]):
            return start, end
        # Mirror the boxes of a line that scrolls to the right, so that all scroll to the left.
        width = self.shape[1]
        first, last = (
            box if across < 0 else (width - box[2], 0.0, width - box[0], 0.0)
            for box in (self.first, self.box)
        )
        if first[2] > width - REACH:
            start -= max(width - first[0], 0.0) / abs(across)
        if end is not None and last[0] < REACH:
            end = max(end, self.time + max(last[2], 0.0) / abs(across))
        return start, end

    def _sought(
        self, steps: Array, place: tuple[float, float]
    ) -> tuple[float, float, float, bool] | None:
        """Position of the line near a place, with the result of `_compared`; None if not found."""
        t = THRESHOLDS
        x, y = round(place[0]), round(place[1])
        here = self._compared(steps, x, y)
        if here is not None and here[0] >= t.sure:
            return (x, y, *here)
        found = self._nearby(steps, x, y)
        if found is not None:
            there = self._compared(steps, *found)
            if there is not None and there[0] >= max(t.present, here[0] if here else 0):
                return (*found, *there)
        if here is not None and here[0] >= t.present:
            return (x, y, *here)
        return None

    def _nearby(self, steps: Array, x: int, y: int) -> tuple[int, int] | None:
        """The position around (x, y) whose strokes match those of the line best; None if none."""
        import cv2

        cut, rows, columns = self._overlap(x, y)
        if cut is None or self.patch.shape[1] < 2 * self.patch.shape[0]:
            return None
        part = np.ascontiguousarray(self.patch[cut])
        top, left = rows.start - REACH, columns.start - REACH
        bottom, right = rows.stop + REACH, columns.stop + REACH
        # Pad with zeros outside of the picture, as a line may enter from there.
        height, width = self.shape
        beyond = ((max(-top, 0), max(bottom - height, 0)), (max(-left, 0), max(right - width, 0)))
        window = np.pad(steps[max(top, 0) : bottom, max(left, 0) : right], beyond)
        match = cv2.matchTemplate(window, part, cv2.TM_CCORR_NORMED)
        _, best, _, (across, down) = cv2.minMaxLoc(match)
        if best < THRESHOLDS.match:
            return None
        return x + across - REACH, y + down - REACH

    def _likeness(self, steps: Array, x: int, y: int) -> float:
        """Normalized correlation with the strokes at a position, regardless of their strength."""
        cut, rows, columns = self._overlap(x, y)
        if cut is None:
            return 0.0
        part, there = self.patch[cut], steps[rows, columns]
        energy = float((part * part).sum()) * float((there * there).sum())
        return float((part * there).sum()) / energy**0.5 if energy else 0.0

    def _compared(self, steps: Array, x: int, y: int) -> tuple[float, bool] | None:
        """Relative strength of the strokes at a position, and whether part of the text changed."""
        t = THRESHOLDS
        cut, rows, columns = self._overlap(x, y)
        if cut is None:
            return None
        part, there = self.patch[cut], steps[rows, columns]
        energy = (part * part).sum(0)
        count = max(1, round(part.shape[1] / (t.part * max(part.shape[0], 1))))
        edges = np.arange(count) * part.shape[1] // count
        energies = np.add.reduceat(energy, edges)
        total = float(energies.sum())
        if not total:
            return None
        strength = float((part * there).sum()) / total
        rest = np.add.reduceat(((part - there) ** 2).sum(0), edges)
        share = np.sort((rest / np.maximum(energies, 1e-6))[energies > t.strong * total / count])
        usual = share[(len(share) - 1) // 2]
        return strength, bool(usual < t.clean and share[-1] > max(t.other, 6 * usual))

    def _overlap(self, x: int, y: int) -> tuple[tuple[slice, slice] | None, slice, slice]:
        """The visible part of the patch with its corner at (x, y), and its rows and columns."""
        t = THRESHOLDS
        height, width = self.shape
        tall, wide = self.patch.shape
        top, left = max(y, 0), max(x, 0)
        bottom, right = min(y + tall, height), min(x + wide, width)
        rows, columns = slice(top, bottom), slice(left, right)
        if bottom - top < t.visible * tall or right - left < t.visible * wide or not tall * wide:
            return None, rows, columns
        return (slice(top - y, bottom - y), slice(left - x, right - x)), rows, columns
