"""Searches with real weights: MiniLM finds by meaning, SmolLM2 judges results and rewrites."""

from collections.abc import Iterator

import pytest

from tests.real_weights import minilm, smollm2
from tests.retrieve.shots import shots
from vtk.models.embed.text_model import TextModel, open_text
from vtk.models.llm.prompt import LanguageModel
from vtk.prompting.query_caption import WORDS
from vtk.query import Query
from vtk.retrieve import Models, Search, retrieve
from vtk.retrieve.judging import rewritten

CAPTIONS = [
    "A rocket waits on the launch pad.",
    "A rocket lifts off in a cloud of smoke.",
    "A rocket stands in a museum hall.",
    "A nurse takes the pulse of a patient.",
]


@pytest.fixture(scope="module")
def smol() -> Iterator[LanguageModel]:
    pytest.importorskip("llama_cpp")
    from vtk.models.hub.files import Files
    from vtk.models.llm.load_options import LoadOptions
    from vtk.models.llm.local import LocalModel

    options = LoadOptions(threads=1, context=512)
    with LocalModel(Files("smollm2", smollm2(), None), options) as model:
        yield model


@pytest.fixture(scope="module")
def embedder() -> Iterator[TextModel]:
    with open_text(str(minilm()), threads=1) as model:
        yield model


def judged(smol: LanguageModel, query: str, by: str) -> list[tuple[int, float]]:
    search = Search(rerank=3, rerank_by=by)
    found = retrieve(shots(CAPTIONS), query, models=Models(language=smol), search=search)
    return [(span["mine"][0], span["score"]) for span in found]


def test_the_likelihood_of_a_query_is_highest_where_its_caption_says_it(
    smol: LanguageModel,
) -> None:
    (best, score), *others = judged(smol, "the launch of a rocket in smoke", "likelihood")
    assert best == 1
    assert score > max(0.0, *(score for _, score in others))


def test_answers_of_yes_and_no_are_probabilities_of_all_that_were_asked_about(
    smol: LanguageModel,
) -> None:
    found = judged(smol, "rocket", "yesno")
    assert sorted(number for number, _ in found) == [0, 1, 2]
    assert all(0 < score < 1 for _, score in found)


def test_what_a_model_writes_for_a_query_finds_what_it_means_among_the_conditions(
    smol: LanguageModel, embedder: TextModel
) -> None:
    query = Query("a doctor with a sick person kind:shot", n=1)
    new = rewritten(query, smol)
    assert 0 < len((new.rewritten or "").split()) <= WORDS
    assert new.where == query.where
    models = Models(embedder=embedder, language=smol)
    how = Search(rewrite=True)
    (found,) = retrieve(shots(CAPTIONS), query, by=("meaning",), models=models, search=how)
    assert found["mine"] == [3]
    assert found["made"][-1]["rewritten"] == new.rewritten
