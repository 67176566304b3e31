"""Grounding by cover density ranking, with time as the distance.

After Clarke, Cormack & Tudhope, "Relevance Ranking for One to Three Term Queries", Information
Processing & Management 36(2), 2000, sections 2 and 3.

A cover is a run of passages of one video such that no shorter run inside it contains the same
query terms. Its score is the sum of the terms it covers, weighted by inverse document frequency,
and falls with its duration. A text that holds for a longer stretch (a caption, a title) counts for
the covers inside that stretch without making them longer.

Only the passages of a stream that contain a query term are kept, and of their spans, or of all if
moments may be widened, only the fields that a moment takes over; other passages are only counted.
"""

import math
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import reduce
from operator import or_
from typing import Any

from vtk.caption import with_captions
from vtk.ground.sources import Sources
from vtk.ground.stretch import Stretch, joined, widened
from vtk.ground.task import Task, Wanted
from vtk.passages import Passage, passages
from vtk.pipeline import failure
from vtk.query import Query
from vtk.span import Span, join
from vtk.text import Analyzer


@dataclass(frozen=True)
class DensityThresholds:
    """Limits and weights by which passages become moments.

    The result is tested on made-up videos, `python -m pytest tests/ground/test_ground.py`.
    """

    short: float = 10.0  # seconds up to which a cover's duration costs nothing
    # Exponent of the duration penalty: twice as long costs an eighth of the score.
    length_power: float = 0.2
    near: int = (
        4  # width in terms up to which the distance of query terms in the text costs nothing
    )
    near_power: float = 0.1  # exponent of the penalty for the distance of query terms
    gap: float = 10.0  # seconds without a query term that a cover may bridge
    touch: float = 1.0  # moments with equal terms are merged if at most this many seconds apart
    merged: float = 30.0  # longest merged moment in seconds


THRESHOLDS = DensityThresholds()

Extents = defaultdict[str, list[Stretch]]  # of spans, by video


@dataclass(frozen=True, slots=True)
class _Match:
    """A passage that contains query terms, and the number of the span it comes from.

    `terms` has one bit per query term, `places` the position and the bit of every occurrence;
    `size` is the number of terms in the passage.
    """

    passage: Passage
    terms: int
    places: tuple[tuple[int, int], ...]
    size: int
    span: int


@dataclass(slots=True)
class _Moment:
    """A stretch of a video, its score, and the query terms it covers as a bit set."""

    video: str
    start: float
    end: float
    score: float
    terms: int


def search(source: Iterable[Span], task: Task) -> Iterator[Span]:
    """Yield the best moments for the terms of each query, best first, without overlaps."""
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
        if task.lengths[0]:
            extents[span.video].append((span.start, span.end, len(sources)))
        if any(matched) or task.lengths[0]:
            sources.append(span)
    for finder in finders:
        yield from finder.best(task, sources, extents)


class _Finder:
    """The matches of one query."""

    def __init__(self, wanted: Wanted, query: Query) -> None:
        self.wanted, self.stop = wanted, query.stop
        self._terms = query.terms
        self._bits = {term: 1 << number for number, term in enumerate(self._terms)}
        self._matches: defaultdict[str, list[_Match]] = defaultdict(list)
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
                own.append(_Match(passage, covered, places, len(found), number))
        if own:
            self._matches[span.video] += own
        return bool(own)

    def best(self, task: Task, sources: Sources, extents: Extents) -> Iterator[Span]:
        """Yield the best moments as spans."""
        frequency, count = self._documents, self._count
        weights = [
            math.log1p((count - frequency[term] + 0.5) / (frequency[term] + 0.5))
            for term in self._terms
        ]
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
    found: list[_Match],
    weights: list[float],
    extents: Sequence[Stretch],
    lengths: tuple[float, float],
) -> list[_Moment]:
    """The moments of one video: its covers without those that overlap a better one."""
    ordered = sorted(found, key=lambda m: (m.passage.start, m.passage.end))
    distinct = list({m.passage: m for m in reversed(ordered)}.values())[::-1]
    kept = _suppressed(_covers(video, distinct, weights, lengths[1]))
    kept = _merged(kept, min(THRESHOLDS.merged, lengths[1]))
    if lengths[0]:
        edges = joined(extents, THRESHOLDS.touch)
        for moment in kept:
            _widen(moment, edges, lengths[0])
    return _suppressed(kept)


