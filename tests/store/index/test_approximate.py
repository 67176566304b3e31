"""From some number of spans on vectors are searched approximately, as well as a test found."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.store.index.library import made, unit
from vtk.embedding import pack
from vtk.span import Span
from vtk.store.collection import Where
from vtk.store.index import open_index, open_writer

MANY = 1200


def spans(count: int, video: str = "a") -> Iterator[Span]:
    for number, vector in enumerate(unit(count, 32, seed=len(video))):
        start = float(number)
        yield Span(
            video=video,
            start=start,
            end=start + 1,
            caption=f"number {number}",
            embedding=[pack(vector, "looks", "clip")],
        )


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vtk.store.index.upkeep.EXACT", 1000)
    monkeypatch.setattr("vtk.store.index.approximate.GROUP", 64)
    monkeypatch.setattr("vtk.store.index.reader.FEW", 100)


def test_what_is_nearest_is_found_with_exact_scores(tmp_path: Path) -> None:
    place = made(tmp_path, spans(MANY))
    vectors = unit(MANY, 32, seed=1)
    with open_index(place) as index:
        (told,) = index.info()["embeddings"]
        assert told["search"] == "approximate"
        assert told["recall"] >= 0.97
        found = []
        for query in unit(20, 32, seed=7):
            exact = vectors @ query
            right = np.argsort(-exact)[:10]
            hits = index.nearest("looks", "clip", query, 10)
            np.testing.assert_allclose(hits.scores, exact[hits.rows], atol=0.002)
            found.append(len({*hits.rows} & {*right}))
            late = index.nearest("looks", "clip", query, 10, Where(after=600.0))
            assert len(late.rows) == 10
            assert late.rows.min() >= 600
        assert np.mean(found) > 9


def test_spans_that_come_later_are_found_and_train_it_anew(tmp_path: Path) -> None:
    place = made(tmp_path, spans(MANY))
    for count, video in ((100, "bb"), (400, "ccc")):
        list(open_writer(place).add(spans(count, video)))
        with open_index(place) as index:
            query = unit(count, 32, seed=len(video))[7]
            best = index.spans(index.nearest("looks", "clip", query, 1).rows.tolist())
            assert [span.fragment for span in best] == [f"{video}#t=7,8"]
            assert index.info()["embeddings"][0]["search"] == "approximate"
    open_writer(place).drop(Where(videos=("a",)))
    with open_index(place) as index:
        assert index.info()["embeddings"][0]["search"] == "exact"
