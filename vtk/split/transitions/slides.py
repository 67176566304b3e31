"""Pages: slides and titles, which are alike though they say other things."""

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]

PAPER = 0.6  # share of the samples near the median from which a picture is a page
INK = 6.0  # difference from the median, 0..255, of what stands on the page
TURNED = 0.06  # of the ink, that must go and that must come, for a page to be another


def is_slide_change(one: Vector, two: Vector, papers: tuple[float | None, float | None]) -> bool:
    """Whether both are pages, slides or titles on one ground, and writing went and other came.

    Pages of one design are alike, and so are a page and the same with something more on it: here
    both must have what the other has not. `papers` are their grounds.
    """
    if papers[0] is None or papers[1] is None or abs(papers[0] - papers[1]) > INK:
        return False
    ink = np.abs(one - papers[0]), np.abs(two - papers[1])
    gone, new = np.maximum(ink[0] - ink[1], 0).sum(), np.maximum(ink[1] - ink[0], 0).sum()
    return bool(gone > TURNED * ink[0].sum() and new > TURNED * ink[1].sum())


def paper_luma(page: Vector) -> float | None:
    """The luma of the paper of a page; None where the picture is none."""
    paper = float(np.partition(page, page.size // 2)[page.size // 2])
    return paper if np.mean(np.abs(page - paper) < INK) >= PAPER else None
