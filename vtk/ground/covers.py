"""Covers of the terms of a query in passages of a video, by cover density ranking.

After Clarke, Cormack & Tudhope, "Relevance Ranking for One to Three Term Queries", Information
Processing & Management 36(2), 2000, sections 2 and 3, with time as the distance.

A cover is a run of passages of one video such that no shorter run inside it contains the same
query terms. Its score is the sum of the terms it covers, weighted by inverse document frequency,
and falls with its duration. A text that holds for a longer stretch (a caption, a title) counts for
the covers inside that stretch without making them longer.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import groupby
from operator import or_

from vtk.passages import Passage


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


@dataclass(frozen=True, slots=True)
class Match:
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
class Moment:
    """A stretch of a video, its score, and the query terms it covers as a bit set."""

    video: str
    start: float
    end: float
    score: float
    terms: int


def covers(
    video: str, matches: Sequence[Match], weights: list[float], max_length: float
) -> list[Moment]:
    """All covers: runs from one matching passage to another that add query terms on the way."""
    found = []
    around: list[Match] = []
    for i, first in enumerate(matches):
        start, end = first.passage.start, first.passage.end
        around = [m for m in around if m.passage.end >= end]
        wide = [m for m in around if _holds(m.passage, first.passage)]
        around.append(first)
        inside = seen = 0
        chosen: list[Match] = []
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
                found.append(Moment(video, start, end, round(score, 6), terms))
    return found


def minimal(found: Iterable[Moment]) -> Iterator[Moment]:
    """Yield the covers in which no cover that begins later has all their terms."""
    ends: dict[int, float] = {}  # the first end of later covers, by their terms
    for _, own in groupby(sorted(found, key=lambda m: -m.start), lambda m: m.start):
        covers = list(own)
        for each in covers:
            inside = (end for terms, end in ends.items() if each.terms & ~terms == 0)
            if each.end < min(inside, default=math.inf):
                yield each
        for each in covers:
            ends[each.terms] = min(each.end, ends.get(each.terms, math.inf))


def _coverage(terms: int, weights: list[float]) -> float:
    """The share of the total weight of the query that the given terms have."""
    own = sum(weight for number, weight in enumerate(weights) if terms >> number & 1)
    return own / (sum(weights) or 1.0)


def _nearness(chosen: Sequence[Match]) -> float:
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
