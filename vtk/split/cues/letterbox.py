"""Detect black bars around the picture: letterbox, pillarbox, windowbox, and their changes.

For either axis a frame shows two bars of nearly the same size with sharp edges, no bars, or is
undecided: dark edges of a scene and text in a bar are undecided. A new active picture area is
accepted once all frames that are decided have agreed on it for a second. FFmpeg's cropdetect, in
contrast, takes every dark edge for a bar and only ever enlarges the picture area.
"""

import math
from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np

from vtk.media.timestamp import Timestamp
from vtk.split.cues.frame import Array, Cue, CueFrame

SAMPLES = 200  # samples examined per line


@dataclass(frozen=True)
class LetterboxThresholds:
    """Limits by which a frame shows black bars.

    The result is tested on rendered clips, `python -m pytest tests/split/test_cues.py`.
    """

    stable: float = 1.0  # seconds for which a new active picture must last
    dark: float = 0.08  # share of the range from black to white up to which a sample is black
    # Share of a line within a bar that may be lighter than black: noise, ringing.
    room: float = 0.02
    sharp: float = 0.5  # share of the first line of the picture that must be lighter than black
    open: float = 0.25  # share of a line at the edge that is lighter than black if there is no bar
    thin: float = 0.015  # share of the frame size: thinner bars are blanking, not a format
    unequal: float = 0.04  # share of the frame size: maximum difference of the two bars
    slack: float = 0.006  # share of the frame size: measurements of one active picture differ less
    widest: float = 0.45  # share of the frame size: maximum size of a bar


THRESHOLDS = LetterboxThresholds()

Bars = tuple[int, int]  # lines in the bars before and after the picture, along one axis
Box = tuple[Bars, Bars]  # bars above and below, bars left and right


class Letterbox:
    """Detects intervals in which the picture does not fill the frame."""

    def __init__(self) -> None:
        self._latest: Box | None = None  # what the latest picture says
        self._now: Box | None = None  # the active picture, None before one is known
        self._first = Timestamp(0, 0.0)
        self._next: Timestamp | None = None  # where another one may have begun
        self._seen: Counter[Box] = Counter()
        self._next_seen: Counter[Box] = Counter()
        self._size = (0, 0)
        self._details: dict[str, Any] = {}

    @property
    def earliest_pending(self) -> float:
        if self._boxed():
            return self._first.time
        return self._next.time if self._next else math.inf

    def push(self, picture: CueFrame) -> list[Cue]:
        found: list[Cue] = []
        if picture.luma.shape != self._size:
            found = self.finish(picture.at)
            self._now = self._next = None
            self._size = picture.luma.shape
        if not picture.still:
            self._latest = None if picture.named else self._measured(picture)
        box = self._latest
        if box is None:
            return found
        if self._now and _near(box, self._now, self._size):
            self._next = None
            self._seen[box] += 1
            return found
        if self._next is None or not _near(box, next(iter(self._next_seen)), self._size):
            self._next, self._next_seen = picture.at, Counter()
        self._next_seen[box] += 1
        if picture.at.time - self._next.time >= THRESHOLDS.stable - 1e-6:
            found += self.finish(self._next)
            self._first, self._next, self._seen = self._next, None, self._next_seen
            self._now = self._seen.most_common(1)[0][0]
            self._details = {"rotation": picture.rotation, "sample": picture.sample_aspect}
        return found

    def finish(self, end: Timestamp) -> list[Cue]:
        if not self._boxed():
            return []
        box = self._seen.most_common(1)[0][0]
        return [Cue(self._first, end, describe(box, self._size, **self._details))]

    def _boxed(self) -> bool:
        return self._now not in (None, ((0, 0), (0, 0)))

    def _measured(self, picture: CueFrame) -> Box | None:
        """Return the bars of a frame; for an undecided axis, the bars known so far."""
        dark = picture.stored(picture.luma_level(THRESHOLDS.dark))
        found = [bars(lines, dark) for lines in (picture.luma, picture.luma.T)]
        if found == [None, None]:
            return None
        known = self._now or ((0, 0), (0, 0))
        if self._next:
            known = next(iter(self._next_seen))
        rows, columns = (now if new is None else new for new, now in zip(found, known, strict=True))
        return rows, columns


def bars(lines: Array, dark: int) -> Bars | None:
    """Count the black lines at both ends of the first axis of `lines`; None if undecided."""
    t = THRESHOLDS
    size, every = len(lines), max(1, lines.shape[1] // SAMPLES)
    edge = max(1, int(t.thin * size))
    for end in (lines[:edge], lines[::-1][:edge]):
        if _light(end[:: max(1, edge // 4), ::every], dark).max() >= t.open:
            return 0, 0
    before, after = _bar(lines, dark), _bar(lines[::-1], dark)
    if before[1] < t.sharp or after[1] < t.sharp or abs(before[0] - after[0]) > t.unequal * size:
        return None
    return before[0], after[0]


def _bar(lines: Array, dark: int) -> tuple[int, float]:
    """Return the number of black lines at the start, and the share not black right after them."""
    every = max(1, lines.shape[1] // SAMPLES)
    far = int(THRESHOLDS.widest * len(lines))
    begin, step = 0, 16
    if _light(lines[:1, ::every], dark)[0] <= THRESHOLDS.room:
        rough = np.flatnonzero(_light(lines[:far:step, :: 2 * every], dark) > THRESHOLDS.room)
        if not len(rough):
            return far, 0.0
        begin = max(int(rough[0]) - 1, 0) * step
    share = _light(lines[begin : begin + 2 * step, ::every], dark)
    first = int(np.argmax(share > THRESHOLDS.room))
    return begin + first, float(share[first : first + 3].max())


def _light(lines: Array, dark: int) -> Array:
    """Return the share of each line that is not black."""
    return np.asarray(np.add.reduce(lines > dark, axis=1) / lines.shape[1])


def _near(one: Box, other: Box, size: tuple[int, int]) -> bool:
    return all(
        abs(a - b) <= max(2, THRESHOLDS.slack * length)
        for bars_, others, length in zip(one, other, size, strict=True)
        for a, b in zip(bars_, others, strict=True)
    )


def describe(box: Box, size: tuple[int, int], rotation: int, sample: Any) -> dict[str, Any]:
    """Return the fields of a cue: the active picture area as displayed, and its aspect ratio.

    `active` is [left, top, right, bottom] in samples; `bars` names the kind of bars around it.
    """
    (top, bottom), (left, right) = box
    height, width = size
    turns = rotation % 360 // 90
    for _ in range(turns):  # turn by 90° counter-clockwise: the right edge becomes the top
        top, left, bottom, right = right, top, left, bottom
        height, width, sample = width, height, 1 / sample
    across, down = width - left - right, height - top - bottom
    name = "windowbox" if top + bottom and left + right else ""
    return {
        "type": "letterbox",
        "bars": name or ("letterbox" if top + bottom else "pillarbox"),
        "active": [left, top, width - right, height - bottom],
        "aspect": round(float(across * sample / down), 3),
    }
