"""Detect blank pictures, black or white, and frozen pictures."""

import math
from dataclasses import dataclass

import numpy as np

from vtk.media.timestamp import Timestamp
from vtk.split.cues.frame import Array, Cue, CueFrame, block_means, lasts


@dataclass(frozen=True)
class BlankThresholds:
    """Limits by which a picture is blank, black or white.

    FFmpeg's blackdetect counts samples up to a tenth of the range as black and accepts a picture if
    98 % are black; that includes dark scenes, so here the picture must also be even. The result is
    tested on rendered clips, `python -m pytest tests/split/test_cues.py`.
    """

    shortest_black: float = 0.1  # minimum seconds
    shortest_white: float = 0.5  # minimum seconds
    depth: float = 0.1  # share of the range from black to white that counts as black, or as white
    # Share of the samples that may lie outside: dust and dropouts, not stars or words.
    specks: float = 0.0005
    even: float = 1.2  # maximum std of the means of a hundred or so blocks, 0..255
    tint: float = 10.0  # maximum distance of the means of Cb and Cr from 128


@dataclass(frozen=True)
class FreezeThresholds:
    """Limits by which the picture is frozen.

    FFmpeg's freezedetect compares with the first picture and allows a mean difference of -60 dB,
    0.25 of 255; an encoder changes a still picture by several times that. The result is tested on
    rendered clips, `python -m pytest tests/split/test_cues.py`.
    """

    shortest: float = 2.0  # minimum seconds
    # Maximum difference of block means, luma or chroma, from the first picture, 0..255:
    drift: float = 3.0
    # Mean sample difference from the previous picture, 0..255, averaged over the freeze:
    noise: float = 0.8
    burst: int = 4  # a keyframe may change the picture by this many times `noise` at once
    # Mean difference from the previous picture, 0..255, above which slow motion is still ending:
    settle: float = 0.2
    settling: float = 0.5  # seconds from the first picture in which slow motion may still be ending
    # Share of the samples that may differ much from the first picture: a mouse pointer.
    moved: float = 0.0005
    flat: float = 4.0  # standard deviation of luma below which motion would not be noticed


BLANK_THRESHOLDS = BlankThresholds()
FREEZE_THRESHOLDS = FreezeThresholds()


class Blank:
    """Detects intervals of black and of white."""

    def __init__(self, thresholds: BlankThresholds = BLANK_THRESHOLDS) -> None:
        self._thresholds = thresholds
        self._type, self._first = "", Timestamp(0, 0.0)

    @property
    def earliest_pending(self) -> float:
        return self._first.time if self._type else math.inf

    def push(self, picture: CueFrame) -> list[Cue]:
        picture.named = _blank(picture, self._thresholds)
        if picture.named == self._type:
            return []
        found = self.finish(picture.at)
        self._type, self._first = picture.named, picture.at
        return found

    def finish(self, end: Timestamp) -> list[Cue]:
        t = self._thresholds
        least = t.shortest_black if self._type == "black" else t.shortest_white
        if self._type and lasts(self._first, end, least):
            return [Cue(self._first, end, {"type": self._type})]
        return []


def _blank(picture: CueFrame, thresholds: BlankThresholds) -> str:
    """Return "black", "white", or "" if the picture is neither."""
    small = picture.small
    mean = float(small.luma.mean())
    dark, bright = picture.luma_level(thresholds.depth), picture.luma_level(1 - thresholds.depth)
    if dark < mean < bright or block_means(small.luma, 3).std() > thresholds.even:
        return ""
    if max(abs(float(part.mean()) - 128) for part in (small.cb, small.cr)) > thresholds.tint:
        return ""
    luma, low, high = picture.luma, picture.stored(dark), picture.stored(bright)
    outside = luma > low if mean <= dark else luma < high
    if np.count_nonzero(outside) > thresholds.specks * outside.size:
        return ""
    return "black" if mean <= dark else "white"


class Freeze:
    """Detects intervals in which the picture is frozen, leaving out pictures of other cues.

    Black is not a freeze, as nothing visible stands still; nor is a still picture with moving
    film grain.
    """

    def __init__(self, thresholds: FreezeThresholds = FREEZE_THRESHOLDS) -> None:
        self._thresholds = thresholds
        self._begin(None)

    def _begin(self, first: CueFrame | None) -> None:
        """Start a possible freeze at this picture; None for no freeze."""
        self._first = first
        self._steps = 0.0  # sum of the mean differences between consecutive pictures
        self._count = 0
        self._settling: list[tuple[Timestamp, float]] = []  # pictures that may still have moved
        self._before: Array = np.zeros((0, 0))

    @property
    def earliest_pending(self) -> float:
        return self._first.at.time if self._first else math.inf

    def push(self, picture: CueFrame) -> list[Cue]:
        if self._first and not picture.named and self._still(self._first, picture):
            picture.still = True
            return []
        found = [] if picture.named in ("bars", "card") else self.finish(picture.at)
        plain = picture.named or picture.small.luma.std() < self._thresholds.flat
        self._begin(None if plain else picture)
        return found

    def finish(self, end: Timestamp) -> list[Cue]:
        if not self._first:
            return []
        rest = self._steps - sum(step for _, step in self._settling)
        noise = rest / max(self._count - len(self._settling), 1)
        moved = [at for at, step in self._settling if step > 4 * noise]
        # A single step is an encoder refining the first picture.
        start = moved[-1] if len(moved) > 1 else self._first.at
        if not lasts(start, end, self._thresholds.shortest):
            return []
        return [Cue(start, end, {"type": "freeze"})]

    def _still(self, first: CueFrame, picture: CueFrame) -> bool:
        t = self._thresholds
        for one, other, size in zip(first.small, picture.small, (3, 2, 2), strict=True):
            if np.abs(block_means(other - one, size)).max() > t.drift:
                return False
        fine, start = picture.fine_luma, first.fine_luma
        before = self._before if self._before.size else start
        if fine.shape != start.shape:
            return False
        step = float(np.abs(fine - before).mean())
        early = picture.at.time - first.at.time <= t.settling
        if step > t.settle and early and len(self._settling) == self._count:
            self._settling.append((picture.at, step))
        self._steps += step
        self._count += 1
        self._before = fine
        much = min(max(2 * float(first.small.luma.std()), 12.0), 25.0)
        return bool(
            self._steps <= t.noise * (self._count + t.burst)
            and np.count_nonzero(np.abs(fine - start) > much) <= t.moved * fine.size
        )
