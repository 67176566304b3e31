"""words: where a quotation is said, from the start of its first word to the end of its last.

The words of the quotation are aligned with those of the speech by edit distance, with free ends in
the speech (Sellers, "The Theory and Computation of Evolutionary Distances", Journal of Algorithms
1, 1980): what was misheard, left out or put in between costs a part of the score.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import orjson
from numpy.typing import NDArray

from vtk.caption import with_captions
from vtk.entries import EvidenceEntry, SpeechEntry
from vtk.ground.moments import Found, by_video
from vtk.ground.spoken import SpokenWord, as_said, keys, spoken_words
from vtk.ground.task import Task, Wanted
from vtk.span import Span
from vtk.text import Analyzer

log = logging.getLogger("vtk")

LEAST = 0.7  # least score of a match: about three words in ten may differ
SIMILAR = 0.3  # cost of a word that differs by its ending or one letter; another word costs 1


def search(source: Iterable[Span], task: Task) -> Iterator[Span]:
    """Yield, for each query in turn, the best places where it is said; error records first.

    A moment is exactly as long as the words: lengths that are wanted do not count. Its `evidence`
    is what was said, with `guessed` where the times of the words are shared out over a cue by their
    letters; those are counted in a warning, as are videos without speech. One video is held at a
    time. Raises UsageError for a query without words.
    """
    task.need_words()
    stem = Analyzer(task.language or "en")
    quotations = {each: keys(each.text) for each in task.queries}
    silent = guessed = 0

    def work(spans: list[Span], queries: Sequence[Wanted]) -> list[list[Found]]:
        nonlocal silent
        entries = _entries(spans)
        said = spoken_words(entries)
        silent += not said
        text = [word.key for word in said]
        found = [matches(quotations[each], text, stem) for each in queries]
        return [[_found(said[m.first : m.last], m.score, entries) for m in each] for each in found]

    spoken = with_captions(source, timed=True, language=task.language)
    for span in by_video(spoken, task, work, method="words"):
        guessed += span.get("evidence", [{}])[0].get("guessed", False) and not span.failed
        yield span
    if silent:
        log.warning("videos without speech, in which nothing is quoted: %d", silent)
    if guessed:
        log.warning(
            "moments whose times are guessed, as the speech has no times of its words: %d", guessed
        )


def _entries(spans: Sequence[Span]) -> list[SpeechEntry]:
    """The speech of the spans of a video, each entry once."""
    return list({orjson.dumps(e): e for span in spans for e in span.get("speech", [])}.values())


def _found(said: Sequence[SpokenWord], score: float, entries: Sequence[SpeechEntry]) -> Found:
    """A place where a quotation is said, with all of the speech that it stands in."""
    start, end = said[0].start, max(word.end for word in said)
    told: EvidenceEntry = {"start": start, "end": end, "text": "", "source": "speech"}
    told["text"] = as_said(said)
    if any(word.guessed for word in said):
        told["guessed"] = True
    around = [e for e in entries if e["start"] < end and e["end"] > start]
    around.sort(key=lambda entry: (entry["start"], entry["end"]))
    return Found(start, end, score, [told], {"speech": around} if around else {})


class Match(NamedTuple):
    """Where a quotation stands in a list of words, [first, last), and 1 less its share of edits."""

    first: int
    last: int
    score: float


def matches(quotation: Sequence[str], said: Sequence[str], stem: Analyzer) -> list[Match]:
    """Return the matches of a quotation in words that were said, by their keys, best first.

    None overlaps another, and each scores LEAST or more; ties go to the one that begins and ends
    with the words of the quotation, then to the earlier one. Takes time and memory proportional to
    the product of the lengths and the sum of them.
    """
    if not quotation or not said:
        return []
    starts, costs, changed = _aligned(quotation, said, stem)
    size = len(quotation)
    limit = (1 - LEAST) * size + 1e-9
    ends = np.flatnonzero(costs <= limit)
    order = ends[np.lexsort((changed[ends], costs[ends]))]
    taken = np.zeros(len(said), bool)
    found = []
    for end in order.tolist():
        first = int(starts[end])
        if first <= end and not taken[first : end + 1].any():
            taken[first : end + 1] = True
            found.append(Match(first, end + 1, round(1 - float(costs[end]) / size, 6)))
    return found


def _aligned(
    quotation: Sequence[str], said: Sequence[str], stem: Analyzer
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
    """Return, for each word said, the best alignment that ends there: its start, its cost, and how
    many of the first and the last word of the quotation it changes.

    Costs are counted in hundredths. Below them stands that number, and below it the number of words
    from the start to the end of the text: of equal costs, the alignment that keeps the first and
    the last word wins, then the shortest.
    """
    count = len(said)
    edge = count + 1
    unit = 4 * edge
    vocabulary, which = np.unique(np.array(said, dtype=object), return_inverse=True)
    places = np.arange(count + 1)
    row = places[::-1].astype(np.int64)  # before the first word: cost 0, start here
    for number, key in enumerate(quotation):
        outer = edge * ((number == 0) + (number == len(quotation) - 1))
        costs = np.array([_cost(key, other, stem) for other in vocabulary], np.int64)
        swapped = row[:-1] + (costs * unit + outer * (costs > 0))[which]
        skipped = row + 100 * unit + outer
        best = np.concatenate((skipped[:1], np.minimum(swapped, skipped[1:])))
        # A word said in between costs 1: the least of all earlier ones, each with its distance.
        added = 100 * unit * places
        row = np.minimum.accumulate(best - added) + added
    row = row[1:]
    return count - row % edge, row // unit / 100, row % unit // edge


def _cost(one: str, other: str, stem: Analyzer) -> int:
    if one == other:
        return 0
    if not (one.isdigit() or other.isdigit()) and (
        stem.stem(one) == stem.stem(other) or _one_edit(one, other)
    ):
        return round(100 * SIMILAR)
    return 100


def _one_edit(one: str, other: str) -> bool:
    """Whether two words of four letters or more differ by one letter more, less or changed."""
    from rapidfuzz.distance import Levenshtein

    return min(len(one), len(other)) >= 4 and Levenshtein.distance(one, other) == 1
