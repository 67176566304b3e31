"""How frames are compared: by colour and texture, or by an image-text model."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vtk.keyframes.sampler import Candidate, Points
from vtk.media.image.planes import Thumbnail

if TYPE_CHECKING:
    from vtk.models.embed.clip import ClipModel

LUMA = 16  # bins from black to white
CHROMA = 16  # bins of Cb and of Cr, together a square of them, over the half that films use
EDGES = (0, 2, 5, 10, 20, 40, 256)  # bins of the differences of neighbouring samples, in luma steps
BLOCK = 3  # samples of a side of the blocks of a print


class Colour:
    """Colour and texture of thumbnails: histograms, which the camera's motion changes little."""

    pictures = False
    same, order = 12 / 255, float(np.inf)  # no block is further off than that

    def __call__(self, candidates: list[Candidate]) -> Points:
        """Roots of histograms: the distance of two points is that of Hellinger."""
        return np.stack([_histograms(candidate.thumbnail) for candidate in candidates])

    def fingerprints(self, candidates: list[Candidate]) -> Points:
        """Means of blocks of luma, Cb and Cr, 0..1."""
        return np.stack([_blocks(candidate.thumbnail) for candidate in candidates])


def _histograms(small: Thumbnail) -> NDArray[np.float32]:
    """Shares of the samples by luma, by chroma, and by the strength of edges across and down."""
    half = [np.clip(plane.ravel(), 64, 191) for plane in (small.cb, small.cr)]
    counts = [
        np.histogram(small.luma, LUMA, (0, 256))[0],
        np.histogram2d(half[0], half[1], CHROMA, [(64, 192), (64, 192)])[0].ravel(),
        *(np.histogram(np.abs(np.diff(small.luma, axis=axis)), EDGES)[0] for axis in (0, 1)),
    ]
    shares: NDArray[np.float32] = np.concatenate([c / c.sum() for c in counts]).astype(np.float32)
    return np.sqrt(shares)


def _blocks(small: Thumbnail) -> NDArray[np.float32]:
    found: list[NDArray[np.float32]] = []
    for plane in small:
        rows, columns = (size // BLOCK for size in plane.shape)
        whole = plane[: rows * BLOCK, : columns * BLOCK]
        found.append(whole.reshape(rows, BLOCK, columns, BLOCK).mean(axis=(1, 3)).ravel())
    return np.concatenate(found) / np.float32(255)


class Clip:
    """The vectors of an image-text model: what is shown counts, less where it is."""

    pictures = True
    same, order = 0.3, 2.0  # of vectors of length 1: a cosine of 0.955

    def __init__(self, model: "ClipModel") -> None:
        self.model = model

    def __call__(self, candidates: list[Candidate]) -> Points:
        """The unit vectors of the pictures."""
        pictures = [c.picture for c in candidates if c.picture is not None]
        return np.stack(list(self.model.images(pictures)))

    fingerprints = __call__
