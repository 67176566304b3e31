"""A real llama-server: what it says of itself is used, and it answers as the model here does."""

import json
import logging
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("llama_cpp")
pytest.importorskip("gguf")
pytest.importorskip("httpx2")
pytest.importorskip("torch")

from tests.models.llama_server import end, free_port, llama_server, ready, start
from tests.models.tiny import (
    PROJECTOR,
    language_file,
    lessons,
    prompt,
    said,
    tiny_vlm,
    yes_no_questions,
)
from tests.real_weights import smollm2
from vtk.errors import MissingError, ModelError
from vtk.models.hub.files import Files
from vtk.models.llm.load_options import LoadOptions
from vtk.models.llm.local import LocalModel
from vtk.models.llm.openai_server import ServerModel
from vtk.models.llm.prompt import Answer, LanguageModel, Picture, Prompt, Sampling

SHORT = Sampling(max_tokens=60)
EACH = 2048  # tokens of a slot


@pytest.fixture(scope="module")
def seeing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server of tiny-vlm with two slots."""
    options = ("--mmproj", str(PROJECTOR), "-np", "2", "-c", str(2 * EACH))
    with llama_server(language_file(), tmp_path_factory.mktemp("seeing"), *options) as url:
        yield url


@pytest.fixture(scope="module")
def writing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server of SmolLM2."""
    folder = tmp_path_factory.mktemp("writing")
    with llama_server(smollm2(), folder, "-np", "1", "-c", "512", "--cache-ram", "0") as url:
        yield url


@pytest.fixture
def vlm(seeing: str) -> Iterator[ServerModel]:
    with ServerModel(seeing, jobs=4) as model:
        yield model


@pytest.fixture
def llm(writing: str) -> Iterator[ServerModel]:
    with ServerModel(writing, jobs=1) as model:
        yield model


def spaced(asked: Prompt) -> Prompt:
    """A prompt of tiny-vlm with the spaces that its template puts between its parts.

    llama-server joins the parts of a message with pictures before it renders the template.
    """
    parts: list[str | Picture] = []
    for part in asked.parts:
        if parts and isinstance(parts[-1], str):
            parts[-1] += " "
        elif parts:
            parts.append(" ")
        if isinstance(part, str) and parts:
            parts[-1] = f"{parts[-1]}{part}"
        else:
            parts.append(part)
    return Prompt(tuple(parts))


def test_descriptions_are_those_of_the_model_here(vlm: ServerModel) -> None:
    asked = [prompt(each) for frames in (1, 2) for each in lessons(8, frames)]
    with tiny_vlm() as here:
        ours = list(here.answers(asked, SHORT))
    theirs = list(vlm.answers(map(spaced, asked), SHORT))
    same = [a == b for a, b in zip(said(ours), said(theirs), strict=True)]
    assert sum(same) >= len(same) - 1  # batches of another size may tip a near tie
    assert [a.tokens_in for a in ours] == [a.tokens_in for a in theirs]  # type: ignore[union-attr]


def test_scores_are_those_of_the_model_here(vlm: ServerModel) -> None:
    asked = [prompt(each, question) for each, question, _ in yes_no_questions(20, 1)]
    with tiny_vlm() as here:
        _alike(here, vlm, asked, [spaced(each) for each in asked])


def test_scores_of_real_weights_are_those_of_the_model_here(llm: ServerModel) -> None:
    asked = [Prompt((f"Is {thing} an animal? Answer yes or no.",)) for thing in ("a dog", "rain")]
    files = Files("smollm2", smollm2())
    with LocalModel(files, LoadOptions(threads=1, sequences=1, context=512)) as here:
        _alike(here, llm, asked, asked)


def _alike(
    here: LanguageModel, there: LanguageModel, asked: list[Prompt], asked_there: list[Prompt]
) -> None:
    for ours, theirs in zip(here.scores(asked), there.scores(asked_there), strict=True):
        assert isinstance(ours, list), ours
        assert isinstance(theirs, list), theirs
        assert theirs == pytest.approx(ours, abs=0.03)


