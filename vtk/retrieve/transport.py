"""Optimal transport between the sentences of a paragraph and the clips of a video."""

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]

NONE_FITS = 0.3  # the share of cosines below which a sentence or a clip rather fits nothing
SHARPNESS = 0.1  # entropic regularisation, in cosines
ROUNDS = 50


def plan(similarities: Matrix, bucket: float) -> Matrix:
    """How sentences are assigned to clips: shape (sentences, clips), each sentence at most 1 / n.

    Norton (Lin et al. 2024, section 3.2): entropic optimal transport by Sinkhorn's iterations
    (Cuturi 2013) on the similarities with one row and one column more, the bucket for sentences
    and clips that fit nothing, whose similarity is `bucket`. Every sentence and every clip has the
    same mass; each bucket can take all of the other side.
    """
    rows, columns = similarities.shape
    wide = np.full((rows + 1, columns + 1), bucket, np.float64)
    wide[:rows, :columns] = similarities
    a = np.append(np.full(rows, 1 / rows), 1.0)
    b = np.append(np.full(columns, 1 / columns), 1.0)
    kernel = np.exp((wide - wide.max()) / SHARPNESS)
    u, v = np.ones(rows + 1), np.ones(columns + 1)
    for _ in range(ROUNDS):
        u = a / (kernel @ v)
        v = b / (kernel.T @ u)
    found: Matrix = (u[:, None] * kernel * v)[:rows, :columns].astype(np.float32)
    return found


def transported(similarities: Matrix) -> float:
    """The similarity of a paragraph and a video by the assignment of its sentences to clips.

    The bucket's similarity is the NONE_FITS quantile of all (Norton takes such a quantile of those
    in a batch). What goes into the bucket counts with it, so the result is a mean of cosines.
    """
    bucket = float(np.quantile(similarities, NONE_FITS))
    assigned = plan(similarities, bucket)
    mass = float(assigned.sum())
    return float((assigned * similarities).sum()) + (1 - mass) * bucket
