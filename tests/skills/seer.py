"""A model that sees: it finds what is asked by measuring the pictures, and knows nothing else."""

import colorsys
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from vtk.errors import ModelError
from vtk.models.llm.prompt import YES_NO, Answer, Likelihood, Picture, Prompt, Sampling
from vtk.skills.lettering import STROKES, draw_text, text_width
from vtk.skills.texts import KINDS

HUES = {"red": 0, "orange": 30, "yellow": 52, "green": 130, "blue": 230, "purple": 265}
FILLED = {"circle": 0.785, "square": 1.0, "triangle": 0.5, "heart": 0.66}  # share of the box
ORDINALS = ("first", "second", "third", "last")

Box = tuple[int, int, int, int]  # left, top, right, bottom in pixels


@dataclass(frozen=True)
class Found:
    """A coloured shape that was found in a picture."""

    colour: str
    shape: str
    box: Box


class Seer:
    """A `LanguageModel` that is right, but for what is broken.

    `sees` changes every prompt before the model looks at it, `says` the text of every answer; it
    draws a lot where it sees nothing. `writes_box` is how it writes a box of a picture.
    """

    name = "seer"
    settings = ""
    sha256 = None
    context: int | None = None

    def __init__(
        self,
        sees: Callable[[Prompt], Prompt] = lambda prompt: prompt,
        says: Callable[[str], str] = lambda text: text,
        *,
        decides: Callable[[str, Sequence[str]], str] = lambda text, choices: text,
        whole: bool = True,
        writes_box: Callable[[Box, Picture], Sequence[float]] | None = None,
        pairs: bool = False,
        at_once: int = 3,
    ) -> None:
        self.sees, self.says, self.decides = sees, says, decides
        self.whole, self.pairs, self.at_once = whole, pairs, at_once
        self.writes_box = writes_box or _thousandths
        self.asked: list[Prompt] = []
        self._rng = np.random.default_rng(5)
        self._seen: tuple[Picture, list[Found]] | None = None

    def answers(
        self, prompts: Iterable[Prompt], sampling: Sampling | None = None
    ) -> Iterator[Answer | ModelError]:
        for prompt in prompts:
            self.asked.append(prompt)
            yield Answer(self.says(self.answer(self.sees(prompt))), 9, 9, self.whole)

    def scores(
        self, prompts: Iterable[Prompt], choices: Sequence[str] = YES_NO
    ) -> Iterator[list[float] | ModelError]:
        for prompt in prompts:
            self.asked.append(prompt)
            said = self.decides(self.answer(self.sees(prompt)), choices)
            if said not in choices:
                said = choices[int(self._rng.integers(len(choices)))]
            yield [0.9 if choice == said else 0.1 / (len(choices) - 1) for choice in choices]

    def likelihoods(self, texts: Iterable[tuple[Prompt, str]]) -> Iterator[Likelihood | ModelError]:
        raise AssertionError("no skill is checked by these")

    def close(self) -> None:
        pass

    def answer(self, prompt: Prompt) -> str:
        """The answer in a word; empty where nothing is seen."""
        text = str(prompt.parts[-1])
        for pattern, method in ABOUT:
            if found := re.search(pattern, text):
                return method(self, prompt, *found.groups())
        raise AssertionError(f"nobody asked this before: {text}")

    def _things(self, prompt: Prompt) -> list[Found]:
        picture = prompt.pictures[0]
        if not (self._seen and np.array_equal(self._seen[0], picture)):
            self._seen = (picture, things(picture))
        return self._seen[1]

    def _thing(self, prompt: Prompt, colour: str, shape: str) -> Found | None:
        for thing in self._things(prompt):
            if (not colour or thing.colour == colour) and (not shape or thing.shape == shape):
                return thing
        return None

    def colour(self, prompt: Prompt, shape: str) -> str:
        thing = self._thing(prompt, "", shape)
        return thing.colour if thing else ""

    def shape(self, prompt: Prompt, colour: str) -> str:
        thing = self._thing(prompt, colour, "")
        return thing.shape if thing else ""

    def count(self, prompt: Prompt) -> str:
        return str(len(self._things(prompt)))

    def place(self, prompt: Prompt, colour: str, shape: str) -> str:
        thing = self._thing(prompt, colour, shape)
        if not thing:
            return ""
        side = len(prompt.pictures[0])
        x, y = (thing.box[0] + thing.box[2]) / 2 / side, (thing.box[1] + thing.box[3]) / 2 / side
        if abs(y - 0.5) < 1 / 6:
            return "left" if x < 1 / 3 else "right" if x > 2 / 3 else "middle"
        return "top" if y < 0.5 else "bottom"

    def there(self, prompt: Prompt, colour: str, shape: str) -> str:
        if not self._things(prompt):
            return ""
        return "yes" if self._thing(prompt, colour, shape) else "no"

    def box(self, prompt: Prompt, colour: str, shape: str) -> str:
        thing = self._thing(prompt, colour, shape)
        if not thing:
            return "[0, 0, 1000, 1000]"
        picture = prompt.pictures[0]
        return json.dumps([{"bbox_2d": list(self.writes_box(thing.box, picture))}])

    def large(self, prompt: Prompt) -> str:
        return read(prompt.pictures[0], 0)

    def small(self, prompt: Prompt) -> str:
        return read(prompt.pictures[0], 1)

    def frames(self, prompt: Prompt) -> list[Picture]:
        """The frames of a clip, also those of a pair or of a grid."""
        if str(prompt.parts[0]).startswith("Frames of a video in one picture"):
            (sheet,) = prompt.pictures
            half = (len(sheet) + 2) // 2
            return [sheet[y : y + half - 2, x : x + half - 2] for y in (0, half) for x in (0, half)]
        return [frame for part in prompt.pictures for frame in (part if part.ndim == 4 else [part])]

    def backgrounds(self, prompt: Prompt) -> list[str]:
        """The colours of the background, each once, in order."""
        return list(dict.fromkeys(name(frame[3, 3]) for frame in self.frames(prompt)))

    def ordinal(self, prompt: Prompt, which: str) -> str:
        seen = self.backgrounds(prompt)
        return seen[ORDINALS.index(which)] if len(seen) == len(ORDINALS) else ""

    def way(self, prompt: Prompt) -> str:
        first, *_, last = (frame.min(-1) > 240 for frame in self.frames(prompt))
        if not first.any() or not last.any():
            return ""
        down, across = np.subtract(ndimage.center_of_mass(last), ndimage.center_of_mass(first))
        if abs(across) > abs(down):
            return "right" if across > 0 else "left"
        return "down" if down > 0 else "up"

    def when(self, prompt: Prompt, colour: str) -> str:
        told = ""
        for part in prompt.parts[:-1]:
            if isinstance(part, str):
                told = part
            elif name((part[0] if part.ndim == 4 else part)[3, 3]) == colour:
                return told.strip("<>")
        return "no idea"

    def fact(self, prompt: Prompt, thing: str, kind: str) -> str:
        return "yes" if thing.removeprefix("a ") in KINDS[kind] else "no"

    def copy(self, prompt: Prompt, text: str) -> str:
        return text

    def object(self, prompt: Prompt, item: str, one: str, two: str, price: str, state: str) -> str:
        out = state == "sold out"
        found = {"item": item, "colours": [one, two], "price": int(price), "sold_out": out}
        return json.dumps(found)

    def locker(self, prompt: Prompt, person: str) -> str:
        found = re.search(rf"{person} has locker number (\d+)", str(prompt.parts[0]))
        assert found
        return found[1]


