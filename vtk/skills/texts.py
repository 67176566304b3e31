"""Skills on texts alone: facts, copying, stopping, schemas, and finding a line in a long text."""

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import orjson

from vtk.models.llm.json_schema import obeys
from vtk.models.llm.prompt import YES_NO, Answer, Prompt, Sampling
from vtk.skills.drawing import COLOURS
from vtk.skills.pictures import SHORT, reads
from vtk.skills.skill import Family, Judge, Marks, Question, Skill

KINDS = {
    "an animal": ("dog", "horse", "cow", "sheep", "tiger", "rabbit", "camel", "goat"),
    "a fruit": ("banana", "pear", "cherry", "grape", "peach", "mango", "plum", "lemon"),
    "a vehicle": ("bus", "truck", "bicycle", "train", "car", "motorcycle", "van", "tram"),
    "a tool": ("hammer", "screwdriver", "saw", "wrench", "drill", "chisel", "shovel", "pliers"),
    "a country": ("France", "Japan", "Brazil", "Egypt", "Canada", "India", "Spain", "Kenya"),
}
SCRIPTS = (
    *("Привет", "Москва", "Καλημέρα", "Αθήνα", "مرحبا", "القاهرة", "שלום", "नमस्ते", "दिल्ली"),
    *(
        "你好",
        "北京",
        "こんにちは",
        "東京",
        "안녕하세요",
        "서울",
        "สวัสดี",
        "Zürich",
        "čeština",
        "Ångström",
    ),
)
ITEMS = ("lamp", "chair", "table", "clock", "carpet", "mirror", "vase", "basket")
NAMES = (
    *("Anna", "Boris", "Clara", "David", "Emma", "Frank", "Grace", "Henry", "Irene", "Jacob"),
    *(
        "Karen",
        "Louis",
        "Maria",
        "Nathan",
        "Olivia",
        "Peter",
        "Rachel",
        "Simon",
        "Teresa",
        "Victor",
    ),
)
FILLING = (
    "The corridor was painted again in spring, and the windows were cleaned on the same day.",
    "Visitors leave their coats at the entrance and take the stairs to the second floor.",
    "On rainy afternoons the library fills up quickly, and the lights stay on until late.",
    "Nobody remembers when the old clock above the door was last repaired.",
)
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "item": {"type": "string"},
        "colours": {"type": "array", "items": {"enum": list(COLOURS)}, "minItems": 1},
        "price": {"type": "integer"},
        "sold_out": {"type": "boolean"},
    },
    "required": ["item", "colours", "price", "sold_out"],
    "additionalProperties": False,
}
JSON = Sampling(max_tokens=128, schema=SCHEMA)
CONTROL = re.compile(r"<\|?\w+\|?>|</\w+>|\[/?INST\]")  # tokens that end a turn, left in a text

FACTS = Skill("facts", 1 / 2)
COPIES = Skill("copies", 0.0)
OTHER_SCRIPTS = Skill("scripts", 0.0)
STOPS = Skill("stops", 0.0, enough=0.9)
KEEPS_SCHEMA = Skill("schema", 0.0, enough=0.9)
FIELDS = Skill("fields", 0.0)
LONG = Skill("long", 1 / len(NAMES))


def facts(seed: int, count: int) -> Iterator[list[Question]]:
    """Yield a true and a false statement about each of `count` things, as questions."""
    for number in range(count):
        rng = np.random.default_rng((seed, 9, number))
        kind, wrong = rng.choice(list(KINDS), 2, replace=False)
        thing = str(rng.choice(KINDS[kind]))
        subject = thing if thing[0].isupper() else f"a {thing}"
        yield [
            Question(
                Prompt((f"Is {subject} {said}? Answer yes or no.",)), FACTS.name, YES_NO, right
            )
            for said, right in ((kind, "yes"), (wrong, "no"))
        ]


