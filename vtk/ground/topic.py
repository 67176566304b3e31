"""topic: the stretches that are about a query, however often its words come.

The terms of the query in the passages of a video, weighted as in BM25 (saturated within a passage,
by inverse document frequency in the video), are smoothed over time. A moment is a run of the curve
above a level between its mean and its peak. Unlike a cover of the words, it is as long as the
video goes on about them.

The width of smoothing and the level were chosen on half of the queries of QMSum's meetings and of
NExT-GQA's captions; `python -m tests.benchmarks.search --only real_text` prints both halves.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vtk.caption import with_captions
from vtk.ground.moments import Found, all_passages, by_video, evidence
from vtk.ground.scores import scored, seconds
from vtk.ground.stretch import widened
from vtk.ground.task import Task, Wanted
from vtk.passages import Passage
from vtk.pipeline import group_by_video, map_videos
from vtk.span import Span
from vtk.text import Analyzer

Curve = NDArray[np.float64]

LEVEL = 0.3  # where a moment ends, from the mean (0) to the peak (1) of the curve
CELLS = 8  # steps of the curve in a standard deviation of the smoothing
SATURATION = 1.2  # k1 of BM25: how much the second mention in one passage counts


def width(seconds: float) -> float:
    """Return the standard deviation of the smoothing, in seconds, for a video of a duration.

    It grows with the root of the duration: 8 s for a minute, 1 min for an hour.
    """
    return math.sqrt(max(seconds, 1.0))


def search(source: Iterable[Span], task: Task) -> Iterator[Span]:
    """Yield, for each query in turn, the best stretches about it; error records first.

    `score` is the share of the weight of the query's terms that are there, times the share of the
    curve's mean inside in the sum of those inside and outside. With `task.scores`, the curve itself
    instead, in weight a second. One video is held at a time. Raises UsageError for a query without
    words.
    """
    task.need_words()
    analyzer = Analyzer(task.language or "en")
    terms = {each: analyzer.query(each.text) for each in task.queries}

    def counted(told: Sequence[Passage]) -> dict[bool, list[Counter[str]]]:
        return {
            stop: [Counter(analyzer.terms(p.text, stop=stop, characters=True)) for p in told]
            for stop in {stop for _, stop in terms.values()}
        }

    def work(spans: list[Span], queries: Sequence[Wanted]) -> list[list[Found]]:
        told = all_passages(spans)
        if not told:
            return [[] for _ in queries]
        read = counted(told)
        asked = (terms[each] for each in queries)
        return [about(told, read[stop], words, task.lengths) for words, stop in asked]

    def scores(spans: list[Span]) -> Iterator[Span]:
        told = all_passages(spans)
        read = counted(told)
        start, end = min(s.start for s in spans), max(s.end for s in spans)
        for each in task.queries:
            words, stop = terms[each]
            if each.concerns(spans[0].video):
                found = weight_over_time(told, read[stop], words, task.lengths[1], (start, end))
                yield scored(spans, (start, end), found, each).with_provenance("ground", "topic")

    texts = with_captions(source, timed=True, language=task.language)
    if task.scores:
        return map_videos("ground", group_by_video(texts), scores)
    return by_video(texts, task, work, method="topic")


@dataclass(frozen=True)
class Timeline:
    """Cells of `step` seconds from `start` on: `count` of them."""

    start: float
    step: float
    count: int

    def spread(self, told: Sequence[Passage], weights: Curve) -> Curve:
        """Return the sum of weights in each cell, each passage's spread evenly over its time."""
        found = np.zeros(self.count)
        for passage, weight in zip(told, weights.tolist(), strict=True):
            if weight:
                low = (passage.start - self.start) / self.step
                high = max((passage.end - self.start) / self.step, low + 1e-6)
                first, last = int(low), min(math.ceil(high), self.count)
                cells = np.arange(min(first, self.count - 1), max(last, first + 1))[: self.count]
                shares = np.minimum(cells + 1, high) - np.maximum(cells, low)
                cells = np.minimum(cells, self.count - 1)
                np.add.at(found, cells, weight * np.maximum(shares, 0) / (high - low))
        return found


