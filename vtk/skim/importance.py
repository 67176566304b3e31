"""What a unit of a video is worth to a skim: what its summary tells, and what stands out."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vtk.entries import ScoreEntry, SentenceEntry
from vtk.skim.knapsack import Unit
from vtk.span import Span

Weights = NDArray[np.float64]  # (n, 3): start and end in seconds, and what a second of it weighs

TOLD, CONTENT, RATED, SALIENT = 1.0, 0.5, 0.5, 0.5  # weights of what speaks for a second
FLOOR = 0.05  # what any second is worth, so that a video in which nothing stands out has a skim
POINTED = 10.0  # seconds; what a sentence tells of a longer stretch is spread over it


def weighed(
    units: Sequence[Unit],
    summary: Sequence[SentenceEntry],
    content: Sequence[SentenceEntry],
    rated: Sequence[Span],
    salience: Sequence[ScoreEntry],
) -> list[Unit]:
    """Return the units with their values: seconds, times how much speaks for each of them.

    That is whether a sentence of the `summary` is about it, or one of a longer extract of what is
    said (`content`); the score that a judge gave (`rated`, on any scale); and how much stands out
    in pictures, sound and speech (`salience`, 0 to 1).
    """
    times = np.array([entry["t"] for entry in salience])
    scores = np.array([entry["score"] for entry in salience])
    told, said, judged = _told(summary), _told(content), _judged(rated)
    found = []
    for unit in units:
        worth = FLOOR + TOLD * min(_covered(unit, told), 1) + CONTENT * min(_covered(unit, said), 1)
        worth += RATED * min(_covered(unit, judged), 1)
        low, high = np.searchsorted(times, (unit.start, unit.end))
        if high > low:
            worth += SALIENT * float(scores[low:high].mean())
        found.append(unit._replace(value=worth * (unit.end - unit.start)))
    return found


def pointed(sentence: SentenceEntry) -> list[tuple[float, float]]:
    """Return the stretches of the video that a sentence is about: what it cites, else its own."""
    found = [(each["start"], each["end"]) for each in sentence.get("cites", ())]
    return found or [(sentence["start"], sentence["end"])]


def _told(sentences: Sequence[SentenceEntry]) -> Weights:
    """Return what sentences are about, each counting 1 over at most POINTED seconds."""
    found = []
    for sentence in sentences:
        stretches = pointed(sentence)
        seconds = sum(end - start for start, end in stretches)
        share = min(1.0, POINTED / seconds) if seconds > 0 else 0.0
        found += [(start, end, share) for start, end in stretches]
    return np.array(found).reshape(-1, 3)


def _judged(rated: Sequence[Span]) -> Weights:
    """Return the scores of spans, from 0 for the lowest to 1."""
    scores = np.array([float(span["score"]) for span in rated])
    if not len(scores) or np.ptp(scores) == 0:
        return np.zeros((0, 3))
    scaled = (scores - scores.min()) / np.ptp(scores)
    return np.array([(s.start, s.end, share) for s, share in zip(rated, scaled, strict=True)])


def _covered(unit: Unit, weights: Weights) -> float:
    """Return the weight of a unit's seconds, in the mean."""
    starts, ends, shares = weights.T
    seconds = np.minimum(ends, unit.end) - np.maximum(starts, unit.start)
    return float((seconds.clip(0) * shares).sum() / (unit.end - unit.start))
