"""Choose sentences that cover the most with the least repetition, within a length.

Coverage by words is that of weighted concepts, terms and pairs of terms (Gillick & Favre, "A
Scalable Global Model for Summarization", ILP-NLP 2009); by vectors, it is how near the whole is to
the nearest chosen sentence (the facility location of Lin & Bilmes). A reward for all parts of the
video is added (Lin & Bilmes, "A Class of Submodular Functions for Document Summarization", ACL
2011). The sum is maximized greedily, with gains scaled by the cost of a sentence (Lin & Bilmes,
NAACL 2010).
"""

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from vtk.summarize.candidates import Candidate
from vtk.summarize.standing import ALONE

Concept = tuple[str, ...]

TOLERANCE = 0.1  # share of a number of words by which a summary may be longer or shorter
DIVERSITY = 0.3  # weight of representing all parts, relative to covering what is said
COST_POWER = 0.2  # exponent of the number of words by which the gain of a sentence is divided
PLACES = 40  # equal parts of a video: in how many something comes up is what it weighs
TARGETS = 1500  # most sentences that vectors are to cover: an even choice of more
TIERS = (0.25, 0.1, 0.05)  # how well sentences stand alone that are taken where others are too few
ANY = 0.0  # and where there is no other sentence
HOLDS = 0.5  # bearing of sentences that hold what is asked for, which come first
FLOOR = 0.002  # how well these stand alone at least: they are told all the same
ALIKE = 0.5  # share of common concepts from which a sentence says what another says


class Coverage(Protocol):
    """How much of the whole sentences say that the chosen ones do not."""

    def gain(self, place: int) -> float:
        """What a sentence would add."""
        ...

    def add(self, place: int) -> None:
        """Choose a sentence."""
        ...

    def repeats(self, place: int, *, whole: bool = False) -> bool:
        """Whether a sentence says what a chosen one says, or is said in it; `whole`: only both."""
        ...


