"""Match two pictures by the best translation, to compensate camera motion.

Shifts reach up to a quarter of the width and of the height. The best shift has the least mean
squared difference over its overlap; all are tried at once by correlation in the frequency domain.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Luma = NDArray[np.float32]  # (rows, columns), 0..255

LEFT = 0.45  # minimum share of a change left by the best shift if it is not camera motion


class TranslationMatcher:
    """Compares pictures of one shape, identified by their index."""

    def __init__(self, lumas: Sequence[Luma]) -> None:
        self._lumas = lumas
        self._known: dict[int, tuple[NDArray[Any], NDArray[Any]]] = {}

    def residual(self, one: int, two: int) -> float:
        """Return the mean absolute difference of two pictures, overlapping at the best shift."""
        a, b = self._lumas[one], self._lumas[two]
        rows, columns = a.shape
        shape, inside, shifts, overlap = _plan(rows, columns)
        (fa, qa), (fb, qb) = self._spectra(one, shape), self._spectra(two, shape)
        total = np.fft.irfft2(qa.conj() * inside + inside.conj() * qb - 2 * fa.conj() * fb, shape)
        mean = total[shifts] / overlap
        best_y, best_x = np.unravel_index(np.argmin(mean), mean.shape)
        y, x = int(best_y) - rows // 4, int(best_x) - columns // 4
        moved = b[max(0, y) : rows + min(0, y), max(0, x) : columns + min(0, x)]
        still = a[max(0, -y) : rows - max(0, y), max(0, -x) : columns - max(0, x)]
        return float(np.abs(moved - still).mean())

    def difference(self, one: int, two: int) -> float:
        """Return the mean absolute difference of two pictures without a shift."""
        return float(np.abs(self._lumas[two] - self._lumas[one]).mean())

    def _spectra(self, number: int, shape: tuple[int, int]) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return the spectra of a picture minus mid-grey (128), and of its square."""
        if number not in self._known:
            about = self._lumas[number] - 128
            self._known[number] = np.fft.rfft2(about, shape), np.fft.rfft2(about**2, shape)
        return self._known[number]


@lru_cache(maxsize=4)
def _plan(
    rows: int, columns: int
) -> tuple[tuple[int, int], NDArray[Any], tuple[NDArray[np.intp], ...], NDArray[np.float32]]:
    """Return the padded shape, the spectrum of an all-ones picture, the shifts, their overlaps."""
    down, across = rows // 4, columns // 4
    shape = (rows + down, columns + across)
    inside = np.fft.rfft2(np.ones((rows, columns), np.float32), shape)
    y, x = np.arange(-down, down + 1), np.arange(-across, across + 1)
    shifts = np.ix_(y % shape[0], x % shape[1])
    overlap = (rows - np.abs(y))[:, None] * (columns - np.abs(x))
    return shape, inside, shifts, overlap.astype(np.float32)
