"""Skills on clips, whose frames are laid out as those of videos: order, motion, times, grids."""

import re
from collections.abc import Iterator

import numpy as np

from vtk.models.llm.prompt import Answer, Prompt
from vtk.prompting.frames import LAYOUTS, FrameOptions, Parts
from vtk.skills.drawing import BACKGROUNDS, SIDE, WAYS, Clip, clip
from vtk.skills.pictures import SHORT, dealt, listed
from vtk.skills.skill import Family, Judge, Marks, Question, Skill

NUMBERED = ("first", "second", "third", "last")
# A model that sees the frames but not their order knows the axis of a motion, and which colours and
# times there are: it chooses between the rest.
ORDER = Skill("order", 1 / len(BACKGROUNDS))
MOTION = Skill("motion", 1 / 2)
TIME = Skill("times", 1 / len(NUMBERED))
GRID = Skill("grid", 1 / len(NUMBERED))


def clips(seed: int, count: int, *, pairs: bool = False) -> Iterator[list[Question]]:
    """Yield the questions about each of `count` clips, seen frame by frame.

    With `pairs`, as for a model that merges two frames, every colour of the background stays for a
    pair, so that what is asked of all models is the same.
    """
    for shown, place, rng in _dealt(seed, 7, count):
        frames = shown.frames(2 if pairs else 1)
        parts = LAYOUTS["frames"](frames, FrameOptions("frames", pairs=pairs))
        labels = [part for part in parts if isinstance(part, str)]
        ways = ("left", "right") if shown.way in ("left", "right") else ("up", "down")
        moves = (
            "These frames of a video follow one another. Which way does the white circle move? "
            f"Answer with one word: {listed(ways, rng)}."
        )
        when = (
            f"At how many seconds is the background {shown.backgrounds[place]}? Answer with the "
            "number only."
        )
        yield [
            _coloured(ORDER, parts, shown, place, rng),
            Question(Prompt((*parts, moves)), MOTION.name, ways, shown.way),
            Question(
                Prompt((*parts, when)),
                judges={TIME.name: _time_judge(*_seconds(labels[place]))},
                sampling=SHORT,
            ),
        ]


def grids(seed: int, count: int) -> Iterator[list[Question]]:
    """Yield the question about each of `count` clips, seen in one picture."""
    for shown, place, rng in _dealt(seed, 8, count):
        parts = LAYOUTS["grid"](shown.frames(), FrameOptions("grid", pixels=SIDE))
        yield [_coloured(GRID, parts, shown, place, rng)]


def _dealt(seed: int, family: int, count: int) -> Iterator[tuple[Clip, int, np.random.Generator]]:
    """Yield clips, each with the number of the frame that is asked for."""
    told = zip(
        dealt(list(WAYS), count, seed, family, 1),
        dealt(BACKGROUNDS, count, seed, family, 2),
        dealt(range(len(NUMBERED)), count, seed, family, 3),
        strict=True,
    )
    for number, (way, colour, place) in enumerate(told):
        rng = np.random.default_rng((seed, family, 4, number))
        yield clip(rng, way, colour, place), place, rng


def _coloured(
    skill: Skill, parts: Parts, shown: Clip, place: int, rng: np.random.Generator
) -> Question:
    text = (
        f"The background takes four colours, one after the other. Which one is {NUMBERED[place]}? "
        f"Answer with one word: {listed(BACKGROUNDS, rng)}."
    )
    return Question(Prompt((*parts, text)), skill.name, BACKGROUNDS, shown.backgrounds[place])


def _time_judge(seconds: float) -> Judge:
    def judge(answer: Answer) -> Marks:
        return (any(abs(found - seconds) < 0.06 for found in _seconds(answer.text)[:1]),)

    return judge


def _seconds(text: str) -> list[float]:
    return [float(found.replace(",", ".")) for found in re.findall(r"\d+(?:[.,]\d+)?", text)]


CLIPS = Family((ORDER, MOTION, TIME), clips, options=("pairs",))
GRIDS = Family((GRID,), grids)