ABOUT: list[tuple[str, Callable[..., str]]] = [
    (r"Which colour is the (\w+)\?", Seer.colour),
    (r"Which shape is (\w+)\?", Seer.shape),
    (r"How many shapes", Seer.count),
    (r"Where in the picture is the (\w+) (\w+)\?", Seer.place),
    (r"Is there a (\w+) (\w+)\?", Seer.there),
    (r"Give the box around the (\w+) (\w+)", Seer.box),
    (r"in large letters", Seer.large),
    (r"in small digits", Seer.small),
    (r"Which one is (\w+)\?", Seer.ordinal),
    (r"Which way does the white circle move", Seer.way),
    (r"At how many seconds is the background (\w+)\?", Seer.when),
    (r"^Is (.+) (an? \w+)\?", Seer.fact),
    (r"nothing else: (.*)", Seer.copy),
    (r"The (\w+) is (\w+) and (\w+), costs (\d+) euros and is ([\w ]+)\.", Seer.object),
    (r"Which locker number has (\w+)\?", Seer.locker),
]


def name(pixel: Picture) -> str:
    """The colour whose hue is nearest; empty for a grey."""
    hue, saturation, _ = colorsys.rgb_to_hsv(*(int(value) / 255 for value in pixel))
    if saturation < 0.4:
        return ""
    return min(HUES, key=lambda colour: abs((hue * 360 - HUES[colour] + 180) % 360 - 180))


