"""tiny-vlm understands its world, in the formats and through the code of any other model."""

import re
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("llama_cpp")
pytest.importorskip("gguf")
pytest.importorskip("torch")

from tests.models.tiny import lessons, prompt, said, tiny_vlm, yes_no_questions
from tests.world.models.stage import Play
from tests.world.models.talk import WORDS
from tests.world.models.tokens import MARKER, dialogue, encode
from vtk.models.local import LocalModel
from vtk.models.prompt import Sampling

THING = re.compile(r"a (?:small |large )?(\w+) (\w+) (moves [\w ]+?(?= and| on|$)|\w+)")


def things(text: str) -> list[tuple[str, str]]:
    """The colours and shapes that a description names, in its order."""
    return [(colour, shape) for colour, shape, _ in THING.findall(text)]


def doings(text: str) -> list[tuple[str, str, str]]:
    """The same, each with what it does."""
    return THING.findall(text)


def there(play: Play) -> list[tuple[str, str]]:
    return [(actor.colour, actor.shape) for actor in play.actors]


@pytest.fixture(scope="module", params=["q8_0", "f16"])
def model(request: pytest.FixtureRequest) -> Iterator[LocalModel]:
    with tiny_vlm(request.param) as opened:
        yield opened


@pytest.fixture(scope="module")
def quantized() -> Iterator[LocalModel]:
    with tiny_vlm() as opened:
        yield opened


def share(right: list[bool]) -> float:
    return sum(right) / len(right)


def descriptions(model: LocalModel, frames: int, count: int = 100) -> list[tuple[str, Play]]:
    asked = lessons(count, frames)
    texts = said(list(model.answers(map(prompt, asked), Sampling(max_tokens=60))))
    return [(text, each.play) for text, each in zip(texts, asked, strict=True)]


def test_names_colours_and_shapes_of_what_it_never_saw_together(model: LocalModel) -> None:
    told = descriptions(model, 1)
    assert share([things(text) == there(play) for text, play in told]) >= 0.9


def test_tells_which_way_things_move_between_two_frames(model: LocalModel) -> None:
    told = descriptions(model, 2)
    truth = [[(a.colour, a.shape, a.motion) for a in play.actors] for _, play in told]
    right = [doings(text) == goal for (text, _), goal in zip(told, truth, strict=True)]
    assert share(right) >= 0.85


@pytest.mark.parametrize("frames", [1, 2])
def test_answers_yes_or_no_by_score(model: LocalModel, frames: int) -> None:
    asked = yes_no_questions(150, frames)
    scores = model.scores(prompt(each, question) for each, question, _ in asked)
    right = []
    for score, (_, _, answer) in zip(scores, asked, strict=True):
        assert isinstance(score, list)
        assert sum(score) == pytest.approx(1)
        right.append((score[0] > 0.5) == (answer == "yes"))
    assert share(right) >= 0.9


def test_quantizing_costs_two_points_at_most() -> None:
    right = {}
    asked = lessons(150, 1, seed=9)
    for kind in ("f16", "q8_0"):
        with tiny_vlm(kind) as opened:
            texts = said(list(opened.answers(map(prompt, asked), Sampling(max_tokens=60))))
        right[kind] = share([things(t) == there(e.play) for t, e in zip(texts, asked, strict=True)])
    assert right["q8_0"] >= right["f16"] - 0.02


def test_tells_when_something_appears_by_the_times_it_was_given(quantized: LocalModel) -> None:
    asked = [
        (each, question, answer)
        for each in lessons(120, 4)
        for question, answer in each.pairs
        if question.startswith("When does")
    ]
    assert len(asked) > 20
    texts = said(list(quantized.answers(prompt(each, q) for each, q, _ in asked)))
    right = [text == answer for text, (_, _, answer) in zip(texts, asked, strict=True)]
    assert share(right) >= 0.8


def test_chooses_among_letters(quantized: LocalModel) -> None:
    asked = [
        (each, question, answer)
        for each in lessons(150, 1)
        for question, answer in each.pairs
        if question.endswith("Answer with the letter.")
    ]
    assert len(asked) > 20
    scores = quantized.scores((prompt(each, q) for each, q, _ in asked), "ABCD")
    best = []
    for score in scores:
        assert isinstance(score, list)
        best.append("ABCD"[score.index(max(score))])
    right = [letter == answer for letter, (_, _, answer) in zip(best, asked, strict=True)]
    assert share(right) >= 0.85


WORDY = st.lists(st.sampled_from(WORDS) | st.text(max_size=8), max_size=12).map(" ".join)


@settings(max_examples=200, deadline=None)
@given(text=WORDY)
def test_llama_cpp_splits_texts_as_training_did(quantized: LocalModel, text: str) -> None:
    text = text.replace("\0", "")
    assert quantized._engine.tokens(text, special=False) == encode(text)


def test_the_chat_template_is_rendered_as_in_training(quantized: LocalModel) -> None:
    for each in lessons(6, 2):
        question = each.pairs[0][0]
        parts = [p if isinstance(p, str) else MARKER for p in prompt(each, question).parts]
        mine = sum(map(len, dialogue(parts))) + 64 * len(each.pictures)
        (answer,) = quantized.answers([prompt(each, question)], Sampling(max_tokens=1))
        assert answer.tokens_in == mine  # type: ignore[union-attr]
