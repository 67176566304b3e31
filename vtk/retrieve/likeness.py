"""Frames that look alike, among all frames of many films: an inverted file.

Every frame is listed under the pivot that it is nearest to, one of a few thousand frames taken at
even distances; a frame is compared with those under the pivots that it is nearest to itself (Sivic
and Zisserman, "Video Google", ICCV 2003, with frames in the place of k-means; the lists of Jégou,
Douze and Schmid, "Product Quantization for Nearest Neighbor Search", PAMI 2011, section IV). With N
frames there are about the root of N pivots, so that N frames are compared N times in N^1.5 steps.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vtk.media.image.signature import DIM
from vtk.media.video.signing import Signed
from vtk.retrieve.alignment import CROWD, LEAST, Votes, in_views

PIVOTS = 4  # times the root of the number of frames
PROBES = 3  # pivots under which a view of a frame looks
KEPT = 6  # frames under a pivot that a view of a frame finds at most
VIEWS = ((0.9,), (0.0, 1.0))  # in which frames are sought
CELL = 4  # successive frames of a film that have one vote together
CHUNK = 2048  # frames that are compared with all pivots at once

Array = NDArray[Any]


class Likeness:
    """All frames of films; keeps 1.4 MB for an hour at two signatures a second."""

    def __init__(self, films: Sequence[Signed]) -> None:
        counts = [len(film.times) for film in films]
        self._ends = np.cumsum(counts)
        self._times = np.concatenate([np.empty(0), *(film.times for film in films)])
        self._vectors = np.concatenate(
            [np.empty((0, DIM), np.float16), *(film.vectors for film in films)]
        )
        count = len(self._times)
        chosen = np.linspace(0, count - 1, min(count, round(PIVOTS * count**0.5)))
        self._pivots = self._vectors[chosen.astype(int)].astype(np.float32)
        own = [self._nearest(part.astype(np.float32), 1)[:, 0] for part in _chunks(self._vectors)]
        cells = np.concatenate([np.empty(0, int), *own])
        self._rows = cells.argsort(kind="stable")
        self._bounds = np.searchsorted(cells[self._rows], np.arange(len(self._pivots) + 1))

    def film(self, number: int) -> Signed:
        """The signatures of a film."""
        low = self._ends[number - 1] if number else 0
        high = self._ends[number]
        return Signed(self._times[low:high], self._vectors[low:high])

    def votes(self, anchors: Array, number: int) -> Votes:
        """The frames that look most like each of anchors (n, DIM), in the films after a number.

        There are CROWD of each, with a score of -1 where fewer were found.
        """
        seen = in_views(anchors, *VIEWS).reshape(-1, DIM)
        probed = np.concatenate([self._nearest(part, PROBES) for part in _chunks(seen)])
        order = probed.ravel().argsort(kind="stable")
        bounds = np.searchsorted(probed.ravel()[order], np.arange(len(self._pivots) + 1))
        found = [(np.empty(0, int), np.empty(0, int), np.empty(0, np.float32))]
        for cell in np.flatnonzero(np.diff(bounds)):
            rows = self._rows[self._bounds[cell] : self._bounds[cell + 1]]
            rows = rows[np.searchsorted(rows, self._ends[number]) :]
            if not len(rows):
                continue
            asked = order[bounds[cell] : bounds[cell + 1]] // PROBES
            alike = seen[asked] @ self._vectors[rows].astype(np.float32).T
            best = alike.argpartition(-min(KEPT, len(rows)), axis=1)[:, -KEPT:]
            scores = np.take_along_axis(alike, best, 1)
            kept = scores > LEAST
            anchor = np.broadcast_to((asked % len(anchors))[:, None], best.shape)
            found.append((anchor[kept], rows[best][kept], scores[kept]))
        return self._ranked(len(anchors), *map(np.concatenate, zip(*found, strict=True)))

    def _nearest(self, vectors: Array, count: int) -> Array:
        """The pivots that vectors are nearest to."""
        count = min(count, len(self._pivots))
        near: Array = (vectors @ self._pivots.T).argpartition(-count, axis=1)
        return near[:, -count:]

    def _ranked(self, anchors: int, anchor: Array, row: Array, score: Array) -> Votes:
        """The best rows of the CROWD cells of films that have the best rows of each anchor."""
        cell = row // CELL + np.searchsorted(self._ends, row, side="right")
        order = np.lexsort((-score, cell, anchor))
        anchor, row, score, cell = anchor[order], row[order], score[order], cell[order]
        first = np.ones(len(row), bool)
        first[1:] = (np.diff(cell) != 0) | (np.diff(anchor) != 0)
        anchor, row, score = anchor[first], row[first], score[first]
        order = np.lexsort((row, -score, anchor))
        anchor, row, score = anchor[order], row[order], score[order]
        place = np.arange(len(row)) - np.searchsorted(anchor, anchor)
        kept = place < CROWD
        at = (anchor[kept], place[kept])
        votes = Votes(
            np.full((anchors, CROWD), -1.0, np.float32),
            np.zeros((anchors, CROWD), int),
            np.zeros((anchors, CROWD)),
        )
        votes.score[at] = score[kept]
        votes.film[at] = np.searchsorted(self._ends, row[kept], side="right")
        votes.time[at] = self._times[row[kept]]
        return votes


def _chunks(vectors: Array) -> Iterator[Array]:
    for low in range(0, len(vectors), CHUNK):
        yield vectors[low : low + CHUNK]
