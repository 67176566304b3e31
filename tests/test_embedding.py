"""Embeddings as text: what is packed comes back, and what is broken is told."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from vtk.embedding import LOOKS, pack, unpack, vectors_of
from vtk.errors import InputError
from vtk.span import Span


@given(
    arrays.arrays(
        np.float32,
        st.tuples(st.integers(1, 4), st.integers(1, 8)),
        elements=st.floats(-1, 1, width=16),
    )
)
def test_vectors_come_back_as_float16_keeps_them(vectors: NDArray[np.float32]) -> None:
    entry = pack(vectors, LOOKS, "tiny")
    assert entry["dim"] == vectors.shape[1]
    np.testing.assert_array_equal(unpack(entry), vectors)


def test_a_span_has_the_vectors_of_its_keyframes_by_the_model_asked_for() -> None:
    near, far = np.array([1.0, 0.0]), np.array([0.0, 1.0])
    keyframes = [
        {"t": 1.0, "embedding": [pack(near, LOOKS, "a"), pack(far, LOOKS, "b")]},
        {"t": 2.0, "embedding": [pack(far, LOOKS, "a")]},
    ]
    span = Span(video="a.mp4", start=0.0, end=3.0, keyframes=keyframes)
    np.testing.assert_array_equal(vectors_of(span, LOOKS, "a"), [near, far])
    assert vectors_of(span, "words", "a").shape == (0, 0)


@pytest.mark.parametrize("vectors", ["?", "AAA=", "AH4AfA=="])
def test_what_is_no_vector_is_told(vectors: str) -> None:
    with pytest.raises(InputError, match="an embedding by tiny"):
        unpack({"of": "looks", "model": "tiny", "dim": 2, "vectors": vectors})
