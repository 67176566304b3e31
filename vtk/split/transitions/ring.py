"""A ring buffer of the latest pictures and their pairwise dot products.

A squared distance is a sum of three dot products, so comparing a new picture with all others takes
one dot product with each, computed once.
"""

import numpy as np
from numpy.typing import NDArray

from vtk.split.transitions.correlation import correlation
from vtk.split.transitions.slides import is_slide_change, paper_luma

Vector = NDArray[np.float32]

MID_GREY = 128.0


class ThumbnailRing:
    """A ring buffer of pictures, one per row; a new picture replaces the one in its row."""

    def __init__(self, rows: int, area: int) -> None:
        """`area` is the number of luma samples, with which each picture begins."""
        self.area = area
        self.pictures = np.zeros((rows, 0), np.float32)  # minus MID_GREY
        self.lumas = self.pictures  # (rows, area)
        self.products = np.zeros((rows, rows), np.float64)
        self.luma_products = np.zeros((rows, rows), np.float64)
        self.sums = [0.0] * rows  # of the luma
        self.squares = [0.0] * rows  # dot product of each picture with itself
        self.empty = [False] * rows  # whether the picture is uniform
        self._papers: dict[int, float | None] = {}

    def put(self, row: int, picture: Vector, *, empty: bool) -> None:
        """Store a picture, 0..255, and compute its dot products with the others."""
        area = self.area
        if not self.pictures.shape[1]:
            self.pictures = np.zeros((len(self.sums), picture.size), np.float32)
            self.lumas = self.pictures[:, :area]
        pictures = self.pictures
        np.subtract(picture, MID_GREY, out=pictures[row])
        self.sums[row] = float(pictures[row, :area].sum())
        # vecdot is single-threaded: a multi-threaded matrix product slows other threads too much.
        lumas = np.vecdot(pictures[:, :area], pictures[row, :area])
        products = lumas + np.vecdot(pictures[:, area:], pictures[row, area:])
        self.luma_products[row] = self.luma_products[:, row] = lumas
        self.products[row] = self.products[:, row] = products
        self.squares[row] = float(products[row])
        self.empty[row] = empty
        self._papers.pop(row, None)

    def paper_luma(self, row: int) -> float | None:
        """Return a page's background luma minus MID_GREY; None if the picture is no page."""
        if row not in self._papers:
            self._papers[row] = paper_luma(self.lumas[row])
        return self._papers[row]

    def is_slide_change(self, a: int, b: int) -> bool:
        """Return whether the pictures in two rows are different pages of the same design."""
        return is_slide_change(
            self.lumas[a], self.lumas[b], (self.paper_luma(a), self.paper_luma(b))
        )

    def correlation(self, a: int, b: int) -> float:
        """Return the luma correlation of the pictures in two rows."""
        some = self.luma_products
        products = float(some[a, a]), float(some[b, b]), float(some[a, b])
        return correlation(self.area, (self.sums[a], self.sums[b]), *products)