class _Weighed(NamedTuple):
    """The terms of a query in passages: how often each (terms, passages), what it weighs, when."""

    found: NDArray[np.float64]
    weights: Curve
    line: Timeline
    curve: Curve  # weight in each cell of the line


def _weighed(
    told: Sequence[Passage], counts: Sequence[Counter[str]], terms: Sequence[str], longest: float
) -> _Weighed:
    """Weigh terms over the time of passages; `longest` is that of a moment, in seconds."""
    start, end = min(p.start for p in told), max(p.end for p in told)
    found = np.array([[c[term] for c in counts] for term in terms], np.float64)
    there = (found > 0).sum(1)
    weights = np.log1p((len(told) - there + 0.5) / (there + 0.5))
    masses = weights[:, None] * found * (SATURATION + 1) / (found + SATURATION)
    sigma = min(width(end - start), max(min(longest, end - start) / 4, 0.5))
    step = sigma / CELLS
    line = Timeline(start, step, max(math.ceil((end - start) / step), 1))
    return _Weighed(found, weights, line, smoothed(line.spread(told, masses.sum(0)), CELLS))


def weight_over_time(
    told: Sequence[Passage],
    counts: Sequence[Counter[str]],
    terms: Sequence[str],
    longest: float,
    extent: tuple[float, float],
) -> list[tuple[float, float]]:
    """Return the smoothed weight of terms a second, at each second of a stretch of a video."""
    times = seconds(*extent)
    if not told:
        return [(t, 0.0) for t in times.tolist()]
    _, _, line, curve = _weighed(told, counts, terms, longest)
    middles = line.start + line.step * (np.arange(line.count) + 0.5)
    values = np.interp(times, middles, curve / line.step)
    return list(zip(times.tolist(), values.tolist(), strict=True))


def about(
    told: Sequence[Passage],
    counts: Sequence[Counter[str]],
    terms: Sequence[str],
    lengths: tuple[float, float],
) -> list[Found]:
    """Return the stretches of one video's passages that are about terms, in time order.

    `counts` are those of the terms of each passage. The stretches lie apart, and are `lengths[0]`
    to `lengths[1]` seconds long where the video allows it.
    """
    start, end = min(p.start for p in told), max(p.end for p in told)
    longest = min(lengths[1], end - start)
    found, weights, line, curve = _weighed(told, counts, terms, longest)
    step = line.step
    if not curve.any():
        return []
    level = LEVEL * curve.max() + (1 - LEVEL) * curve.mean()
    results = []
    for first, last in runs(curve > level) or [(0, len(curve))]:
        first, last = _cut(curve, first, last, max(int(longest / step), 1))
        low, high = start + first * step, min(end, start + last * step)
        low, high = widened(low, high, lengths[0], (start, end))
        inside = np.array([(p.start < high and p.end > low) or p.start == low for p in told])
        covered = weights[(found[:, inside] > 0).any(1)].sum() / weights.sum()
        rest = np.delete(curve, slice(first, last))
        within, without = curve[first:last].mean(), rest.mean() if rest.size else 0.0
        proof = [told[n] for n in np.flatnonzero(inside & found.any(0)).tolist()]
        score = float(covered * within / (within + without))
        results.append(Found(low, high, score, evidence(proof)))
    return results


def smoothed(values: Curve, sigma: float) -> Curve:
    """Return values smoothed by a Gaussian of `sigma` cells, normalised at the ends."""
    reach = np.arange(-math.ceil(4 * sigma), math.ceil(4 * sigma) + 1)
    kernel = np.exp(-0.5 * (reach / sigma) ** 2)
    middle, count = len(kernel) // 2, len(values)
    sums = np.convolve(values, kernel)[middle : middle + count]
    norm = np.convolve(np.ones(count), kernel)[middle : middle + count]
    found: Curve = sums / norm
    return found


def runs(chosen: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return the runs of true values as [first, last)."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], chosen, [False])).astype(np.int8)))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def _cut(curve: Curve, first: int, last: int, most: int) -> tuple[int, int]:
    """Return the part of a run of at most `most` cells that has the largest sum."""
    if last - first <= most:
        return first, last
    sums = np.convolve(curve[first:last], np.ones(most), "valid")
    first += int(sums.argmax())
    return first, first + most
