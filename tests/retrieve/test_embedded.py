"""Search by meaning and by looks: vectors of spans against those of texts, pictures, examples."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pytest

from vtk.embed.source import source
from vtk.embedding import pack
from vtk.errors import UsageError
from vtk.query import Query
from vtk.retrieve import Models, Search, retrieve
from vtk.retrieve.embedded import Embedded
from vtk.retrieve.fusion import Fusion
from vtk.retrieve.in_memory import InMemory
from vtk.retrieve.stages import Normalised, diverse
from vtk.span import Span
from vtk.store.index import open_writer

PLACES = ("beach", "night", "rain", "city", "dog", "forest", "snow", "desert")


class ByWord:
    """An embedder for which each of a few words is a direction of its own; others are none."""

    name = "by-word"
    dim = len(PLACES) + 1
    sha256 = None

    def _vector(self, text: str) -> np.ndarray:
        vector = np.array([*(word in text for word in PLACES), 0.05], np.float32)
        return vector / np.linalg.norm(vector)

    def queries(self, texts: Iterable[str]) -> Iterator[np.ndarray]:
        yield from map(self._vector, texts)

    documents = queries

    def close(self) -> None: ...

    def __enter__(self) -> "ByWord":
        return self

    def __exit__(self, *_: object) -> None: ...


MODEL = ByWord()


def shown(*texts: str) -> Span:
    """A span with a vector of each text; its caption shares no word with them."""
    vectors = np.stack(list(MODEL.documents(texts)))
    return Span(
        {"video": "a.mp4", "start": 0, "end": 5, "caption": "x", "mine": " ".join(texts)},
        embedding=[pack(vectors, "words", MODEL.name)],
    )


SPANS = [
    *(shown("beach night"), shown("beach"), shown("beach rain"), shown("city", "dog", "city")),
    *(shown("forest"), shown("snow"), shown("desert"), shown("forest snow")),
]


def found(query: str | Query | Sequence[Query], pool: str = "max", **options: Any) -> list[str]:
    results = retrieve(
        SPANS,
        query,
        by=("meaning",),
        models=Models(embedder=MODEL, pool=pool),
        **options,
    )
    return [str(span["mine"]) for span in results]


def test_what_means_alike_comes_first() -> None:
    assert found("a beach", n=3)[0] == "beach"


def test_more_of_one_and_less_of_another() -> None:
    assert found('beach "night"', n=1) == ["beach night"]
    assert found('beach +"night" -"rain"', n=1) == ["beach night"]
    assert found("beach", n=3) == ["beach", "beach night", "beach rain"]
    assert found('beach -"rain"^2', n=8).index("beach rain") > 2


def test_parts_that_cancel_each_other_are_told() -> None:
    with pytest.raises(UsageError, match="cancel each other"):
        found('"beach" -"beach"')


def test_an_example_counts_by_the_vectors_that_it_has() -> None:
    assert found(Query("", likes=(shown("snow"),), n=2)) == ["snow", "forest snow"]
    assert found(Query("forest", likes=(shown("snow"),), n=1)) == ["forest snow"]


def test_every_way_to_pool_finds_what_has_all_of_the_query() -> None:
    for pool in ("max", "mean", "softmax", "levels"):
        assert found("beach night", pool, n=1) == ["beach night"], pool
    for pool in ("mean", "softmax", "levels", "chamfer", "late"):
        assert found("dog city", pool, n=1) == ["city dog city"], pool
    assert found("The dog. The city.", "transport", n=1) == ["city dog city"]


def test_spans_that_the_query_leaves_out_are_not_found() -> None:
    for pool in ("max", "late"):
        assert found("beach longer:6s", pool) == []


def test_a_score_says_whether_anything_fits() -> None:
    """Scores of a query that is answered are above 1.3, those of others below it."""
    collection = InMemory([], [("words", MODEL.name)])
    rng = np.random.default_rng(0)
    vectors = rng.standard_normal((400, 64)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    for vector in vectors:
        embedding = [pack(vector[None], "words", "noise")]
        collection = collection if len(collection) else InMemory([], [("words", "noise")])
        collection.add(Span(video="a", start=0, end=1, embedding=embedding))

    class Noise:
        of, model, sha256 = "words", "noise", None

        def texts(self, texts: Sequence[str]) -> np.ndarray:
            made = np.stack([self._one(text) for text in texts])
            made /= np.linalg.norm(made, axis=1, keepdims=True)
            return made

        def _one(self, text: str) -> np.ndarray:
            noise = np.random.default_rng(sum(map(ord, text))).standard_normal(64)
            near = vectors[7] * 8 * (text == "seven")
            noise[:] += near
            return noise.astype(np.float32)

        def examples(self, query: Query) -> list[np.ndarray]:
            return []

    channel = Embedded("meaning", Noise())
    fuse = Fusion()
    tops = []
    for text in ("seven", "nobody", "nothing at all", "some other thing"):
        query = Query(text, n=5)
        hits = fuse(collection, query, [(channel, channel(collection, query, 5))])
        tops.append(float(hits.scores[0]))
    assert tops[0] > 1.3 > max(tops[1:])


def test_queries_of_a_set_are_normalised_and_the_record_says_so() -> None:
    queries = [Query(text, n=1) for text in ("beach night", "beach", "beach rain")]
    search = Search(fuse=Fusion(normalised=True), normalise=Normalised("softmax"))
    assert found(queries, search=search) == ["beach night", "beach", "beach rain"]
    (one, *_) = retrieve(
        SPANS,
        queries,
        by=("meaning",),
        models=Models(embedder=MODEL),
        search=search,
    )
    assert one["made"][-1]["normalized"] == "softmax over the set of queries"
    assert one["made"][-1]["models"] == {"meaning": "by-word"}


def test_diverse_results_are_unlike_each_other() -> None:
    spans = [shown("beach"), shown("beach"), shown("night"), shown("snow")]

    def two(how: Search) -> list[str]:
        models = Models(embedder=MODEL)
        asked = Query("beach night", n=2)
        results = retrieve(spans, asked, by=("meaning",), models=models, search=how)
        return [span["mine"] for span in results]

    assert two(Search()) == ["beach", "beach"]
    assert two(Search(diverse=True)) == ["beach", "night"]


def test_maximal_marginal_relevance_by_hand() -> None:
    likeness = np.array([[1, 1, 0], [1, 1, 0], [0, 0, 1]], np.float32)
    # after the first, the second has .5 * .9 - .5 = -.05, and the third .5 * 0 = 0
    assert diverse([1.0, 0.9, 0.0], lambda one: likeness[one], 3) == [0, 2, 1]
    alone = np.eye(4, dtype=np.float32)
    assert diverse([1.0, 0.9, 0.6, 0.0], lambda one: alone[one], 3) == [0, 1, 2]
    assert diverse([], lambda one: np.zeros(0, np.float32), 3) == []


def test_diverse_results_without_vectors_differ_in_their_words() -> None:
    texts = ("a dog runs home", "a dog runs home", "the dog runs far", "a cat and a dog on a sofa")
    spans = [Span(video="a.mp4", start=i, end=i + 1, caption=t) for i, t in enumerate(texts)]
    results = retrieve(spans, "dog runs", n=3, search=Search(diverse=True))
    assert [span["start"] for span in results] == [0, 2, 1]


@pytest.mark.parametrize("indexed", [False, True])
def test_a_video_counts_by_all_of_its_vectors_together(indexed: bool, tmp_path: Path) -> None:
    spans = []
    for video, texts in (("x/b", ("beach", "beach")), ("b", ("beach", "city")), ("c", ("snow",))):
        own = [shown(text) for text in texts]
        times = [{"video": video, "start": n, "end": n + 1} for n in range(len(own))]
        spans += [Span({**span, **time}) for span, time in zip(own, times, strict=True)]
    index = str(tmp_path / "a.index") if indexed else None
    if index:
        assert list(open_writer(index).add(spans))
    for pool, query in (("transport", "A beach. A city."), ("levels", "beach city")):
        models, how = Models(embedder=MODEL, pool=pool), Search(by_video=True)
        options = {"by": ("meaning",), "models": models, "search": how, "index": index}
        first, second, *_ = retrieve(spans, query, **options)  # type: ignore[arg-type]
        assert (first.video, second.video, first.end) == ("b", "x/b", 2)
        assert first["score"] > second["score"]
        assert first["made"][-1]["pool"] == pool
        assert not list(retrieve(spans, Query(query, threshold=99.0), **options))  # type: ignore[arg-type]


def test_why_tells_the_text_or_the_frame_that_is_nearest() -> None:
    beach, city = (pack(each, "words", MODEL.name) for each in MODEL.documents(["beach", "city"]))
    dog = pack(next(MODEL.documents(["dog"])), "looks", MODEL.name)
    frames = [{"t": 1.0}, {"t": 2.5, "embedding": [dog]}]
    both = pack(np.stack(list(MODEL.documents(["a beach", "a city"]))), "words", MODEL.name)
    said = {"caption": "a beach", "speech": [{"start": 0, "end": 1, "text": "a city"}]}
    whole = Span({"video": "a.mp4", "start": 0, "end": 5, **said}, keyframes=frames)
    for own, expected in (([both], {"text": "a city"}), ([beach, city], {}), ([city], {})):
        span = Span({**whole, "embedding": own})
        models, why = Models(embedder=MODEL), Search(why=True)
        (result,) = retrieve([span], "city", by=("meaning",), models=models, search=why)
        told = {k: v for k, v in result["why"]["meaning"].items() if k in ("text", "t")}
        assert told == expected
    assert source(whole, "looks", MODEL.name, 0) == {"t": 2.5}


def test_what_takes_a_model_says_which() -> None:
    with pytest.raises(UsageError, match="--embedder"):
        list(retrieve(SPANS, "beach", by=("meaning",)))
    with pytest.raises(UsageError, match="--clip"):
        list(retrieve(SPANS, "beach", by=("looks",)))
    with pytest.raises(UsageError, match="--clip"):
        list(retrieve(SPANS, Query("", images=("a.png",))))
    with pytest.raises(UsageError, match="--model"):
        list(retrieve(SPANS, "beach", search=Search(rerank=3)))


def test_an_index_is_searched_by_the_models_that_it_has(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    place = str(tmp_path / "beach.index")
    own = [pack(np.stack(list(MODEL.documents(["beach"]))), "words", "by-word", "aa")]
    span = Span({"video": "a.mp4", "start": 0, "end": 5, "caption": "sea", "embedding": own})
    assert list(open_writer(place).add([span]))

    def by(name: str, *ways: str) -> list[Span]:
        model = ByWord()
        model.name = name
        models = Models(embedder=model)
        return list(retrieve([], "the sea, a beach", by=ways, models=models, index=place))

    assert by("by-word", "meaning")
    with pytest.raises(UsageError, match="no vectors of words by other, but by by-word: vtk index"):
        by("other", "meaning")
    assert by("other", "words", "meaning")
    assert caplog.messages[0].startswith("the index has no vectors of words by other")
    with mock.patch.object(ByWord, "sha256", "aa"):  # the same model by another name
        (found,) = by("other", "meaning")
    assert found["made"][-1]["models"] == {"meaning": "by-word"}
