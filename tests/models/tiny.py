"""The tiny models for tests: where they are, and what is asked of them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from tests.world.models.lessons import Lesson, lesson
from tests.world.models.talk import yes_no
from vtk.models.files import Files
from vtk.models.loading import Loading
from vtk.models.local import LocalModel
from vtk.models.prompt import Answer, Prompt

HOME = Path(__file__).parents[1] / "world" / "models"
VLM = HOME / "tiny-vlm"
PROJECTOR = VLM / "mmproj-tiny-vlm-f16.gguf"


def language_file(kind: str = "q8_0") -> Path:
    """The language model of tiny-vlm: "q8_0" or "f16"."""
    return VLM / f"tiny-vlm-{kind}.gguf"


def tiny_vlm(kind: str = "q8_0", **loading: int | None) -> LocalModel:
    """tiny-vlm, loaded as every other model."""
    chosen = {"threads": 1, "sequences": 1, **loading}
    files = Files(f"tiny-vlm-{kind}", language_file(kind), PROJECTOR)
    return LocalModel(files, Loading(**chosen))  # type: ignore[arg-type]


def lessons(count: int, frames: int, *, seed: int = 7, held: bool = True) -> list[Lesson]:
    """Plays never seen in training, with a combination of colour and shape never seen in it."""
    rng = np.random.default_rng((seed, frames))
    return [lesson(rng, frames, held=held) for _ in range(count)]


def prompt(each: Lesson, question: str = "describe") -> Prompt:
    """The question about the frames of a lesson, with their times where it tells them."""
    if each.times[0] < 0:
        return Prompt((*each.pictures, question))
    return Prompt.about(zip(each.times, each.pictures, strict=True), question)


def yes_no_questions(count: int, frames: int, *, seed: int = 8) -> list[tuple[Lesson, str, str]]:
    """Lessons, each with a question and yes or no."""
    rng = np.random.default_rng((seed, frames))
    found: list[tuple[Lesson, str, str]] = []
    while len(found) < count:
        each = lesson(rng, frames, held=True)
        if pair := yes_no(each.play, rng, each.times):
            found.append((each, *pair))
    return found


def said(answers: Sequence[object]) -> list[str]:
    """The texts of answers; anything else is a failure."""
    texts = []
    for answer in answers:
        assert isinstance(answer, Answer), answer
        texts.append(answer.text)
    return texts
