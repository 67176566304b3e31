"""The tiny models for tests: where they are, and what is asked of them."""

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from tests.world.models.lessons import Lesson, lesson
from tests.world.models.stage import Play
from tests.world.models.talk import yes_no
from vtk.models.hub.files import Files
from vtk.models.llm.load_options import LoadOptions
from vtk.models.llm.local import LocalModel
from vtk.models.llm.prompt import Answer, Prompt, Sampling

HOME = Path(__file__).parents[1] / "world" / "models"
VLM = HOME / "tiny-vlm"
PROJECTOR = VLM / "mmproj-tiny-vlm-f16.gguf"

THING = re.compile(r"a (?:small |large )?(\w+) (\w+) (moves [\w ]+?(?= and| on|$)|\w+)")


def language_file(kind: str = "q8_0") -> Path:
    """The language model of tiny-vlm: "q8_0" or "f16"."""
    return VLM / f"tiny-vlm-{kind}.gguf"


def tiny_vlm(kind: str = "q8_0", **loading: int | None) -> LocalModel:
    """tiny-vlm, loaded as every other model."""
    chosen = {"threads": 1, "sequences": 1, **loading}
    files = Files(f"tiny-vlm-{kind}", language_file(kind), PROJECTOR)
    return LocalModel(files, LoadOptions(**chosen))  # type: ignore[arg-type]


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


def resident() -> float:
    """Megabytes that the process holds; asks /proc."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def share(right: Sequence[bool]) -> float:
    """The share that is right."""
    return sum(right) / len(right)


def described(model: LocalModel, count: int, frames: int, seed: int) -> Iterator[tuple[str, Play]]:
    """Descriptions of held-out plays, each with its play."""
    asked = lessons(count, frames, seed=seed)
    texts = said(list(model.answers(map(prompt, asked), Sampling(max_tokens=60))))
    return ((text, each.play) for text, each in zip(texts, asked, strict=True))


def naming(model: LocalModel, count: int, seed: int = 7) -> float:
    """The share of descriptions of a frame that name every colour and shape, and no other."""
    return share(
        [
            [(colour, shape) for colour, shape, _ in THING.findall(text)]
            == [(actor.colour, actor.shape) for actor in play.actors]
            for text, play in described(model, count, 1, seed)
        ]
    )


def moving(model: LocalModel, count: int, seed: int = 7) -> float:
    """The share of descriptions of two frames that say rightly what every actor does."""
    return share(
        [
            THING.findall(text) == [(a.colour, a.shape, a.motion) for a in play.actors]
            for text, play in described(model, count, 2, seed)
        ]
    )


def judging(model: LocalModel, count: int, frames: int, seed: int = 8) -> float:
    """The share of questions whose right answer, yes or no, has the higher score."""
    asked = yes_no_questions(count, frames, seed=seed)
    right = []
    scores = model.scores(prompt(each, question) for each, question, _ in asked)
    for score, (_, _, answer) in zip(scores, asked, strict=True):
        assert isinstance(score, list), score
        right.append((score[0] > 0.5) == (answer == "yes"))
    return share(right)


def _asked(
    count: int, frames: int, seed: int, start: str, end: str = ""
) -> list[tuple[Prompt, str]]:
    """The questions that begin and end so, each with its answer."""
    return [
        (prompt(each, question), answer)
        for each in lessons(count, frames, seed=seed)
        for question, answer in each.pairs
        if question.startswith(start) and question.endswith(end)
    ]


def timing(model: LocalModel, count: int, frames: int, seed: int = 7) -> float:
    """The share of questions when something appears or vanishes that are answered rightly."""
    asked = _asked(count, frames, seed, "When does")
    assert len(asked) > count / 10
    texts = said(list(model.answers(question for question, _ in asked)))
    return share([text == answer for text, (_, answer) in zip(texts, asked, strict=True)])


def lettering(model: LocalModel, count: int, seed: int = 7) -> float:
    """The share of questions with options A to D whose right letter has the highest score."""
    asked = _asked(count, 1, seed, "Which", "letter.")
    assert len(asked) > count / 10
    right = []
    scores = model.scores((question for question, _ in asked), "ABCD")
    for score, (_, answer) in zip(scores, asked, strict=True):
        assert isinstance(score, list), score
        right.append("ABCD"[score.index(max(score))] == answer)
    return share(right)
