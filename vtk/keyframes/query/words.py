"""The score of a moment by the words of the query in what is said, written and told around it."""

import math
from collections.abc import Sequence

import numpy as np

from vtk.keyframes.query.grid import Scores
from vtk.passages import Passage
from vtk.text import Analyzer


def word_scores(
    passages: Sequence[Passage], query: str, times: Scores, language: str | None = None
) -> Scores:
    """The score at each time: 1 if all words of the query are there, 0 if none is.

    A word counts where a passage with it holds, by its inverse document frequency among the
    passages, of which a text that holds for long says less about one moment: a word weighs half as
    much in a passage that is ten times as long. Raises UsageError if the query has no words.
    """
    analyzer = Analyzer(language or "en")
    terms, stop = analyzer.query(query)
    found = [set(analyzer.terms(p.text, stop=stop, characters=True)) for p in passages]
    scores = np.zeros(len(times))
    total = 0.0
    for term in terms:
        inside = [p for p, words in zip(passages, found, strict=True) if term in words]
        weight = math.log1p((len(passages) - len(inside) + 0.5) / (len(inside) + 0.5))
        total += weight
        own = np.zeros(len(times))
        for passage in inside:
            low, high = np.searchsorted(times, (passage.start, passage.end))
            seconds = max(passage.end - passage.start, 1.0)
            own[low:high] = np.maximum(own[low:high], weight * seconds ** -math.log10(2))
        scores += own
    return scores / total if total else scores
