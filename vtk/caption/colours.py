"""Brightness and dominant colours of thumbnails, in everyday words."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vtk.media.image.planes import Thumbnail

Array = NDArray[Any]

SHARE = 0.2  # share of the picture that a colour must cover to be named
MOST = 3  # most colours named

# Upper limits of hues in degrees, for those basic colour terms (Berlin and Kay 1969) with a hue.
_HUES = ((14, "red"), (42, "orange"), (68, "yellow"), (160, "green"), (198, "teal"),
         (255, "blue"), (290, "purple"), (335, "pink"), (361, "red"))  # fmt: skip
_NAMES = ("black", "grey", "white", "brown", *dict.fromkeys(name for _, name in _HUES))


def dominant_colours(thumbnails: Sequence[Thumbnail]) -> list[tuple[str, float]]:
    """The colours that cover most of the thumbnails, with their shares (0..1), largest first."""
    counts = np.zeros(len(_NAMES))
    for thumbnail in thumbnails:
        counts += np.bincount(_named(_rgb(thumbnail)), minlength=len(_NAMES))
    shares = counts / max(counts.sum(), 1)
    order = np.argsort(-shares, kind="stable")
    named = [(_NAMES[i], float(shares[i])) for i in order if shares[i] >= SHARE][:MOST]
    return named or [(_NAMES[order[0]], float(shares[order[0]]))]


def mean_luma(thumbnails: Sequence[Thumbnail]) -> float:
    """Mean luma of the thumbnails, 0 (black) to 1 (white)."""
    mean = float(np.mean([t.luma.mean() for t in thumbnails]))
    return min(max((mean - 16) / 219, 0.0), 1.0)


def _rgb(thumbnail: Thumbnail) -> Array:
    """RGB samples (samples, 3), 0..1, at chroma resolution. ITU-R BT.601, limited range."""
    rows, columns = thumbnail.cb.shape
    luma = thumbnail.luma[: 2 * rows : 2, : 2 * columns : 2]
    y = (luma.ravel() - 16) / 219
    b, r = (thumbnail.cb.ravel() - 128) / 224, (thumbnail.cr.ravel() - 128) / 224
    rgb = np.stack([y + 1.402 * r, y - 0.344 * b - 0.714 * r, y + 1.772 * b], axis=1)
    return np.clip(rgb, 0, 1)


def _named(rgb: Array) -> Array:
    """The index into _NAMES of each colour of (samples, 3)."""
    high, low = rgb.max(axis=1), rgb.min(axis=1)
    chroma = high - low
    with np.errstate(divide="ignore", invalid="ignore"):
        saturation = np.where(high > 0, chroma / high, 0)
        red, green, blue = rgb.T
        hue = (
            np.select(
                [chroma == 0, high == red, high == green],
                [0, (green - blue) / chroma % 6, (blue - red) / chroma + 2],
                (red - green) / chroma + 4,
            )
            * 60
        )
    ends = np.array([end for end, _ in _HUES])
    place = np.searchsorted(ends, hue, side="right").clip(max=len(_HUES) - 1)
    named = np.array([_NAMES.index(name) for _, name in _HUES])[place]
    named[(hue >= 8) & (hue < 48) & (high < 0.6)] = _NAMES.index("brown")
    pale = (saturation < 0.18) | (chroma < 0.07)
    named[pale] = _NAMES.index("grey")
    named[pale & (high > 0.8)] = _NAMES.index("white")
    named[high < 0.13] = _NAMES.index("black")
    return np.asarray(named)
