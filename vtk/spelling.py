"""Which terms a misspelled word may stand for.

Their words, or else the terms themselves, differ from it in the fewest letters, but not in the
first: in one from five letters on, in two from eight on (as in Elasticsearch's `AUTO` fuzziness,
which begins at three and six). An exchange of two neighbours is one difference (optimal string
alignment). Words are compared too, since a slip near the end of a word hides its ending from the
stemmer. Marks of letters make no difference.
"""

import logging
from collections.abc import Collection, Mapping, Sequence

from vtk.text import folded

log = logging.getLogger("vtk")

ONE, TWO = 5, 8  # letters from which a term may be misspelled by one and by two
MOST = 3  # terms that stand for a misspelled one


def tolerated(term: str) -> int:
    """In how many letters a term may be misspelled."""
    return 0 if len(term) < ONE else 1 if len(term) < TWO else 2


def is_near(term: str, others: Collection[str], most: int) -> bool:
    """Whether a term differs from one of the others in at most so many letters."""
    if not others:
        return False
    from rapidfuzz.distance import OSA
    from rapidfuzz.process import extractOne

    return extractOne(term, others, scorer=OSA.distance, score_cutoff=most) is not None


def nearest(term: str, word: str, known: Mapping[tuple[str, str], int]) -> dict[str, str]:
    """The at most MOST known terms that a misspelled word, whose own is `term`, stands for.

    `known` has how often each pair of a term and its word occurs: of those that differ in as few
    letters, the most frequent come first, each with its word.
    """
    from rapidfuzz.distance import OSA

    typed = folded(word)
    distances: dict[tuple[str, str], int] = {}
    for other, its_word in known:
        pairs = ((term, other), (typed, folded(its_word)))
        near = [
            distance
            for own, its in pairs
            if own[0] == its[0] and (distance := OSA.distance(own, its)) <= tolerated(own)
        ]
        if near:
            distances[other, its_word] = min(near)
    least = min(distances.values(), default=0)
    found = [pair for pair, distance in distances.items() if distance == least]
    best: dict[str, str] = {}
    for other, its_word in sorted(found, key=lambda pair: (-known[pair], pair)):
        if len(best) < MOST:
            best.setdefault(other, its_word)
    return best


def beginnings(term: str, word: str) -> set[str]:
    """A term, its word and the beginnings of this, near one of which is the term that was meant."""
    typed = folded(word)
    return {term, *(typed[:length] for length in range(max(ONE, len(typed) - 5), len(typed) + 1))}


def tell_respelled(word: str, others: Sequence[str]) -> None:
    """Tell that no span has a word, and for which others it is taken, if any."""
    if others:
        log.warning("no span has the word %s; searching for %s", word, ", ".join(others))
    elif tolerated(word):
        log.warning("no span has the word %s or one spelled nearly so", word)
    else:  # too short to be a slip of another
        log.warning("no span has the word %s", word)


class Unmet:
    """The terms of queries that no text has had yet, each with the word that was typed."""

    def __init__(self, terms: Mapping[str, str]) -> None:
        self._words = dict(terms)
        # These terms and words by the first letter and by how many more may be wrong.
        self._spelled: dict[str, dict[int, set[str]]] = {}
        for pair in terms.items():
            for each in filter(tolerated, {*map(folded, pair)}):
                alike = self._spelled.setdefault(each[0], {})
                alike.setdefault(tolerated(each), set()).add(each)

    def __contains__(self, term: str) -> bool:
        return term in self._words

    def __getitem__(self, term: str) -> str:
        """The word that was typed for an unmet term."""
        return self._words[term]

    def meet(self, term: str) -> None:
        """Note that a text has a term."""
        if term in self._words:
            for each in map(folded, (term, self._words.pop(term))):
                for alike in self._spelled.get(each[0], {}).values():
                    alike.discard(each)

    def near(self, term: str, word: str) -> bool:
        """Whether a term of a text, or its word, is spelled nearly like one of them."""
        return self._near(term) or self._near(folded(word))

    def _near(self, term: str) -> bool:
        alike = self._spelled.get(term[0])
        return alike is not None and any(is_near(term, alike[most], most) for most in alike)
