"""Grounding by the covers of a query's terms (`vtk.ground.covers`).

Only the passages of a stream that contain a query term are kept (or, while no passage has it, one
that is spelled nearly so), and of their spans, or of all if moments may be widened or scores are
wanted, only the fields that a record takes over; other passages are only counted.
"""

import math
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, reduce
from operator import or_
from typing import Any, NamedTuple

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
from vtk.spelling import Unmet, nearest, tell_respelled
from vtk.text import MEMORY, Analyzer

Curve = NDArray[np.float64]
Extents = defaultdict[str, list[Stretch]]  # of spans, by video
Pairs = list[tuple[str, str]]  # the terms of a text, each with its word


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
                stop: [analyzer.pairs(p.text, stop=stop, characters=True) for p in known]
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
    for finder in finders:
        for word, others in finder.respelled.items():
            tell_respelled(word, others)
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


class _Held(NamedTuple):
    """A passage with terms of a query, or terms spelled nearly like them, at their places."""

    passage: Passage
    places: tuple[tuple[int, str], ...]
    size: int
    span: int


class _Finder:
    """The matches of one query."""

    def __init__(self, wanted: Wanted, query: Query) -> None:
        self.wanted, self.stop = wanted, query.stop
        self._terms = query.terms
        self._unmet = Unmet({term: query.typed.get(term, term) for term in query.terms})
        self._near: dict[str, str] = {}  # terms spelled like unmet ones, each with its word
        self._far: set[str] = set()  # terms met lately that are not
        self._held: defaultdict[str, list[_Held]] = defaultdict(list)
        self._count = 0

    def add(self, span: Span, known: list[Passage], texts: list[Pairs], number: int) -> bool:
        """Keep the passages of a span, with their terms, that match; return whether any does."""
        if not self.wanted.concerns(span.video):
            return False
        own = []
        for passage, found in zip(known, texts, strict=True):
            self._count += 1
            places = tuple((i, pair[0]) for i, pair in enumerate(found) if self._counts(*pair))
            if places:
                own.append(_Held(passage, places, len(found), number))
        if own:
            self._held[span.video] += own
        return bool(own)

    def _counts(self, term: str, word: str) -> bool:
        """Whether a term of a text is one of the query, or may stand for one that no text has."""
        if term in self._terms:
            self._unmet.meet(term)
            return True
        if term in self._near:
            return True
        if term not in self._far:
            if self._unmet.near(term, word):
                self._near[term] = word
                return True
            if len(self._far) > MEMORY:
                self._far.clear()
            self._far.add(term)
        return False

    @cached_property
    def respelled(self) -> dict[str, list[str]]:
        """The words of the query that no text has, with those that are found instead, if any."""
        return {
            self._unmet[term]: [
                self._near[near] for near, own in self._meant.items() if own == term
            ]
            for term in (self._terms if self._count else ())
            if term in self._unmet
        }

    @cached_property
    def _meant(self) -> dict[str, str]:
        """The terms that were found, each with the term of the query that it stands for."""
        texts = (held for several in self._held.values() for held in several)
        met = Counter(term for held in texts for term in {term for _, term in held.places})
        known = {(term, word): met[term] for term, word in self._near.items()}
        unmet = [term for term in self._terms if term in self._unmet]
        near = {other: term for term in unmet for other in nearest(term, self._unmet[term], known)}
        return {term: term for term in self._terms if term not in self._unmet} | near

    @cached_property
    def _matches(self) -> dict[str, list[Match]]:
        """The passages that match, by video."""
        numbers = {term: 1 << number for number, term in enumerate(self._terms)}
        bits = {found: numbers[term] for found, term in self._meant.items()}
        matches: dict[str, list[Match]] = {}
        for video, several in self._held.items():
            for held in several:
                places = tuple((i, bits[term]) for i, term in held.places if term in bits)
                if places:
                    covered = reduce(or_, (bit for _, bit in places))
                    match = Match(held.passage, covered, places, held.size, held.span)
                    matches.setdefault(video, []).append(match)
        return matches

    def scores(self, video: str, times: Curve, longest: float) -> list[tuple[float, float]]:
        """The score of the best cover, `longest` seconds at most, in the second around a time."""
        best = np.zeros(len(times))
        matches = _distinct(self._matches.get(video, ()))
        every = covers(video, matches, self._weights, longest)
        for each in minimal(every):
            low = np.searchsorted(times + 0.5, each.start, "right")
            high = max(np.searchsorted(times - 0.5, each.end, "left"), low + 1)
            best[low:high] = np.maximum(best[low:high], each.score)
        return list(zip(times.tolist(), best.tolist(), strict=True))

    @cached_property
    def _weights(self) -> list[float]:
        """The weight of each term: its inverse document frequency."""
        covered = [match.terms for found in self._matches.values() for match in found]
        having = [sum(bits >> number & 1 for bits in covered) for number in range(len(self._terms))]
        return [math.log1p((self._count - n + 0.5) / (n + 0.5)) for n in having]

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
        respelled = {word: others for word, others in self.respelled.items() if others} or None
        for rank, moment in enumerate(moments[: task.n] if task.n else moments, 1):
            own = self._matches[moment.video], extents[moment.video]
            found = _result(moment, *own, sources, {"rank": rank, **self.wanted.fields})
            yield found.with_provenance("ground", "density", respelled=respelled)


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
    proof = [match.passage._asdict() for match in evidence]
    order = {"score": moment.score, **told, "evidence": proof}
    return join(parts, "moment", **order)
