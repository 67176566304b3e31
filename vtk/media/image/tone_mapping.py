"""Tone-map high dynamic range (HDR) and wide gamuts to standard dynamic range (SDR) in BT.709.

Transfer functions: PQ and HLG by ITU-R BT.2100, all others by the display of BT.1886. Highlights
are rolled off by the curve of ITU-R BT.2390 (section 5.4.1, EETF), applied to the maximum of red,
green and blue; all three are scaled alike, which preserves hue. Colours outside BT.709's gamut are
clipped.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import ColorPrimaries, ColorTrc
from numpy.typing import NDArray

from vtk.media.image.sidedata import peak_luminance

Floats = NDArray[np.float32]

WHITE = 203.0  # cd/m² of diffuse white (ITU-R BT.2408), the output display's peak
BRIGHTEST = 10_000.0  # cd/m², the maximum that PQ can encode
PEAK = 1000.0  # cd/m², peak luminance if the file states none, and of HLG's display
GAMMA = 2.4  # of the output display (ITU-R BT.1886)
HLG_GAMMA = 1.2  # system gamma of HLG for a display with a peak of PEAK
LUMA = np.array([0.2627, 0.678, 0.0593], np.float32)  # luminance weights of BT.2020's R, G and B
ROWS = 128  # rows processed at a time, as a floating-point image takes many times the memory
STEPS = 4096  # entries of the roll-off table

# Chromaticities (x, y) of the red, green and blue primaries; the white point is always D65.
_D65 = (0.3127, 0.329)
_BT709 = ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06))
_WIDE: dict[int, tuple[tuple[float, float], ...]] = {
    ColorPrimaries.BT2020: ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046)),
    ColorPrimaries.SMPTE432: ((0.68, 0.32), (0.265, 0.69), (0.15, 0.06)),  # Display P3
}
_BT2020_MATRICES = (9, 10)


def needs_tone_mapping(frame: VideoFrame) -> bool:
    """Return whether a frame has high dynamic range or a wide gamut."""
    return is_high_range(frame) or _primaries(frame) in _WIDE


def is_high_range(frame: VideoFrame) -> bool:
    """Return whether a frame has high dynamic range: PQ or HLG."""
    return frame.color_trc in (ColorTrc.SMPTE2084, ColorTrc.ARIB_STD_B67)


def to_sdr(codes: NDArray[np.uint16], frame: VideoFrame) -> NDArray[np.uint8]:
    """Map the 16-bit RGB samples of `frame`, (height, width, 3), to 8 bits in BT.709."""
    transfer = frame.color_trc
    light = _light(transfer if is_high_range(frame) else 0)
    roll_off = _roll_off(_peak(frame)) if is_high_range(frame) else None
    matrix = _to_bt709(_primaries(frame))
    shown = np.empty(codes.shape, np.uint8)
    for top in range(0, len(codes), ROWS):
        rgb = light[codes[top : top + ROWS]]
        if transfer == ColorTrc.ARIB_STD_B67:  # scene light to display light (OOTF)
            rgb *= PEAK * (rgb @ LUMA)[..., None] ** (HLG_GAMMA - 1)
        if roll_off is not None:
            place = np.sqrt(np.sqrt(rgb.max(-1) / BRIGHTEST)) * (STEPS - 1)
            rgb *= roll_off[np.minimum(place, STEPS - 1).astype(np.uint16)][..., None]
        screen = np.clip(rgb @ matrix / WHITE, 0, 1) ** (1 / GAMMA)
        shown[top : top + ROWS] = screen * 255 + 0.5
    return shown


def _primaries(frame: VideoFrame) -> int:
    """Return the stated primaries; BT.2020 if none are stated and matrix or transfer imply it."""
    stated = frame.color_primaries
    if stated in (0, ColorPrimaries.UNSPECIFIED) and (
        frame.colorspace in _BT2020_MATRICES or is_high_range(frame)
    ):
        return int(ColorPrimaries.BT2020)
    return stated


def _peak(frame: VideoFrame) -> float:
    """Return the peak luminance of a frame in cd/m²."""
    if frame.color_trc == ColorTrc.ARIB_STD_B67:
        return PEAK
    return min(max(peak_luminance(frame) or PEAK, WHITE), BRIGHTEST)


@lru_cache(maxsize=4)
def _light(transfer: int) -> Floats:
    """Return the light of each of 65536 code values: cd/m²; for HLG, scene light from 0 to 1."""
    codes = np.linspace(0, 1, 65536)
    curves: dict[int, Callable[[NDArray[Any]], NDArray[Any]]] = {
        ColorTrc.SMPTE2084: _from_pq,
        ColorTrc.ARIB_STD_B67: _from_hlg,
    }
    curve = curves.get(transfer)
    return np.asarray(curve(codes) if curve else WHITE * codes**GAMMA, np.float32)


# Constants of PQ and HLG, ITU-R BT.2100, tables 4 and 5.
_M1, _M2 = 2610 / 16384, 2523 / 4096 * 128
_C1, _C2, _C3 = 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32
_A, _B, _C = 0.17883277, 0.28466892, 0.55991073


def _from_pq(codes: NDArray[Any]) -> NDArray[Any]:
    root = codes ** (1 / _M2)
    return BRIGHTEST * (np.maximum(root - _C1, 0) / (_C2 - _C3 * root)) ** (1 / _M1)


def _to_pq(light: NDArray[Any]) -> NDArray[Any]:
    root = (light / BRIGHTEST) ** _M1
    return ((_C1 + _C2 * root) / (1 + _C3 * root)) ** _M2


def _from_hlg(codes: NDArray[Any]) -> NDArray[Any]:
    return np.where(codes <= 0.5, codes**2 / 3, (np.exp((codes - _C) / _A) + _B) / 12)


@lru_cache(maxsize=16)
def _roll_off(peak: float) -> Floats:
    """Return gains that map light of `peak` to WHITE, tabulated by the fourth root of light."""
    light = BRIGHTEST * np.linspace(0, 1, STEPS) ** 4
    top, most = _to_pq(np.array([peak, WHITE]))
    ratio = most / top
    knee = 1.5 * ratio - 0.5
    codes = np.minimum(_to_pq(light) / top, 1)
    t = np.maximum(codes - knee, 0) / max(1 - knee, 1e-9)
    curve = (
        (2 * t**3 - 3 * t**2 + 1) * knee
        + (t**3 - 2 * t**2 + t) * (1 - knee)
        + (3 * t**2 - 2 * t**3) * ratio
    )
    mapped = _from_pq(np.where(codes > knee, curve, codes) * top)
    gains = np.divide(mapped, light, out=np.ones(STEPS), where=light > 0)
    return np.asarray(np.minimum(gains, 1), np.float32)


@lru_cache(maxsize=4)
def _to_bt709(primaries: int) -> Floats:
    """Return the matrix M from `primaries` to BT.709's in linear light: pixels (…, 3) @ M."""
    turned = np.linalg.solve(_xyz(_BT709), _xyz(_WIDE.get(primaries, _BT709)))
    return np.asarray(turned.T, np.float32)


def _xyz(primaries: tuple[tuple[float, float], ...]) -> NDArray[Any]:
    """Return the matrix from RGB to CIE XYZ (SMPTE RP 177)."""
    columns = np.array([(x / y, 1, (1 - x - y) / y) for x, y in primaries]).T
    x, y = _D65
    return columns * np.linalg.solve(columns, [x / y, 1, (1 - x - y) / y])
