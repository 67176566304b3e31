"""Find the moments of a video that look like what texts say, by few looks for all texts at once.

A coarse grid is looked at first. For every text, the stretches of it that stand out are maximal-sum
segments of its scores, less a share of the way from its usual score in this video to its best one.
They are refined, the best of every text first, as many as are wanted and looks allow: their edges
are bisected to the frame, and some frames inside are looked at, whose mean similarity counts. That
a budget of looks is best spent where scores promise most is the idea of FOCUS (arXiv 2510.27280)
and of T* (arXiv 2504.02259), which pick frames; here they become moments.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vtk.ground.edges import FEW_NEWS, Edge
from vtk.ground.footage import Footage
from vtk.ground.segments import maximal_segments
from vtk.ground.stretch import Moment, suppressed
from vtk.ground.unrelated import Unrelated
from vtk.times import rounded

if TYPE_CHECKING:
    from vtk.models.embed.image_text import ImageTextModel

Vectors = NDArray[np.float32]


@dataclass(frozen=True)
class LookLimits:
    """How much is looked at.

    `python -m tests.benchmarks.search --only ground` measures what this reaches.
    """

    inside: int = 3  # frames inside a moment that it is judged by
    share: float = 0.045  # of all frames looked at, after which no more stretches are refined ...
    least: int = 240  # ... unless fewer frames than this were looked at
    # Where between the usual and the best score a stretch begins to count: the first finds moments
    # in which scores vary, the second parts those that resemble what is beside them.
    centres: tuple[float, ...] = (0.5, 0.75)


LIMITS = LookLimits()


class Candidate:
    """A stretch of the grid that stands out for a text: its looks `low` to `high`, both inside."""

    def __init__(
        self, footage: Footage, grid: Sequence[int], low: int, high: int, text: int, centre: float
    ) -> None:
        self.footage, self.text, self.centre = footage, text, centre
        before = grid[low - 1] if low else -1
        after = grid[high + 1] if high + 1 < len(grid) else len(footage)
        news = footage.news if footage.news.mean() <= FEW_NEWS else np.zeros_like(footage.news)
        self.begin = Edge(grid[low], before, news)
        self.finish = Edge(grid[high], after, news)

    @property
    def low(self) -> int:
        """The first frame inside."""
        return self.begin.inside

    @property
    def high(self) -> int:
        """The last frame inside."""
        return self.finish.inside

    def inner(self, count: int) -> list[int]:
        """Frames at even distances inside."""
        return sorted(
            {*np.linspace(self.low, self.high, count + 2).round().astype(int)[1:-1].tolist()}
        )


class LookScan:
    """The scan of one video for texts: their vectors (texts, dim), and those of unrelated texts."""

    def __init__(
        self,
        footages: Sequence[Footage],
        texts: Vectors,
        unrelated: Vectors,
        model: "ImageTextModel",
        looks: int | None = None,
    ) -> None:
        """`looks` is the most looks; by default a share of the frames. The grid has its own."""
        self._footages, self._texts, self._model = footages, texts, model
        self._room = looks or max(LIMITS.least, round(LIMITS.share * sum(map(len, footages))))
        self.left = 0  # stretches that stand out, and that there was no room to look at
        for footage in footages:
            footage.see(footage.grid(), model)
        self._grids = [sorted(footage.looks) for footage in footages]
        grid = np.stack([f.looks[n] for f in footages for n in sorted(f.looks)])
        # Of the grid alone: what is looked at for one text says nothing about another.
        self._unrelated = Unrelated(unrelated @ grid.T)
        self._scores = texts @ grid.T
        self._usual = np.median(self._scores, axis=1)
        self._best = self._scores.max(axis=1)

    def moments(self, n: int) -> list[list[Moment]]:
        """Return the best `n` moments of each text (0: all), or more, in no order.

        Candidates are refined in turns, one of each text, until there are `n` moments that do not
        overlap or there is no room for more looks; `left` counts those that it was too small for.
        """
        waiting = [self._candidates(text) for text in range(len(self._texts))]
        found: list[list[Moment]] = [[] for _ in waiting]
        first = True
        while batch := [
            candidates
            for candidates, own in zip(waiting, found, strict=True)
            if candidates and not (n and len(suppressed(own)) >= n)
        ]:
            if not first and sum(len(footage.looks) for footage in self._footages) >= self._room:
                self.left = sum(map(len, batch))
                break
            first = False
            turn = [candidates.pop(0) for candidates in batch]
            self._refine(turn)
            for candidate in turn:
                found[candidate.text].append(self._moment(candidate))
        return found

    def _candidates(self, text: int) -> list[Candidate]:
        """Return the stretches of the grid that stand out for a text, best first."""
        usual, best = float(self._usual[text]), float(self._best[text])
        found: list[tuple[float, Candidate]] = []
        done = 0
        for footage, grid in zip(self._footages, self._grids, strict=True):
            scores = self._scores[text, done : done + len(grid)]
            done += len(grid)
            seconds = np.diff([*(footage.edge(number) for number in grid), footage.end])
            known: set[tuple[int, int]] = set()
            for share in LIMITS.centres:
                centre = usual + share * (best - usual)
                for low, high, _ in maximal_segments(((scores - centre) * seconds).tolist()):
                    if (low, high) not in known:
                        known.add((low, high))
                        fit = self._fit(text, footage, grid[low:high])
                        found.append((fit, Candidate(footage, grid, low, high - 1, text, centre)))
        return [candidate for _, candidate in sorted(found, key=lambda pair: -pair[0])]

    def _refine(self, candidates: list[Candidate]) -> None:
        """Find the edges of all candidates at once, then look inside each."""
        edges = [(c, edge) for c in candidates for edge in (c.begin, c.finish)]
        while steps := [(c, edge, edge.next) for c, edge in edges if edge.next is not None]:
            for footage in self._footages:
                footage.see([n for c, _, n in steps if c.footage is footage], self._model)
            for candidate, edge, number in steps:
                edge.advance(number, inside=self._is_inside(candidate, edge, number))
        for footage in self._footages:
            wanted = (c.inner(LIMITS.inside) for c in candidates if c.footage is footage)
            footage.see([n for numbers in wanted for n in numbers], self._model)

    def _is_inside(self, candidate: Candidate, edge: Edge, number: int) -> bool:
        """Whether a frame scores more like the frame inside than like the one outside."""
        text, looks = self._texts[candidate.text], candidate.footage.looks
        own, inside, outside = (float(text @ looks[n]) for n in (number, edge.inside, edge.outside))
        return own >= (max(inside, candidate.centre) + outside) / 2

    def _moment(self, candidate: Candidate) -> Moment:
        footage, text = candidate.footage, candidate.text
        inside = candidate.inner(LIMITS.inside) or [candidate.low]
        fit = self._fit(text, footage, inside)
        start, end = footage.edge(candidate.low), footage.edge(candidate.high + 1)
        shown = [
            (*(rounded(footage.edge(m)) for m in (n, n + 1)), self._texts[text] @ footage.looks[n])
            for n in inside
        ]
        evidence = [
            {"start": low, "end": high, "text": "", "source": "looks", "score": round(float(s), 4)}
            for low, high, s in shown
        ]
        return Moment(start, end, self._unrelated.share_below(fit), fit, evidence)

    def _fit(self, text: int, footage: Footage, numbers: Sequence[int]) -> float:
        """Return the mean cosine between a text and frames."""
        looks = np.stack([footage.looks[number] for number in numbers])
        return float((looks @ self._texts[text]).mean())