def test_pictures_asked_about_at_once_are_encoded_once(vlm: ServerModel) -> None:
    first, second = lessons(2, 2, seed=11)
    questions = [prompt(each, f"Is it {n}?") for n in range(5) for each in (first, second)]
    answers = list(vlm.answers(questions, SHORT))
    told = [answer for answer in answers if isinstance(answer, Answer)]
    assert len(told) == len(questions)
    fresh = [a for a in told if a.tokens_cached is not None and a.tokens_cached < a.tokens_in / 2]
    assert len(fresh) == 2  # one for each pair of pictures


def test_answers_asked_for_at_once_are_those_asked_for_alone(vlm: ServerModel) -> None:
    asked = [spaced(prompt(each)) for each in lessons(3, 1, seed=12)]
    alone = [said(list(vlm.answers([each], SHORT))) for each in asked]
    for _ in range(8):
        assert said(list(vlm.answers(asked, SHORT))) == [text for (text,) in alone]


def test_several_answers_share_one_evaluation_of_their_prompt(vlm: ServerModel) -> None:
    asked = [spaced(prompt(each)) for each in lessons(3, 1, seed=12)]
    warm = Sampling(max_tokens=60, temperature=1.5, seed=5)
    apart = [list(vlm.answers(asked, replace(warm, seed=seed))) for seed in (5, 6)]
    together = list(vlm.answers(asked, replace(warm, count=2)))
    texts = [said(each) for each in apart]
    assert len(set(texts[0]) | set(texts[1])) > len(asked)  # warm enough to differ
    assert said(together) == [text for pair in zip(*texts, strict=True) for text in pair]
    for answer in together[1::2]:
        assert isinstance(answer, Answer)
        assert answer.tokens_cached == answer.tokens_in


def test_more_answers_than_a_server_has_slots_are_asked_for_one_by_one(vlm: ServerModel) -> None:
    warm = Sampling(max_tokens=20, temperature=1.5, count=3)
    assert len(said(list(vlm.answers([prompt(lessons(1, 1)[0])], warm)))) == 3


def test_pictures_are_refused_early_by_a_model_that_cannot_see(llm: ServerModel) -> None:
    with pytest.raises(MissingError, match="cannot see: start llama-server with its projector"):
        list(llm.answers([prompt(lessons(1, 1)[0])]))


def test_a_prompt_that_is_too_long_says_what_to_change(llm: ServerModel) -> None:
    long, short = llm.answers([Prompt(("word " * 600,)), Prompt(("Hello",))], SHORT)
    assert isinstance(long, ModelError)
    assert "tokens and a slot of" in str(long)
    assert "--ctx-size" in str(long)
    assert isinstance(short, Answer)


def test_an_answer_that_fills_the_context_is_told(
    llm: ServerModel, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger("vtk"), "propagate", True)
    text = "Count from one to a thousand. " + "one two three " * 145
    (answer,) = llm.answers([Prompt((text,))], Sampling(max_tokens=400, temperature=2.0))
    assert isinstance(answer, Answer)
    assert not answer.whole
    assert any("the context of a slot is full" in message for message in caplog.messages)


def test_a_server_that_is_restarted_in_the_middle_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port, log = free_port(), tmp_path / "log"
    options = ("--mmproj", str(PROJECTOR), "-np", "2", "-c", str(2 * EACH))
    server = start(language_file(), log, port, *options)
    try:
        model = ServerModel(ready(server, port, log), jobs=2)
        prompts = [prompt(each) for each in lessons(12, 1)]
        answers = model.answers(prompts, SHORT)
        got = [next(answers) for _ in range(4)]
        server.kill()
        server.wait(20)
        time.sleep(0.5)
        server = start(language_file(), log, port, *options)
        got += list(answers)
        model.close()
    finally:
        end(server)
    assert len(said(got)) == len(prompts)


def test_a_schema_is_kept_by_a_server(vlm: ServerModel) -> None:
    schema = {"type": "object", "properties": {"n": {"enum": [1, 2, 3]}}, "required": ["n"]}
    asked = [prompt(each, "How many shapes are there?") for each in lessons(3, 1)]
    for text in said(list(vlm.answers(asked, Sampling(schema=schema)))):
        assert json.loads(text)["n"] in (1, 2, 3)
