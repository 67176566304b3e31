"""Whether a share is better than chance, how far it is known, and how good probabilities are."""

import math
from collections.abc import Sequence

Z = 1.96  # of a normal distribution, for an interval of 95 %


def tail(right: int, asked: int, chance: float) -> float:
    """Return the probability of `right` or more of `asked` by chance (binomial, exact)."""
    return min(
        math.fsum(
            math.comb(asked, k) * chance**k * (1 - chance) ** (asked - k)
            for k in range(right, asked + 1)
        ),
        1.0,
    )


def interval(right: int, asked: int) -> tuple[float, float]:
    """Return the interval of 95 % of a share (Wilson 1927, JASA 22, with its score interval)."""
    share, spread = right / asked, Z * Z / asked
    middle = (share + spread / 2) / (1 + spread)
    half = Z * math.sqrt(share * (1 - share) / asked + spread / (4 * asked)) / (1 + spread)
    return max(middle - half, 0.0), min(middle + half, 1.0)


def auc(yes: Sequence[float], no: Sequence[float]) -> float:
    """Return how often a true statement gets more probability than a false one; a tie is half."""
    wins = sum((a > b) + (a == b) / 2 for a in yes for b in no)
    return wins / (len(yes) * len(no))


def brier(yes: Sequence[float], no: Sequence[float]) -> float:
    """Return the mean squared error of probabilities of yes (Brier 1950); 0.25 for one half."""
    errors = [(1 - p) ** 2 for p in yes] + [p**2 for p in no]
    return math.fsum(errors) / len(errors)
