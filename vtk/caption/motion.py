"""Camera motion and scene motion, measured between pairs of luma pictures.

The translation of the whole picture and of its four quarters is found by phase correlation (Kuglin
and Hines 1975); quarters that shift away from or towards the centre mean a zoom. What still
differs after the camera motion is undone is motion in the scene.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

WIDTH, HEIGHT = 160, 90  # samples of the pictures compared


@dataclass(frozen=True)
class MotionThresholds:
    """Limits by which a caption says how the camera moves and how much of the scene does.

    The result is tested on rendered clips, `python -m pytest tests/caption/test_facts.py`.
    """

    pan: float = 0.025  # picture widths per second from which the camera pans or tilts
    zoom: float = 0.025  # growth of the picture per second, as a share of its size, of a zoom
    # Picture widths per second, in changing directions, from which the camera shakes:
    shake: float = 0.06
    gain: float = 0.75  # a motion is accepted if it leaves less than this share of the difference
    # Share of the picture that may still change for the camera motion to be sure:
    explained: float = 0.25
    agree: float = 0.7  # share of the picture pairs that must agree
    noise: float = 0.04  # share of the luma range: a sample has changed by more than this
    # Share of the picture that changes in a pair of pictures:
    still: float = 0.003  # below: nothing moves
    little: float = 0.05  # below: little moves
    much: float = 0.35  # from here on: much moves


THRESHOLDS = MotionThresholds()


@dataclass(frozen=True)
class Motion:
    """Motion between two pictures: right and down in picture widths per second, growth per second.

    `changed` is the share of the picture (0..1) that differs after this motion is undone. `sure`
    is false if too much still differs to tell camera motion from scene motion.
    """

    right: float
    down: float
    growth: float
    changed: float
    sure: bool


def estimate_motion(one: Array, two: Array, seconds: float) -> Motion:
    """Estimate the motion from one upright luma picture (rows, columns) to one `seconds` later.

    The models are: no motion, translation, translation with zoom. A more complex model is chosen
    only if it explains the difference much better.
    """
    best = (0.0, 0.0, 0.0)
    rest = _difference(one, two, *best)
    for found in ((*translation(one, two), 0.0), _zoom(one, two)):
        if found is None:
            continue
        left = _difference(one, two, *found)
        if left.mean() < THRESHOLDS.gain * rest.mean():
            best, rest = found, left
    dx, dy, growth = best
    width = one.shape[1]
    changed = float((rest > THRESHOLDS.noise).mean())
    sure = changed < THRESHOLDS.explained
    return Motion(dx / width / seconds, dy / width / seconds, growth / seconds, changed, sure)


def _zoom(one: Array, two: Array) -> tuple[float, float, float] | None:
    """Translation and growth from the shifts of the four quarters; None if they fit no zoom."""
    half, side = one.shape[0] // 2, one.shape[1] // 2
    parts = [(slice(y, y + half), slice(x, x + side)) for y in (0, half) for x in (0, side)]
    (ax, ay), (bx, by), (cx, cy), (ex, ey) = (translation(one[part], two[part]) for part in parts)
    across = (bx + ex - ax - cx) / 2 / side  # horizontal shift of the right quarters minus the left
    down = (cy + ey - ay - by) / 2 / half
    if across * down <= 0:
        return None
    return (ax + bx + cx + ex) / 4, (ay + by + cy + ey) / 4, (across + down) / 2


def translation(one: Array, two: Array) -> tuple[float, float]:
    """How far `two` is shifted right and down relative to `one`, in samples."""
    window, low = _window(one.shape)
    spectra = [np.fft.rfft2((p - p.mean()) * window) for p in (one, two)]
    cross = spectra[1] * np.conj(spectra[0])
    surface = np.fft.irfft2(
        low * cross / (np.abs(cross) + 1e-3 * np.abs(cross).max() + 1e-9), one.shape
    )
    rows, columns = surface.shape
    y, x = divmod(int(np.argmax(surface)), columns)
    fine_y = _parabola(surface[(y - 1) % rows, x], surface[y, x], surface[(y + 1) % rows, x])
    fine_x = _parabola(surface[y, (x - 1) % columns], surface[y, x], surface[y, (x + 1) % columns])
    return (
        float((x + columns / 2) % columns - columns / 2 + fine_x),
        float((y + rows / 2) % rows - rows / 2 + fine_y),
    )


def _parabola(before: float, peak: float, after: float) -> float:
    """Sub-sample offset of a peak from its two neighbours, -0.5..0.5."""
    bend = before - 2 * peak + after
    return float(0.5 * (before - after) / bend) if bend < 0 else 0.0


@lru_cache(maxsize=8)
def _window(shape: tuple[int, int]) -> tuple[Array, Array]:
    """A Hann window, and a low-pass filter of the half spectrum, as noise does not shift."""
    window = np.outer(np.hanning(shape[0]), np.hanning(shape[1]))
    y, x = np.fft.fftfreq(shape[0])[:, None], np.fft.rfftfreq(shape[1])[None]
    return np.asarray(window), np.exp(-(x**2 + y**2) / (2 * 0.15**2))


def _difference(one: Array, two: Array, dx: float, dy: float, growth: float) -> Array:
    """Absolute difference (0..1) of the common area after undoing translation and growth.

    The plain difference of the whole pictures if the common area is too small.
    """
    rows, columns = one.shape
    y = (np.arange(rows) - rows / 2) * (1 + growth) + rows / 2 + dy
    x = (np.arange(columns) - columns / 2) * (1 + growth) + columns / 2 + dx
    inside_y, inside_x = (y >= 0) & (y <= rows - 1), (x >= 0) & (x <= columns - 1)
    if inside_y.sum() < rows / 3 or inside_x.sum() < columns / 3:
        return np.asarray(np.abs(two - one) / 255)
    moved = _sample(two, y[inside_y], x[inside_x])
    return np.asarray(np.abs(moved - one[inside_y][:, inside_x]) / 255)


def _sample(picture: Array, y: Array, x: Array) -> Array:
    """Sample the picture at fractional coordinates by bilinear interpolation."""
    top, left = np.floor(y).astype(int), np.floor(x).astype(int)
    down, right = (
        np.minimum(top + 1, picture.shape[0] - 1),
        np.minimum(left + 1, picture.shape[1] - 1),
    )
    fy, fx = (y - top)[:, None], (x - left)[None]
    upper = picture[top][:, left] * (1 - fx) + picture[top][:, right] * fx
    lower = picture[down][:, left] * (1 - fx) + picture[down][:, right] * fx
    return np.asarray(upper * (1 - fy) + lower * fy)


def camera_motion(motions: Sequence[Motion]) -> str | None:
    """What the camera does, such as "pans left and zooms in" or "holds still"; None if unsure.

    The picture moves right when the camera pans left.
    """
    sure = [m for m in motions if m.sure]
    if not sure or len(sure) < THRESHOLDS.agree * len(motions):
        return None
    right = _steady([m.right for m in sure], THRESHOLDS.pan)
    down = _steady([m.down for m in sure], THRESHOLDS.pan)
    growth = _steady([m.growth for m in sure], THRESHOLDS.zoom)
    found = []
    if right and abs(right) >= abs(down) / 2:
        found.append("pans left" if right > 0 else "pans right")
    if down and abs(down) >= abs(right) / 2:
        found.append("tilts up" if down > 0 else "tilts down")
    if not found and np.median([np.hypot(m.right, m.down) for m in sure]) >= THRESHOLDS.shake:
        found.append("shakes")
    if growth:
        found.append("zooms in" if growth > 0 else "zooms out")
    return ", ".join(found[:-1]) + " and " + found[-1] if found[1:] else (*found, "holds still")[0]


def _steady(values: Sequence[float], least: float) -> float:
    """The median if enough of the values have its sign and at least the size `least`, else 0."""
    middle = float(np.median(values))
    agreeing = sum(value * middle > 0 and abs(value) >= least for value in values)
    return middle if abs(middle) >= least and agreeing >= THRESHOLDS.agree * len(values) else 0.0


def scene_motion(motions: Sequence[Motion], camera: str | None) -> str:
    """How much moves in the scene, in words; `camera` is the result of `camera_motion`."""
    changed = float(np.median([m.changed for m in motions]))
    other = "" if camera in (None, "holds still") else "else "
    if changed < THRESHOLDS.still:
        return f"nothing {other}moves"
    if changed < THRESHOLDS.little:
        return f"little {other}moves"
    return "some things move" if changed < THRESHOLDS.much else "much moves"
