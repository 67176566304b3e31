"""Detect changes between pages (slides, titles), which look alike despite different content."""

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]

PAPER = 0.6  # minimum share of samples near the median for a picture to be a page
INK = 6.0  # difference from the median, 0..255, from which a sample is content of the page
TURNED = 0.06  # share of the ink that must disappear, and that must be new, for a page change


def is_slide_change(one: Vector, two: Vector, papers: tuple[float | None, float | None]) -> bool:
    """Return whether both are pages on the same background, whose content was replaced.

    Pages of one design are alike, and so are a page and the same page with something added: here
    each must have content that the other lacks. `papers` are the lumas of their backgrounds.
    """
    if papers[0] is None or papers[1] is None or abs(papers[0] - papers[1]) > INK:
        return False
    ink = np.abs(one - papers[0]), np.abs(two - papers[1])
    gone, new = np.maximum(ink[0] - ink[1], 0).sum(), np.maximum(ink[1] - ink[0], 0).sum()
    return bool(gone > TURNED * ink[0].sum() and new > TURNED * ink[1].sum())


def paper_luma(page: Vector) -> float | None:
    """Return the background luma of a page; None if the picture is no page."""
    paper = float(np.partition(page, page.size // 2)[page.size // 2])
    return paper if np.mean(np.abs(page - paper) < INK) >= PAPER else None
