"""Change detection for OCR, on glances: upright luma pictures of frames at low resolution.

A glance is divided into cells. Text consists of edges: a cell whose edges are the same as when it
was last read is not read again, even if brightness changes, and a cell without edges has no text.
"""

from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vtk.media.image.planes import luma
from vtk.media.image.sidedata import Orientation

if TYPE_CHECKING:
    from vtk.media.video import Frame

Array = NDArray[Any]
Gray = NDArray[np.uint8]  # (height, width), 0..255
Region = tuple[int, int, int, int]  # left, top, right, bottom, in samples of a glance

SHORT_SIDE = 360  # approximate samples of the short side of a glance of a larger picture
CELL = 16  # side of a cell in samples


@dataclass(frozen=True)
class ChangeThresholds:
    """Limits by which a part of the picture has changed and is read again.

    `python tests/benchmarks/ocr.py` measures character errors, times and calls of the networks.
    """

    changed: float = 5.0  # mean difference of edge strength, 0..255, from which a cell has changed
    # Mean difference, as a share of the cell's mean edge strength, from which the cell has changed:
    changed_share: float = 0.25
    # Luma step, 0..255, between neighbouring samples above which it may be the edge of a letter:
    edge: int = 28
    edges: float = 0.03  # share of edge samples above which a cell may hold text
    still: float = 0.6  # share of the edge samples of a cell that must not have moved
    together: int = 3  # least changed cells of a region read while moving content is skipped
    many: int = 2  # most regions to read at once; more are merged into one, for a single call
    # Share of the picture above which the merged region becomes the whole picture:
    whole: float = 0.6
    around: int = 2  # cells around changed cells that are read with them


THRESHOLDS = ChangeThresholds()


