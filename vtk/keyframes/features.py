"""Features to compare frames by: colour and texture, or embeddings of an image-text model."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vtk.keyframes.sampler import Candidate, Points
from vtk.media.image.planes import Thumbnail

if TYPE_CHECKING:
    from vtk.models.embed.image_text import ImageTextModel

LUMA = 16  # bins from black to white
CHROMA = 16  # bins of Cb and of Cr, in a 2-D histogram over the half of the range that films use
EDGES = (0, 2, 5, 10, 20, 40, 256)  # bin limits for differences of neighbouring luma samples
BLOCK = 3  # side of the blocks of a fingerprint in samples


class Colour:
    """Histograms of colour and texture of thumbnails, which camera motion changes little."""

    pictures = False
    same, order = 12 / 255, float(np.inf)  # maximum norm: no block differs by 12 or more of 255

    def __call__(self, candidates: list[Candidate]) -> Points:
        """Square roots of histograms, so that Euclidean is proportional to Hellinger distance."""
        return np.stack([_histograms(candidate.thumbnail) for candidate in candidates])

    def fingerprints(self, candidates: list[Candidate]) -> Points:
        """Block means of luma, Cb and Cr, 0..1."""
        return np.stack([_blocks(candidate.thumbnail) for candidate in candidates])


def _histograms(small: Thumbnail) -> NDArray[np.float32]:
    """Square roots of the histograms of luma, chroma, and vertical and horizontal edges."""
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
    """Embeddings of an image-text model: the content counts more than its position."""

    pictures = True
    same, order = 0.3, 2.0  # Euclidean distance of unit vectors: a cosine of 0.955

    def __init__(self, model: "ImageTextModel") -> None:
        self.model = model

    def __call__(self, candidates: list[Candidate]) -> Points:
        """The embeddings of the frames, unit vectors."""
        pictures = [c.picture for c in candidates if c.picture is not None]
        return np.stack(list(self.model.images(pictures)))

    fingerprints = __call__
