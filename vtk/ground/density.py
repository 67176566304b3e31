"""Grounding by the covers of a query's terms (`vtk.ground.covers`).

Only the passages of a stream that contain a query term are kept, and of their spans, or of all if
moments may be widened or scores are wanted, only the fields that a record takes over; other
passages are only counted.
"""

import math
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from functools import reduce
from operator import or_
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vtk.caption import with_captions
from vtk.ground.covers import THRESHOLDS, Match, Moment, covers, minimal
from vtk.ground.scores import scored, seconds
from vtk.ground.sources import Sources
from vtk.ground.stretch import Stretch, joined, widened
from vtk.ground.task import Task, Wanted
from vtk.passages import Passage, passages
from vtk.pipeline import failure
from vtk.query import Query
from vtk.span import Span, join
from vtk.text import Analyzer

Curve = NDArray[np.float64]
Extents = defaultdict[str, list[Stretch]]  # of spans, by video


def search(source: Iterable[Span], task: Task) -> Iterator[Span]:
    """Yield the best moments for the terms of each query, best first, without overlaps.

    With `task.scores`, each video with the score of the best cover in each second instead: that of
    a moment there before those that overlap are left out.
    """
    analyzer = Analyzer(task.language or "en")
    task.need_words()
    finders = [_Finder(wanted, Query(wanted.text, task.language)) for wanted in task.queries]
    return _found(
        with_captions(source, timed=True, language=task.language), task, finders, analyzer
    )


def _found(
    source: Iterable[Span], task: Task, finders: "list[_Finder]", analyzer: Analyzer
) -> Iterator[Span]:
    sources = Sources()
    extents: Extents = defaultdict(list)
    stops = {finder.stop for finder in finders}
    for span in source:
        if span.failed:
            yield span
            continue
        try:
            known = passages(span)
            terms = {
                stop: [analyzer.terms(p.text, stop=stop, characters=True) for p in known]
                for stop in stops
            }
        except Exception as error:
            yield failure("ground", span, error)
            continue
        matched = [finder.add(span, known, terms[finder.stop], len(sources)) for finder in finders]
        if task.lengths[0] or task.scores:
            extents[span.video].append((span.start, span.end, len(sources)))
        if any(matched) or task.lengths[0] or task.scores:
            sources.append(span)
    if task.scores:
        for video, stretches in extents.items():
            yield from _over_time(video, stretches, finders, task, sources)
        return
    for finder in finders:
        yield from finder.best(task, sources, extents)


def _over_time(
    video: str,
    stretches: Sequence[Stretch],
    finders: "Sequence[_Finder]",
    task: Task,
    sources: Sources,
) -> Iterator[Span]:
    """Yield a record with scores over time for each query about a video, or an error record."""
    spans = [Span({**sources[number], "video": video}) for _, _, number in stretches]
    extent = min(low for low, _, _ in stretches), max(high for _, high, _ in stretches)
    for finder in finders:
        if finder.wanted.concerns(video):
            try:
                told = finder.scores(video, seconds(*extent), task.lengths[1])
                found = scored(spans, extent, told, finder.wanted)
            except Exception as error:
                yield failure("ground", Span(video=video), error)
                return
            yield found.with_provenance("ground", "density")


class _Finder:
    """The matches of one query."""

    def __init__(self, wanted: Wanted, query: Query) -> None:
        self.wanted, self.stop = wanted, query.stop
        self._terms = query.terms
        self._bits = {term: 1 << number for number, term in enumerate(self._terms)}
        self._matches: defaultdict[str, list[Match]] = defaultdict(list)
        self._documents: Counter[str] = Counter()
        self._count = 0

    def add(self, span: Span, known: list[Passage], texts: list[list[str]], number: int) -> bool:
        """Keep the passages of a span, with their terms, that match; return whether any does."""
        if not self.wanted.concerns(span.video):
            return False
        own = []
        for passage, found in zip(known, texts, strict=True):
            self._count += 1
            bits = self._bits
            places = tuple((i, bits[term]) for i, term in enumerate(found) if term in bits)
            if places:
                self._documents.update(set(found) & bits.keys())
                covered = reduce(or_, (bit for _, bit in places))
                own.append(Match(passage, covered, places, len(found), number))
        if own:
            self._matches[span.video] += own
        return bool(own)

    def scores(self, video: str, times: Curve, longest: float) -> list[tuple[float, float]]:
        """The score of the best cover, `longest` seconds at most, in the second around a time."""
        best = np.zeros(len(times))
        every = covers(video, _distinct(self._matches[video]), self._weights, longest)
        for each in minimal(every):
            low = np.searchsorted(times + 0.5, each.start, "right")
            high = max(np.searchsorted(times - 0.5, each.end, "left"), low + 1)
            best[low:high] = np.maximum(best[low:high], each.score)
        return list(zip(times.tolist(), best.tolist(), strict=True))

    @property
    def _weights(self) -> list[float]:
        """The weight of each term: its inverse document frequency."""
        found, count = self._documents, self._count
        rare = ((count - found[term] + 0.5) / (found[term] + 0.5) for term in self._terms)
        return [math.log1p(odds) for odds in rare]

    def best(self, task: Task, sources: Sources, extents: Extents) -> Iterator[Span]:
        """Yield the best moments as spans."""
        weights = self._weights
        moments = [
            moment
            for video, found in self._matches.items()
            for moment in _moments(video, found, weights, extents[video], task.lengths)
            if moment.score >= (task.threshold or 0.0)
        ]
        moments.sort(key=lambda moment: -moment.score)
        for rank, moment in enumerate(moments[: task.n] if task.n else moments, 1):
            own = self._matches[moment.video], extents[moment.video]
            yield _result(moment, *own, sources, {"rank": rank, **self.wanted.fields})