def low_res_luma(frame: "Frame", turn: Orientation) -> Gray:
    """The frame's luma with a short side of about 360 samples, made upright according to `turn`."""
    full = luma(frame.image)
    step = max(1, round(min(full.shape) / SHORT_SIDE))
    small = full[step // 2 :: step, step // 2 :: step]
    small = small.T if turn.transposed else small
    upright = small[:: -1 if turn.upside_down else 1, :: -1 if turn.mirrored else 1]
    return np.array(upright, order="C")  # a copy, as a view would keep the whole frame in memory


def horizontal_gradient(picture: Gray) -> Array:
    """Luma differences between horizontal neighbours, (height, width) float32."""
    steps = np.zeros(picture.shape, np.float32)
    steps[:, 1:] = picture[:, 1:].astype(np.int16) - picture[:, :-1]
    return steps


class Cells:
    """Remembers the edges in each cell of the picture from when the cell was last read."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.shape = shape
        rows, columns = (max(size // CELL, 1) for size in shape)
        self._cells = rows, columns
        # The cell index of each row and column of samples; the last cells take the remainder.
        self._row, self._column = (
            np.minimum(np.arange(size) // CELL, count - 1)
            for size, count in zip(shape, (rows, columns), strict=True)
        )
        self._sizes = np.outer(np.bincount(self._row), np.bincount(self._column))
        self._read = np.zeros(shape, np.uint8)  # edge strength when last read
        self._marked = np.zeros((rows, columns), bool)  # the cells that had changed at last
        self.emptied = False  # whether a cell that might hold text had lost its edges at last
        self.may_hold_text = False  # whether any cell might hold text at last

    def alike(self, one: Gray, other: Gray) -> bool:
        """Whether the cells that had changed at last have the same edges in two pictures."""
        if not self._marked.any():
            return False
        difference = self._mean(np.abs(_edges(one).astype(np.int16) - _edges(other)))
        return bool(np.median(difference[self._marked]) <= THRESHOLDS.changed)

    def changed(self, picture: Gray, before: Gray | None, lines: list[Region]) -> list[Region]:
        """The regions to read again: changed cells that may hold text, and the lines they touch.

        With `before`, an earlier glance, only regions whose edges have not moved since then.
        Changes that are skipped for this reason are reported again the next time.
        """
        t = THRESHOLDS
        edges = _edges(picture)
        steep = edges > t.edge
        difference = self._mean(np.abs(edges.astype(np.int16) - self._read))
        most = np.maximum(self._mean(edges), self._mean(self._read))
        changed = difference > np.maximum(t.changed, t.changed_share * most)
        share = self._mean(steep)
        empty = changed & (share <= t.edges)
        self.emptied = bool((empty & (self._mean(self._read > t.edge) > t.edges)).any())
        self.may_hold_text = bool((share > t.edges).any())
        ready = changed & ~empty
        if before is not None:
            still = self._mean(steep & (_edges(before) > t.edge))
            ready &= still > np.maximum(t.edges, t.still * share)
        self._marked = ready | empty
        regions = self._regions(ready, lines, 1 if before is None else t.together)
        read = (changed if before is None else empty)[np.ix_(self._row, self._column)]
        for left, top, right, bottom in regions:
            read[top:bottom, left:right] = True
        np.copyto(self._read, edges, where=read)
        return regions

    def _mean(self, values: Array) -> Array:
        """The mean over the samples of each cell."""
        rows, columns = (np.arange(count) * CELL for count in self._cells)
        total = np.add.reduceat(values, rows, 0, dtype=np.float32)
        return np.asarray(np.add.reduceat(total, columns, 1) / self._sizes)

    def _regions(self, cells: Array, lines: list[Region], least: int) -> list[Region]:
        """Boxes around connected groups of at least `least` marked cells."""
        t = THRESHOLDS
        import cv2

        height, width = self.shape
        wide = cv2.dilate(cells.astype(np.uint8), np.ones((2 * t.around + 1,) * 2, np.uint8))
        _, names, found, _ = cv2.connectedComponentsWithStats(wide, connectivity=8)
        marked = np.bincount(names[cells], minlength=len(found))
        regions: list[Region] = []
        for name, (left, top, columns, rows, _) in enumerate(found.tolist()):
            if not name or marked[name] < least:
                continue
            right = width if left + columns == cells.shape[1] else (left + columns) * CELL
            bottom = height if top + rows == cells.shape[0] else (top + rows) * CELL
            region = _with((left * CELL, top * CELL, right, bottom), lines, self.shape)
            regions.append(region)
        if len(regions) <= t.many:
            return _apart(regions)
        one = reduce(bounding_box, regions)
        area = (one[2] - one[0]) * (one[3] - one[1])
        return [(0, 0, width, height) if area > t.whole * width * height else one]


def _edges(picture: Gray) -> Gray:
    """Edge strength at each sample: the larger of the horizontal and vertical luma steps."""
    steep = np.zeros(picture.shape, np.uint8)
    wide = picture.astype(np.int16)
    steep[:, 1:] = np.minimum(np.abs(wide[:, 1:] - wide[:, :-1]), 255)
    steep[1:] = np.maximum(steep[1:], np.abs(wide[1:] - wide[:-1]).astype(np.uint8))
    return steep


def _with(region: Region, lines: list[Region], shape: tuple[int, ...]) -> Region:
    """Extend the region to all of each line that it touches, with a margin."""
    for line in lines:
        if intersects(region, line):
            line = (line[0] - CELL, line[1] - CELL, line[2] + CELL, line[3] + CELL)
            region = bounding_box(region, line)
    return max(region[0], 0), max(region[1], 0), min(region[2], shape[1]), min(region[3], shape[0])


def _apart(regions: list[Region]) -> list[Region]:
    """Merge regions that intersect."""
    found: list[Region] = []
    for region in regions:
        while other := next((one for one in found if intersects(one, region)), None):
            found.remove(other)
            region = bounding_box(region, other)
        found.append(region)
    return found


def intersects(one: Region, other: Region) -> bool:
    """Whether two boxes overlap."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def bounding_box(one: Region, other: Region) -> Region:
    """The smallest box around two boxes."""
    return (
        min(one[0], other[0]),
        min(one[1], other[1]),
        max(one[2], other[2]),
        max(one[3], other[3]),
    )
