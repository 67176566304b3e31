"""tiny-vlm understands its world, in the formats and through the code of any other model."""

import hashlib
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("llama_cpp")
pytest.importorskip("gguf")
pytest.importorskip("torch")

from tests.models.tiny import (
    VLM,
    judging,
    lessons,
    lettering,
    moving,
    naming,
    prompt,
    timing,
    tiny_vlm,
)
from tests.world.models.talk import WORDS
from tests.world.models.tokens import MARKER, dialogue, encode
from vtk.models.llm.local import LocalModel
from vtk.models.llm.prompt import Sampling


@pytest.fixture(scope="module", params=["q8_0", "f16"])
def model(request: pytest.FixtureRequest) -> Iterator[LocalModel]:
    with tiny_vlm(request.param) as opened:
        yield opened


@pytest.fixture(scope="module")
def quantized() -> Iterator[LocalModel]:
    with tiny_vlm() as opened:
        yield opened


def test_names_colours_and_shapes_of_what_it_never_saw_together(model: LocalModel) -> None:
    assert naming(model, 300) >= 0.9


def test_tells_which_way_things_move_between_two_frames(model: LocalModel) -> None:
    assert moving(model, 600) >= 0.85


@pytest.mark.parametrize("frames", [1, 2])
def test_answers_yes_or_no_by_score(model: LocalModel, frames: int) -> None:
    assert judging(model, 150, frames) >= 0.9


def test_quantizing_costs_two_points_at_most() -> None:
    right = {}
    for kind in ("f16", "q8_0"):
        with tiny_vlm(kind) as opened:
            right[kind] = naming(opened, 200, seed=9)
    assert right["q8_0"] >= right["f16"] - 0.02


def test_tells_when_something_appears_by_the_times_it_was_given(quantized: LocalModel) -> None:
    assert timing(quantized, 120, frames=2) >= 0.9


def test_tells_among_several_frames_when_something_appears(quantized: LocalModel) -> None:
    assert timing(quantized, 120, frames=4) >= 0.6


def test_chooses_among_letters(quantized: LocalModel) -> None:
    assert lettering(quantized, 150) >= 0.85


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


def test_the_files_are_those_that_the_card_tells_of() -> None:
    card = (VLM / "README.md").read_text()
    files = sorted(VLM.glob("*.gguf"))
    assert len(files) == 3
    for file in files:
        assert hashlib.sha256(file.read_bytes()).hexdigest() in card, file.name