def _moments(
    video: str,
    found: list[Match],
    weights: list[float],
    extents: Sequence[Stretch],
    lengths: tuple[float, float],
) -> list[Moment]:
    """The moments of one video: its covers without those that overlap a better one."""
    kept = _suppressed(covers(video, _distinct(found), weights, lengths[1]))
    kept = _merged(kept, min(THRESHOLDS.merged, lengths[1]))
    if lengths[0]:
        edges = joined(extents, THRESHOLDS.touch)
        for moment in kept:
            _widen(moment, edges, lengths[0])
    return _suppressed(kept)


def _distinct(found: Iterable[Match]) -> list[Match]:
    """The matches in order of time, each passage once."""
    ordered = sorted(found, key=lambda m: (m.passage.start, m.passage.end))
    return list({m.passage: m for m in reversed(ordered)}.values())[::-1]


def _suppressed(moments: Sequence[Moment]) -> list[Moment]:
    """Moments that overlap no better one, best first; ties: the shorter, then the earlier first."""
    starts: list[float] = []
    kept: list[Moment] = []
    by_start: list[Moment] = []
    for moment in sorted(moments, key=lambda m: (-m.score, m.end - m.start, m.start)):
        place = bisect_left(starts, moment.end)
        # Kept moments do not overlap each other, so only the last one that begins before the end
        # of this moment can overlap it.
        if place == 0 or by_start[place - 1].end <= moment.start:
            place = bisect_left(starts, moment.start)
            starts.insert(place, moment.start)
            by_start.insert(place, moment)
            kept.append(moment)
    return kept


def _merged(moments: Sequence[Moment], longest: float) -> list[Moment]:
    """Merge moments with the same terms that follow each other closely."""
    merged: list[Moment] = []
    for moment in sorted(moments, key=lambda m: m.start):
        last = merged[-1] if merged else None
        if (
            last is not None
            and last.terms == moment.terms
            and moment.start - last.end <= THRESHOLDS.touch
            and moment.end - last.start <= longest
        ):
            last.end = moment.end
            last.score = max(last.score, moment.score)
        else:
            merged.append(moment)
    return merged


def _widen(moment: Moment, edges: Sequence[tuple[float, float]], length: float) -> None:
    """Widen a moment to at least `length` seconds, as far as its spans reach."""
    inside = [edge for edge in edges if edge[0] < moment.end and edge[1] > moment.start]
    if inside:
        limits = min(moment.start, inside[0][0]), max(moment.end, inside[-1][1])
        moment.start, moment.end = widened(moment.start, moment.end, length, limits)


def _result(
    moment: Moment,
    matches: Sequence[Match],
    extents: Sequence[Stretch],
    sources: Sources,
    told: dict[str, Any],
) -> Span:
    """A moment as a span, with the other fields of the spans it comes from."""
    inside = {
        m.passage: m
        for m in matches
        if (m.passage.start < moment.end and m.passage.end > moment.start)
        or m.passage.start == moment.start  # for a passage of zero duration
    }
    evidence = sorted(inside.values(), key=lambda m: (m.passage.start, m.passage.end))
    over = (n for start, end, n in extents if start < moment.end and end > moment.start)
    spans = (sources[number] for number in dict.fromkeys([*(m.span for m in evidence), *over]))
    parts = [span.sub_span(moment.start, moment.end, "moment") for span in spans]
    proof = [asdict(match.passage) for match in evidence]
    order = {"score": moment.score, **told, "evidence": proof}
    return join(parts, "moment", **order).with_provenance("ground", "density")
