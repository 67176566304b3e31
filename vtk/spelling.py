"""Which terms a misspelled one may stand for.

They differ from it in the fewest letters, but not in the first: in one from five letters on, in two
from eight on (as in Elasticsearch's `AUTO` fuzziness, which begins at three and six). An exchange
of two neighbours is one difference (optimal string alignment).
"""

from collections.abc import Collection, Mapping

ONE, TWO = 5, 8  # letters from which a term may be misspelled by one and by two
MOST = 3  # terms that stand for a misspelled one


def tolerated(term: str) -> int:
    """In how many letters a term may be misspelled."""
    return 0 if len(term) < ONE else 1 if len(term) < TWO else 2


def is_near(term: str, others: Collection[str], most: int) -> bool:
    """Whether a term differs from one of the others in at most so many letters."""
    from rapidfuzz.distance import OSA
    from rapidfuzz.process import extractOne

    found = extractOne(term, others, scorer=OSA.distance, score_cutoff=most) if others else None
    return found is not None


def nearest(term: str, known: Mapping[str, int]) -> list[str]:
    """The at most MOST known terms that a misspelled one stands for.

    `known` has how often each occurs: of those that differ in as few letters, the most frequent
    come first.
    """
    from rapidfuzz.distance import OSA

    most = tolerated(term)
    distances = {other: OSA.distance(other, term) for other in known if other[0] == term[0]}
    least = min(distances.values(), default=most + 1)
    if least > most:
        return []
    found = [other for other in distances if distances[other] == least]
    return sorted(found, key=lambda other: (-known[other], other))[:MOST]
