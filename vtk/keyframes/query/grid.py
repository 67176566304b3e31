"""What a search for keyframes sees of a span: moments, and how well each answers the query."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float64]  # (moments,)
Vectors = NDArray[np.float32]  # (moments, dim), unit vectors
Places = NDArray[np.intp]  # numbers of moments
# The scores of moments in ascending order (NaN where no frame, or none that is new, is shown), and
# the vectors of their pictures if they have any.
Look = Callable[[Places], tuple[Scores, Vectors | None]]
Picks = dict[int, dict[str, float]]  # chosen moments, each with what made it
FLAT = 1e-6  # difference of scores below which they tell nothing


class Curve(NamedTuple):
    """Moments that show frames of their own, all looked at."""

    places: Places
    times: Scores  # seconds
    scores: Scores
    vectors: Vectors | None

    @property
    def relative(self) -> Scores:
        """The scores from 0 for the lowest to 1 for the highest."""
        return relative(self.scores)


class Grid:
    """Moments of a span in order, looked at on demand, each once. Keeps no pictures."""

    def __init__(self, times: Scores, look: Look) -> None:
        self.times = times  # seconds
        self.seen = np.zeros(len(times), bool)
        self._look = look
        self._scores = np.full(len(times), np.nan)
        self._vectors: Vectors | None = None

    def __len__(self) -> int:
        return len(self.times)

    @property
    def step(self) -> float:
        """Seconds from one moment to the next."""
        return float(self.times[1] - self.times[0]) if len(self) > 1 else 1.0

    @property
    def gone(self) -> NDArray[np.bool_]:
        """Which moments were found to show no frame, or one that another shows."""
        found: NDArray[np.bool_] = self.seen & np.isnan(self._scores)
        return found

    def scores(self, places: Places | list[int]) -> Scores:
        """The scores of moments; NaN for those that are gone."""
        wanted = np.unique(np.asarray(places, np.intp))
        new = wanted[~self.seen[wanted]]
        if len(new):
            scores, vectors = self._look(new)
            self._scores[new] = np.where(np.isfinite(scores), scores, np.nan)
            self.seen[new] = True
            if vectors is not None:
                if self._vectors is None:
                    self._vectors = np.zeros((len(self), vectors.shape[1]), np.float32)
                self._vectors[new] = vectors
        found: Scores = self._scores[np.asarray(places, np.intp)]
        return found

    def known(self) -> Curve:
        """All that was looked at and is not gone."""
        places = np.flatnonzero(self.seen & ~np.isnan(self._scores))
        vectors = None if self._vectors is None else self._vectors[places]
        return Curve(places, self.times[places], self._scores[places], vectors)

    def everything(self) -> Curve:
        """All moments that are not gone, after a look at each."""
        self.scores(np.arange(len(self)))
        return self.known()


def relative(scores: Scores) -> Scores:
    """Scores from 0 to 1; all 1 if they are the same."""
    if not len(scores) or np.ptp(scores) <= FLAT:
        return np.ones(len(scores))
    found: Scores = (scores - scores.min()) / np.ptp(scores)
    return found


def spread(count: int, k: int) -> list[int]:
    """`k` of `count` places, each in the middle of an equal part; all if there are fewer."""
    k = min(k, count)
    return [(2 * n + 1) * count // (2 * k) for n in range(k)]


def best(scores: Scores, k: int, among: Places | None = None) -> Places:
    """The `k` places of highest score, best first; the earlier of equals."""
    places = np.arange(len(scores)) if among is None else among
    found: Places = places[np.argsort(-scores[places], kind="stable")][:k]
    return found
