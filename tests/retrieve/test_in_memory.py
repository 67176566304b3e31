"""The stream in memory: scores as of other programs, exact cosines, little memory."""

import bm25s
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.retrieve.shots import shots
from vtk.embedding import pack
from vtk.errors import InputError
from vtk.query import Query
from vtk.retrieve.in_memory import InMemory
from vtk.span import Span
from vtk.store.collection import Where, best

TERMS = ["cat", "dog", "rain", "boat", "sun"]
TEXTS = st.lists(st.lists(st.sampled_from(TERMS), max_size=8), min_size=1, max_size=12)


def filled(spans: list[Span], *queries: str, models: tuple[str, ...] = ()) -> InMemory:
    collection = InMemory(map(Query, queries), [("looks", model) for model in models])
    for span in spans:
        collection.add(span)
    return collection


@settings(max_examples=50, deadline=None)
@given(TEXTS.filter(lambda texts: any(texts)), st.sets(st.sampled_from(TERMS), min_size=1))
def test_scores_are_those_of_bm25s(texts: list[list[str]], query: set[str]) -> None:
    asked = sorted(query)
    collection = filled(shots([" ".join(text) for text in texts]), " ".join(asked))
    hits = collection.words(asked, 0)
    peer = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
    vocabulary = {term: number for number, term in enumerate(TERMS)}
    documents = [[vocabulary[term] for term in text] for text in texts]
    peer.index((documents, vocabulary), show_progress=False, create_empty_token=False)
    expected = peer.get_scores_from_ids([vocabulary[term] for term in asked])
    found = np.zeros(len(texts))
    found[hits.rows] = hits.scores
    assert found == pytest.approx(expected, abs=1e-5)
    assert list(hits.scores) == sorted(hits.scores, reverse=True)


def test_the_nearest_of_several_vectors_counts_and_conditions_hold() -> None:
    rng = np.random.default_rng(1)
    spans = shots(["…"] * 40)
    for number, span in enumerate(spans):
        if number % 4:
            vectors = rng.normal(size=(number % 3 + 1, 8))
            vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
            span["embedding"] = [pack(vectors, "looks", "m")]
    collection = filled(spans, models=("m",))
    assert collection.models("looks") == ["m"]
    query = rng.normal(size=8).astype(np.float32)
    own = collection.vectors("looks", "m", range(40))
    expected = {r: float((v @ query).max()) for r, v in enumerate(own) if len(v)}
    hits = collection.nearest("looks", "m", query, 0)
    assert dict(zip(hits.rows.tolist(), hits.scores.tolist(), strict=True)) == pytest.approx(
        expected
    )
    few = collection.nearest("looks", "m", query, 3, Where(after=50.0))
    late = sorted((r for r in expected if r >= 10), key=lambda r: -expected[r])
    assert few.rows.tolist() == late[:3]
    assert len(collection.nearest("looks", "other", query, 3).rows) == 0


def test_vectors_of_another_length_are_refused_and_change_nothing() -> None:
    collection = filled([], "cat", models=("m",))
    good, bad = shots(["A cat."]), shots(["A cat."])
    good[0]["embedding"] = [pack(np.ones(4) / 2, "looks", "m")]
    bad[0]["embedding"] = [pack(np.ones(2), "looks", "m")]
    collection.add(good[0])
    with pytest.raises(InputError):
        collection.add(bad[0])
    assert len(collection) == 1
    assert collection.words(["cat"], 0).rows.tolist() == [0]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 5), max_size=30), st.integers(0, 10))
def test_the_best_are_those_of_a_stable_sort(scores: list[int], n: int) -> None:
    values = np.array(scores, np.float32)
    found = best(np.arange(len(scores)), values, n)
    order = np.argsort(-values, kind="stable")
    assert found.rows.tolist() == order[: n or None].tolist()


def test_a_span_without_a_word_of_the_query_takes_few_bytes() -> None:
    import tracemalloc

    text = " ".join(f"word{i % 7}" for i in range(100)) + "."
    collection = filled(shots([text] * 50), "cat")  # what is needed once
    tracemalloc.start()
    for span in shots([text] * 500):
        collection.add(span)
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size / 500 < 2 * 100 * 1.3 + 120  # two bytes a term, and arrays that grow ahead
