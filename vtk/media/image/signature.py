"""Signatures of frames, by which copies are recognised: no model, and the same on every machine.

A signature is the low end of the cosine transform of a small luma picture, as in PDQ ("The
TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm", Facebook 2019), but kept as
numbers. Without the mean and as a unit vector it is the same whatever the brightness, contrast and
colours; black bars are cut off before. The cosine of two signatures tells how alike frames look.

As the transform is linear, what becomes of a signature when the picture is mirrored, cropped or
padded is a matrix (`views`): a copy that was cropped is sought without another look at its frames.
"""

from functools import lru_cache
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vtk.embedding import unit

Lumas = NDArray[np.float32]  # (frames, SIDE, SIDE), 0..255
Signatures = NDArray[np.float32]  # (frames, DIM): unit vectors; zeros for a frame without pattern

MODEL = "vtk-dct-1"
SIDE = 64  # samples of a luma picture, across and down
REACH = 10  # the highest frequency kept, in half waves a picture
EMPHASIS = 0.5  # power of the frequency that coefficients are multiplied by; pictures fall off so
FLAT = 2.0  # steps of luma: the least standard deviation of a picture with a pattern
DARK = 40.0  # steps of luma that black bars do not exceed, noise and ringing included
OPEN = 0.1  # share of a line that may be lighter in a bar
WIDEST = 0.3  # share of the picture that one bar may take

_U, _V = np.mgrid[: REACH + 1, : REACH + 1]
_KEPT = np.nonzero((np.hypot(_U, _V) <= REACH) & (_U + _V > 0))
_WEIGHT = np.hypot(*_KEPT) ** EMPHASIS
DIM = len(_WEIGHT)


def signatures(lumas: Lumas) -> Signatures:
    """Return the signatures of frames that follow each other, whose black bars are the same."""
    top, bottom = _bars(lumas)
    left, right = _bars(lumas.transpose(0, 2, 1))
    pictures = lumas[:, top : SIDE - bottom, left : SIDE - right]
    found = _transform(pictures) * _WEIGHT
    patterned = pictures.std(axis=(1, 2)) >= FLAT
    return np.asarray(unit(found) * patterned[:, None], np.float32)


@lru_cache(maxsize=4)
def views(shares: tuple[float, ...], places: tuple[float, ...]) -> NDArray[np.float32]:
    """Return matrices (views, DIM, DIM) from the signature of a frame to that of its other views.

    The frame itself comes first. Then, for each share s, it is taken for a crop of another frame,
    of which it shows s across and down, and for one of which such a crop is sought; the crop lies
    at each pair of `places`, 0 left or top to 1 right or bottom. The second half is the same,
    mirrored. Results are not unit vectors.
    """
    boxes = [(0.0, 0.0, 1.0)]
    for share, x, y in product(shares, places, places):
        boxes.append((x * (1 - share), y * (1 - share), share))
        boxes.append((x * (1 - 1 / share), y * (1 - 1 / share), 1 / share))
    rows, columns = _KEPT
    upright = [
        _resampling(y, share)[rows[:, None], rows]
        * _resampling(x, share)[columns[:, None], columns]
        for x, y, share in boxes
    ]
    mirrored = [(-1.0) ** columns[:, None] * view for view in upright]
    weighted = _WEIGHT[:, None] * np.array(upright + mirrored) / _WEIGHT
    return np.asarray(weighted, np.float32)


def _transform(pictures: NDArray[Any]) -> NDArray[np.float64]:
    """The kept coefficients of pictures (n, height, width): shape (n, DIM)."""
    _, height, width = pictures.shape
    every = _cosines(height) @ pictures @ _cosines(width).T
    return np.asarray(every[:, *_KEPT])


@lru_cache(maxsize=256)
def _cosines(size: int) -> NDArray[np.float64]:
    """The discrete cosine transform up to REACH, (REACH + 1, size), by means over the picture."""
    wave = np.arange(REACH + 1)[:, None]
    norm = np.where(wave == 0, 1, np.sqrt(2)) / size
    return np.asarray(norm * np.cos(np.pi * wave * (np.arange(size) + 0.5) / size))


def _resampling(place: float, share: float) -> NDArray[np.float64]:
    """The matrix of coefficients along one axis when a picture fills [place, place + share].

    What lies outside the picture repeats its edge.
    """
    fine = 8 * SIDE
    wave = np.arange(REACH + 1)
    back = np.where(wave == 0, 1, np.sqrt(2))
    at = np.clip(((np.arange(fine) + 0.5) / fine - place) / share, 0, 1)
    return np.asarray(_cosines(fine) @ (back * np.cos(np.pi * wave * at[:, None])))


def _bars(lumas: Lumas) -> tuple[int, int]:
    """The lines at both ends that are dark in every frame; none if all or nearly all are."""
    light = (lumas > DARK).mean(axis=2).max(axis=0) > OPEN
    if not light.any():
        return 0, 0
    first, last = int(np.argmax(light)), int(np.argmax(light[::-1]))
    most = int(WIDEST * SIDE)
    return (first, last) if max(first, last) <= most else (0, 0)
