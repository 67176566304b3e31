"""Shares against chance, and the quality of probabilities."""

import pytest
from scipy import stats

from vtk.skills.statistics import auc, brier, interval, tail


@pytest.mark.parametrize("chance", [1 / 2, 1 / 6, 0.03])
@pytest.mark.parametrize("asked", [8, 16, 250])
def test_the_tail_and_the_interval_are_those_of_scipy(asked: int, chance: float) -> None:
    for right in range(0, asked + 1, 4):
        test = stats.binomtest(right, asked, chance, alternative="greater")
        assert tail(right, asked, chance) == pytest.approx(test.pvalue, rel=1e-9)
        wilson = stats.binomtest(right, asked).proportion_ci(0.95, method="wilson")
        assert interval(right, asked) == pytest.approx((wilson.low, wilson.high), abs=1e-4)


def test_what_chance_never_gives() -> None:
    assert tail(0, 16, 0.0) == 1
    assert tail(1, 16, 0.0) == 0


def test_probabilities_are_ranked_and_measured() -> None:
    yes, no = [0.9, 0.8, 0.4], [0.1, 0.4, 0.6]
    u = stats.mannwhitneyu(yes, no).statistic
    assert auc(yes, no) == pytest.approx(u / 9)
    assert brier(yes, no) == pytest.approx((0.01 + 0.04 + 0.36 + 0.01 + 0.16 + 0.36) / 6)
    assert brier([0.5], [0.5]) == 0.25
