"""What a take shows: a textured scene with moving shapes, a slide with words, a blank field.

A look is a description. `open` turns it into a painter: a function from seconds within the take
(negative while a transition brings it in) to a picture of shape (height, width, 3).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from math import ceil
from typing import Protocol

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from tests.world.paint import (
    PALETTE,
    Colour,
    Picture,
    add_grain,
    draw,
    shade,
    some_shape,
    textured,
)

Painter = Callable[[float], Picture]
Size = tuple[int, int]  # width, height


@dataclass(frozen=True)
class Camera:
    """How the camera moves.

    `move` is "still", "left", "right", "up", "down", "in" or "out". A pan to the right shows what
    lies right of the picture, so the content drifts left. `rate` is pixels a second for pans and
    growth a second for zooms (0.1: the picture is 1.1 times as large a second later, or earlier).
    """

    move: str = "still"
    rate: float = 0.0


STILL = Camera()


class Look(Protocol):
    """What a take shows."""

    @property
    def colour(self) -> str: ...

    @property
    def light(self) -> str: ...

    @property
    def text(self) -> str: ...

    @property
    def builds(self) -> tuple[tuple[float, str], ...]:
        """Small changes inside the take: (seconds within the take, what appears)."""
        ...

    def open(
        self, size: Size, camera: Camera, span: tuple[float, float], rng: np.random.Generator
    ) -> Painter:
        """The painter; `span` is the first and last second it will be asked for."""
        ...


@dataclass(frozen=True)
class Scene:
    """A textured background of one colour, with landmarks that stand and shapes that move."""

    colour: str = "blue"
    light: str = "medium"
    movers: int = 2
    speed: float = 40.0  # pixels a second
    landmarks: int = 8
    grain: float = 1.5  # standard deviation, of 255
    text: str = ""
    builds: tuple[tuple[float, str], ...] = ()

    def open(
        self, size: Size, camera: Camera, span: tuple[float, float], rng: np.random.Generator
    ) -> Painter:
        width, height = size
        colour = shade(self.colour, self.light)
        view = _View(size, camera, span)
        canvas = textured(rng, *view.canvas, colour)
        for _ in range(self.landmarks):
            draw(canvas, some_shape(rng, *view.canvas, colour, speed=0))
        world = Image.fromarray(canvas)
        movers = [some_shape(rng, width, height, colour, self.speed) for _ in range(self.movers)]
        noise = rng.normal(0, self.grain, (8, height, width)) if self.grain else np.zeros((0,))
        grain = np.rint(noise).astype(np.int16)

        def paint(seconds: float) -> Picture:
            picture = view.look_at(world, seconds)
            for shape in movers:
                draw(picture, shape, seconds)
            if len(grain):
                # The pattern depends on the time alone, so frames can be painted in any order.
                picture = add_grain(picture, grain[round(seconds * 997) % len(grain)])
            return picture

        return paint


class _View:
    """The window through which the camera sees a canvas."""

    def __init__(self, size: Size, camera: Camera, span: tuple[float, float]) -> None:
        self.size, self.camera, self.first = size, camera, span[0]
        self.seconds = span[1] - span[0]
        self.reach = camera.rate * self.seconds
        width, height = size
        margin = ceil(self.reach) + 1
        self.canvas = {
            "left": (width + margin, height),
            "right": (width + margin, height),
            "up": (width, height + margin),
            "down": (width, height + margin),
        }.get(camera.move, size)

    def look_at(self, world: Image.Image, seconds: float) -> Picture:
        """The picture at a time within the take, resampled at fractions of a pixel."""
        if self.camera.move == "still":
            return np.array(world)
        box = self._box(seconds - self.first)
        return np.array(world.resize(self.size, Image.Resampling.BILINEAR, box=box))

    def _box(self, since: float) -> tuple[float, float, float, float]:
        width, height = self.size
        gone = self.camera.rate * since
        left, top, scale = 0.0, 0.0, 1.0
        match self.camera.move:
            case "right":
                left = gone
            case "left":
                left = self.reach - gone
            case "down":
                top = gone
            case "up":
                top = self.reach - gone
            case "in" | "out" as move:
                growth = since if move == "in" else self.seconds - since
                scale = max(1.0, (1 + self.camera.rate) ** growth)
                left, top = width / 2 * (1 - 1 / scale), height / 2 * (1 - 1 / scale)
            case other:
                raise ValueError(f"unknown camera move: {other!r}")
        left, top = max(0.0, left), max(0.0, top)
        return left, top, left + width / scale, top + height / scale


@dataclass(frozen=True)
class Slide:
    """A slide: a title, and lines below it, of which the last ones may appear one by one."""

    title: str
    lines: tuple[str, ...] = ()
    appear: tuple[float, ...] = ()  # seconds at which the last `len(appear)` lines appear
    paper: str = "white"
    accent: str = "blue"

    @property
    def colour(self) -> str:
        return self.paper

    @property
    def light(self) -> str:
        return "bright" if self.paper == "white" else "dark" if self.paper == "black" else "medium"

    @property
    def text(self) -> str:
        return "\n".join((self.title, *self.lines))

    @property
    def builds(self) -> tuple[tuple[float, str], ...]:
        late = self.lines[len(self.lines) - len(self.appear) :]
        return tuple(zip(self.appear, late, strict=True))

    def open(
        self, size: Size, camera: Camera, span: tuple[float, float], rng: np.random.Generator
    ) -> Painter:
        if camera.move != "still":
            raise ValueError("a slide stands still")
        always = len(self.lines) - len(self.appear)

        @lru_cache(maxsize=2)
        def drawn(shown: int) -> Picture:
            return draw_slide(size, self.title, self.lines[:shown], self.paper, self.accent)

        def paint(seconds: float) -> Picture:
            return drawn(always + sum(seconds >= at for at in self.appear))

        return paint


def draw_slide(size: Size, title: str, lines: tuple[str, ...], paper: str, accent: str) -> Picture:
    """A slide drawn with Pillow's own font; sizes follow the picture's height."""
    width, height = size
    ground = PALETTE[paper]
    ink: Colour = (20, 20, 30) if sum(ground) > 380 else (240, 240, 240)
    image = Image.new("RGB", size, ground)
    pen = ImageDraw.Draw(image)
    margin = height // 12
    pen.rectangle((margin, height * 0.27, width - margin, height * 0.285), fill=PALETTE[accent])
    pen.text((margin, margin), title, fill=ink, font=ImageFont.load_default(size=height // 9))
    font = ImageFont.load_default(size=height // 14)
    for row, line in enumerate(lines):
        top = height * 0.36 + row * height * 0.13
        dot = height * 0.022
        pen.ellipse((margin, top + dot, margin + 2 * dot, top + 3 * dot), fill=PALETTE[accent])
        pen.text((margin + 4 * dot, top), line, fill=ink, font=font)
    return np.array(image)


@dataclass(frozen=True)
class Blank:
    """One flat colour, without texture or grain."""

    colour: str = "black"
    text: str = ""
    builds: tuple[tuple[float, str], ...] = ()

    @property
    def light(self) -> str:
        return {"black": "dark", "white": "bright"}.get(self.colour, "medium")

    def open(
        self, size: Size, camera: Camera, span: tuple[float, float], rng: np.random.Generator
    ) -> Painter:
        width, height = size
        field = np.full((height, width, 3), PALETTE[self.colour], dtype=np.uint8)
        return lambda seconds: field
