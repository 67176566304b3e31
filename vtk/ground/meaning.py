"""Find the moments of a video whose texts mean what a query asks for."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from vtk.ground.segments import maximal_segments
from vtk.ground.stretch import Moment
from vtk.ground.unrelated import Unrelated
from vtk.passages import Passage

Vectors = NDArray[np.float32]

CENTRE = 0.5  # where between the usual and the best score a stretch begins to count
GAP = 10.0  # most seconds without a text inside a moment


def meant_moments(
    known: Sequence[Passage], found: Vectors, texts: Vectors, unrelated: Vectors, longest: float
) -> list[list[Moment]]:
    """Return the moments of each text: maximal-sum segments of passages in order of time.

    `found` holds the vectors of the passages (passages, dim), `texts` those of the texts, and
    `unrelated` of texts about other things. Moments keep to whole passages, so to the cues and
    sentences that they are; one of several passages is at most `longest` seconds long.
    """
    order = sorted(range(len(known)), key=lambda n: (known[n].start, known[n].end))
    passages = [known[number] for number in order]
    found = found[order]
    null = Unrelated(unrelated @ found.T)
    runs: list[list[int]] = [[0]] if passages else []
    for number, (one, other) in enumerate(pairwise(passages), 1):
        if other.start - one.end > GAP:
            runs.append([])
        runs[-1].append(number)
    return [_moments(passages, scores, runs, null, longest) for scores in texts @ found.T]


def _moments(
    passages: Sequence[Passage],
    scores: NDArray[np.float32],
    runs: list[list[int]],
    null: Unrelated,
    longest: float,
) -> list[Moment]:
    if not passages:
        return []
    usual = float(np.median(scores))
    centre = usual + CENTRE * (float(scores.max()) - usual)
    moments = []
    for run in runs:
        for low, high, _ in maximal_segments((scores[run] - centre).tolist()):
            chosen = _shortened(run[low:high], passages, scores, longest)
            fit = float(scores[chosen].max())
            moments.append(
                Moment(
                    min(passages[n].start for n in chosen),
                    max(passages[n].end for n in chosen),
                    null.share_below(fit),
                    fit,
                    [
                        {**passages[n]._asdict(), "score": round(float(scores[n]), 4)}
                        for n in chosen
                    ],
                )
            )
    return moments


def _shortened(
    chosen: list[int], passages: Sequence[Passage], scores: NDArray[np.float32], longest: float
) -> list[int]:
    """Leave out passages at the ends, the worse end first, until the rest is short enough."""
    chosen = list(chosen)
    while len(chosen) > 1:
        start = min(passages[n].start for n in chosen)
        if max(passages[n].end for n in chosen) - start <= longest:
            break
        chosen.pop(0 if scores[chosen[0]] < scores[chosen[-1]] else -1)
    return chosen


def meant_over_time(
    known: Sequence[Passage], cosines: NDArray[np.float32], times: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
    """Return the seconds that have a passage, by their middles, and the best cosine of each text.

    `cosines` are those of texts and passages, (texts, passages); the result is (texts, times).
    """
    best = np.full((len(cosines), len(times)), -np.inf, np.float32)
    for number, passage in enumerate(known):
        low = int(np.searchsorted(times, passage.start - 0.5, "right"))
        high = max(low + 1, int(np.searchsorted(times, passage.end + 0.5)))
        best[:, low:high] = np.maximum(best[:, low:high], cosines[:, number, None])
    there = np.isfinite(best[0])
    return times[there], best[:, there]