class WordCoverage:
    """Coverage of terms and pairs of terms: those that come up in several places matter."""

    def __init__(self, terms: Sequence[Sequence[str]]) -> None:
        self._concepts = [frozenset([*((t,) for t in own), *pairwise(own)]) for own in terms]
        places: defaultdict[Concept, set[int]] = defaultdict(set)
        for place, own in enumerate(self._concepts):
            for concept in own:
                places[concept].add(place * PLACES // len(terms))
        self._weights = {
            concept: (math.sqrt(len(found)) if len(found) > 1 else 0.1)
            * (1.5 if len(concept) > 1 else 1.0)
            for concept, found in places.items()
        }
        self._covered: set[Concept] = set()
        self._chosen: list[frozenset[Concept]] = []

    def gain(self, place: int) -> float:
        """The weight of the concepts that are not covered."""
        return math.fsum(self._weights[c] for c in self._concepts[place] - self._covered)

    def add(self, place: int) -> None:
        """Cover the concepts of a sentence."""
        self._covered |= self._concepts[place]
        self._chosen.append(self._concepts[place])

    def repeats(self, place: int, *, whole: bool = False) -> bool:
        """Whether most concepts are those of one chosen sentence, or the other way round."""
        own = self._concepts[place]
        size = max if whole else min
        return any(len(own & other) > ALIKE * size(len(own), len(other)) for other in self._chosen)


class MeaningCoverage:
    """Coverage of unit vectors (sentences, dim), and of words: both count alike.

    A vector is covered as far as the nearest chosen one is near. Only what is nearer than the mean
    counts, as all sentences of a video are somewhat alike.
    """

    def __init__(self, vectors: NDArray[np.float32], terms: Sequence[Sequence[str]]) -> None:
        self._vectors = vectors
        count = len(vectors)
        step = max(1, math.ceil(count / TARGETS))
        self._targets = vectors[::step]
        least = float((vectors.mean(0) @ self._targets.T).mean()) if count else 0.0
        self._nearest = np.full(len(self._targets), least, np.float32)
        self._words = WordCoverage(terms)
        self._parts = (self._words.gain, self._nearer)
        self._most = [max(map(gain, range(count)), default=0.0) or 1.0 for gain in self._parts]

    def _nearer(self, place: int) -> float:
        """How much nearer the sentences would come, in sum."""
        likeness = self._targets @ self._vectors[place]
        return float(np.maximum(likeness - self._nearest, 0.0).sum(dtype=np.float64))

    def gain(self, place: int) -> float:
        """What a sentence would add, of the most that one can add."""
        pairs = zip(self._parts, self._most, strict=True)
        return math.fsum(gain(place) / most for gain, most in pairs)

    def add(self, place: int) -> None:
        """Bring all sentences as near as this one is, and cover its words."""
        self._nearest = np.maximum(self._nearest, self._targets @ self._vectors[place])
        self._words.add(place)

    def repeats(self, place: int, *, whole: bool = False) -> bool:
        """Whether a chosen sentence has the same words."""
        return self._words.repeats(place, whole=whole)


class Chooser:
    """Chooses among candidates, which in sum have the words and sentences that are wanted.

    `bearing` is how much each bears on what is asked for, 0 to 1: 0 is never chosen, and from HOLDS
    on a sentence is chosen before those that only stand beside it.
    """

    def __init__(
        self, found: Sequence[Candidate], coverage: Coverage, bearing: Sequence[float] | None = None
    ) -> None:
        self._found, self._coverage = found, coverage
        self._focused = bearing is not None
        self._bearing = bearing or [1.0] * len(found)
        first = [self._scaled(n, coverage.gain(n)) for n in range(len(found))]
        self._scale = max(first, default=0.0) or 1.0
        self._worth = [each / self._scale for each in first]
        self._told: defaultdict[int, float] = defaultdict(float)  # worth by stretch

    def __call__(
        self,
        places: Sequence[int],
        sentences: int | None,
        words: int | None,
        *,
        least: float = ALONE,
    ) -> list[int]:
        """Return the places of the sentences chosen among `places`, in order of time.

        At most so many sentences, and words within a tenth of the number, as far as those that
        stand alone suffice for it, by `least`; then others are taken. With no number of words,
        others are taken only if none stands alone; parts of sentences only if there are no others.
        What holds what is asked for is taken first, however it stands alone.
        """
        chosen: list[int] = []
        tiers = (least, *(tier for tier in TIERS if tier < least), ANY)
        held = [n for n in places if self._holds(n)]
        for alone in tiers if held else ():
            chosen = self._more(chosen, held, alone, sentences, words)
        for alone in tiers:
            enough = alone == ANY or words is None or self._size(chosen) >= (1 - TOLERANCE) * words
            if chosen and enough and (alone < least or not held):
                break
            chosen = self._more(chosen, places, alone, sentences, words, keep=held)
        return sorted(chosen)

    def _more(
        self,
        chosen: Sequence[int],
        places: Sequence[int],
        alone: float,
        sentences: int | None,
        words: int | None,
        keep: Sequence[int] = (),
    ) -> list[int]:
        """The chosen places, and more of `places` that stand alone so well; `keep` stay chosen."""
        most = math.inf if words is None else (1 + TOLERANCE) * words
        pool = [n for n in places if n not in chosen and self._may(n, alone)]
        more = [*chosen, *self._greedy(pool, chosen, sentences, most)]
        if words is None:
            return more
        return self._fitted(more, pool, words, keep)

    def best(self) -> int | None:
        """The place of the sentence that bears most and stands alone best; None if none bears."""
        worth = {n: self._bearing[n] * self._alone(n) for n in range(len(self._found))}
        best = max(worth, key=lambda n: (self._bearing[n] >= HOLDS, worth[n], -n), default=None)
        return best if best is not None and self._bearing[best] > 0 else None

    def _may(self, place: int, least: float) -> bool:
        return self._bearing[place] > 0 and self._alone(place) >= least

    def _alone(self, place: int) -> float:
        """How well a sentence stands alone, as far as that counts."""
        alone = self._found[place].alone
        return max(alone, FLOOR) if self._holds(place) else alone

    def _holds(self, place: int) -> bool:
        """Whether a sentence holds what is asked for."""
        return self._focused and self._bearing[place] >= HOLDS

    def _greedy(
        self, pool: list[int], chosen: Sequence[int], sentences: int | None, most: float
    ) -> list[int]:
        """Take the sentence of the highest gain that fits, again and again."""
        taken: list[int] = []
        room = most - self._size(chosen)
        left = math.inf if sentences is None else sentences - len(chosen)
        # What a sentence would add only shrinks, so that most need no second look.
        bounds = dict.fromkeys(pool, math.inf)
        while bounds and len(taken) < left:
            best = self._best(bounds, room)
            if best is None:
                break
            del bounds[best]
            if self._coverage.repeats(best, whole=self._holds(best)):
                continue
            taken.append(best)
            room -= self._found[best].words
            self._coverage.add(best)
            self._told[self._found[best].stretch] += self._worth[best]
        return taken

    def _best(self, bounds: dict[int, float], room: float) -> int | None:
        """The place of the highest gain that fits; those that do not fit are taken out."""
        best, high = None, 0.0
        for place in sorted(bounds, key=lambda n: (-bounds[n], n)):
            if self._found[place].words > room:
                del bounds[place]
                continue
            if bounds[place] <= high:
                break
            bounds[place] = self._gain(place)
            if bounds[place] > high or (bounds[place] == high > 0 and place < (best or 0)):
                best, high = place, bounds[place]
        return best

    def _gain(self, place: int) -> float:
        new = self._scaled(place, self._coverage.gain(place)) / self._scale
        before = self._told[self._found[place].stretch]
        return new + DIVERSITY * (math.sqrt(before + self._worth[place]) - math.sqrt(before))

    def _scaled(self, place: int, gain: float) -> float:
        each = self._found[place]
        worth = self._alone(place) * self._bearing[place]
        return worth * gain / math.pow(each.words, COST_POWER)

    def _size(self, places: Sequence[int]) -> int:
        return sum(self._found[place].words for place in places)

    def _fitted(
        self, chosen: list[int], pool: Sequence[int], words: int, keep: Sequence[int]
    ) -> list[int]:
        """Exchange a sentence, not one to `keep`, for a longer one, if the chosen are too short."""
        size = self._size(chosen)
        if not chosen or size >= (1 - TOLERANCE) * words:
            return chosen
        least, most = (1 - TOLERANCE) * words - size, (1 + TOLERANCE) * words - size
        given = [place for place in chosen if place not in keep]
        others = [place for place in pool if place not in chosen]
        pairs = self._exchanges(given, others, least, most)
        worst, better = max(pairs, key=lambda pair: self._worth[pair[1]], default=(None, None))
        if worst is None or better is None:
            return chosen
        return [place for place in chosen if place != worst] + [better]

    def _exchanges(
        self, chosen: Sequence[int], pool: Sequence[int], least: float, most: float
    ) -> Iterator[tuple[int, int]]:
        """Yield which chosen sentence may give way to which other, for so many words more."""
        worst = sorted(chosen, key=lambda place: self._worth[place])
        for place in worst[:5]:
            for other in pool:
                more = self._found[other].words - self._found[place].words
                fits = least <= more <= most and self._worth[other] > 0
                if fits and not self._coverage.repeats(other):
                    yield place, other
