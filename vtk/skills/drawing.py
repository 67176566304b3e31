"""Pictures with known content: coloured shapes, signs, and short clips."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from vtk.models.llm.prompt import Picture
from vtk.skills.lettering import draw_text, text_width

# With red and blue swapped, only green keeps its name.
COLOURS = {
    "red": (215, 35, 35),
    "blue": (40, 70, 220),
    "green": (40, 160, 60),
    "yellow": (240, 215, 40),
    "orange": (245, 135, 25),
    "purple": (105, 40, 195),
}
SHAPES: dict[str, Callable[[Any, Any], Any]] = {  # below 0 inside; u to the right, v down, -1 to 1
    "circle": lambda u, v: np.hypot(u, v) - 1,
    "square": lambda u, v: np.maximum(np.abs(u), np.abs(v)) - 1,
    "triangle": lambda u, v: np.maximum(v - 1, (2 * np.abs(u) - v - 1) / 5**0.5),
    "heart": lambda u, v: np.minimum(  # a square on its corner, and circles on its upper edges
        (np.abs(u) + np.abs(0.914 * v - 0.086) - 0.828) / 2**0.5,
        np.hypot(np.abs(u) - 0.414, 0.914 * v + 0.328) - 0.586,
    ),
}
PLACES = {  # cells of a grid of 3 x 3: row, column
    "top": (0, 1),
    "bottom": (2, 1),
    "left": (1, 0),
    "right": (1, 2),
    "middle": (1, 1),
}
SIDE = 448  # pixels: a multiple of the patches of all common models
FRAME = 224
PAPER = (236, 236, 232)
MOST_SHAPES = 5
WAYS = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}
BACKGROUNDS = ("red", "green", "blue", "yellow")
WORDS = (
    *("APPLE", "BRIDGE", "CASTLE", "DINNER", "ENGINE", "FOREST", "GARDEN", "HARBOUR", "ISLAND"),
    *("JACKET", "KITCHEN", "LADDER", "MARKET", "NEEDLE", "OFFICE", "PENCIL", "RIVER", "SILVER"),
    *("TICKET", "VALLEY", "WINDOW", "ZEBRA", "CANDLE", "DOCTOR", "FLOWER", "HAMMER"),
)


@dataclass(frozen=True)
class Thing:
    """A coloured shape; centre and radius are fractions of the picture's side."""

    colour: str
    shape: str
    x: float
    y: float
    radius: float

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom as fractions of the picture."""
        return (
            self.x - self.radius,
            self.y - self.radius,
            self.x + self.radius,
            self.y + self.radius,
        )


@dataclass(frozen=True)
class Scene:
    """Shapes on paper: the first is in one of `PLACES`, with a colour and a shape of its own."""

    things: tuple[Thing, ...]
    place: str

    @property
    def picture(self) -> Picture:
        """The drawn scene: shape (448, 448, 3)."""
        canvas = np.full((SIDE, SIDE, 3), PAPER, np.uint8)
        for thing in self.things:
            draw_shape(canvas, thing.shape, COLOURS[thing.colour], thing.x, thing.y, thing.radius)
        return canvas


@dataclass(frozen=True)
class Clip:
    """A circle moves, and the background has one colour after the other."""

    way: str
    backgrounds: tuple[str, ...]
    begin: float  # seconds
    step: float  # seconds between frames
    across: float  # where the circle is across its way, as a fraction of the side

    def frames(self, each: int = 1) -> list[tuple[float, Picture]]:
        """Return `each` frames for every colour: time in seconds, picture (224, 224, 3)."""
        count = each * len(self.backgrounds)
        across, down = WAYS[self.way]
        shown = []
        for number in range(count):
            colour = COLOURS[self.backgrounds[number // each]]
            picture = np.full((FRAME, FRAME, 3), colour, np.uint8)
            gone = 0.6 * number / (count - 1) - 0.3
            x = 0.5 + across * gone if across else self.across
            y = 0.5 + down * gone if down else self.across
            draw_shape(picture, "circle", (0, 0, 0), x, y, 0.155)
            draw_shape(picture, "circle", (255, 255, 255), x, y, 0.14)
            shown.append((round(self.begin + number * self.step, 1), picture))
        return shown


@dataclass(frozen=True)
class Sign:
    """A word and a number in large letters, and a number in small digits below."""

    text: str
    small: str

    @property
    def picture(self) -> Picture:
        """The drawn sign: shape (224, 448, 3)."""
        canvas = np.full((FRAME, SIDE, 3), PAPER, np.uint8)
        draw_word(canvas, self.text, 60, 42)
        draw_word(canvas, self.small, 160, 14)
        return canvas


def draw_shape(
    picture: Picture, shape: str, colour: tuple[int, int, int], x: float, y: float, radius: float
) -> None:
    """Draw a shape with an edge one pixel soft; x, y and radius are fractions of the width."""
    side = picture.shape[1]
    reach = radius * side + 2
    left, right = max(int(x * side - reach), 0), min(int(x * side + reach) + 1, side)
    top, bottom = max(int(y * side - reach), 0), min(int(y * side + reach) + 1, len(picture))
    window = picture[top:bottom, left:right]
    rows, columns = np.indices(window.shape[:2])
    u = (columns + left + 0.5 - x * side) / (radius * side)
    v = (rows + top + 0.5 - y * side) / (radius * side)
    cover = np.clip(0.5 - SHAPES[shape](u, v) * radius * side, 0, 1)[:, :, None]
    window[:] = np.rint(window * (1 - cover) + np.array(colour) * cover).astype(np.uint8)


def draw_word(picture: Picture, text: str, top: float, height: float) -> None:
    """Draw a text in the middle of the width, with letters of `height` pixels."""
    draw_text(picture, text, (picture.shape[1] - text_width(text, height)) / 2, top, height)


def scene(rng: np.random.Generator, colour: str, shape: str, place: str, count: int) -> Scene:
    """A random scene of `count` shapes, of which the first is as told."""
    own = PLACES[place]
    cells = [(row, column) for row in range(3) for column in range(3) if (row, column) != own]
    found = [_thing(rng, colour, shape, own)]
    for cell in rng.permutation(cells)[: count - 1]:
        other = str(rng.choice([each for each in COLOURS if each != colour]))
        another = str(rng.choice([each for each in SHAPES if each != shape]))
        found.append(_thing(rng, other, another, (int(cell[0]), int(cell[1]))))
    return Scene(tuple(found), place)


def _thing(rng: np.random.Generator, colour: str, shape: str, cell: tuple[int, int]) -> Thing:
    x, y = rng.uniform(-0.04, 0.04, 2) + (np.array(cell[::-1]) * 2 + 1) / 6
    return Thing(colour, shape, float(x), float(y), float(rng.uniform(0.08, 0.12)))


def clip(rng: np.random.Generator, way: str, colour: str, number: int) -> Clip:
    """A random clip in which the circle goes a way, and a colour has its number in the order."""
    others = [str(other) for other in rng.permutation(BACKGROUNDS) if other != colour]
    return Clip(
        way,
        (*others[:number], colour, *others[number:]),
        float(rng.uniform(0, 9)),
        float(rng.uniform(1, 4)),
        float(rng.uniform(0.3, 0.7)),
    )


def sign(rng: np.random.Generator) -> Sign:
    """A random sign."""
    return Sign(
        f"{rng.choice(WORDS)} {rng.integers(10, 100)}", str(rng.integers(100_000, 1_000_000))
    )
