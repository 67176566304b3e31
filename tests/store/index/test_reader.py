"""An index finds what is in it as a search of the stream does, and gives it back as it was."""

from fnmatch import fnmatchcase
from unittest import mock

import bm25s
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.store.index.library import THINGS, made, shots, unit
from vtk.embedding import vectors_of
from vtk.errors import UsageError
from vtk.passages import passages
from vtk.span import Span
from vtk.store.collection import Where
from vtk.store.index import Index, open_index
from vtk.text import Analyzer

SPANS = [
    span
    for name in ("films/a.mp4", "films/b's.mkv", "talk.mp4", "http://host/d.mp4")
    for span in shots(name)
]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    return open_index(made(tmp_path_factory.mktemp("index"), SPANS))


def test_records_come_back_as_they_were(index: Index) -> None:
    rows = range(len(index))
    assert index.spans(rows) == SPANS
    assert index.spans([5, 40, 5]) == [SPANS[5], SPANS[40], SPANS[5]]
    assert [span for _, span in index.every()] == SPANS
    assert index.videos() == sorted({span.video for span in SPANS})


def test_vectors_come_back_as_they_were(index: Index) -> None:
    assert index.models("looks") == ["clip"]
    assert index.models("words") == ["mini"]
    for of, model in (("looks", "clip"), ("words", "mini"), ("looks", "none")):
        for own, span in zip(index.vectors(of, model, range(len(SPANS))), SPANS, strict=True):
            np.testing.assert_array_equal(own, vectors_of(span, of, model))


def test_words_score_as_those_of_a_stream(index: Index) -> None:
    analyzer = Analyzer("en")
    texts = [
        [term for p in passages(span) for term in analyzer.terms(p.text, characters=True)]
        for span in SPANS
    ]
    stream = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
    stream.index(texts, show_progress=False)
    for words in ("a rocket", "glacier violin bridge", "view 7"):
        terms = analyzer.terms(words)
        expected = stream.get_scores(terms)
        hits = index.words(terms, 0)
        assert set(hits.rows.tolist()) == set(np.flatnonzero(expected > 0).tolist())
        np.testing.assert_allclose(hits.scores, expected[hits.rows], rtol=0.03)
        best = index.words(terms, 3)
        np.testing.assert_array_equal(best.rows, hits.rows[:3])


def test_words_are_found_in_the_sources_that_are_named(index: Index) -> None:
    said, shown = [s["speech"][0]["text"] for s in SPANS], [s["caption"] for s in SPANS]
    for source, texts in (("speech", said), ("caption", shown)):
        wanted = [row for row, text in enumerate(texts) if "horse" in text]
        assert sorted(index.words(["hors"], 0, (source,)).rows) == wanted
        assert 0 < len(wanted) < len(SPANS)
    both = index.words(["hors"], 0, ("speech", "caption"))
    assert sorted(both.rows) == sorted(index.words(["hors"], 0).rows)
    assert index.words(["hors"], 0, ("title",)).rows.tolist() == []


def test_a_span_counts_by_its_nearest_vector(index: Index) -> None:
    for seed in range(5):
        query = unit(16, seed=seed)
        expected = np.array([(vectors_of(s, "looks", "clip") @ query).max() for s in SPANS])
        for n in (0, 5):
            hits = index.nearest("looks", "clip", query, n)
            order = np.argsort(-expected, kind="stable")[: n or None]
            np.testing.assert_array_equal(hits.rows, order)
            np.testing.assert_allclose(hits.scores, expected[order], atol=0.002)


def test_vectors_too_large_for_memory_are_read_from_disk(index: Index) -> None:
    query = unit(16, seed=1)
    held = index.nearest("looks", "clip", query, 7)
    with mock.patch("vtk.store.index.reader.FLAT", 0):
        read = index.nearest("looks", "clip", query, 7)
    np.testing.assert_array_equal(held.rows, read.rows)
    np.testing.assert_array_equal(held.scores, read.scores)


def test_a_query_of_other_dimensions_is_refused(index: Index) -> None:
    with pytest.raises(UsageError, match="vectors by clip have 16 numbers in the index"):
        index.nearest("looks", "clip", unit(8, seed=0), 3)


def _fulfils(span: Span, where: Where) -> bool:
    names = (span.video, span.video.rpartition("/")[2])
    tags = {entry["tag"] for entry in span["tags"]}
    return (
        (not where.videos or any(fnmatchcase(n, p) for n in names for p in where.videos))
        and tags >= {*where.tags}
        and (not where.kinds or span["kind"] in where.kinds)
        and where.after <= span.start
        and span.end <= where.before
        and where.longer <= span.end - span.start <= where.shorter
    )


PATTERNS = ("*", "a.mp4", "films/*", "b's.*", "?alk.mp4", "[!abc]*", "none")
SECONDS = st.floats(-2, 14)
WHERES = st.builds(
    Where,
    videos=st.lists(st.sampled_from(PATTERNS), max_size=2).map(tuple),
    tags=st.lists(st.sampled_from(("day", "it's", "x")), max_size=2).map(tuple),
    kinds=st.lists(st.sampled_from(("shot", "scene", "video")), max_size=2).map(tuple),
    after=SECONDS,
    before=SECONDS,
    longer=st.sampled_from((0.0, 0.5, 1.0, 1.5)),
    shorter=st.sampled_from((0.5, 1.0, float("inf"))),
)


@given(where=WHERES)
@settings(max_examples=60, deadline=None)
def test_conditions_mean_what_they_mean_in_a_stream(index: Index, where: Where) -> None:
    wanted = [row for row, span in enumerate(SPANS) if _fulfils(span, where)]
    assert [row for row, _ in index.every(where)] == wanted
    assert sorted(index.nearest("looks", "clip", unit(16, seed=3), 0, where).rows) == wanted
    terms = [Analyzer("en").stem(thing) for thing in THINGS]
    assert sorted(index.words(terms, 0, (), where).rows) == wanted  # each span has one of them
