"""Visual descriptors of a frame: colour layout, sharpness, contrast.

Computed from the small YCbCr picture that `vtk.media.image.planes.thumbnail` returns.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vtk.media.image.planes import Thumbnail

Array = NDArray[Any]

GRID = 8
DARK, LIT = 40.0, 0.995  # luma in 0..255, and the share of a black frame that is darker
COUNTS = (6, 3, 3)  # coefficients kept for luma, Cb, Cr
_ZIGZAG = ((0, 0), (0, 1), (1, 0), (2, 0), (1, 1), (0, 2))

_K = np.arange(GRID)
_DCT = np.sqrt(2 / GRID) * np.cos(np.pi * (2 * _K[None] + 1) * _K[:, None] / (2 * GRID))
_DCT[0] /= np.sqrt(2)


def colour_layout(thumbnail: Thumbnail) -> list[int]:
    """Return the colour layout of a frame: 12 integers, 6 for luma, 3 for Cb, 3 for Cr.

    The descriptor of MPEG-7 (ISO/IEC 15938-3, section 6.6): averages on an 8 by 8 grid, cosine
    transform, first coefficients in zigzag order; here rounded to integers, not packed into bits.
    The Euclidean distance between two layouts measures how different two frames look.
    """
    numbers: list[int] = []
    for plane, count in zip(thumbnail, COUNTS, strict=True):
        transformed = _DCT @ _grid(plane) @ _DCT.T
        numbers += [round(float(transformed[place])) for place in _ZIGZAG[:count]]
    return numbers


def _grid(plane: Array) -> Array:
    """Return the averages of a plane on an 8 by 8 grid."""
    rows = np.array_split(plane, GRID, axis=0) if plane.shape[0] >= GRID else None
    if rows is None or plane.shape[1] < GRID:
        y = np.arange(GRID) * plane.shape[0] // GRID
        x = np.arange(GRID) * plane.shape[1] // GRID
        return np.asarray(plane[y[:, None], x])
    return np.array([[part.mean() for part in np.array_split(row, GRID, axis=1)] for row in rows])


def sharpness(luma: Array) -> float:
    """Return the mean edge strength, in luma steps of 0..255 per sample: near 0 if blurred.

    The sum-modified Laplacian (Nayar and Nakagawa 1994, section 4) of the given samples.
    """
    if min(luma.shape) < 3:
        return 0.0
    luma = luma.astype(np.float32)
    centre = 2 * luma[1:-1, 1:-1]
    across = np.abs(centre - luma[1:-1, :-2] - luma[1:-1, 2:])
    down = np.abs(centre - luma[:-2, 1:-1] - luma[2:, 1:-1])
    return float((across + down).mean())


def is_black(thumbnail: Thumbnail) -> bool:
    """Return whether a frame is all but black: the share LIT of it is darker than DARK."""
    return bool(np.quantile(thumbnail.luma, LIT) < DARK)


def contrast(thumbnail: Thumbnail) -> float:
    """Return the standard deviation of luma, 0..127: near 0 for a black, white or empty frame."""
    return float(thumbnail.luma.std())
