"""Skills on single pictures: colours, shapes, counts, places, boxes, yes or no, and text."""

import re
from collections.abc import Iterator, Sequence
from typing import TypeVar

import numpy as np

from vtk.models.llm.prompt import YES_NO, Answer, Prompt, Sampling
from vtk.skills.drawing import COLOURS, MOST_SHAPES, PLACES, SHAPES, SIDE, Scene, scene, sign
from vtk.skills.skill import Family, Judge, Marks, Question, Skill

T = TypeVar("T")
Box = tuple[float, float, float, float]  # left, top, right, bottom, as fractions of the picture

COUNTS = tuple(str(number + 1) for number in range(MOST_SHAPES))
SHORT = Sampling(max_tokens=32)
BOX = READING = Sampling(max_tokens=64)
OVERLAP = 0.5  # least intersection over union of a box that is right
BLIND = 300  # scenes from which the chance of a box is computed
# How models write boxes: as asked, in pixels, as fractions, and with the top first.
WAYS = ("thousandths", "pixels", "fractions", "thousandths, top first")

COLOUR = Skill("colours", 1 / len(COLOURS))
SHAPE = Skill("shapes", 1 / len(SHAPES))
COUNT = Skill("counts", 1 / len(COUNTS))
PLACE = Skill("places", 1 / len(PLACES))
DECIDES = Skill("yes_no", 1 / 2)
TEXT = Skill("text", 0.0)
SMALL_TEXT = Skill("small_text", 0.0)


def listed(options: Sequence[str], rng: np.random.Generator) -> str:
    """Return the options in random order: ``red, blue or green``."""
    *first, last = map(str, rng.permutation(list(options)))
    return f"{', '.join(first)} or {last}"


def dealt(options: Sequence[T], count: int, *seed: int) -> list[T]:
    """Return `count` of the options, each as often as the others but for a rest, in random order.

    So a model that always says the same is right as often as chance, and never more by luck.
    """
    rng = np.random.default_rng(seed)
    rounds = [rng.permutation(len(options)) for _ in range(-(-count // len(options)))]
    return [options[at] for each in rounds for at in each][:count]


def scenes(seed: int, count: int) -> Iterator[list[Question]]:
    """Yield the questions about each of `count` pictures of coloured shapes."""
    told = zip(
        dealt(list(COLOURS), count, seed, 1),
        dealt(list(SHAPES), count, seed, 2),
        dealt(list(PLACES), count, seed, 3),
        dealt(COUNTS, count, seed, 4),
        strict=True,
    )
    for number, (colour, shape, place, shown) in enumerate(told):
        rng = np.random.default_rng((seed, 5, number))
        yield _about(scene(rng, colour, shape, place, int(shown)), rng)


def _about(shown: Scene, rng: np.random.Generator) -> list[Question]:
    picture, thing = shown.picture, shown.things[0]

    def ask(text: str) -> Prompt:
        return Prompt((picture, text))

    def choose(skill: Skill, text: str, choices: Sequence[str], right: str) -> Question:
        prompt = ask(f"{text} Answer with one word: {listed(choices, rng)}.")
        return Question(prompt, skill.name, tuple(choices), right)

    name = f"{thing.colour} {thing.shape}"
    return [
        choose(COLOUR, f"Which colour is the {thing.shape}?", list(COLOURS), thing.colour),
        choose(SHAPE, f"Which shape is {thing.colour}?", list(SHAPES), thing.shape),
        choose(PLACE, f"Where in the picture is the {name}?", list(PLACES), shown.place),
        Question(
            ask("How many shapes are there? Answer with one digit."),
            COUNT.name,
            COUNTS,
            str(len(shown.things)),
        ),
        *(
            Question(ask(f"Is there a {said}? Answer yes or no."), DECIDES.name, YES_NO, answer)
            for said, answer in ((name, "yes"), (_absent(shown, rng), "no"))
        ),
        Question(
            ask(
                f"Give the box around the {name} as [left, top, right, bottom], in thousandths of "
                "the width and height of the picture. Answer with the four numbers only."
            ),
            judges={BOXES.name: _box_judge(thing.box)},
            sampling=BOX,
        ),
    ]


def _absent(shown: Scene, rng: np.random.Generator) -> str:
    """Return a coloured shape that is not there, of a colour or a shape that is."""
    thing = shown.things[0]
    there = {(each.colour, each.shape) for each in shown.things}
    others = [
        *((colour, thing.shape) for colour in COLOURS),
        *((thing.colour, shape) for shape in SHAPES),
    ]
    colour, shape = rng.choice([pair for pair in others if pair not in there])
    return f"{colour} {shape}"


def _box_judge(box: Box) -> Judge:
    def judge(answer: Answer) -> Marks:
        return tuple(overlap(read, box) >= OVERLAP for read in read_box(answer.text))

    return judge


def read_box(text: str) -> tuple[Box, ...]:
    """Return the box that four numbers in a text stand for, in each of `WAYS`."""
    numbers = [float(found) for found in re.findall(r"(?<![\w.])\d+(?:\.\d+)?", text)[:4]]
    if len(numbers) < 4:
        return ((0.0, 0.0, 0.0, 0.0),) * len(WAYS)
    a, b, c, d = numbers
    return (
        (a / 1000, b / 1000, c / 1000, d / 1000),
        (a / SIDE, b / SIDE, c / SIDE, d / SIDE),
        (a, b, c, d),
        (b / 1000, a / 1000, d / 1000, c / 1000),
    )


def overlap(one: Box, other: Box) -> float:
    """Return the intersection over union of two boxes."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    if width <= 0 or height <= 0:
        return 0.0
    both = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return width * height / (both - width * height)


def _blind_share() -> float:
    """Return the share of right boxes of a model that always gives the same, the best one."""
    rng = np.random.default_rng(0)
    places = dealt(list(PLACES), BLIND, 0)
    boxes = [scene(rng, "red", "circle", place, 1).things[0].box for place in places]
    return max(
        sum(overlap(always, box) >= OVERLAP for box in boxes) / BLIND for always in boxes[::10]
    )


BOXES = Skill("boxes", _blind_share(), ways=WAYS)


def signs(seed: int, count: int, *, ocr_prompt: str | None = None) -> Iterator[list[Question]]:
    """Yield the questions about each of `count` signs with a word and numbers.

    With `ocr_prompt`, all that is written is asked for by that text.
    """
    large, small = "What is written in large letters?", "Which number is written in small digits?"
    for number in range(count):
        shown = sign(np.random.default_rng((seed, 6, number)))
        picture = shown.picture
        judges = {TEXT.name: reads(shown.text), SMALL_TEXT.name: reads(shown.small)}
        if ocr_prompt is not None:
            parts = (picture, ocr_prompt) if ocr_prompt else (picture,)
            yield [Question(Prompt(parts), judges=judges, sampling=READING)]
            continue
        yield [
            Question(
                Prompt((picture, f"{text} Answer with what is written, nothing else.")),
                judges={name: judges[name]},
                sampling=SHORT,
            )
            for name, text in ((TEXT.name, large), (SMALL_TEXT.name, small))
        ]


def reads(written: str) -> Judge:
    """Return the judge of an answer that must contain a text, whatever its case and spacing."""

    def judge(answer: Answer) -> Marks:
        return (_plain(written) in _plain(answer.text),)

    return judge


def _plain(text: str) -> str:
    return re.sub(r"[\W_]", "", text.casefold())


SCENES = Family((COLOUR, SHAPE, COUNT, PLACE, DECIDES, BOXES), scenes)
SIGNS = Family((TEXT, SMALL_TEXT), signs, options=("ocr_prompt",))
