"""Check embedders: whether pictures lie by their names, and sentences by their paraphrases."""

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vtk.skills.drawing import COLOURS, FRAME, PAPER, SHAPES, WORDS, draw_shape, draw_word
from vtk.skills.skill import Row, Skill, Tally

if TYPE_CHECKING:
    from vtk.models.embed.clip import ClipModel
    from vtk.models.embed.text import TextEmbedder
    from vtk.models.llm.prompt import Picture

PARAPHRASES = (
    ("The shop closes at six in the evening.", "You cannot buy anything there after 6 p.m."),
    ("A dog chases a ball across the lawn.", "On the grass an animal runs after its toy."),
    ("The plane was delayed by thick fog.", "Poor visibility kept the aircraft waiting."),
    ("She plays the violin in an orchestra.", "The musician is part of the string section."),
    ("Prices of houses have doubled since 2010.", "Homes cost twice as much as a decade ago."),
    ("The soup needs more salt.", "This broth tastes bland."),
    ("He broke his leg while skiing.", "An accident on the slopes fractured his bone."),
    ("The river flooded the village.", "Water covered the streets of the small town."),
    ("Children learn to read at school.", "Pupils are taught their letters in class."),
    ("The engine of the car will not start.", "My vehicle makes no sound when I turn the key."),
    ("Scientists found water on Mars.", "Researchers discovered ice on the red planet."),
    ("The team won the final in extra time.", "They took the cup after a match that ran long."),
    ("I forgot the password of my account.", "I can no longer log in."),
    ("The painting was stolen from the museum.", "Thieves took a work of art out of the gallery."),
    ("It will rain all weekend.", "Saturday and Sunday are going to be wet."),
    ("The doctor prescribed antibiotics.", "The physician ordered medicine for the infection."),
    ("Bees make honey from nectar.", "These insects turn what flowers give into sweet syrup."),
    ("The king was crowned in the cathedral.", "The monarch's coronation took place in church."),
    ("Our flat is on the fifth floor.", "We live high up in the apartment building."),
    ("The court found him guilty of fraud.", "Judges convicted the man of deceiving investors."),
    ("Turn left at the traffic lights.", "At the signal, take the road on your left hand side."),
    ("The volcano erupted without warning.", "Lava burst from the mountain all of a sudden."),
    ("Farmers harvest wheat in summer.", "In the warm season, the grain is brought in."),
    ("Her grandmother knitted this sweater.", "The woollen pullover was made by her granny."),
)
SIGN_HEIGHT = 24.0  # pixels of the letters of a word

NAMED = Skill("names", 1 / (len(COLOURS) * len(SHAPES)))  # from a picture to its name
FOUND = Skill("finds", 1 / (len(COLOURS) * len(SHAPES)))  # from a name to its picture
TEXT = Skill("text", 1 / len(WORDS))
ALIKE = Skill("paraphrases", 1 / len(PARAPHRASES))
IMAGE_TEXT = (NAMED.name, FOUND.name, TEXT.name)
TEXT_ONLY = (ALIKE.name,)


def check_clip(
    model: "ClipModel", skills: Collection[str] = IMAGE_TEXT, *, count: int = 16, seed: int = 0
) -> Iterator[Row]:
    """Yield a row for each skill of an image-text embedder, on all names, `count` or more of them.

    The nearest of all names, pictures or words must be the right one.
    """
    rng = np.random.default_rng((seed, 13))
    named, found, read = Tally(NAMED), Tally(FOUND), Tally(TEXT)
    things = [(colour, shape) for colour in COLOURS for shape in SHAPES]
    names = model.texts([f"a {colour} {shape}" for colour, shape in things])
    for _ in range(-(-count // len(things)) if {"names", "finds"} & set(skills) else 0):
        pictures = _vectors(model.images(_thing(rng, *thing) for thing in things))
        near = pictures @ names.T
        named.add_all(near.argmax(1) == np.arange(len(things)))
        found.add_all(near.argmax(0) == np.arange(len(things)))
    if TEXT.name in skills:
        words = model.texts([f"the word {word.lower()}" for word in WORDS])
        pictures = _vectors(model.images(map(_word, WORDS)))
        read.add_all((pictures @ words.T).argmax(1) == np.arange(len(WORDS)))
    for tally in (named, found, read):
        if tally.skill.name in skills:
            yield tally.row(model.name)


def check_embedder(model: "TextEmbedder") -> Row:
    """Return the row of a text embedder: English sentences find their paraphrases."""
    alike = Tally(ALIKE)
    queries = _vectors(model.queries(one for one, _ in PARAPHRASES))
    documents = _vectors(model.documents(other for _, other in PARAPHRASES))
    alike.add_all((queries @ documents.T).argmax(1) == np.arange(len(PARAPHRASES)))
    return alike.row(model.name)


def _vectors(found: Iterator[Any]) -> NDArray[np.float32]:
    return np.array(list(found), np.float32)


def _thing(rng: np.random.Generator, colour: str, shape: str) -> "Picture":
    picture = np.full((FRAME, FRAME, 3), PAPER, np.uint8)
    x, y = rng.uniform(0.4, 0.6, 2)
    draw_shape(picture, shape, COLOURS[colour], float(x), float(y), float(rng.uniform(0.2, 0.3)))
    return picture


def _word(word: str) -> "Picture":
    picture = np.full((FRAME, FRAME, 3), PAPER, np.uint8)
    draw_word(picture, word, FRAME / 2 - SIGN_HEIGHT / 2, SIGN_HEIGHT)
    return picture
