"""Several vectors of a span against a query: each pooling on vectors whose cosines are known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtk.retrieve.pooling import POOLS
from vtk.retrieve.transport import plan, transported

X, Y, Z = np.eye(3, dtype=np.float32)
DIAGONAL = ((X + Y) / np.sqrt(2)).astype(np.float32)


def pooled(name: str, query: list[np.ndarray], vectors: list[np.ndarray]) -> float:
    return POOLS[name](np.stack(query), np.stack(vectors))


def test_the_nearest_vector_counts_or_the_mean_of_all() -> None:
    assert pooled("max", [X], [X, Y]) == pytest.approx(1)
    assert pooled("mean", [X], [X, Y]) == pytest.approx(np.sqrt(0.5))


def test_a_mean_weighted_by_the_query_is_near_to_it_though_most_of_the_span_is_not() -> None:
    assert pooled("softmax", [X], [X, Y, Y, Y]) == pytest.approx(1, abs=1e-6)
    assert pooled("softmax", [X], [Y, Z]) == pytest.approx(0)


def test_chamfer_asks_for_every_word_and_every_frame() -> None:
    # words X and Y: frame X lies on one of them; the word Y has no frame
    assert pooled("chamfer", [DIAGONAL, X, Y], [X]) == pytest.approx((1 + 0.5) / 2)
    assert pooled("chamfer", [DIAGONAL, X, Y], [X, Y]) == pytest.approx(1)
    # by its definition: the least squared distances both ways
    words, frames = np.stack([X, Y]), np.stack([X, Z])
    squared = ((words[:, None] - frames[None]) ** 2).sum(2)
    distance = squared.min(0).mean() + squared.min(1).mean()
    assert pooled("chamfer", [DIAGONAL, X, Y], [X, Z]) == pytest.approx(1 - distance / 4)


def test_late_interaction_asks_for_every_word_only() -> None:
    assert pooled("late", [DIAGONAL, X, Y], [X, Y, Z]) == pytest.approx(1)
    assert pooled("late", [DIAGONAL, X, Y], [X, Z]) == pytest.approx(0.5)
    assert pooled("late", [DIAGONAL], [X]) == pytest.approx(np.sqrt(0.5))


def test_levels_find_a_moment_a_part_and_the_whole() -> None:
    vectors = [X, Y, Z, Z]
    assert pooled("levels", [X], vectors) == pytest.approx(1)
    assert pooled("levels", [DIAGONAL], vectors) == pytest.approx(1)  # the first half
    whole = np.mean(vectors, axis=0) / np.linalg.norm(np.mean(vectors, axis=0))
    assert pooled("levels", [whole.astype(np.float32)], vectors) == pytest.approx(1)


def test_transport_gives_each_sentence_a_clip_of_its_own_and_the_rest_nothing() -> None:
    similarities = np.array([[0.9, 0.0, 0.1], [0.8, 0.7, 0.1]], np.float32)
    assigned = plan(similarities, 0.1)
    assert assigned[0].argmax() == 0
    assert assigned[1].argmax() == 1
    assert assigned[0, 0] > 3 * assigned[1, 0]
    assert (assigned.sum(1) <= 0.5 + 1e-4).all()
    assert (assigned.sum(0) <= 1 / 3 + 1e-4).all()


def test_a_sentence_that_nothing_shows_goes_into_the_bucket() -> None:
    similarities = np.array([[0.9, 0.1, 0.1], [-0.5, -0.5, -0.5]], np.float32)
    assigned = plan(similarities, 0.3)
    assert assigned[1].sum() < 0.01
    assert assigned[0].sum() > 0.25


def test_transport_prefers_the_video_that_has_all_sentences() -> None:
    both = np.array([[0.8, 0.1, 0.1], [0.1, 0.8, 0.1]], np.float32)
    one = np.array([[0.8, 0.8, 0.1], [0.1, 0.1, 0.1]], np.float32)
    assert transported(both) > transported(one)


@given(st.sampled_from(sorted(POOLS)), st.integers(1, 5), st.integers(1, 4), st.integers(0, 99))
def test_a_span_that_is_the_query_is_as_near_as_any(
    name: str, frames: int, parts: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    query = rng.standard_normal((1 + parts, 8)).astype(np.float32)
    query /= np.linalg.norm(query, axis=1, keepdims=True)
    other = rng.standard_normal((frames, 8)).astype(np.float32)
    other /= np.linalg.norm(other, axis=1, keepdims=True)
    score = POOLS[name](query, other)
    assert -1.001 <= score <= 1.001
    same = np.repeat(query[:1], frames, 0)
    assert POOLS[name](query[:1], same) == pytest.approx(1, abs=1e-4)