def copies(seed: int, count: int) -> Iterator[list[Question]]:
    """Yield requests to repeat words, in the Latin script and in others."""
    for number in range(count):
        rng = np.random.default_rng((seed, 10, number))
        words = [str(rng.choice(things)) for things in KINDS.values()]
        latin = " ".join([*map(str, rng.permutation(words)[:3]), str(rng.integers(100, 1000))])
        other = " ".join(map(str, rng.choice(SCRIPTS, 2, replace=False)))
        yield [
            Question(
                Prompt((f"Repeat this exactly, and write nothing else: {text}",)),
                judges={skill.name: reads(text)} | ({STOPS.name: _stops} if text is latin else {}),
                sampling=SHORT,
            )
            for skill, text in ((COPIES, latin), (OTHER_SCRIPTS, other))
        ]


def _stops(answer: Answer) -> Marks:
    """Whether an answer ended by itself, neither empty nor with what ends a turn in it."""
    return (answer.whole and bool(answer.text.strip()) and not CONTROL.search(answer.text),)


def objects(seed: int, count: int) -> Iterator[list[Question]]:
    """Yield requests to put a sentence into JSON that follows `SCHEMA`."""
    for number in range(count):
        rng = np.random.default_rng((seed, 11, number))
        item, colours = str(rng.choice(ITEMS)), list(map(str, rng.permutation(list(COLOURS))[:2]))
        price, sold_out = int(rng.integers(10, 1000)), bool(rng.random() < 0.5)
        told = (
            f"The {item} is {' and '.join(colours)}, costs {price} euros and is "
            f"{'sold out' if sold_out else 'in stock'}. Put this into JSON with the keys item, "
            "colours (a list), price (a number) and sold_out (true or false)."
        )
        wanted = {"item": item, "colours": colours, "price": price, "sold_out": sold_out}
        yield [
            Question(
                Prompt((told,)),
                judges={KEEPS_SCHEMA.name: _keeps_schema, FIELDS.name: _fields_judge(wanted)},
                sampling=JSON,
            )
        ]


def _keeps_schema(answer: Answer) -> Marks:
    return (obeys(answer.text, SCHEMA),)


def _fields_judge(wanted: dict[str, Any]) -> Judge:
    def judge(answer: Answer) -> Marks:
        if not all(_keeps_schema(answer)):
            return (False,)
        found = orjson.loads(answer.text)
        found = {**found, "item": found["item"].casefold(), "colours": sorted(found["colours"])}
        return (found == {**wanted, "colours": sorted(wanted["colours"])},)

    return judge


def long(seed: int, count: int) -> Iterator[list[Question]]:
    """Yield `count` questions about one text of some 700 words."""
    rng = np.random.default_rng((seed, 12))
    numbers = rng.permutation(np.arange(1000, 10000))[: len(NAMES)]
    text = " ".join(
        f"{FILLING[place % len(FILLING)]} {name} has locker number {number}. "
        f"{FILLING[(place + 2) % len(FILLING)]}"
        for place, (name, number) in enumerate(zip(rng.permutation(NAMES), numbers, strict=True))
    )
    lockers = dict(re.findall(r"(\w+) has locker number (\d+)", text))
    asked = [str(name) for _ in range(-(-count // len(NAMES))) for name in rng.permutation(NAMES)]
    yield [
        Question(
            Prompt((f"{text}\n\nWhich locker number has {name}? Answer with the number only.",)),
            judges={LONG.name: _number_judge(lockers[name])},
            sampling=SHORT,
        )
        for name in asked[:count]
    ]


def _number_judge(number: str) -> Judge:
    def judge(answer: Answer) -> Marks:
        return (re.findall(r"\d+", answer.text)[:1] == [number],)

    return judge


TEXTS = (
    Family((FACTS,), facts, pictures=False),
    Family((COPIES, OTHER_SCRIPTS, STOPS), copies, pictures=False),
    Family((KEEPS_SCHEMA, FIELDS), objects, pictures=False),
    Family((LONG,), long, pictures=False),
)
