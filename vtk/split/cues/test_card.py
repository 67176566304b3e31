"""Detect colour bars and test cards: each picture that is static for a while is analysed once.

Bars are recognized by their order (ITU-R BT.471 and BT.1729, SMPTE EG 1 and RP 219): yellow, cyan,
green, magenta, red, blue, of equal width, each darker than the previous. Test cards (the Philips
PM5544 and its family, Test Card F) are recognized by a large circle in the middle and a grid of
square cells around it.
"""

import math
import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from vtk.media.image.planes import Thumbnail
from vtk.media.timestamp import Timestamp
from vtk.split.cues.frame import Array, Cue, CueFrame, lasts

# (Cb, Cr) of the colours at 75 %, relative to gray, mean of ITU-R BT.601 and BT.709.
COLOURS = {
    "y": (-84, 11), "c": (23, -84), "g": (-60, -73), "m": (60, 73), "r": (-23, 84), "b": (84, -11),
}  # fmt: skip
_ORDER = re.compile("(y+).?(c+).?(g+).?(m+).?(r+).?(b+)")  # ".?": a mixed column between two bars
# Maximum width of one bar, as a share of the picture width, for each standard.
STANDARDS = ((0.116, "smpte-rp219"), (0.134, "ebu"), (1.0, "smpte"))

LINES = 360  # approximate height at which a card is measured


@dataclass(frozen=True)
class TestCardThresholds:
    """Limits by which a static picture shows colour bars or a test card.

    The result is tested on rendered clips, `python -m pytest tests/split/test_cues.py`.
    """

    shortest: float = 1.0  # seconds that bars or a card must last
    settled: float = 0.5  # seconds for which a picture must be static before it is analysed
    unchanged: float = 12.0  # difference, 0..255, up to which a sample counts as unchanged
    changed: float = 0.1  # share of the samples that may change: clocks, names, sources

    # Colour bars.
    hue: float = math.cos(math.radians(22))  # minimum cosine of the angle between colours, same hue
    vivid: float = 30.0  # minimum distance of Cb and Cr from gray, 0..255
    upright: float = 0.8  # minimum share of the samples that have the colour of their column

    # Test cards.
    radii: tuple[float, float] = (0.24, 0.5)  # range of circle radii, as shares of the height
    edge: int = 20  # minimum luma step across the circle, 0..255
    covered: float = 0.75  # minimum share of the circle that must be visible
    # Minimum excess of the visible share over the median of circles with other radii:
    alone: float = 0.35
    regular: float = 0.5  # minimum autocorrelation at the spacing of the grid lines
    square: float = 0.12  # maximum relative difference of the horizontal and vertical spacing


THRESHOLDS = TestCardThresholds()


class TestCard:
    """Detects intervals of colour bars and of test cards."""

    def __init__(self) -> None:
        self._first: CueFrame | None = None
        self._last: CueFrame | None = None
        self._found: dict[str, Any] | None = None  # empty if the picture is neither

    @property
    def earliest_pending(self) -> float:
        return self._first.at.time if self._first and self._found != {} else math.inf

    def push(self, picture: CueFrame) -> list[Cue]:
        found: list[Cue] = []
        if picture.named or not self._first or not _alike(self._first.small, picture.small):
            found = self.finish(picture.at)
            self._first, self._found = None if picture.named else picture, None
        elif self._found is None and lasts(self._first.at, picture.at, THRESHOLDS.settled):
            self._found = _look(picture)
        self._last = picture
        if self._found:
            picture.named = self._found["type"]
        return found

    def finish(self, end: Timestamp) -> list[Cue]:
        if not self._first or not self._last or not lasts(self._first.at, end, THRESHOLDS.shortest):
            return []
        details = _look(self._last) if self._found is None else self._found
        return [Cue(self._first.at, end, details)] if details else []


def _alike(one: Thumbnail, other: Thumbnail) -> bool:
    t = THRESHOLDS
    return all(
        np.count_nonzero(np.abs(a - b) > t.unchanged) <= t.changed * a.size
        for a, b in zip(one, other, strict=True)
    )


def _look(picture: CueFrame) -> dict[str, Any]:
    return _bars(picture) or _card(picture)


