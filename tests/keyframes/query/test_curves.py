"""Which moments of a curve of scores each method of vtk keyframes --query takes."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from vtk.errors import UsageError
from vtk.keyframes.budget import apportion
from vtk.keyframes.query import f2c
from vtk.keyframes.query.grid import Grid, Picks, Scores
from vtk.keyframes.query.methods import QUERY_METHODS, Search
from vtk.keyframes.query.sevices import information
from vtk.keyframes.query.words import word_scores
from vtk.passages import Passage

ALL = list(QUERY_METHODS)
WHOLE = ["clips", "aks", "bolt", "tass", "f2c", "sevices"]  # look at every moment
NUMBER = st.floats(-1e6, 1e6) | st.sampled_from([0.0, 0.25, 1.0, float("nan"), float("inf")])


def quiet(message: str) -> None:
    """Nobody is told."""


def of(scores: Any, vectors: Any = None, step: float = 1.0) -> Grid:
    """A grid of moments with these scores, and pictures with these vectors."""
    values = np.asarray(scores, np.float64)
    shown = None if vectors is None else np.asarray(vectors, np.float32)
    times = (np.arange(len(values), dtype=np.float64) + 0.5) * np.float64(step)
    return Grid(times, lambda p: (values[p], None if shown is None else shown[p]))


def picked(method: str, grid: Grid, k: int, **more: Any) -> Picks:
    asked = grid if method == "yesno" else None
    search = Search("a boat", k, grid, asked, **{"warn": quiet, **more})
    return QUERY_METHODS.load(method).choose(search)


def needle(count: int = 600, at: int = 400, length: int = 5) -> Scores:
    """Low, uneven scores with one high stretch."""
    scores = np.random.default_rng(5).uniform(0.1, 0.3, count)
    scores[at : at + length] = 0.9
    return scores


@pytest.mark.parametrize("method", ALL)
@settings(max_examples=30, deadline=None)
@example([0.0, float("nan")], 1, 0.1)
@given(
    st.lists(NUMBER, min_size=1, max_size=90), st.integers(1, 24), st.sampled_from([0.1, 1.0, 5.0])
)
def test_there_are_exactly_as_many_as_wanted_of_any_curve(
    method: str, scores: list[float], k: int, step: float
) -> None:
    for vectors in (None, np.eye(4)[np.arange(len(scores)) // 3 % 4]):
        found = picked(method, of(scores, vectors, step), k)
        there = {place for place, score in enumerate(scores) if np.isfinite(score)}
        assert len(found) == min(k, len(there))
        assert set(found) <= there
        assert all(np.isfinite(value) for why in found.values() for value in why.values())


@pytest.mark.parametrize("method", ALL)
def test_of_scores_that_say_nothing_the_frames_lie_all_over_the_span(method: str) -> None:
    found = sorted(picked(method, of(np.full(400, 0.5)), 8))
    if method in ("focus", "tstar", "yesno"):  # look at some, and take the first that are best
        assert len(found) == 8
    else:
        assert found == [25, 75, 125, 175, 225, 275, 325, 375]


@pytest.mark.parametrize("method", [name for name in WHOLE if name != "bolt"])
def test_a_needle_is_found_by_a_look_at_every_moment(method: str) -> None:
    found = picked(method, of(needle(), np.eye(3)[np.arange(600) // 5 % 3]), 8)
    assert any(400 <= place < 405 for place in found)


def test_aks_halves_an_uneven_curve_and_leaves_one_with_a_peak_whole() -> None:
    peak = np.zeros(64)
    peak[[10, 11]] = 1.0
    assert picked("aks", of(peak), 2) == {10: {"depth": 0.0}, 11: {"depth": 0.0}}
    hills = np.zeros(64)
    hills[[10, 50, 51]] = 1.0, 1.0, 0.9
    found = picked("aks", of(hills), 3)
    assert sorted(found) == [10, 50, 51]  # a third of an odd number is not lost
    ramp = np.linspace(0, 1, 64)
    assert min(picked("aks", of(ramp), 8)) < 16  # every part has its share


def test_bolt_takes_frames_in_proportion_to_the_cube_of_the_scores() -> None:
    scores = np.zeros(100)
    scores[20:30], scores[70:80] = 1.0, 0.5  # eight times as much
    found = sorted(picked("bolt", of(scores), 10))
    assert sum(20 <= place < 30 for place in found) == 9
    assert sum(70 <= place < 80 for place in found) == 1


def test_bolt_with_one_frame_takes_the_middle_of_the_sum() -> None:
    scores = np.zeros(100)
    scores[40:51] = 1.0
    assert list(picked("bolt", of(scores), 1)) == [45]


def test_tass_keeps_twenty_seconds_between_frames_while_it_can() -> None:
    scores = np.zeros(300)
    scores[100:105] = [0.8, 0.9, 1.0, 0.9, 0.8]
    scores[200] = 0.7
    assert picked("tass", of(scores), 2) == {102: {"gap": 20.0}, 200: {"gap": 20.0}}
    found = picked("tass", of(scores), 3)
    assert set(found) == {102, 200, 100}
    assert found[100]["gap"] < 3


def test_clips_deals_frames_to_scenes_by_their_scores() -> None:
    vectors = np.eye(3)[np.repeat([0, 1, 2], 20)]
    scores = np.repeat([1.0, 0.0, 0.9], 20) + np.linspace(0, 0.01, 60)
    found = picked("clips", of(scores, vectors), 3)
    assert set(found) == {19, 18, 59}
    assert found[59] == {"scene": 2.0, "seats": 1.0}


def test_seats_go_by_weight_and_no_scene_gets_more_than_it_holds() -> None:
    assert apportion([3.0, 1.0], [9, 9], 4, firsts=False) == [3, 1]
    assert apportion([3.0, 1.0, 0.0], [2, 9, 1], 5, firsts=False) == [2, 3, 0]
    assert apportion([0.0, 0.0], [1, 3], 4, firsts=False) == [1, 3]


@pytest.mark.parametrize(("method", "most"), [("focus", 0.5), ("tstar", 0.5)])
def test_a_search_finds_a_long_scene_and_looks_at_half_at_most(method: str, most: float) -> None:
    grid = of(needle(count=1200, at=700, length=60))
    found = picked(method, grid, 8)
    assert any(700 <= place < 760 for place in found)
    assert grid.seen.mean() <= most


@pytest.mark.parametrize("method", ["focus", "tstar"])
def test_a_search_looks_more_closely_where_it_promises_more(method: str) -> None:
    grid = of(needle(count=1200, at=700, length=60))
    picked(method, grid, 8)
    assert grid.seen[700:760].mean() > 1.5 * grid.seen.mean()


def test_f2c_takes_short_runs_around_the_best() -> None:
    scores = np.zeros(100)
    scores[28:33] = [0.5, 0.6, 1.0, 0.6, 0.5]
    scores[68:73] = [0.4, 0.5, 0.9, 0.5, 0.4]
    found = picked("f2c", of(scores), 8)
    assert {place for place, why in found.items() if why["anchor"]} == {30, 70}
    runs = sorted(found)
    assert sum(28 <= place <= 33 for place in runs) >= 3
    assert sum(67 <= place <= 73 for place in runs) >= 3
    assert sum(b - a == 1 for a, b in pairwise(runs)) == 6


@given(st.integers(1, 20_000), st.integers(1, 64), st.integers(16, 4096), st.integers(16, 4096))
def test_pictures_of_the_size_cost_no_more_than_their_tokens(
    budget: int, count: int, wide: int, tall: int
) -> None:
    size = f2c.size_for(budget, count, wide, tall)
    assert size[0] <= max(wide, f2c.PATCH)
    assert size[1] <= max(tall, f2c.PATCH)
    if min(size) > f2c.PATCH:
        assert count * f2c.tokens(*size) <= budget


def test_more_pictures_of_the_same_tokens_are_smaller_and_four_halves_cost_one() -> None:
    assert f2c.tokens(640, 360) == 23 * 13
    assert f2c.count_for(299, 1920, 1080) == 4
    one, four = f2c.size_for(1200, 1, 1920, 1080), f2c.size_for(1200, 4, 1920, 1080)
    assert 1.8 < one[0] / four[0] < 2.2


def test_sevices_takes_from_captions_and_from_pictures() -> None:
    scores = np.zeros(60)
    scores[50] = 1.0
    captions = [Passage("a boat", 10, 12, "caption"), Passage("a car", 12, 60, "caption")]
    found = picked("sevices", of(scores, np.eye(2)[np.arange(60) // 30]), 2, passages=captions)
    assert set(found) == {10, 50}
    assert found[50] == {"caption": 0.0, "looks": 1.0}


def test_sevices_says_what_it_has_to_do_without() -> None:
    said: list[str] = []
    grid = of(needle(), np.eye(2)[np.arange(600) // 300])
    captions = [Passage("a boat", 10, 12, "caption")]
    picked("sevices", grid, 2, warn=said.append)
    picked("sevices", grid, 2, warn=said.append, passages=captions)
    assert ["no captions" in text for text in said] == [True, False]
    assert ["--model" in text for text in said] == [False, True]


def test_a_cluster_weighs_more_the_more_it_tells_of_high_scores() -> None:
    cluster = np.repeat([0, 1, 2], 10)
    meaning = np.r_[np.ones(10), np.zeros(5), np.ones(5), np.zeros(10)]
    first, mixed, last = information(cluster, meaning, 3)
    assert first == 1.0
    assert first > mixed >= last == 0.5


def test_yesno_asks_of_32_frames_and_needs_somebody_to_ask() -> None:
    grid = of(needle())
    search = Search("a boat", 4, of(np.zeros(600)), grid)
    found = QUERY_METHODS.load("yesno").choose(search)
    assert grid.seen.sum() == 32
    assert set(found) <= set(np.flatnonzero(grid.seen))
    with pytest.raises(UsageError, match="--model NAME"):
        QUERY_METHODS.load("yesno").choose(Search("a boat", 4, grid))


def test_yesno_asks_where_scores_are_high() -> None:
    scores = np.zeros(600)
    scores[400:440] = 1.0
    grid = of(needle())
    search = Search("a boat", 4, of(scores), grid)
    assert all(400 <= place < 405 for place in QUERY_METHODS.load("yesno").choose(search))


def test_words_count_where_they_are_said_rare_ones_more_and_long_texts_less() -> None:
    times = np.arange(0.5, 100, 1.0)
    told = [
        Passage("boats all the time", 0, 100, "summary"),
        Passage("a boat", 10, 12, "speech"),
        Passage("the boat and the glacier", 20, 22, "speech"),
        *(Passage("a boat", 30 + n, 31 + n, "speech") for n in range(5)),
    ]
    scores = word_scores(told, "boat on the glacier", times)
    assert scores.argmax() == 20
    assert scores[20] > 2 * scores[10] > 2 * scores[50] > 0
    assert scores.max() <= 1
    assert not word_scores([], "boat", times).any()
    with pytest.raises(UsageError, match="no words"):
        word_scores(told, "…", times)
