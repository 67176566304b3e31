"""sevices: frames on which captions and pictures agree.

SeViCES (Sheng et al., "SeViCES: Unifying Semantic-Visual Evidence Consensus for Long Video
Understanding", 2025, SVCFS). A language model scores the captions in order, each with those before
it; the pictures are clustered, a cluster weighs its part of the mutual information with these
scores, and a frame its similarity to the query times this weight. Both rankings give frames in
turn, those that are high in both first. Built from the paper's description, with constants of this
program. Without a language model captions are scored by the words of the query that they share;
without captions pictures alone decide, and without pictures captions alone.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vtk.errors import GoneError, ModelError
from vtk.keyframes.query.grid import FLAT, Curve, Picks, Scores, best, relative, spread
from vtk.keyframes.query.methods import QueryMethod, Search
from vtk.keyframes.query.words import word_scores
from vtk.keyframes.selection import clusters
from vtk.models.llm.prompt import LanguageModel, Prompt
from vtk.passages import Passage

CLUSTERS = 16
FITTED = 256  # pictures that clusters are made from; the others join the nearest
BEFORE = 3  # captions told before the one that is asked about
SOURCES = ("caption", "summary", "title")
QUESTION = (
    "Descriptions of a video, in order:\n{told}\n\nDoes the last of them help to answer or to find "
    "the following? {query}\nAnswer yes or no."
)


def choose(search: Search) -> Picks:
    """Choose moments; `caption` and `looks` are their scores in both rankings, 0 to 1."""
    curve = search.grid.everything()
    if not len(curve.places):
        return {}
    captions = [passage for passage in search.passages if passage.source in SOURCES]
    meaning = _meaning(search, captions, curve.times)
    looks = relative(curve.scores) if curve.vectors is None else _looks(curve, meaning)
    if np.ptp(meaning) <= FLAT and np.ptp(curve.scores) <= FLAT:
        order = spread(len(curve.places), search.k)
    else:
        order = _agreed(meaning, looks, search.k)
    found = [(int(curve.places[at]), float(meaning[at]), float(looks[at])) for at in order]
    return {place: {"caption": said, "looks": seen} for place, said, seen in found}


def _meaning(search: Search, captions: Sequence[Passage], times: Scores) -> Scores:
    """The score of the caption at each moment, 0 to 1; all 1 where captions tell nothing."""
    if not captions:
        search.warn("no captions (vtk caption): sevices goes by the pictures alone")
        return np.ones(len(times))
    if search.language is None:
        search.warn("without a language model (--model), sevices scores captions by their words")
        return relative(word_scores(captions, search.query, times))
    scores = np.zeros(len(times))
    for passage, score in zip(captions, _asked(search.language, search, captions), strict=True):
        inside = (times >= passage.start) & (times < passage.end)
        scores[inside] = np.maximum(scores[inside], score)
    return relative(scores)


def _asked(model: LanguageModel, search: Search, captions: Sequence[Passage]) -> list[float]:
    """The probability that each caption helps, with those before it as context."""

    def prompt(number: int) -> Prompt:
        near = captions[max(number - BEFORE, 0) : number + 1]
        told = "\n".join(f"{c.start:.1f} to {c.end:.1f} s: {c.text}" for c in near)
        return Prompt((QUESTION.replace("{told}", told).replace("{query}", search.query),))

    found: list[float] = []
    for score in model.scores(prompt(number) for number in range(len(captions))):
        if isinstance(score, GoneError):
            raise score
        found.append(0.0 if isinstance(score, ModelError) else score[0])
    return found


def _looks(curve: Curve, meaning: Scores) -> Scores:
    """Similarity to the query, times the weight of the picture's cluster."""
    assert curve.vectors is not None
    some = np.array(spread(len(curve.vectors), FITTED))
    count = min(CLUSTERS, len(some))
    cluster, centres = clusters(curve.vectors[some], count)
    kept = np.unique(cluster)
    nearest = np.argmax(
        curve.vectors @ centres[kept].T - 0.5 * (centres[kept] ** 2).sum(axis=1), axis=1
    )
    weights = information(nearest, meaning, len(kept))
    found: Scores = relative(relative(curve.scores) * weights[nearest])
    return found


def information(cluster: NDArray[np.intp], meaning: Scores, count: int) -> Scores:
    """The weight of each cluster, 0.5 to 1: its part of the mutual information with a high score.

    A score is high above the mean. What a cluster tells by having few high scores counts 0. All
    weigh 1 if the scores tell nothing.
    """
    if np.ptp(meaning) <= FLAT:
        return np.ones(count)
    high = meaning > meaning.mean()
    size = np.bincount(cluster, minlength=count).astype(np.float64)
    both = np.bincount(cluster, weights=high, minlength=count)
    expected = np.maximum(size * high.mean(), 1e-9)
    part = both / len(high) * np.log2(np.maximum(both, 1e-9) / expected)
    weights: Scores = 0.5 + 0.5 * relative(np.maximum(part, 0.0))
    return weights


def _agreed(meaning: Scores, looks: Scores, k: int) -> list[int]:
    """`k` places from both rankings in turn; ties of one are decided by the other."""
    both = [best(meaning + 0.01 * looks, len(looks)), best(looks + 0.01 * meaning, len(looks))]
    found: dict[int, None] = {}
    for ranks in zip(*both, strict=True):
        for place in ranks:
            if len(found) < k:
                found[int(place)] = None
    return list(found)


METHOD = QueryMethod(choose, reads=True)