def _bars(picture: CueFrame) -> dict[str, Any]:
    """Return `standard` and `amplitude` (percent of full amplitude) of colour bars, else {}."""
    t = THRESHOLDS
    luma, cb, cr = picture.small
    dark = np.median(luma[6:13], axis=0) < picture.luma_level(0.05)
    side = int(np.argmin(dark)) // 2 + int(np.argmin(dark)) % 2  # pillarbox, in chroma columns
    tint = np.stack([part[3:7, side : part.shape[1] - side] for part in (cb, cr)]) - 128
    column = np.median(tint, axis=1)  # (2, columns)
    if (np.abs(tint - column[:, None]).max(axis=0) <= t.unchanged).mean() < t.upright:
        return {}
    references = np.array(list(COLOURS.values()), np.float64)
    vivid = np.hypot(*column)
    cosine = references @ column / np.hypot(*references.T)[:, None] / np.maximum(vivid, 1)
    names = np.array(list(COLOURS))[cosine.argmax(axis=0)]
    letters = np.where((vivid >= t.vivid) & (cosine.max(axis=0) >= t.hue), names, "-")
    match = _ORDER.search("".join(letters))
    if not match:
        return {}
    widths = [len(group) for group in match.groups()]
    middles = [(match.start(n) + match.end(n) - 1) // 2 for n in range(1, 7)]
    steps = np.median(luma[6:13], axis=0)[[2 * (side + middle) for middle in middles]]
    if max(widths) > 2 * min(widths) + 1 or (np.diff(steps) > -2).any():
        return {}
    share = (match.end() - match.start()) / 6 / column.shape[1]
    ratio = np.mean(vivid[middles] / np.hypot(*references.T))
    return {
        "type": "bars",
        "standard": next(name for most, name in STANDARDS if share <= most),
        "amplitude": round(75 * float(ratio)),
    }


def _card(picture: CueFrame) -> dict[str, Any]:
    """Return `grid`, cells across and down, and `circle`, its diameter over the picture height."""
    every = max(1, round(picture.luma.shape[0] / LINES))
    luma = picture.luma[::every, ::every].astype(np.float32) / picture.unit
    aspect = float(picture.sample_aspect)
    height, width = luma.shape
    down = _period(luma[:, width // 40 : width // 8], luma[:, -width // 8 : -width // 40])
    across = _period(luma[height // 24 : height // 6].T, luma[-height // 6 : -height // 24].T)
    if not down or not across or abs(across * aspect / down - 1) > THRESHOLDS.square:
        return {}
    radius = _circle(luma, aspect)
    if not radius:
        return {}
    grid = [round(width / across, 1), round(height / down, 1)]
    return {"type": "card", "grid": grid, "circle": round(2 * radius / height, 2)}


def _circle(luma: Array, aspect: float) -> float:
    """Return the radius, in lines, of a circle around the middle; 0 if there is none."""
    t = THRESHOLDS
    height, width = luma.shape
    radii = np.arange(int(t.radii[0] * height), int(t.radii[1] * height) - 6)
    if len(radii) < 10:
        return 0.0
    angles = np.linspace(0, 2 * np.pi, 240, endpoint=False)[:, None]
    aside = np.array((-4, 0, 4)) * height // LINES
    best, radius = 0.0, 0.0
    for y0 in height / 2 + aside:
        for x0 in width / 2 + aside:
            y = np.clip(y0 + radii * np.sin(angles), 0, height - 1).astype(int)
            x = np.clip(x0 + radii * np.cos(angles) / aspect, 0, width - 1).astype(int)
            ring = luma[y, x]  # (angles, radii)
            step = np.abs(ring[:, 4:] - ring[:, :-4]) > t.edge
            near = step[:, :-2] | step[:, 1:-1] | step[:, 2:]
            covered = near.mean(axis=0)
            place = int(covered.argmax())
            if covered[place] - np.median(covered) >= t.alone and covered[place] > best:
                best, radius = float(covered[place]), float(radii[place + 3])
    return radius if best >= t.covered else 0.0


def _period(*strips: Array) -> float:
    """Return the spacing of lines that cross the strips, each (along, across); 0 if irregular."""
    t = THRESHOLDS
    total = np.zeros(len(strips[0]))
    for strip in strips:
        profile = np.median(strip, axis=1)
        profile = np.abs(np.diff(profile, prepend=profile[:1])).clip(0, 60)
        profile = np.convolve(profile - profile.mean(), (0.5, 1, 0.5), "same")
        own = np.correlate(profile, profile, "full")[len(profile) - 1 :]
        total += own / max(own[0], 1e-6) / len(strips)
    lags = np.arange(len(total))
    total = total * len(total) / np.maximum(len(total) - lags, 1)  # correct for the smaller overlap
    low, high = max(5, len(total) // 60), len(total) // 6
    peaks = [
        lag for lag in range(low, high) if total[lag] == total[lag - 2 : lag + 3].max() >= t.regular
    ]
    if not peaks:
        return 0.0
    strong = max(total[peaks])
    best = float(next(lag for lag in peaks if total[lag] >= 0.7 * strong))
    for many in range(2, 5):  # the spacing over several lines is more exact
        near = round(many * best) + np.arange(-many, many + 1)
        if near[-1] < 0.6 * len(total):
            best = float(near[total[near].argmax()]) / many
    return best
