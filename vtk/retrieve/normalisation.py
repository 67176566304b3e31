"""Normalise the similarities of a set of queries, so that no span answers all of them.

Every function takes similarities of queries and spans as cosines, shape (queries, spans), and
returns them normalised in the same shape. Those `OF_SETS` compare the queries with each other, so a
query gets other scores in other company.
"""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]

SCALE = 100.0  # what image-text models multiply cosines by
SHARPNESS = 20.0  # of the inverted softmax
ROUNDS = 4


def dual_softmax(cosines: Matrix) -> Matrix:
    """Each cosine times its share in the softmax of its span over the queries.

    CAMoE (Cheng et al. 2021, section 3.3), at search as in TS2-Net, with cosines times 100.
    """
    return cosines * _softmax(SCALE * cosines, 0)


def sinkhorn(cosines: Matrix) -> Matrix:
    """Cosines with the bias of each span added that evens out how many queries it answers.

    Sinkhorn-Knopp as in UCoFiA (Wang et al. 2023, section 3.3): 4 rounds on the exponentials of the
    cosines give each span a factor, whose logarithm is added, less the mean of all.
    """
    kernel = np.exp(cosines.astype(np.float64) - cosines.max())
    b = 1 / kernel.sum(0)
    for _ in range(ROUNDS):
        a = 1 / (kernel @ b)
        b = 1 / (a @ kernel)
    bias = np.log(b) - np.log(b).mean()  # so that the scores stay on the scale of cosines
    normalised: Matrix = (cosines + bias).astype(np.float32)
    return normalised


def qb_norm(cosines: Matrix, bank: Matrix) -> Matrix:
    """Cosines less how near a span is to other queries, for queries whose best span is a hub.

    The dynamic inverted softmax of QB-Norm (Bogolin et al. 2022, section 3.3): exp(20 s) divided by
    its mean over the queries of a bank, shape (others, spans), here as s - log(mean) / 20, centred;
    and only for queries whose best span is the best of some query of the bank.
    """
    if not len(bank):
        return cosines
    near = np.log(np.exp(SHARPNESS * bank.astype(np.float64)).mean(0)) / SHARPNESS
    near -= near.mean()  # so that the scores stay on the scale of cosines
    troubled = np.isin(cosines.argmax(1), bank.argmax(1))
    return np.where(troubled[:, None], cosines - near, cosines).astype(np.float32)


OF_SETS: Mapping[str, Callable[[Matrix], Matrix]] = {
    "softmax": dual_softmax,
    "sinkhorn": sinkhorn,
}


def _softmax(values: Matrix, axis: int) -> Matrix:
    powers = np.exp(values - values.max(axis, keepdims=True))
    shares: Matrix = powers / powers.sum(axis, keepdims=True)
    return shares
