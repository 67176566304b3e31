"""Detect rolling credits: text on a plain background that moves upwards steadily.

Each frame is reduced to a profile: how much of each line differs from the background, in a few
columns. The shift of the profile relative to that of an earlier frame, the anchor, gives the
position of the roll. A tilting camera shows no plain background, a page turn is no steady motion,
and a rising object is not text: few edges cross its lines.
"""

import math
from collections import deque
from dataclasses import dataclass, field

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from vtk.media.timestamp import Timestamp
from vtk.split.cues.frame import Array, Cue, CueFrame, lasts

LINES, COLUMNS, BANDS = 400, 160, 4  # profile: maximum lines, samples per line, columns


@dataclass(frozen=True)
class CreditsThresholds:
    """Limits by which a picture shows rolling credits.

    The result is tested on rendered clips, `python -m pytest tests/split/test_cues.py`.
    """

    shortest: float = 4.0  # minimum seconds
    travel: float = 0.2  # minimum movement of a roll, as a share of the picture height
    plain: float = 0.55  # minimum share of the thumbnail that has the luma of the background
    near: float = 8.0  # maximum luma difference, 0..255, of samples of the background
    ink: int = 32  # difference, 0..255, from the background from which a sample is text ("ink")
    different: float = 0.35  # share of all ink that may differ between two frames of one roll
    equal: float = 0.03  # share of all ink below which a frame has not moved
    reach: float = 0.125  # maximum movement to the next frame, as a share of the lines
    # Movement after which the latest frame becomes the anchor, as a share of the lines:
    renewal: float = 0.2
    unsteady: float = 0.35  # maximum deviation of the last second's speed, as a share of the speed
    # Seconds without motion that end a roll, or the time of three lines if longer:
    pause: float = 0.2
    # Seconds after the first text appears in which there is too little to track:
    young: float = 0.25
    edges: int = 8  # minimum of the median number of stroke edges along a line with text


THRESHOLDS = CreditsThresholds()


@dataclass(slots=True)
class _Roll:
    """Tracked text; positions are in lines of the profile, increasing as the text moves up."""

    fresh: bool  # whether the picture was empty before
    start: Timestamp | None  # first picture that shows the motion, None while there is none
    still: tuple[float, float]  # time and position of the last picture before it
    anchor: Array
    base: float = 0.0  # position of the anchor
    place: float = 0.0  # position of the latest picture
    moved: float = 0.0  # time of the latest picture that moved
    stop: Timestamp | None = None  # the picture after that one
    recent: deque[tuple[float, float]] = field(default_factory=deque)  # the last second
    words: list[bool] = field(default_factory=list)  # once a second: whether it looks like text

    def speed(self, time: float) -> float:
        """Return the lines per second since the start."""
        return (self.place - self.still[1]) / max(time - self.still[0], 1e-6)


