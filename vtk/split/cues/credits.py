"""Credits: words on a plain ground that move upwards steadily.

Each picture is put down as a profile, how much of each line differs from the ground, in a few
columns. The shift of the profile against that of an earlier picture, the anchor, gives the
position of the roll. A camera that moves up leaves no plain ground, a page that is turned makes
no steady motion, and a thing that rises is no row of words: few edges lie across its lines.
"""

import math
from collections import deque
from dataclasses import dataclass, field

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from vtk.media.timestamp import Timestamp
from vtk.split.cues.frame import Array, Cue, CueFrame, lasts

LEAST = 4.0  # seconds
FAR = 0.2  # of the picture's height: least way of a roll
PLAIN = 0.55  # share of the small picture that must be of one luma, the ground's
NEAR = 8.0  # of 255: distance from it that counts as the ground
INK = 32  # of 255: distance of a sample from the ground that makes it a word's
LINES, COLUMNS, BANDS = 400, 160, 4  # of the profile: most lines, samples of a line, columns
DIFFERENT = 0.35  # of all ink: what may differ between two pictures of one roll
EQUAL = 0.03  # the same for one that did not move
REACH = 0.125  # of the lines: the longest way from one picture to the next
RENEW = 0.2  # of the lines: way after which the latest picture becomes the anchor
UNSTEADY = 0.35  # of the speed: by how much that of the last second may differ
PAUSE = 0.2  # seconds without motion, or as long as three lines take, that end a roll
YOUNG = 0.25  # seconds from the first words on, in which these are too few to follow
EDGES = 8  # ends of strokes across a line of words, in the median


@dataclass(slots=True)
class _Roll:
    """Words that are followed; positions in lines of the profile, growing as they move up."""

    fresh: bool  # whether the picture was empty before
    start: Timestamp | None  # first picture that shows the motion, None while there is none
    still: tuple[float, float]  # time and position of the last picture before it
    anchor: Array
    base: float = 0.0  # position of the anchor
    place: float = 0.0  # position of the latest picture
    moved: float = 0.0  # time of the latest picture that moved
    stop: Timestamp | None = None  # the picture after that one
    recent: deque[tuple[float, float]] = field(default_factory=deque)  # the last second
    words: list[bool] = field(default_factory=list)  # once a second: whether it looks like words

    def speed(self, time: float) -> float:
        """Lines a second since the start."""
        return (self.place - self.still[1]) / max(time - self.still[0], 1e-6)


class Credits:
    """Stretches in which credits roll."""

    def __init__(self) -> None:
        self._roll: _Roll | None = None
        self._step = 1  # lines of the picture in one of the profile
        self._last = 0.0  # time of the latest picture

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
            # Without words: whatever comes next comes into an empty picture.
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
            if roll.fresh and roll.start and at.time - roll.start.time < YOUNG:
                start = roll.start
                self._roll = _Roll(True, start, (at.time, 0.0), profile, moved=at.time)
                return []
            return self._restart(picture, profile)
        if not self._follow(roll, place, at):
            return self._restart(picture, profile)
        if place - roll.base > RENEW * len(profile):
            roll.anchor, roll.base = profile, place
        if roll.start and at.time - roll.start.time > len(roll.words):
            roll.words.append(_words(picture))
        return []

    def finish(self, end: Timestamp) -> list[Cue]:
        roll, self._roll = self._roll, None
        if not roll or not roll.words or not roll.start:
            return []
        if roll.stop and end.time - roll.moved > self._pause(roll, end.time):
            end = roll.stop
        way = roll.place - roll.still[1]
        if not lasts(roll.start, end, LEAST) or way < FAR * len(roll.anchor):
            return []
        if 2 * sum(roll.words) < len(roll.words):
            return []
        speed = way / max(roll.moved - roll.still[0], 1e-6) * self._step
        about = {"type": "credits", "direction": "up", "speed": round(speed, 1)}
        return [Cue(roll.start, end, about)]

    def _restart(self, picture: CueFrame, profile: Array) -> list[Cue]:
        found = self.finish(picture.at)
        self._roll = _Roll(False, None, (picture.at.time, 0.0), profile)
        return found

    @staticmethod
    def _pause(roll: _Roll, time: float) -> float:
        return max(PAUSE, 3 / max(roll.speed(time), 0.1))

    def _profile(self, picture: CueFrame) -> Array | None:
        """(lines, BANDS) share of ink; None without a plain ground."""
        small = picture.small.luma
        ground = _ground(small)
        if np.count_nonzero(np.abs(small - ground) <= NEAR) < PLAIN * small.size:
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
        """The position of this picture; None where the words are others."""
        lines = len(profile)
        shift = roll.place - roll.base  # of the picture before
        low, high = int(shift) - 2, int(shift + REACH * lines)
        if roll.start and before - roll.still[0] > YOUNG:
            ahead = roll.speed(before) * (time - before)
            high = int(shift + 2 * ahead) + 3
        shifts = np.arange(max(low, 0), min(high, lines - 1))
        if not len(shifts):
            return None
        if not roll.start and _differences(roll.anchor, profile, shifts[:1])[0] < EQUAL:
            return roll.place
        errors = _differences(roll.anchor, profile, shifts)
        if errors.min() > DIFFERENT:
            return None
        best = int(errors.argmin())
        if 0 < best < len(errors) - 1:  # between the lines, by a parabola
            left, middle, right = errors[best - 1 : best + 2]
            bend = left - 2 * middle + right
            part = float((left - right) / (2 * bend)) if bend > 1e-6 else 0.0
            return roll.base + float(shifts[best]) + part
        return roll.base + float(shifts[best])

    def _follow(self, roll: _Roll, place: float, at: Timestamp) -> bool:
        """Takes the position of the latest picture; False where the roll stopped or jumped."""
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
        return abs(now - usual) <= UNSTEADY * usual + 1.5


def _ground(small: Array) -> float:
    """The luma that is in the middle of all."""
    return float(np.partition(small.ravel(), small.size // 2)[small.size // 2])


def _ink(picture: CueFrame, part: Array, ground: float) -> Array:
    """Which samples of a part of the luma stand out from the ground."""
    most = int(np.iinfo(part.dtype).max)
    low, high = max(picture.stored(ground - INK), 0), min(picture.stored(ground + INK), most)
    # Unsigned samples under `low` come round as large ones: one comparison for both sides.
    return np.asarray(part - part.dtype.type(low) > high - low)


def _differences(anchor: Array, profile: Array, shifts: Array) -> Array:
    """For each shift upwards of the anchor: 0 where it equals the profile, 1 for other words."""
    lines = len(profile)
    padded = np.concatenate([anchor, np.zeros_like(anchor)])
    moved = sliding_window_view(padded, lines, axis=0)[shifts]  # (shifts, BANDS, lines)
    below = profile.sum() - profile.sum(axis=1).cumsum()[lines - 1 - shifts]  # came in since
    apart = np.abs(moved - profile.T).sum((1, 2)) - below
    total = moved.sum((1, 2)) + profile.sum() - below
    return np.asarray(apart / np.where(total > 0, total, -1) + (total <= 0))


def _words(picture: CueFrame) -> bool:
    """Whether most lines that hold anything cross the strokes of words."""
    ink = _ink(picture, picture.luma, _ground(picture.small.luma))
    lines = ink[ink.any(axis=1)]
    if not len(lines):
        return False
    return bool(np.median((lines[:, 1:] != lines[:, :-1]).sum(axis=1)) >= EDGES)