def things(picture: Picture) -> list[Found]:
    """The coloured shapes of a picture; none in noise."""
    coloured = picture.max(-1) - picture.min(-1) > 90
    labels, count = ndimage.label(coloured)
    found: list[Found] = []
    if count > 9:
        return found
    for number, (rows, columns) in enumerate(ndimage.find_objects(labels), 1):
        mask = labels[rows, columns] == number
        filled = mask.mean()
        shape = min(FILLED, key=lambda each: abs(FILLED[each] - filled))
        inside = picture[rows, columns][mask]
        box = (columns.start, rows.start, columns.stop, rows.stop)
        found.append(Found(name(np.median(inside, axis=0)), shape, box))
    return found


def read(picture: Picture, line: int) -> str:
    """The text of a line of a sign, letter by letter the one that differs least."""
    dark = 236.0 - picture.max(-1)
    labels, count = ndimage.label((dark > 100).any(1))
    if count <= line:
        return ""
    rows = ndimage.find_objects(labels)[line][0]
    unit = (rows.stop - rows.start) / 7
    columns = np.flatnonzero((dark[rows] > 100).any(0))
    length = round(((columns[-1] - columns[0]) / unit + 1) / 6)
    left = (picture.shape[1] - text_width("X" * length, 7 * unit)) / 2
    if left < 0 or not 4 < length < 12:
        return ""
    cells = [_sampled(dark, left + n * 6 * unit, rows.start, unit) for n in range(length)]
    letters, templates = zip(*TEMPLATES.items(), strict=True)
    far = np.abs(np.array(cells)[:, None] - np.array(templates)[None]).mean(-1)
    text = "".join(letters[at] for at in far.argmin(1)) if far.min(1).max() < 60 else ""
    return re.sub(r"\b[O\d]+\b", lambda match: match[0].replace("O", "0"), text)


def _sampled(dark: np.ndarray, left: float, top: float, unit: float) -> np.ndarray:
    """How dark a letter is at points two to a unit, across and down."""
    down, across = np.mgrid[0.5:7:0.5, 0.5:5:0.5].reshape(2, -1) * unit
    at = (down + top - 0.5, across + left - 0.5)
    return np.asarray(ndimage.map_coordinates(dark, at, order=1))


def _templates() -> dict[str, np.ndarray]:
    found = {}
    for letter in STROKES.keys() - {"0"}:  # which looks like the letter
        canvas = np.full((160, 110, 3), 236, np.uint8)
        draw_text(canvas, letter, 0, 0, 140)
        found[letter] = _sampled(236.0 - canvas.max(-1), 0, 0, 20)
    return found


TEMPLATES = _templates()


def _thousandths(box: Box, picture: Picture) -> list[float]:
    return [round(1000 * edge / len(picture)) for edge in box]