class Credits:
    """Detects intervals of rolling credits."""

    def __init__(self) -> None:
        self._roll: _Roll | None = None
        self._step = 1  # picture lines per line of the profile
        self._last = 0.0  # time of the latest frame

    @property
    def earliest_pending(self) -> float:
        return self._roll.start.time if self._roll and self._roll.start else math.inf

    def push(self, picture: CueFrame) -> list[Cue]:
        at, before, self._last = picture.at, self._last, picture.at.time
        if picture.still and self._roll and not self._roll.start:
            self._roll.still = (at.time, self._roll.still[1])
            return []
        profile = self._profile(picture)
        if profile is None or not profile.any():
            found = self.finish(at)
            # No text: whatever comes next enters an empty picture.
            self._roll = None if profile is None else _Roll(True, None, (at.time, 0.0), profile)
            return found
        roll = self._roll
        if roll is not None and roll.fresh and not roll.anchor.any():
            self._roll = _Roll(True, at, (at.time, 0.0), profile, moved=at.time)
            return []
        if roll is None or roll.anchor.shape != profile.shape:
            return self._restart(picture, profile)
        place = self._place(roll, profile, at.time, before)
        if place is None:
            if roll.fresh and roll.start and at.time - roll.start.time < THRESHOLDS.young:
                start = roll.start
                self._roll = _Roll(True, start, (at.time, 0.0), profile, moved=at.time)
                return []
            return self._restart(picture, profile)
        if not self._follow(roll, place, at):
            return self._restart(picture, profile)
        if place - roll.base > THRESHOLDS.renewal * len(profile):
            roll.anchor, roll.base = profile, place
        if roll.start and at.time - roll.start.time > len(roll.words):
            roll.words.append(_words(picture))
        return []

    def finish(self, end: Timestamp) -> list[Cue]:
        t = THRESHOLDS
        roll, self._roll = self._roll, None
        if not roll or not roll.words or not roll.start:
            return []
        if roll.stop and end.time - roll.moved > self._pause(roll, end.time):
            end = roll.stop
        way = roll.place - roll.still[1]
        if not lasts(roll.start, end, t.shortest) or way < t.travel * len(roll.anchor):
            return []
        if 2 * sum(roll.words) < len(roll.words):
            return []
        speed = way / max(roll.moved - roll.still[0], 1e-6) * self._step
        details = {"type": "credits", "direction": "up", "speed": round(speed, 1)}
        return [Cue(roll.start, end, details)]

    def _restart(self, picture: CueFrame, profile: Array) -> list[Cue]:
        found = self.finish(picture.at)
        self._roll = _Roll(False, None, (picture.at.time, 0.0), profile)
        return found

    @staticmethod
    def _pause(roll: _Roll, time: float) -> float:
        return max(THRESHOLDS.pause, 3 / max(roll.speed(time), 0.1))

    def _profile(self, picture: CueFrame) -> Array | None:
        """Return the share of ink, (lines, BANDS); None without a plain background."""
        t = THRESHOLDS
        small = picture.small.luma
        ground = _ground(small)
        if np.count_nonzero(np.abs(small - ground) <= t.near) < t.plain * small.size:
            return None
        height, width = picture.luma.shape
        self._step = -(-height // LINES)
        every = max(1, width // COLUMNS)
        lines, columns = height // self._step, width // every // BANDS * BANDS
        if not lines or not columns:
            return None
        part = picture.luma[: lines * self._step, : columns * every : every]
        ink = _ink(picture, part, ground)
        shape = (lines, self._step, BANDS, -1)
        return np.asarray(ink.reshape(shape).mean((1, 3), dtype=np.float32))

    def _place(self, roll: _Roll, profile: Array, time: float, before: float) -> float | None:
        """Return the position of a frame relative to the roll; None if it shows different text."""
        t = THRESHOLDS
        lines = len(profile)
        shift = roll.place - roll.base  # of the previous frame
        low, high = int(shift) - 2, int(shift + t.reach * lines)
        if roll.start and before - roll.still[0] > t.young:
            ahead = roll.speed(before) * (time - before)
            high = int(shift + 2 * ahead) + 3
        shifts = np.arange(max(low, 0), min(high, lines - 1))
        if not len(shifts):
            return None
        if not roll.start and _differences(roll.anchor, profile, shifts[:1])[0] < t.equal:
            return roll.place
        errors = _differences(roll.anchor, profile, shifts)
        if errors.min() > t.different:
            return None
        best = int(errors.argmin())
        if 0 < best < len(errors) - 1:  # subline precision by fitting a parabola
            left, middle, right = errors[best - 1 : best + 2]
            bend = left - 2 * middle + right
            part = float((left - right) / (2 * bend)) if bend > 1e-6 else 0.0
            return roll.base + float(shifts[best]) + part
        return roll.base + float(shifts[best])

    def _follow(self, roll: _Roll, place: float, at: Timestamp) -> bool:
        """Add the position of the latest picture; return False if the roll stopped or jumped."""
        if roll.start is None:
            if place - roll.still[1] < 0.5:
                roll.still = (at.time, roll.still[1])
                return True
            roll.start, roll.moved = at, at.time
        if place > roll.place + 0.25:
            roll.place, roll.moved, roll.stop = place, at.time, None
        elif roll.stop is None:
            roll.stop = at
        if at.time - roll.moved > self._pause(roll, at.time):
            return False
        roll.recent.append((at.time, place))
        while roll.recent[-1][0] - roll.recent[0][0] > 1.0:
            roll.recent.popleft()
        length = roll.recent[-1][0] - roll.recent[0][0]
        if length < 0.8:
            return True
        now = (roll.recent[-1][1] - roll.recent[0][1]) / length
        usual = roll.speed(at.time)
        return abs(now - usual) <= THRESHOLDS.unsteady * usual + 1.5


def _ground(small: Array) -> float:
    """Return the median luma, taken as that of the background."""
    return float(np.partition(small.ravel(), small.size // 2)[small.size // 2])


def _ink(picture: CueFrame, part: Array, ground: float) -> Array:
    """Return a mask of the samples of `part` (luma) that differ from the background."""
    t = THRESHOLDS
    most = int(np.iinfo(part.dtype).max)
    low, high = max(picture.stored(ground - t.ink), 0), min(picture.stored(ground + t.ink), most)
    # Unsigned samples below `low` wrap around to large values: one comparison for both sides.
    return np.asarray(part - part.dtype.type(low) > high - low)


def _differences(anchor: Array, profile: Array, shifts: Array) -> Array:
    """Return, for each upward shift of the anchor, 0 if it equals the profile, 1 if all differs."""
    lines = len(profile)
    padded = np.concatenate([anchor, np.zeros_like(anchor)])
    moved = sliding_window_view(padded, lines, axis=0)[shifts]  # (shifts, BANDS, lines)
    below = profile.sum() - profile.sum(axis=1).cumsum()[lines - 1 - shifts]  # new ink below
    apart = np.abs(moved - profile.T).sum((1, 2)) - below
    total = moved.sum((1, 2)) + profile.sum() - below
    return np.asarray(apart / np.where(total > 0, total, -1) + (total <= 0))


def _words(picture: CueFrame) -> bool:
    """Return whether most lines with ink have as many stroke edges as text."""
    ink = _ink(picture, picture.luma, _ground(picture.small.luma))
    lines = ink[ink.any(axis=1)]
    if not len(lines):
        return False
    return bool(np.median((lines[:, 1:] != lines[:, :-1]).sum(axis=1)) >= THRESHOLDS.edges)