def _covers(
    video: str, matches: Sequence[_Match], weights: list[float], max_length: float
) -> list[_Moment]:
    """All covers: runs from one matching passage to another that add query terms on the way."""
    covers = []
    around: list[_Match] = []
    for i, first in enumerate(matches):
        start, end = first.passage.start, first.passage.end
        around = [m for m in around if m.passage.end >= end]
        wide = [m for m in around if _holds(m.passage, first.passage)]
        around.append(first)
        inside = seen = 0
        chosen: list[_Match] = []
        for place in range(i, len(matches)):  # a slice would copy the rest of the list each time
            match = matches[place]
            if match.passage.start > end + THRESHOLDS.gap or inside.bit_count() == len(weights):
                break
            longer = max(end, match.passage.end)
            if chosen and (not match.terms & ~inside or longer - start > max_length):
                continue
            end = longer
            inside |= match.terms
            chosen.append(match)
            terms = reduce(or_, (m.terms for m in wide if m.passage.end >= end), inside)
            if terms != seen:
                seen = terms
                score = _coverage(terms, weights) * _density(end - start) * _nearness(chosen)
                covers.append(_Moment(video, start, end, round(score, 6), terms))
    return covers


def _coverage(terms: int, weights: list[float]) -> float:
    """The share of the total weight of the query that the given terms have."""
    own = sum(weight for number, weight in enumerate(weights) if terms >> number & 1)
    return own / (sum(weights) or 1.0)


def _nearness(chosen: Sequence[_Match]) -> float:
    """1 if the query terms of the passages are close together; less, the more words lie between."""
    placed, offset = [], 0
    for match in chosen:
        placed += [(offset + place, bit) for place, bit in match.places]
        offset += match.size
    wanted = reduce(or_, (bit for _, bit in placed))
    last: dict[int, int] = {}
    width = offset
    for place, bit in placed:
        last[bit] = place
        if len(last) == wanted.bit_count():
            width = min(width, place - min(last.values()) + 1)
    return math.pow(THRESHOLDS.near / max(THRESHOLDS.near, width), THRESHOLDS.near_power)


def _holds(wide: Passage, narrow: Passage) -> bool:
    """Whether one passage contains the other in time and is longer."""
    return (
        wide.start <= narrow.start
        and wide.end >= narrow.end
        and wide.end - wide.start > narrow.end - narrow.start
    )


def _density(length: float) -> float:
    return math.pow(THRESHOLDS.short / max(THRESHOLDS.short, length), THRESHOLDS.length_power)


def _suppressed(moments: Sequence[_Moment]) -> list[_Moment]:
    """Moments that overlap no better one, best first; ties: the shorter, then the earlier first."""
    starts: list[float] = []
    kept: list[_Moment] = []
    by_start: list[_Moment] = []
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


def _merged(moments: Sequence[_Moment], longest: float) -> list[_Moment]:
    """Merge moments with the same terms that follow each other closely."""
    merged: list[_Moment] = []
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


def _widen(moment: _Moment, edges: Sequence[tuple[float, float]], length: float) -> None:
    """Widen a moment to at least `length` seconds, as far as its spans reach."""
    inside = [edge for edge in edges if edge[0] < moment.end and edge[1] > moment.start]
    if inside:
        limits = min(moment.start, inside[0][0]), max(moment.end, inside[-1][1])
        moment.start, moment.end = widened(moment.start, moment.end, length, limits)


def _result(
    moment: _Moment,
    matches: Sequence[_Match],
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
