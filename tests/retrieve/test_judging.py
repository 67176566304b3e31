"""A language model judges results again, or says the query in other words."""

import logging
from collections.abc import Iterable, Iterator

import pytest

from tests.prompting.scripted import Scripted
from tests.retrieve.shots import shots
from vtk.errors import ModelError
from vtk.models.llm.prompt import Likelihood, Prompt
from vtk.prompting.query_caption import WORDS
from vtk.query import Query
from vtk.retrieve import Models, Search, retrieve
from vtk.retrieve.judging import rewritten

SHOTS = shots(["A rocket rocket.", "A rocket lifts off.", "A rocket in a box.", "A kitchen."])


def told(model: Scripted, **how: object) -> list[tuple[int, float]]:
    search = Search(**how)  # type: ignore[arg-type]
    models = Models(language=model)
    found = retrieve(SHOTS, "a rocket", models=models, search=search)
    return [(span["mine"][0], span["score"]) for span in found]


def test_the_model_judges_the_first_by_their_words_and_keeps_only_these() -> None:
    model = Scripted(lambda text, warm: "", yes=lambda text: 0.9 if "lifts off" in text else 0.2)
    assert told(model, rerank=2) == [(1, 0.9), (0, 0.2)]
    assert len(model.asked) == 2
    assert "answer the search for a rocket?" in str(model.asked[0].parts[-1])


def test_the_record_tells_who_judged() -> None:
    model = Scripted(lambda text, warm: "", yes=lambda text: 0.5)
    (first, *_) = retrieve(
        SHOTS, "rocket", models=Models(language=model), search=Search(rerank=3, why=True)
    )
    assert first["made"][-1]["reranked"] == "yesno"
    assert first["why"]["before"] > 0


class Likely(Scripted):
    """Finds the query likelier as a caption of what lifts off."""

    def likelihoods(self, texts: Iterable[tuple[Prompt, str]]) -> Iterator[Likelihood | ModelError]:
        """Likelier by 3 a token, where that is shown."""
        for prompt, text in texts:
            shown = " ".join(str(part) for part in prompt.parts)
            yield Likelihood(-4.0 if "lifts off" in shown else -10.0, len(text.split()))


def test_likelihood_is_what_the_span_adds_to_the_prior_of_the_query() -> None:
    found = told(Likely(lambda text, warm: ""), rerank=3, rerank_by="likelihood")
    assert found == [(1, 3.0), (0, 0.0), (2, 0.0)]  # (-4 - -10) / 2 tokens


def test_a_span_that_the_model_cannot_judge_is_left_out_and_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Half(Likely):
        def likelihoods(
            self, texts: Iterable[tuple[Prompt, str]]
        ) -> Iterator[Likelihood | ModelError]:
            asked = list(texts)
            for (prompt, _), found in zip(asked, super().likelihoods(asked), strict=True):
                yield ModelError("too long") if "box" in str(prompt.parts) else found

    with caplog.at_level(logging.WARNING, "vtk"):
        found = told(Half(lambda text, warm: ""), rerank=3, rerank_by="likelihood")
    assert [number for number, _ in found] == [1, 0]
    assert "left out, as scripted cannot judge them: 1" in caplog.text


def test_a_model_that_can_judge_no_span_ends_the_search() -> None:
    class Mute(Likely):
        def likelihoods(
            self, texts: Iterable[tuple[Prompt, str]]
        ) -> Iterator[Likelihood | ModelError]:
            for prompt, _ in texts:
                shown = "rocket" in str(prompt.parts)
                yield ModelError("too long") if shown else Likelihood(-1.0, 1)

    with pytest.raises(ModelError, match="can judge none of the spans"):
        told(Mute(lambda text, warm: ""), rerank=3, rerank_by="likelihood")


def test_a_query_is_rewritten_as_a_caption_and_its_conditions_stay() -> None:
    model = Scripted(lambda text, warm: '"A white rocket rises over the sea."')
    new = rewritten(Query("rocket launch longer:5s"), model)
    assert new.rewritten == "A white rocket rises over the sea."
    assert new.text == "rocket launch longer:5s"
    assert new.where.longer == 5
    assert "rocket launch" in str(model.asked[0].parts)
    long = rewritten(Query("rocket"), Scripted(lambda text, warm: "word " * 80))
    assert len(str(long.rewritten).split()) == WORDS


@pytest.mark.parametrize("text", ['"lifts off"', "a rocket then a splash within 5s"])
def test_a_query_without_free_text_stays_as_it_is_and_that_is_told(
    text: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "vtk"):
        assert rewritten(Query(text), Scripted(lambda text, warm: "new")).rewritten is None
    assert "as it is" in caplog.text


def test_a_prompt_is_about_words_or_frames() -> None:
    from vtk.models.llm.rerank import TOLD, about

    model = Scripted(lambda text, warm: "")
    assert about(model, "Some words.", "What?") == Prompt((f"{TOLD}Some words.\n\nWhat?",))
