"""Gradual transitions: dissolves, fades and wipes, seen between two steady pictures.

Between the last picture A of a shot and the first picture B of the next, a dissolve shows
(1 - a) A + a B with `a` rising from 0 to 1: the pictures between lie on the line from A to B. A
moving camera leaves that line: halfway through a pan the picture resembles neither end. A fade is
the same with one uniform picture as an end. This is the editing model of Hampapur, Jain and
Weymouth (Production model based digital video segmentation, 1995, chromatic edits), tested on
pairs of pictures 0.3 to 2.4 seconds apart.

A wipe leaves the line in a way of its own: every sample shows A and then B, and the moment at which
it changes grows evenly across the picture, from a side or a corner to the opposite one. This is
the spatial edit of the same model. `vtk.split.edges` finds it where the shots move, by its edge.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from vtk.split.edges import SHARE, Edge, Edges, Moved, Sample
from vtk.split.likeness import ALIKE, likeness

Vector = NDArray[np.float32]

INTERVAL = 1 / 15  # seconds from one picture looked at to the next, at least
LAGS = (0.33, 0.5, 0.75, 1.1, 1.6, 2.4)  # seconds between the two ends
CHANGE = 6.0  # how far the ends must be apart, root mean square over the samples, 0..255
RESIDUAL = 0.12  # of the squared distance of the ends, that the pictures between may leave the line
LOST = 0.5  # the same for the picture in the middle alone
STILL = 0.04  # the same for pages that are alike, of which nothing moves
WIPED = 0.32  # the same for a wipe: where half of the picture has changed it is 0.25
SPREAD = 0.2  # of the samples of each twelfth of the picture, that a wipe must change
SWEEP = 0.8  # of the variance of the moments of change, that an even sweep must explain
PAPER = 0.6  # share of the samples near the median from which a picture is a page
INK = 6.0  # difference from the median, 0..255, of what stands on the page
TURNED = 0.06  # of the ink, that must go and that must come, for a page to be another
UNIFORM = 3.0  # standard deviation of luma below which a picture is empty
EMPTY = 1.0  # seconds of empty picture up to which a fade out and a fade in are one transition
_ROWS = int(LAGS[-1] / INTERVAL) + 3
_RING = np.arange(2 * _ROWS) % _ROWS


def turned(one: Vector, two: Vector, papers: tuple[float | None, float | None]) -> bool:
    """Whether both are pages, slides or titles on one ground, and writing went and other came.

    Pages of one design are alike, and so are a page and the same with something more on it: here
    both must have what the other has not. `papers` are their grounds.
    """
    if papers[0] is None or papers[1] is None or abs(papers[0] - papers[1]) > INK:
        return False
    ink = np.abs(one - papers[0]), np.abs(two - papers[1])
    gone, new = np.maximum(ink[0] - ink[1], 0).sum(), np.maximum(ink[1] - ink[0], 0).sum()
    return bool(gone > TURNED * ink[0].sum() and new > TURNED * ink[1].sum())


def ground(page: Vector) -> float | None:
    """The luma of the paper of a page; None where the picture is none."""
    paper = float(np.partition(page, page.size // 2)[page.size // 2])
    return paper if np.mean(np.abs(page - paper) < INK) >= PAPER else None


def sweep(pictures: Vector, page: bool = False) -> float:
    """Score, 0.5..1, of a wipe from the first to the last of `pictures` (n, rows, columns), or 0.

    Only samples that differ between the two are asked, and they must lie all over the picture,
    unless it is a page: a large thing that moves into a view sweeps evenly too.
    """
    first, last = pictures[0], pictures[-1]
    apart = np.abs(last - first)
    changed = apart > apart.mean() / 2
    rows, columns = changed.shape[0] // 3, changed.shape[1] // 4
    parts = changed[: 3 * rows, : 4 * columns].reshape(3, rows, 4, columns).mean((1, 3))
    if not page and parts.min() < SPREAD:
        return 0.0
    y, x = np.nonzero(changed)
    seen = pictures.reshape(len(pictures), -1)[:, np.flatnonzero(changed)]
    new = np.abs(seen - seen[-1]) < np.abs(seen - seen[0])
    moment = len(pictures) - new.sum(0)  # number of the first picture that shows the new shot
    plane = np.stack([np.ones(len(x)), x, y])
    slope = np.linalg.lstsq(plane @ plane.T, plane @ moment)[0]
    left = moment - slope @ plane
    even = 1 - float(left.var()) / (float(moment.var()) + 1e-6)
    return 0.5 + 0.5 * (even - SWEEP) / (1 - SWEEP) if even >= SWEEP else 0.0


@dataclass(frozen=True, slots=True)
class Transition:
    """A gradual transition: `start` and `end` bound the frames that show both shots.

    `why`: `change`, how far its ends are apart (root mean square, 0..255), and `residual`, how far
    the pictures between are from the line, as a share of its squared length; `edge` instead of it,
    in which share of its frames the edge of a wipe was clear.
    """

    type: str  # "dissolve", "fade" or "wipe"
    start: Sample
    end: Sample
    shot: Sample  # the frame from which the new shot is the one seen
    score: float  # 0.5..1
    empty: str  # what is uniform: "", "start", "middle", "end" or "both"
    why: Mapping[str, float] | None = field(default=None, compare=False)


@dataclass(slots=True)
class _Candidate:
    transition: Transition
    after: int  # number of the first sample that shows the new shot alone
    change: float


class Blends:
    """Finds the transitions in a stream of pictures without cuts; memory is bounded by `LAGS`.

    Pictures are vectors that begin with the luma, of `shape` (rows, columns), 0..255. Only one
    picture in `INTERVAL` seconds is looked at, so starts and ends are exact to that.
    """

    def __init__(self, shape: tuple[int, int]) -> None:
        self.luma = shape  # rows, columns
        self.area = shape[0] * shape[1]
        self.edges = Edges()
        self.samples: deque[Sample] = deque(maxlen=_ROWS)
        self.pictures = np.zeros((_ROWS, 0), np.float32)
        self.products = np.zeros((_ROWS, _ROWS), np.float64)
        self.papers: dict[int, float | None] = {}  # grounds by row, where they were asked for
        self.count = 0  # samples since the start or the last cut
        self.free = 0  # number of the first sample after the last transition
        self.best: _Candidate | None = None
        self.fade_out: Transition | None = None

    def push(self, sample: Sample, picture: Vector, moved: Moved) -> list[Transition]:
        """Takes the next picture and returns the transitions that became certain."""
        time = sample.time
        edge = self.edges.push(sample, picture[: self.area].reshape(self.luma), moved)
        found = self._wiped(edge, picture) if edge and self.samples else []
        if self.samples and 0 <= time - self.samples[-1].time < INTERVAL - 1e-6:
            return found
        if not self.pictures.shape[1]:
            self.pictures = np.zeros((_ROWS, picture.size), np.float32)
        row = self.count % _ROWS
        self.samples.append(sample)
        self.papers.pop(row, None)
        np.subtract(picture, 128, out=self.pictures[row])
        products = self.pictures @ self.pictures[row]
        self.products[row] = products
        self.products[:, row] = products
        self.count += 1
        for size in self._sizes():
            found += self._look(size)
        return found + self._certain(time)

    def finish(self) -> list[Transition]:
        """Returns what is still held back and forgets all: at a cut and at the end."""
        found = self._settle() if self.best else []
        if self.fade_out:
            found.append(self.fade_out)
        self.samples.clear()
        self.edges.clear()
        self.count = self.free = 0
        self.fade_out = None
        return found

    def _look(self, size: int) -> list[Transition]:
        """Tests whether the last `size` pictures blend one into another.

        Returns the transitions that end before these pictures begin.
        """
        first = self.count - size
        if first < self.free:
            return []
        a, b = first % _ROWS, (self.count - 1) % _ROWS
        change = self._apart(a, b)
        old = self.best and first < self.best.after and change <= self.best.change
        if old or change < CHANGE**2 * self.pictures.shape[1]:
            return []
        # Most pictures are of moving scenes, of which the one in the middle alone tells.
        middle = (first + size // 2) % _ROWS
        products = self.products
        along = products[middle, b] - products[middle, a] - products[a, b] + products[a, a]
        if self._apart(a, middle) / change - (along / change) ** 2 > LOST:
            return []
        rows = _RING[a : a + size]
        place = self._places(rows, change)
        edge, known = max(1, round(size * 0.2)), place.tolist()  # few numbers: a list is quicker
        if max(known[: edge + 1]) > 0.3 or min(known[-edge - 1 :]) < 0.7:
            return []
        if any(not -0.12 <= later - here <= 0.6 for here, later in pairwise(known)):
            return []
        between = [number for number, here in enumerate(known) if 0.2 < here < 0.8]
        if len(between) < 2:
            return []
        off = self._residual(rows[between], place[between], a, change)
        if off > WIPED:
            return []
        one, two = self.pictures[a, : self.area], self.pictures[b, : self.area]
        alike = likeness(one, two) > ALIKE
        page = (alike or off > RESIDUAL) and turned(one, two, (self._paper(a), self._paper(b)))
        if alike and not (page and (off < STILL or off > RESIDUAL)):
            return []
        score = 1 - 0.5 * off / RESIDUAL
        if off > RESIDUAL:
            score = sweep(self.pictures[rows, : self.area].reshape(size, *self.luma), page)
            if not score:
                return []
        found = self._settle() if self.best and first >= self.best.after else []
        self._keep(first, place, change, min(1.0, score), off)
        return found

    def _wiped(self, edge: Edge, picture: Vector) -> list[Transition]:
        """Makes a wipe that ends with this picture the best candidate, if it is the best.

        Returns the transition that ends before it begins.
        """
        since = sum(sample.time >= edge.start.time for sample in self.samples)
        before = self.count - since - 1
        if before < max(self.free, self.count - len(self.samples)):
            return []
        change = float(np.square(picture - 128 - self.pictures[before % _ROWS]).sum())
        found = self._settle() if self.best and before >= self.best.after else []
        if self.best is None or change > self.best.change:
            score = 0.5 + 0.5 * (edge.share - SHARE) / (1 - SHARE)
            why = {"change": float(np.sqrt(change / picture.size)), "edge": edge.share}
            transition = Transition("wipe", edge.start, edge.end, edge.middle, score, "", why)
            self.best = _Candidate(transition, self.count, change)
        return found

    def _paper(self, row: int) -> float | None:
        """The ground of the picture in a row, worked out once."""
        if row not in self.papers:
            self.papers[row] = ground(self.pictures[row, : self.area])
        return self.papers[row]

    def _apart(self, a: int, b: int) -> float:
        """Squared distance of the pictures in two rows."""
        products = self.products
        return float(products[a, a] + products[b, b] - 2 * products[a, b])

    def _places(self, rows: NDArray[np.intp], change: float) -> NDArray[np.float64]:
        """Place of each picture on the line from the first, 0, to the last, 1."""
        products, a, b = self.products, rows[0], rows[-1]
        along: NDArray[np.float64] = products[b][rows] - products[a][rows]
        along += products[a, a] - products[a, b]
        along /= change
        return along

    def _residual(
        self, rows: NDArray[np.intp], place: NDArray[np.float64], a: int, change: float
    ) -> float:
        """How far pictures are off that line, which begins in the row `a`, on the average."""
        products = self.products
        distance = products[rows, rows] - 2 * products[rows, a] + products[a, a]
        return float((distance / change - place**2).sum()) / len(rows)

    def _sizes(self) -> Iterator[int]:
        """How many of the last samples span each of LAGS, where as many are kept."""
        samples, size = self.samples, 5
        now = samples[-1].time
        for lag in LAGS:
            while size <= len(samples) and now - samples[-size].time < lag - 1e-6:
                size += 1
            if size > len(samples):
                return
            if now - samples[-size].time < 1.5 * lag:
                yield size

    def _keep(
        self, first: int, place: NDArray[np.float64], change: float, score: float, off: float
    ) -> None:
        """Makes the pictures from number `first` on the best candidate."""
        offset = self.count - len(self.samples)  # number of the oldest sample kept
        before = int(np.flatnonzero(place < 0.1)[-1])
        after = int(np.flatnonzero(place > 0.9)[0])
        half = int(np.flatnonzero(place >= 0.5)[0])
        kept = list(self.samples)[first - offset :]
        start, end = kept[min(before + 1, after)], kept[max(after - 1, before)]
        ends = (first % _ROWS, (self.count - 1) % _ROWS)
        empty = [bool(self.pictures[row, : self.area].std() < UNIFORM) for row in ends]
        name = {(True, False): "start", (False, True): "end", (True, True): "both"}
        which = name.get((empty[0], empty[1]), "")
        shot = {"start": start, "end": end}.get(which, kept[half])
        kind = "wipe" if off > RESIDUAL else "fade" if which else "dissolve"
        why = {"change": float(np.sqrt(change / self.pictures.shape[1])), "residual": off}
        transition = Transition(kind, start, end, shot, score, which, why)
        self.best = _Candidate(transition, first + after, change)

    def _certain(self, time: float) -> list[Transition]:
        """Returns what no later picture can change any more."""
        found: list[Transition] = []
        best = self.best
        if best and time - best.transition.end.time > LAGS[-1]:
            found = self._settle()
        out = self.fade_out
        if out and not self.best and time - out.end.time > EMPTY + 2 * LAGS[-1]:
            found.append(out)
            self.fade_out = None
        return found

    def _settle(self) -> list[Transition]:
        """Makes the candidate a transition; a fade out waits for the fade in that may follow."""
        assert self.best
        new, self.free, out = self.best.transition, self.best.after, self.fade_out
        self.best = self.fade_out = None
        if out and new.empty == "start" and new.start.time - out.end.time <= EMPTY:
            less = min(out, new, key=lambda half: half.score)
            return [
                Transition("fade", out.start, new.end, new.shot, less.score, "middle", less.why)
            ]
        found = [out] if out else []
        if new.empty == "end":
            self.fade_out = new
            return found
        return [*found, new]
